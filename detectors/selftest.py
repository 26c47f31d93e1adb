"""A look at the detector before it is trusted: known strings have to be found, and harmless ones left."""

from collections.abc import Callable, Sequence

from schemas.errors import DetectionError
from schemas.identifiers import IdentifierType
from schemas.spans import Span

_FOUND: tuple[tuple[str, IdentifierType], ...] = (
    ("Patient Adaeze Okonkwo was seen by Dr. Bogdan Kowalczyk.", IdentifierType.NAME),
    ("She lives at 1190 Juniper Street, Gunnison, CO 81230.", IdentifierType.GEO),
    ("Seen on 03/14/2024 for follow-up.", IdentifierType.DATE),
    ("A 94-year-old woman with a cough.", IdentifierType.AGE),
    ("Call her at (212) 555-0147.", IdentifierType.PHONE),
    ("Write to adaeze@example.org.", IdentifierType.EMAIL),
    ("SSN: 219-09-9998", IdentifierType.SSN),
    ("MRN: 00482917", IdentifierType.MRN),
    ("Login from 192.0.2.17 at noon.", IdentifierType.IP),
)
#: Texts in which nothing may be found, by whatever recognizer.
HARMLESS: tuple[str, ...] = (
    "Take metformin 500 mg twice daily with food.",
    "Blood pressure 120/80, heart rate 72, oxygen saturation 98%.",
)


def check(analyze: Callable[[str], Sequence[Span]]) -> None:
    """Raise DetectionError where a known string is not found or a harmless one is touched."""
    for number, (text, type_) in enumerate(_FOUND):
        if type_ not in {span.type for span in analyze(text)}:
            raise DetectionError("the self-test found too little", case=number, identifier=type_.value)
    for number, text in enumerate(HARMLESS):
        if analyze(text):
            raise DetectionError("the self-test found too much", case=number)
