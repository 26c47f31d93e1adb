"""Fields of HL7 version 2 segments and X12 segments pasted into a text."""

from collections.abc import Iterator, Sequence

from detectors.patterns.hints import hinted_range
from detectors.patterns.scanning import compile_latin, count_digits, is_word
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

SCORE = 0.95
_N, _G, _D = IdentifierType.NAME, IdentifierType.GEO, IdentifierType.DATE
_MRN, _PLAN, _ACCOUNT = IdentifierType.MRN, IdentifierType.HEALTH_PLAN, IdentifierType.ACCOUNT
_LICENSE, _OTHER, _PHONE = IdentifierType.LICENSE, IdentifierType.OTHER_ID, IdentifierType.PHONE

#: Segment and field number: what stands there. Names, places and people are cut at their components.
HL7: dict[bytes, dict[int, IdentifierType]] = {
    b"MSH": {3: _G, 5: _G},
    b"PID": {2: _MRN, 3: _MRN, 4: _MRN, 5: _N, 6: _N, 7: _D, 9: _N, 11: _G, 12: _G, 13: _PHONE, 14: _PHONE, 18: _ACCOUNT, 19: IdentifierType.SSN, 20: _LICENSE, 21: _MRN, 23: _G, 29: _D},
    b"MRG": {1: _MRN, 2: _MRN, 3: _ACCOUNT, 4: _MRN, 7: _N},
    b"NK1": {2: _N, 4: _G, 5: _PHONE, 6: _PHONE, 12: _OTHER, 13: _N, 16: _D, 30: _N, 31: _PHONE, 32: _G, 33: _OTHER},
    b"PV1": {5: _OTHER, 7: _N, 8: _N, 9: _N, 17: _N, 19: _OTHER, 44: _D, 45: _D, 50: _OTHER, 52: _N},
    b"ORC": {2: _OTHER, 3: _OTHER, 4: _OTHER, 9: _D, 10: _N, 11: _N, 12: _N, 14: _PHONE, 19: _N, 21: _G},
    b"OBR": {2: _OTHER, 3: _OTHER, 6: _D, 7: _D, 8: _D, 10: _N, 16: _N, 17: _PHONE, 18: _OTHER, 19: _OTHER, 20: _OTHER, 22: _D, 28: _N, 32: _N},
    b"IN1": {8: _PLAN, 9: _G, 10: _PLAN, 11: _G, 12: _D, 13: _D, 16: _N, 18: _D, 19: _G, 36: _PLAN, 49: _PLAN},
    b"GT1": {2: _ACCOUNT, 3: _N, 4: _N, 5: _G, 6: _PHONE, 7: _PHONE, 8: _D, 12: IdentifierType.SSN, 16: _N, 17: _G, 18: _PHONE, 19: _OTHER},
    b"DG1": {5: _D, 16: _N}, b"AL1": {6: _D}, b"EVN": {2: _D, 5: _N, 6: _D}, b"OBX": {14: _D, 16: _N, 18: IdentifierType.DEVICE, 23: _G, 24: _G, 25: _N},
    b"PRT": {5: _N, 10: IdentifierType.DEVICE}, b"PRV": {3: _LICENSE}, b"TXA": {4: _D, 5: _N, 9: _N, 10: _N, 11: _N, 12: _OTHER}, b"SCH": {1: _OTHER, 2: _OTHER, 11: _D, 16: _N}, b"FT1": {2: _OTHER, 4: _D, 20: _N, 21: _N},
    b"ZBI": {2: IdentifierType.BIOMETRIC}, b"ACC": {1: _D}, b"PD1": {3: _G, 4: _N}, b"IN2": {1: _OTHER, 2: IdentifierType.SSN, 3: _N, 6: _PLAN, 8: _PLAN, 61: _PLAN},
}  # fmt: skip
_HL7 = compile_latin(rf"(?:^|[\r\n\s])({'|'.join(name.decode() for name in HL7)})\|[^\r\n]{{2,}}", ignore_case=False)
_SEGMENT_INSIDE = compile_latin(rf" (?:{'|'.join(name.decode() for name in HL7)})\|", ignore_case=False)
_FIELD_NAMED = compile_latin(rf"\b({'|'.join(name.decode() for name in HL7)})[-.]([0-9]{{1,2}})(?:\.[0-9])?[ :=]{{1,3}}([^\s|^]{{2,60}})", ignore_case=False)
_HL7_NULL = compile_latin(r"\x22\x22|[A-Z]{1,3}")
#: X12: segment, qualifier, and the element that holds the number.
_X12 = compile_latin(
    r"\bNM1\*[A-Z0-9]{2}\*[12]\*([^*~\n]{0,60})\*([^*~\n]{0,40})\*([^*~\n]{0,40})\*[^*~\n]{0,12}\*[^*~\n]{0,12}\*([A-Z0-9]{2})\*([^*~\n]{2,80})"
    r"|\bREF\*(SY|1L|F8|G1|9F|EA|0F|1W|D9|6R|EJ|Y4|IG|BB|G3|X4|LU|0B|1G|EI|TJ|23|49|SBR|3L)\*([^*~\n]{2,50})"
    r"|\bCLM\*([^*~\n]{2,38})\*"
    r"|\bN3\*([^*~\n]{2,55})|\bN4\*([^*~\n]{2,30})\*[A-Z]{2}\*([0-9]{5,9})|\bDMG\*D8\*([0-9]{8})|\bDTP\*[0-9]{3}\*(?:D8|RD8)\*([0-9]{8}(?:-[0-9]{8})?)|\bTRN\*[12]\*([^*~\n]{2,50})",
    ignore_case=False,
)
_X12_TYPES = (_N, _N, _N, None, _PLAN, None, _OTHER, _ACCOUNT, _G, _G, _G, _D, _D, _OTHER)
_REF_TYPES = {b"SY": IdentifierType.SSN, b"1L": _PLAN, b"0F": _PLAN, b"1W": _PLAN, b"EA": _MRN, b"IG": _PLAN, b"0B": _LICENSE, b"X4": _LICENSE}
_GATE = compile_latin(r"(?:^|[\r\n\s])[A-Z][A-Z0-9]{2}\||\b[A-Z]{2,3}[0-9]?\*|\b[A-Z][A-Z0-9]{2}[-.][0-9]{1,2}", ignore_case=False)
_PERSON_QUALIFIERS = frozenset((b"QC", b"IL", b"74"))


class SegmentRecognizer:
    """Finds the identifiers of HL7 and X12 segments by the number of their field."""

    name = "segment"

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return each component as a span of its own."""
        latin = passage.latin
        if _GATE.search(latin) is None:
            return []
        found = dict.fromkeys([*_hl7(latin), *_named(latin), *_x12(latin)])
        return [Span(start, end, type_, SCORE, self.name) for start, end, type_ in found if start < end]


def _hl7(latin: bytes) -> Iterator[tuple[int, int, IdentifierType]]:
    for found in _HL7.finditer(latin):
        name, start = found.group(1), found.start(1)
        end = found.end()
        inside = _SEGMENT_INSIDE.search(latin, start + 4, end)
        while inside is not None:
            yield from _fields(latin, name, start, inside.start())
            name, start = latin[inside.start() + 1 : inside.start() + 4], inside.start() + 1
            inside = _SEGMENT_INSIDE.search(latin, start + 4, end)
        yield from _fields(latin, name, start, end)


def _fields(latin: bytes, name: bytes, start: int, end: int) -> Iterator[tuple[int, int, IdentifierType]]:
    if latin.count(b"|", start, end) < 2:
        return
    wanted = HL7[name]
    number, begin = 0, start
    while begin <= end:
        stop = latin.find(b"|", begin, end)
        stop = end if stop < 0 else stop
        type_ = wanted.get(number)
        if type_ is not None and stop > begin:
            yield from _components(latin, begin, stop, type_)
        number, begin = number + 1, stop + 1


def _components(latin: bytes, start: int, end: int, type_: IdentifierType) -> Iterator[tuple[int, int, IdentifierType]]:
    """Yield the components of a field that carry the identifier: of a number the first, of names and places each word."""
    begin = start
    for order, part in enumerate(latin[start:end].replace(b"~", b"^").split(b"^")):
        stop = begin + len(part)
        if part and _belongs(part, order, type_):
            value = hinted_range(type_, latin, begin, stop)
            if value is not None:
                yield *value, type_
        begin = stop + 1


def _belongs(part: bytes, order: int, type_: IdentifierType) -> bool:
    if type_ in (_N, _G):
        return len(part) > 1 and not (order > 1 and _HL7_NULL.fullmatch(part)) and any(map(is_word, part))
    if type_ is _PHONE:
        return count_digits(part) >= 3
    return order == 0 or (order == 2 and type_ is IdentifierType.DEVICE)


def _named(latin: bytes) -> Iterator[tuple[int, int, IdentifierType]]:
    """Yield the values behind "PID-19:"."""
    for found in _FIELD_NAMED.finditer(latin):
        type_ = HL7[found.group(1)].get(int(found.group(2)))
        value = None if type_ is None else hinted_range(type_, latin, found.start(3), found.end(3))
        if value is not None and type_ is not None and any(map(is_word, latin[slice(*value)])):
            yield *value, type_


def _x12(latin: bytes) -> Iterator[tuple[int, int, IdentifierType]]:
    for found in _X12.finditer(latin):
        qualifier = found.group(6) if found.start(6) >= 0 else b""
        for group, type_ in enumerate(_X12_TYPES, start=1):
            if type_ is None or found.start(group) < 0:
                continue
            kind = _REF_TYPES.get(qualifier, type_) if group == 7 else _LICENSE if group == 5 and found.group(4) == b"XX" else type_
            value = hinted_range(kind, latin, found.start(group), found.end(group))
            if value is not None:
                yield *value, kind
