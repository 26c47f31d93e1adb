"""Street lines, boxes, highways, ZIP and postal codes, coordinates, and the town between a street and a ZIP code."""

from collections.abc import Iterator, Sequence

from detectors.context import Context
from detectors.patterns.scanning import compile_latin, count_digits, follows, has_digit, is_word, stands_alone
from detectors.patterns.states import STATE_CODES, STATE_NAMES
from detectors.patterns.streets import StreetLines
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

SCORE = 0.9
_ZIP = compile_latin(r"[0-9]{5}(?:[-\x1a][0-9]{4})?")
_DOUBTFUL_STATE = compile_latin(r"[^,\s]\s+ID\s+$", ignore_case=False)
_STATE_BEFORE = compile_latin(rf"(?:\b(?:{STATE_CODES})|\b(?i:{STATE_NAMES}))[\s,.]{{1,3}}$", ignore_case=False)
_LOWER_STATE = compile_latin(rf",\s*(?:{STATE_CODES})\.?,?\s+$")
_ZIP_CAPTION = compile_latin(
    r"\b(?:zip(?:[- ]?code|\+4)?|postal(?:[- _]?code)?|postcode|c\.p\.|c\xf3digo postal|plz|"
    r"(?:lives?|living|resid(?:es|ing)|moved|stays?|staying) (?:in|to))[\s:=\x22'>#]*(?:is |was |code )?$"
)
_UNIT = compile_latin(r"\s?(?:(?:mg|g|kg|ml|mcg|iu|units?|kcal|cells|copies|steps|dollars|usd)\b|%)")
_POSTCODE = compile_latin(
    r"\b(?:[A-PR-UWYZ][A-HK-Y]?[0-9][0-9A-HJKPSTUW]? [0-9][ABD-HJLNP-UW-Z]{2}|"
    r"[A-CEGHJ-NPR-TVXY][0-9][A-Z] [0-9][A-Z][0-9])\b",
    ignore_case=False,
)
_FOREIGN_ZIP = compile_latin(r",?\s+([0-9]{4,5})\s+[A-Z\xc0-\xde]", ignore_case=False)
_TOWN_BEFORE = compile_latin(
    rf"((?:(?:St|Ft|Mt)\. )?[A-Z][A-Za-z'\xc0-\xff-]+(?: [A-Z][A-Za-z'\xc0-\xff-]+){{0,2}}),?\s+(?:{STATE_CODES}|"
    rf"(?i:{STATE_NAMES}))\.?,?\s+$",
    ignore_case=False,
)
_GPS = compile_latin(
    r"[-+]?[0-9]{1,3}\.[0-9]{3,8}(?:\s?\xb0)?\s?[NS]?\s?[,;/ ]\s?[-+]?[0-9]{1,3}\.[0-9]{3,8}(?:\s?\xb0)?(?:\s?[EW]\b)?"
    r"|[0-9]{1,3}\s?\xb0\s?[0-9]{1,2}\s?['\x1a]\s?[0-9]{1,2}(?:\.[0-9]+)?\s?[\x22\x1a]?\s?[NS][, ]{1,3}"
    r"[0-9]{1,3}\s?\xb0\s?[0-9]{1,2}\s?['\x1a]\s?[0-9]{1,2}(?:\.[0-9]+)?\s?[\x22\x1a]?\s?[EW]"
)
_LAT_LON = compile_latin(r"\b(?:lat(?:itude)?|lon(?:gitude)?|lng)[\s:=\x22']{1,5}([-+]?[0-9]{1,3}\.[0-9]{2,8})")
_COUNTY = compile_latin(
    r"\b((?:[A-Z][a-z'\xdf-\xff-]+ ){1,2}|(?:[A-Z]{3,} ){1,2})(?:County|COUNTY|Parish|Township|TOWNSHIP|Reservation|"
    r"RESERVATION|Borough)\b",
    ignore_case=False,
)
#: A thread and its needle: "2-0 Vicryl CT-1".
_SUTURE = compile_latin(r"[0-9]{1,2}[-/]0 ")
_COUNTY_WORD = compile_latin("county|parish|township|reservation|borough")
_NO_COUNTY = frozenset(
    b"The This Our Your Their Each Every Local Any In Of From A That Neighboring Catholic Royal".split()
)


class AddressRecognizer:
    """Finds street lines, ZIP codes and coordinates, each as a span of its own; the state between them stays."""

    name = "address"

    def __init__(self) -> None:
        self._streets = StreetLines()
        self._codes = Context(
            ["cpt", "hcpcs", "ndc", "icd", "loinc", "snomed", "drg", "ref", "lot", "code", "wbc", "plt", "payer id"]
        )

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return street, town and code apart."""
        latin = passage.latin
        streets = [street for street in self._streets.ranges(latin) if _SUTURE.match(latin, street[0]) is None]
        ranges = [*streets, *_counties(latin)]
        if has_digit(passage):
            ranges += [*self._codes_of_places(latin, streets), *_coordinates(latin)]
        return [Span(start, end, IdentifierType.GEO, SCORE, self.name) for start, end in dict.fromkeys(ranges)]

    def _codes_of_places(self, latin: bytes, streets: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        for found in _ZIP.finditer(latin):
            start, end = found.start(), found.end()
            if not _is_free(latin, start, end) or _UNIT.match(latin, end):
                continue
            near_street = any(0 <= start - street_end <= 48 for _, street_end in streets)
            doubtful = follows(_DOUBTFUL_STATE, latin, start, 12)
            state = (not doubtful and follows(_STATE_BEFORE, latin, start, 24)) or follows(
                _LOWER_STATE, latin, start, 24
            )
            if state or near_street or follows(_ZIP_CAPTION, latin, start, 28):
                if not self._codes.before(latin, start, 10):
                    yield start, end
                    yield from _town(latin, start)
            elif end - start == 10 and not self._codes.before(latin, start, 16):
                yield start, end
        for found in _POSTCODE.finditer(latin):
            yield found.start(), found.end()
        for _, street_end in streets:
            foreign = _FOREIGN_ZIP.match(latin, street_end)
            if foreign is not None:
                yield foreign.start(1), foreign.end(1)


def _town(latin: bytes, start: int) -> Iterator[tuple[int, int]]:
    """Yield the town before the state and ZIP code."""
    offset = max(0, start - 64)
    line = max(latin.rfind(sign, offset, start) for sign in (b"\n", b",", b"^", b"|", b";"))
    for begin in {offset, line + 1 if line >= 0 else offset}:
        found = _TOWN_BEFORE.search(latin[begin:start])
        if found is not None and count_digits(found.group(1)) == 0:
            yield begin + found.start(1), begin + found.end(1)


def _coordinates(latin: bytes) -> Iterator[tuple[int, int]]:
    for found in _GPS.finditer(latin):
        parts = [part for part in found.group().replace(b";", b",").replace(b" ", b",").split(b",") if b"." in part]
        fine = len(parts) == 2 and all(len(part.split(b".")[1]) >= 4 for part in parts)
        if b"\xb0" in found.group() or (fine and _is_point(parts)):
            yield found.start(), found.end()
    for found in _LAT_LON.finditer(latin):
        yield found.start(1), found.end(1)


def _is_point(parts: Sequence[bytes]) -> bool:
    whole = [int(bytes(byte for byte in part.split(b".")[0] if 48 <= byte <= 57) or b"0") for part in parts]
    return whole[0] <= 90 and whole[1] <= 180 and max(whole) >= 5


def _counties(latin: bytes) -> Iterator[tuple[int, int]]:
    if _COUNTY_WORD.search(latin) is None:
        return
    for found in _COUNTY.finditer(latin):
        words = found.group().split()
        skip = len(words[0]) + 1 if words[0].title() in _NO_COUNTY else 0
        if len(words) - (1 if skip else 0) >= 2:
            yield found.start() + skip, found.end()


def _is_free(latin: bytes, start: int, end: int) -> bool:
    if not stands_alone(latin, start, end):
        return False
    before, behind = latin[max(0, start - 1) : start], latin[end : end + 2]
    if before in (b"-", b".", b"/", b"_", b"#", b"$"):
        return False
    return not (
        behind[:1] in (b"-", b".", b"/", b"_", b",")
        and len(behind) == 2
        and 48 <= behind[1] <= 57
        and is_word(behind[1])
    )
