"""Keys with values inside a text: JSON and XML pieces, query strings, logs and form labels."""

from collections.abc import Iterator, Sequence

from detectors.patterns.hints import classify, hinted_range
from detectors.patterns.scanning import compile_latin
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

SCORE = 0.95
_QUOTED = compile_latin(r"[\x22']([A-Z_][A-Z0-9_. -]{1,40})[\x22']\s*[:=]\s*(?:\[\s*)?(?:[\x22']([^\x22'\n]{1,160})[\x22']|([0-9][0-9.]{0,24}))")
_ASSIGNED = compile_latin(r"(?:^|[\s?&;,({\[|])([A-Z_][A-Z0-9_.-]{1,40})=[\x22']?([^\s\x22'&;,|<>{}\[\]]{1,160})")
_TAGGED = compile_latin(r"<(?:[a-z0-9]+:)?([A-Z_][A-Z0-9_.-]{1,40})(?: [^<>]{0,80})?>([^<>\n]{1,160})</")
_CELLS = compile_latin(r"<t[dh]>([^<>]{1,40})</t[dh]>\s*<td>([^<>\n]{1,120})</td>")
_NAMED = r"(?:(?:Dr|Mr|Mrs|Ms|Prof)\.? )?[A-Z\xc0-\xde][A-Za-z\xc0-\xff'.-]*(?:,? ?[A-Z\xc0-\xde][A-Za-z\xc0-\xff'.-]*){0,4}"
#: A label at a line's start or behind a gap, and a value of capitalised words.
_LABELLED = compile_latin(
    rf"(?:^|[\n|;]|  )[ \t>*-]{{0,6}}([A-Z][A-Za-z]{{2,14}}(?:[ /](?:of )?[A-Za-z]{{2,12}}){{0,2}})\*{{0,2}}:\*{{0,2}}[ \t]{{1,4}}({_NAMED})", ignore_case=False
)
_GATE = compile_latin(r"[\x22'][ \t]*[:=]|[a-z]=|</|[a-z]\*{0,2}:\*{0,2}[ \t]")
_PROSE_TYPES = frozenset((IdentifierType.NAME, IdentifierType.GEO))
_LABEL_NAME = frozenset((b"name", b"patient", b"re", b"attn", b"mother", b"father", b"daughter", b"son", b"provider", b"signed"))


class KeyValueRecognizer:
    """Finds values whose key in the text names an identifier."""

    name = "key_value"

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return each value without key, quotes and tags."""
        latin = passage.latin
        if _GATE.search(latin) is None:
            return []
        return [
            Span(start, end, type_, SCORE, self.name)
            for start, end, type_ in dict.fromkeys([*_pairs(latin), *_labels(latin)])
            if start < end
        ]


def _pairs(latin: bytes) -> Iterator[tuple[int, int, IdentifierType]]:
    for pattern in (_QUOTED, _ASSIGNED, _TAGGED, _CELLS):
        for found in pattern.finditer(latin):
            type_ = classify(found.group(1).decode("latin-1"))
            if type_ is None:
                continue
            group = 2 if found.start(2) >= 0 else 3
            value = hinted_range(type_, latin, found.start(group), found.end(group))
            if value is not None:
                yield *value, type_


def _labels(latin: bytes) -> Iterator[tuple[int, int, IdentifierType]]:
    for found in _LABELLED.finditer(latin):
        key = found.group(1).lower()
        type_ = IdentifierType.NAME if key in _LABEL_NAME else classify(key.decode("latin-1"))
        if type_ not in _PROSE_TYPES or type_ is None:
            continue
        end = _next_label(latin, found.start(2), found.end(2))
        value = hinted_range(type_, latin, found.start(2), end)
        if value is not None and (b" " in latin[slice(*value)] or type_ is IdentifierType.GEO or key in _LABEL_NAME):
            yield *value, type_


def _next_label(latin: bytes, start: int, end: int) -> int:
    """Cut the next label ("SEX") from the end of a run of capitalised words."""
    if latin[end : end + 1] == b":":
        cut = latin.rfind(b" ", start, end)
        return end if cut < 0 else cut
    return end
