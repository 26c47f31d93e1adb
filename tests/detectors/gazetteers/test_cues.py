"""Cues beside names and places, and the quick look that spares most searches."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from detectors.gazetteers import cues

_CUES = {name: cue for name, cue in vars(cues).items() if isinstance(cue, cues.Cue)}
_PIECES = [
    "my name is",
    "hi",
    "Dear",
    "PATIENT",
    "a.k.a.",
    "née",
    "i’m",
    "I'm",
    "lives",
    "in",
    "the",
    "town of",
    "City",
    "it's",
]
_PIECES += [
    "called him",
    "signed by",
    "from",
    "to",
    ":",
    "=",
    ",",
    " ",
    "  ",
    "\n",
    '"',
    "(",
    "x",
    "good morning",
    "thank you",
]


@pytest.mark.parametrize("name", sorted(_CUES))
@example(pieces=["patient name:   ***"], gap="")
@given(pieces=st.lists(st.sampled_from(_PIECES), max_size=7), gap=st.sampled_from(["", " "]))
def test_quick_look_hides_no_cue(name: str, pieces: list[str], gap: str) -> None:
    """What the pattern finds right before an offset is found with the quick look, too."""
    text = gap.join(pieces) + gap
    cue = _CUES[name]

    assert cue.before(text, len(text)) == (cue.pattern.search(text[-48:]) is not None)
