"""What a tagger proposes is dropped where the words beside it show that it is none, and kept where they do not."""

import pytest

from detectors.implausible import is_implausible
from schemas.identifiers import IdentifierType
from schemas.spans import Span

_NAMES = frozenset({"okafor", "guy", "van", "reyes", "quill"})
_NAME, _DATE, _ID, _GEO = IdentifierType.NAME, IdentifierType.DATE, IdentifierType.OTHER_ID, IdentifierType.GEO


def _dropped(marked: str, kind: IdentifierType) -> bool:
    start, end = marked.index("["), marked.index("]") - 1
    text = marked.replace("[", "").replace("]", "")
    return is_implausible(text, Span(start, end, kind, 0.6, "ner"), lambda word: word.lower() in _NAMES)


@pytest.mark.parametrize(
    ("none", "some", "kind"),
    [
        ("ramp and cushion by [Stromvik] arrived", "ramp and cushion by the door, [Stromvik] arrived", _NAME),
        ("she was started on nothing; failed [Zelunor] twice", "she failed [Okafor] twice", _NAME),
        ("[Zelunor] 40 mg at night", "[Zelunor] at night", _NAME),
        ("[Guy] behind me coughed", "[Guy], please call", _NAME),
        ("[Elder] wants tea", "[Elder], 44, wants tea", _NAME),
        ("a [jane doe] in bay 2", "sister of [jane doe] in bay 2", _NAME),
        ("officer [badge] 12 at the desk", "officer [quill] 12 at the desk", _NAME),
        ("spins at [39 °C]", "lives at [39 Elm]", _GEO),
        ("visits [Mon/Fri]", "visits [Mon 2/4]", _DATE),
        ("PG [01/04]", "seen [01/04]", _DATE),
        ("back in [6-9] d", "seen on [6-9] at noon", _DATE),
        ("lactate → [1.12]", "refilled [1.12]", _DATE),
        ("weights [3/6/9/12]", "visit [3/6/19]", _DATE),
        ("doi 10.1002/xyz.[2019.04.011]", "signed [2019.04.11]", _DATE),
        ("repeat after me: [4 1 9 7]", "the last four are [4 1 9 7]", _ID),
        ("phq9 [14]", "locker [14]", _ID),
        ("GET /notes [404]", "locker [404]", _ID),
        ("is [00418820] the right part?", "is [00418820] the claim?", _ID),
        ("drawn at time [2140]", "ticket [2140]", _ID),
    ],
)
def test_context_decides(none: str, some: str, kind: IdentifierType) -> None:
    """A lookalike is dropped, and the same shape in an identifier's place is kept."""
    assert _dropped(none, kind)
    assert not _dropped(some, kind)
