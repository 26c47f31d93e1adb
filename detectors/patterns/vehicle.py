"""VINs, plates, placards, decals, hull and aircraft registrations (L)."""

from collections.abc import Iterator, Sequence

from detectors.context import Context
from detectors.patterns.captions import Caption, Captions, Strength
from detectors.patterns.cars import plates_of_cars
from detectors.patterns.checksums import is_vin
from detectors.patterns.plates import told_plates
from detectors.patterns.scanning import compile_latin, count_digits, is_word, phrases, stands_alone
from detectors.patterns.spoken import spoken_value
from detectors.patterns.vehicles_told import plates_told
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

_VEHICLE = IdentifierType.VEHICLE

CAPTIONS = (
    Caption(
        _VEHICLE,
        Strength.PLAIN,
        phrases(r"""
        vin; v i n; v.i.n.; vehicle identification number; chassis(?: no)?; vin-?nr; (?:last (?:eight|8|six|6) of
        )vin; hull id; hin; bow no; tail number; medallion; licen[cs]e ?plate; lic plate; veh reg; vehicle
        reg(?:istration)?; parking (?:decal|permit|tag|pass|sticker); hang ?tag; placard(?: no)?; decal;
        snowmobile reg; scooter registration;
        vehicle tag; tag/decal; boat hull id; aircraft; plate no
    """),
    ),
)
_VIN = compile_latin(r"\b[A-HJ-NPR-Z0-9](?:[ -]?[A-HJ-NPR-Z0-9]){16}")
_VIN_SCANNED = compile_latin(r"[A-Z0-9]{17}")
_VIN_CUT = compile_latin(r"\bvin[\s:#.]{1,4}([A-Z0-9]{4,13}\r?\n[A-Z0-9]{4,13})\b")
_VIN_WORDS = Context(
    phrases(r"""
        vin; v\.i\.n\.?; v i n; vehicle; chassis; car; truck; suv; mvc; harley; ford; subaru; van; title; toyota;
        honda; sedan
    """)
)
#: A plate: letters with digits, in up to three groups.
_PLATE_WORD = compile_latin(
    r"\b(?:licen[cs]e plates?|lic\.? plates?|number plates?|(?:reg(?:istration)? |vanity |partial |trailer |"
    r"motorcycle |car )plates?|plates?|tags?|kennzeichen|matr[i\xed]cula|"
    r"immatriculation|targa|patente|placas?|cessna reg|helicopter|aircraft|tail number|rego?)\b"
)
_PLATE_GAP = compile_latin(
    r"(?:[\s:#=,.\x22'(*]|%20|\\?\x22|no\b\.?|number\b|num\b|is\b|was\b|were\b|are\b|read\b|reads\b|as\b|says\b|"
    r"on\b|hit\b|has\b|beginning\b|begins\b|starting\b|starts\b|ending\b|ends\b|with\b|in\b|it\b|bearing\b|"
    r"nuevo m[e\xe9]xico\b|nueva york\b|texas\b|california\b|arizona\b|florida\b|"
    r"nevada\b|colorado\b|del\b|de\b|la\b|mi\b|su\b|carro\b|coche\b|auto\b|camioneta\b|car\b|truck\b|"
    r"(?:TX|CA|OR|FL|NY|OH|WA|AZ|NV|TN|GA|NC|MN|IL|MI)\b:?|readable\b){0,8}"
    r"(?:of (?:the|my|his|her) [a-z]{2,12},? )?(?:on it, (?:[A-Z]{2} )?)?"
)
_PLATE = compile_latin(
    r"[A-Z0-9]{1,4}[- ][A-Z0-9]{1,4}(?:[- ][A-Z0-9]{1,4}){0,2}\b|[A-Z0-9]{2,8}\b|[A-Z0-9](?: [A-Z0-9]){4,6}\b"
)
_NEXT_PLATE = compile_latin(
    r"(?:,| and| or| &|/|;)+ (?:(?:TX|CA|OR|FL|NY|OH|WA|AZ|NV|TN|GA|NC|MN|IL|MI) )?([A-Z0-9]{1,4}[- ][A-Z0-9]{1,4})\b",
    ignore_case=False,
)
#: A plate or hull number behind the vehicle: "a sailboat, WN 4417 RT", "her RV (Montana 7-4418B)".
_BEHIND_VEHICLE = compile_latin(
    r"\b(?i:boat|sailboat|skiff|vessel|yacht|trawler|jet ?ski|rv|motorhome|trailer|camper|pickup|truck|suv|van|car|"
    r"sedan|moped|scooter|motorcycle|bike|atv|snowmobile)(?: \(|, )(?:[A-Z][a-z]+ )?"
    r"([A-Z]{2} [0-9]{3,4} [A-Z]{1,3}|[A-Z]{2,3}[- ][0-9]{3,5}|[0-9]{1,3}[- ]?[A-Z]{2,3}[- ]?[0-9]{2,4}|"
    r"[0-9]{1,2}-[0-9]{3,5}[A-Z]?)\b",
    ignore_case=False,
)
#: A hull number by its own form, which its caption announces somewhere before.
_HULL = compile_latin(
    r"\b(?i:registration|registered|reg|bow|hull)(?i: (?:no|number|numbers|as|of|is))*[ .:#]{1,3}"
    r"([A-Z]{2}[ -][0-9]{3,4}[ -][A-Z]{2})\b",
    ignore_case=False,
)
#: A plate some words behind its caption ("her plate for the garage, she said QRS-118"), or one that its owner chose.
_TOLD_PLATE = compile_latin(
    r"\b(?i:plates?|tag|placas?)\b[^.\n0-9]{1,40}?\b([A-Z]{2,4}-[0-9]{2,4}|[A-Z0-9]{2,4}-[A-Z0-9]{2,4})\b"
    r"(?:(?:,| or|, or| and|/)+ ?([A-Z0-9]{2,4}-[A-Z0-9]{2,4})\b)?",
    ignore_case=False,
)
_CHOSEN = compile_latin(
    r"\b(?i:plates?|placas?)(?i: is| was| reads| says|:)? \x22?([A-Z]{2,7} [0-9]{1,3})\b", ignore_case=False
)
#: The hull number of a boat, and the plate of whoever drove, by their forms.
_BOAT = compile_latin(
    r"\b(?i:boat|skiff|vessel|ferry|canoe|kayak|pontoon|watercraft|"
    r"launch)\b[^.\n]{0,32}?\b([A-Z]{2}[ -]?[0-9]{4}[ -]?[A-Z]{1,2})\b",
    ignore_case=False,
)
_DRIVER = compile_latin(
    r"\b(?i:courier|driver|medivan|chauffeur|taxi|cab|uber|lyft|valet)\b[^.\n0-9]{0,24}?"
    r"(?:[A-Z][a-z]+,?|plates?|tag|reg) \(?([A-Z]{3}[- ][0-9]{3,4})\b",
    ignore_case=False,
)
#: A plate behind the make and its state: "Toyota Tacoma NM BXD-R09".
_MADE = compile_latin(
    r"\b(?i:subaru|toyota|ford|honda|chevy|chevrolet|nissan|hyundai|kia|dodge|jeep|mazda|tesla|ram|gmc|buick|lexus|"
    r"volvo|audi|bmw)(?: [A-Za-z0-9-]{2,12}){0,2},? "
    r"(?:A[KLRZ]|C[AOT]|D[CE]|FL|GA|HI|I[ADLN]|K[SY]|LA|M[ADEINOST]|N[CDEHJMVY]|"
    r"O[HKR]|PA|RI|S[CD]|T[NX]|UT|V[AT]|W[AIVY]) ([A-Z0-9]{2,4}[- ]?[A-Z0-9]{2,4})\b",
    ignore_case=False,
)
#: The number of a placard for the disabled, and of a tag on a vehicle.
_PLACARD = compile_latin(
    r"\b(?i:handicap(?:ped)?|disabled parking) (?i:tag|placard|permit|sticker)[^\n]{0,48}?"
    r"(?i:number|no\.?|#|is|was|reads)(?i: is| was|:)? ?([A-Z]{0,2} ?[0-9]{3} ?[0-9]{3,4}|[A-Z]{1,2}-?[0-9]{4,7})\b|"
    r"\b(?i:tag on) (?i:the |his |her |their |my )?(?:[a-z]+ ){1,3}([A-Z]{1,3}[ -][0-9]{4,6})\b",
    ignore_case=False,
)
_TAIL = compile_latin(r"\b(?:N[1-9][0-9]{0,4}[A-HJ-NP-Z]{0,2}|[GCD]-[A-Z]{4}|EI-[A-Z]{3})\b", ignore_case=False)
#: Masks and stages.
_NO_TAIL = frozenset((b"N95", b"N99", b"N100", b"N1", b"N2", b"N3"))
_AIR = Context(
    phrases(r"""
        aircraft; rotor; tail; helicopter; cessna; plane; air ambulance; flight; pilot; jet; landed; airplane; helo;
        chopper; medevac
    """)
)
_NO_PLATE = Context(
    phrases(r"""
        growth; agar; dental; locking; occlusal; ishihara; bone; mandible; lcp; well; skin; blood; culture; end;
        footplate; screws?; key; part
    """)
)
_CULTURE = Context(["agar", "cultures?", "media", "medium", "samples?", "specimens?", "fixation", "fracture"])
_GATE = compile_latin(
    r"plate|plat\xe9|tag|kennzeichen|matr[i\xed]cula|immatric|targa|patente|placa|\brego?\b|[A-HJ-NPR-Z0-9]{17}|"
    r"\bv[ .]?i[ .]?n\b|aircraft|tail|helicopter|cessna|(?:boat|skiff|vessel|yacht|trawler|ski|rv|motorhome|trailer|"
    r"camper|pickup|truck|suv|van|car|sedan|moped|scooter|motorcycle|bike|atv|snowmobile)(?: \(|, )|registration|"
    r"registered|\bbow|hull|boat|skiff|vessel|ferry|canoe|kayak|pontoon|craft|courier|driver|transport|medivan|taxi|"
    r"cab|"
    r"uber|lyft|valet|flight|rotor|pilot|plane|\bjet|landed|\bhelo\b|chopper|medevac|subaru|toyota|ford|honda|chev|nissan|hyundai|dodge|jeep|"
    r"mazda|tesla|ram\b|gmc|buick|lexus|volvo|audi|bmw|handicap|disabled parking"
)
_NO_GROUP = frozenset(b"of in at is on to or and the for well".split())
_CAR_WORDS = Context(
    phrases(r"""
        car; truck; suv; van; vehicle; drove; driver; hit; parked; parking; lot; dmv; civic; honda; ford; toyota;
        leaving; valet; speeding
    """)
)


class VehicleRecognizer:
    """Finds vehicle identifiers; makes, models, bone plates and skin tags stay."""

    name = "vehicle"

    def __init__(self) -> None:
        self._captions = Captions(CAPTIONS)

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return each identifier without its caption."""
        latin = passage.latin
        spans = self._captions.spans(passage, self.name)
        ranges = dict.fromkeys([*told_plates(latin), *plates_of_cars(latin), *plates_told(latin)])
        if _GATE.search(latin) is not None:
            ranges |= dict.fromkeys([*_vins(latin), *_plates(latin), *_tails(latin), *_told(latin)])
        return [*spans, *(Span(start, end, _VEHICLE, 0.95, self.name) for start, end in ranges)]


def _vins(latin: bytes) -> Iterator[tuple[int, int]]:
    for pattern in (_VIN, _VIN_SCANNED):
        for found in pattern.finditer(latin):
            start, end = found.start(), found.end()
            value = found.group().replace(b" ", b"").replace(b"-", b"")
            free = stands_alone(latin, start, end) or latin[max(0, start - 3) : start] == b"%20"
            mixed = 3 <= count_digits(value) <= 15 and not value.isdigit()
            if free and mixed and (_VIN_WORDS.before(latin, start) or is_vin(value.decode("latin-1"))):
                yield start, end
    for found in _VIN_CUT.finditer(latin):
        if count_digits(found.group(1)) >= 3:
            yield found.start(1), found.end(1)


def _plates(latin: bytes) -> Iterator[tuple[int, int]]:
    for word in _PLATE_WORD.finditer(latin):
        gap = _PLATE_GAP.match(latin, word.end(), min(len(latin), word.end() + 40))
        start = gap.end() if gap else word.end()
        spoken = spoken_value(latin, start)
        if spoken is not None:
            yield spoken
            continue
        found = _PLATE.match(latin, start, min(len(latin), start + 24))
        if found is None or _NO_PLATE.before(latin, word.start(), 16) or not stands_alone(latin, start, found.end()):
            continue
        end = _second_half(latin, start, found.end())
        while _is_plate(latin, word.group().lower(), start, end):
            yield start, end
            found = _NEXT_PLATE.match(latin, end, min(len(latin), end + 32))
            if found is None or not stands_alone(latin, found.start(1), found.end(1)):
                break
            start, end = found.start(1), _second_half(latin, found.start(1), found.end(1))


def _is_plate(latin: bytes, word: bytes, start: int, end: int) -> bool:
    """Judge the signs behind a word for a plate: letters and digits both, in capitals unless the caption is plain."""
    value = latin[start:end]
    letters = sum(is_word(byte) for byte in value) - count_digits(value)
    quoted = latin[start - 1 : start] == b"\x22" and b"plate" in word
    if quoted and value.isupper():
        return True
    if not count_digits(value):
        return b"aircraft" in word and value.isupper()
    if letters == 0 or len(value) < 3 or value[-2:].lower() in (b"mm", b"cm") or _is_decimal(latin, end):
        return False
    groups = value.replace(b"-", b" ").split()
    if groups[-1] in _NO_GROUP or any(group.isalpha() and group.islower() and len(group) > 3 for group in groups):
        return False
    if word in (b"tag", b"tags", b"plate", b"plates", b"reg", b"placa", b"placas", b"patente", b"targa", b"helicopter"):
        return value.isupper() or word.startswith(b"plate") or _CAR_WORDS.near(latin, start, end)
    return True


def _is_decimal(latin: bytes, end: int) -> bool:
    """Tell whether the number goes on behind a point."""
    return latin[end : end + 1] == b"." and latin[end + 1 : end + 2].isdigit()


def _second_half(latin: bytes, start: int, end: int) -> int:
    """Cut the words in small letters that follow a plate."""
    length = 0
    for group in latin[start:end].split(b" "):
        word = group.isalpha() and group.islower() and length
        if word and (len(group) > 2 or count_digits(latin[start : start + length]) >= 3):
            return start + length - 1
        length += len(group) + 1
    return end


def _tails(latin: bytes) -> Iterator[tuple[int, int]]:
    for pattern in (_BEHIND_VEHICLE, _HULL, _CHOSEN, _BOAT, _DRIVER):
        for found in pattern.finditer(latin):
            if not _is_decimal(latin, found.end(1)):
                yield found.start(1), found.end(1)
    for found in _TOLD_PLATE.finditer(latin):
        for group in (1, 2):
            value = found.group(group)
            mixed = value is not None and 0 < count_digits(value) < len(value) - 1
            culture = _CULTURE.search_in(latin, found.start(), found.end() + 12)
            if mixed and not culture and not _NO_PLATE.before(latin, found.start(), 16):
                yield found.start(group), found.end(group)
    for found in _TAIL.finditer(latin):
        if found.group() not in _NO_TAIL and _AIR.near(latin, found.start(), found.end()):
            yield found.start(), found.end()


def _told(latin: bytes) -> Iterator[tuple[int, int]]:
    """Yield plates behind the make and the state, and numbers of placards and tags."""
    for found in _MADE.finditer(latin):
        if 0 < count_digits(found.group(1)) < len(found.group(1)) - 1:
            yield found.start(1), found.end(1)
    for found in _PLACARD.finditer(latin):
        group = 1 if found.start(1) >= 0 else 2
        yield found.start(group), found.end(group)
