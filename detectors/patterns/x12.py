"""Elements of X12 segments (claims and eligibility) pasted into a text."""

from collections.abc import Iterator, Sequence

from detectors.patterns.hints import hinted_range
from detectors.patterns.scanning import Match, compile_latin, count_digits, phrases
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

SCORE = 0.95
_E = r"[^*~\n]"
_GATE = compile_latin(r"\b[A-Z][A-Z0-9]{1,2}\*", ignore_case=False)
_SEGMENTS = compile_latin(
    rf"\bNM1\*[A-Z0-9]{{2}}\*[12]\*({_E}{{0,60}})\*({_E}{{0,40}})\*({_E}{{0,40}})\*{_E}{{0,12}}\*{_E}{{0,12}}\*"
    rf"([A-Z0-9]{{2}})\*({_E}{{2,80}})"
    rf"|\bREF\*(SY|1L|F8|G1|9F|EA|0F|1W|D9|6R|EJ|Y4|IG|BB|G3|X4|LU|0B|1G|EI|TJ|23|49|3L)\*({_E}{{2,50}})"
    rf"|\bCLM\*({_E}{{2,38}})\*|\bN3\*({_E}{{2,55}})(?:\*({_E}{{2,55}}))?|\bN4\*({_E}{{2,30}})\*[A-Z]{{2}}\*([0-9]{{5,9}})"
    rf"|\bDMG\*D8\*([0-9]{{8}})|\bDTP\*[0-9]{{3}}\*R?D8\*([0-9]{{8}}(?:-[0-9]{{8}})?)|\bTRN\*[12]\*({_E}{{2,50}})"
    rf"|\bSBR\*[A-Z]\*[0-9A-Z]{{0,2}}\*({_E}{{2,50}})"
    rf"|\bNM1\*[A-Z0-9]{{2}}\*1\*({_E}{{1,60}})(?:\*({_E}{{1,40}}))?(?:\*({_E}{{1,40}}))?"
    rf"|\bPER\*[A-Z0-9]{{2}}\*({_E}{{2,60}})",
    ignore_case=False,
)
#: The envelope's day, and a claim's number with its payer's.
_DAY = compile_latin(rf"\bISA(?:\*{_E}{{0,15}}){{8}}\*([0-9]{{6}})\*[0-9]{{4}}\*", ignore_case=False)
_PAID = compile_latin(
    rf"\bCLP\*({_E}{{2,38}})\*[0-9]{{1,2}}\*[0-9.-]{{0,18}}\*[0-9.-]{{0,18}}(?:\*[0-9.-]{{0,18}}\*[A-Z0-9]{{0,2}}\*({_E}{{2,50}}))?",
    ignore_case=False,
)
_REACHED = compile_latin(rf"\*(TE|CP|HP|WP|FX|EM)\*({_E}{{3,60}})", ignore_case=False)
_WAYS = {b"FX": IdentifierType.FAX, b"EM": IdentifierType.EMAIL}
_ELEMENTS = phrases(r"""
        family; given; middle; qualifier; id; kind; reference; claim; street; unit; city; zip; birth; date; trace;
        group; surname; first; second; contact
    """)
_NUMBERS = {element: number for number, element in enumerate(_ELEMENTS, start=1)}
_TYPES = {
    "family": IdentifierType.NAME,
    "given": IdentifierType.NAME,
    "middle": IdentifierType.NAME,
    "id": IdentifierType.HEALTH_PLAN,
    "reference": IdentifierType.OTHER_ID,
    "claim": IdentifierType.ACCOUNT,
    "street": IdentifierType.GEO,
    "unit": IdentifierType.GEO,
    "city": IdentifierType.GEO,
    "zip": IdentifierType.GEO,
    "birth": IdentifierType.DATE,
    "date": IdentifierType.DATE,
    "trace": IdentifierType.OTHER_ID,
    "group": IdentifierType.HEALTH_PLAN,
    **dict.fromkeys(("surname", "first", "second", "contact"), IdentifierType.NAME),
}
_REFERENCES = {
    b"SY": IdentifierType.SSN,
    b"1L": IdentifierType.HEALTH_PLAN,
    b"0F": IdentifierType.HEALTH_PLAN,
    b"1W": IdentifierType.HEALTH_PLAN,
    b"IG": IdentifierType.HEALTH_PLAN,
    b"EA": IdentifierType.MRN,
    b"0B": IdentifierType.LICENSE,
    b"X4": IdentifierType.LICENSE,
}
#: What the qualifier of a person's number makes of it; a payer's own id (PI) is none.
_QUALIFIERS = {b"XX": IdentifierType.LICENSE, b"34": IdentifierType.SSN}


class X12Recognizer:
    """Finds names, numbers, places and dates of X12 segments by the number of their element."""

    name = "x12"

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return each element as a span of its own."""
        latin = passage.latin
        if _GATE.search(latin) is None:
            return []
        found = [element for segment in _SEGMENTS.finditer(latin) for element in _elements(latin, segment)]
        found += _further(latin)
        if found:
            found += _ways(latin)
        return [Span(start, end, type_, SCORE, self.name) for start, end, type_ in found]


def _further(latin: bytes) -> Iterator[tuple[int, int, IdentifierType]]:
    """Yield the day of an envelope, and the numbers that a payment gives a claim."""
    for found in _DAY.finditer(latin):
        yield found.start(1), found.end(1), IdentifierType.DATE
    for found in _PAID.finditer(latin):
        for group in (1, 2):
            if found.start(group) >= 0 and count_digits(found.group(group)):
                yield found.start(group), found.end(group), IdentifierType.OTHER_ID


def _ways(latin: bytes) -> Iterator[tuple[int, int, IdentifierType]]:
    """Yield how somebody is reached: numbers and addresses behind their qualifier."""
    for found in _REACHED.finditer(latin):
        kind = _WAYS.get(found.group(1), IdentifierType.PHONE)
        value = hinted_range(kind, latin, found.start(2), found.end(2))
        if value is not None and value[0] < value[1]:
            yield *value, kind


def _elements(latin: bytes, found: Match) -> Iterator[tuple[int, int, IdentifierType]]:
    qualifier = found.group(_NUMBERS["qualifier"]) or found.group(_NUMBERS["kind"])
    if qualifier == b"PI":
        return
    for element, type_ in _TYPES.items():
        number = _NUMBERS[element]
        if found.start(number) < 0:
            continue
        kind = type_
        if element == "id":
            kind = _QUALIFIERS.get(qualifier, type_)
        elif element == "reference":
            kind = _REFERENCES.get(qualifier, type_)
        value = hinted_range(kind, latin, found.start(number), found.end(number))
        if value is not None and value[0] < value[1]:
            yield *value, kind
