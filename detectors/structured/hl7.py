"""HL7 version 2 segments, whole messages or single lines pasted into a text: fields are known by their position.

Names, dates, addresses, numbers and facilities are covered component by component; segment names, codes, states and
assigning authorities stay.
"""

import itertools
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from detectors.recognizer import Passage
from detectors.scoring import NAMED
from detectors.structured.hl7_fields import FIELDS, Kind
from schemas.identifiers import IdentifierType
from schemas.spans import Span

_SEGMENT = re.compile(rf"(?<![\w|^~&.-])({'|'.join(FIELDS)})\|")
_END = re.compile(r"[\r\n]|\Z")
_HEADER = re.compile(r"MSH\|([^\w\s|])([^\w\s|])([^\w\s|]?)([^\w\s|]?)")
_DATE = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])[0-9.+\-]*")
_AGE_CODE = re.compile(r"\b30525-0\b|\bAGE\b", re.IGNORECASE)
_OLD = re.compile(r"9\d|1[0-2]\d")
_TYPE_CODES = {
    "MR": IdentifierType.MRN,
    "PI": IdentifierType.MRN,
    "PT": IdentifierType.MRN,
    "SS": IdentifierType.SSN,
    "AN": IdentifierType.ACCOUNT,
    "DL": IdentifierType.LICENSE,
    "NPI": IdentifierType.LICENSE,
    "DEA": IdentifierType.LICENSE,
    "MD": IdentifierType.LICENSE,
    "MA": IdentifierType.HEALTH_PLAN,
    "MC": IdentifierType.HEALTH_PLAN,
    "MB": IdentifierType.HEALTH_PLAN,
    "HC": IdentifierType.HEALTH_PLAN,
    "VN": IdentifierType.OTHER_ID,
}
#: A serial number or an address of hardware, beside it the names of code systems and the codes of methods.
_SERIAL = re.compile(
    r"(?=(?:[^\d]*\d){4})(?=.*[A-Z-])[A-Z0-9][A-Z0-9-]{5,39}|[0-9A-F]{2}(?:[:-][0-9A-F]{2}){5,7}|[0-9A-F]{16}"
)
_FEWEST_OF_FIRST = 6
_SYSTEM = re.compile(r"(?:HL7|99|IHE|ICD|SNM|LN)\w*|\d{1,5}-\d")
_ACCOUNT = re.compile(r"[a-z][a-z0-9]*[._][a-z][a-z0-9]+")
_AUTHORITY, _TYPE_COMPONENT = 4, 5
_NAME_PARTS = (1, 2, 3)
_PERSON_PARTS = (2, 3, 4)
_ADDRESS_PARTS = (1, 2, 3, 5, 8, 9)
_PHONE_PARTS = (1, 4, 6, 7, 8, 12)
_FACILITY_OF_LOCATION = 4
#: Systems and authorities that messages go to, where a facility may stand: "|HUB|", "|EHR|".
_SYSTEMS = frozenset(
    """
    hub ehr emr clr clrhouse lab lis ris pacs hie his hl7 adt reg bill billing pharm pharmacy rx rad disp iis immreg elr
    edi doh cdc state mpi empi eng engine ife intf interface mirth rhapsody cloverleaf ensemble gateway gw router
    archive dw edw wh warehouse mdm oru orm dft siu sched portal phr crm erp pos test prod dev uat qa
    """.split()
)
_STATE_COUNTY = re.compile(r"[A-Z]{2}|[0-9]{1,3}")


@dataclass(frozen=True, slots=True)
class Piece:
    """A field, repetition or component: a range of the passage and what it says."""

    start: int
    text: str = field(repr=False)

    def split(self, separator: str) -> list["Piece"]:
        """Return the pieces between separators."""
        pieces, at = list[Piece](), self.start
        for text in self.text.split(separator) if separator else [self.text]:
            pieces.append(Piece(at, text))
            at += len(text) + len(separator)
        return pieces

    def span(self, type_: IdentifierType) -> Iterator[Span]:
        """Yield the piece as a span where a letter or digit stands in it."""
        if any(map(str.isalnum, self.text)):
            yield Span(self.start, self.start + len(self.text), type_, NAMED, Hl7Recognizer.name)


@dataclass(frozen=True, slots=True)
class _Separators:
    component: str = "^"
    repetition: str = "~"
    part: str = "&"


class Hl7Recognizer:
    """Finds identifiers in HL7 version 2 segments by their position."""

    name = "hl7"

    def recognize(self, passage: Passage) -> list[Span]:
        """Return the identifying components of every segment."""
        text = passage.text
        if "|" not in text:
            return []
        header = _HEADER.search(text)
        separators = _Separators(header[1], header[2], header[4]) if header else _Separators()
        return [span for piece in _segments(text) for span in _of_segment(piece, separators)]


def _segments(text: str) -> Iterator[Piece]:
    """Yield each segment: to the end of its line, or to the next one where lines were lost."""
    starts = [found.start() for found in _SEGMENT.finditer(text)]
    for start, following in itertools.zip_longest(starts, starts[1:], fillvalue=len(text)):
        line_end = _END.search(text, start)
        yield Piece(start, text[start : min(following, line_end.start() if line_end else following)])


def _of_segment(segment: Piece, separators: _Separators) -> Iterator[Span]:
    name = segment.text[:3]
    fields = segment.split("|")
    shift = 1 if name == "MSH" else 0  # The first separator of a header is its first field.
    for number, piece in enumerate(fields, shift):
        kind = FIELDS[name].get(number)
        if kind is not None and piece.text:
            for repetition in piece.split(separators.repetition):
                yield from _READERS[kind](repetition.split(separators.component), separators)
    if name == "OBX":
        yield from _of_observation(fields, separators)


def _of_observation(fields: Sequence[Piece], separators: _Separators) -> Iterator[Span]:
    """Yield what a result's own type says of its value."""
    kinds = {"DT": Kind.DATE, "TS": Kind.DATE, "DTM": Kind.DATE, "XPN": Kind.NAME, "PN": Kind.NAME, "XCN": Kind.PERSON}
    kinds |= {"CX": Kind.ID, "XTN": Kind.PHONE, "XAD": Kind.ADDRESS}
    value = 5
    if len(fields) > value and _AGE_CODE.search(fields[3].text) and _OLD.fullmatch(fields[value].text):
        yield from fields[value].span(IdentifierType.AGE)
    if len(fields) > value and fields[2].text in kinds:
        yield from _READERS[kinds[fields[2].text]](fields[value].split(separators.component), separators)


def _picked(parts: Sequence[Piece], numbers: Sequence[int], type_: IdentifierType, separator: str) -> Iterator[Span]:
    for number in numbers:
        if number <= len(parts):
            for piece in parts[number - 1].split(separator):
                yield from piece.span(type_)


def _name(parts: Sequence[Piece], separators: _Separators) -> Iterator[Span]:
    yield from _picked(parts, _NAME_PARTS, IdentifierType.NAME, separators.part)


def _person(parts: Sequence[Piece], separators: _Separators) -> Iterator[Span]:
    """Yield a clinician: number, then name; some systems write the name alone."""
    if len(parts) == 1 and separators.part in parts[0].text:
        parts = parts[0].split(separators.part)
    first = parts[0]
    known = IdentifierType.LICENSE if any(map(str.isdigit, first.text)) else IdentifierType.NAME
    yield from first.span(known)
    yield from _picked(parts, _PERSON_PARTS, IdentifierType.NAME, separators.part)


def _address(parts: Sequence[Piece], separators: _Separators) -> Iterator[Span]:
    yield from _picked(parts, _ADDRESS_PARTS, IdentifierType.GEO, separators.part)


def _place(parts: Sequence[Piece], separators: _Separators) -> Iterator[Span]:
    for piece in parts[0].split(separators.part):
        if not _STATE_COUNTY.fullmatch(piece.text) and piece.text.lower() not in _SYSTEMS:
            yield from piece.span(IdentifierType.GEO)


def _location(parts: Sequence[Piece], separators: _Separators) -> Iterator[Span]:
    if len(parts) >= _FACILITY_OF_LOCATION:
        yield from parts[_FACILITY_OF_LOCATION - 1].split(separators.part)[0].span(IdentifierType.GEO)


def _phone(parts: Sequence[Piece], separators: _Separators) -> Iterator[Span]:
    fax = any(part.text in ("FX", "FAX") for part in parts)
    for number in _PHONE_PARTS:
        if number > len(parts):
            continue
        for piece in parts[number - 1].split(separators.part):
            if "@" in piece.text:
                yield from piece.span(IdentifierType.EMAIL)
            elif any(map(str.isdigit, piece.text)):
                yield from piece.span(IdentifierType.FAX if fax else IdentifierType.PHONE)


def _date(parts: Sequence[Piece], _: _Separators) -> Iterator[Span]:
    for piece in parts:
        if _DATE.fullmatch(piece.text.strip()):
            yield from piece.span(IdentifierType.DATE)


def _employer(parts: Sequence[Piece], separators: _Separators) -> Iterator[Span]:
    yield from _picked(parts, (1,), IdentifierType.NAME, separators.part)


def _numbered(default: IdentifierType) -> "_Reader":
    def read(parts: Sequence[Piece], separators: _Separators) -> Iterator[Span]:
        code = parts[_TYPE_COMPONENT - 1].text if len(parts) >= _TYPE_COMPONENT else ""
        first = parts[0].split(separators.part)[0]
        if any(map(str.isdigit, first.text)) or code in _TYPE_CODES:
            yield from first.span(_TYPE_CODES.get(code, default))
        if len(parts) >= _AUTHORITY and " " in parts[_AUTHORITY - 1].text.strip():
            yield from parts[_AUTHORITY - 1].split(separators.part)[0].span(IdentifierType.GEO)  # Written out, no code.

    return read


def _device(parts: Sequence[Piece], separators: _Separators) -> Iterator[Span]:
    """Yield the numbers of a device; models, methods and code systems stay."""
    for number, part in enumerate(parts):
        for piece in part.split(separators.part):
            model = not number and len(parts) > 1 and sum(map(str.isdigit, piece.text)) < _FEWEST_OF_FIRST
            if _SERIAL.fullmatch(piece.text) and not _SYSTEM.fullmatch(piece.text) and not model:
                yield from piece.span(IdentifierType.DEVICE)


def _user(parts: Sequence[Piece], _: _Separators) -> Iterator[Span]:
    if len(parts) == 1 and _ACCOUNT.fullmatch(parts[0].text):
        yield from parts[0].span(IdentifierType.OTHER_ID)


_Reader = Callable[[Sequence[Piece], _Separators], Iterator[Span]]
_READERS: dict[Kind, _Reader] = {
    Kind.NAME: _name,
    Kind.PERSON: _person,
    Kind.ADDRESS: _address,
    Kind.PLACE: _place,
    Kind.LOCATION: _location,
    Kind.PHONE: _phone,
    Kind.DATE: _date,
    Kind.EMPLOYER: _employer,
    Kind.ID: _numbered(IdentifierType.MRN),
    Kind.NUMBER: _numbered(IdentifierType.OTHER_ID),
    Kind.ACCOUNT: _numbered(IdentifierType.ACCOUNT),
    Kind.PLAN: _numbered(IdentifierType.HEALTH_PLAN),
    Kind.SSN: _numbered(IdentifierType.SSN),
    Kind.LICENSE: _numbered(IdentifierType.LICENSE),
    Kind.DEVICE: _device,
    Kind.USER: _user,
}
