"""Plates that a sentence tells without a word for one: what a trailer is, what a bystander caught, what was spoken."""

from collections.abc import Iterator

from detectors.patterns.cars import CARS, KINDS, is_plate
from detectors.patterns.scanning import Match, Pattern, PatternSet, compile_latin, count_digits, stands_alone
from detectors.patterns.spoken import SPOKEN_VALUE, spoken_value
from detectors.patterns.states import STATE_CODES

_RIDES = "uber|lyft|rideshare|shuttle|motorbike|bike|boat|semi|rig|ambulance|pick-?up"
_VEHICLE = rf"(?i:{CARS}|{KINDS}|{_RIDES})"
_VALUE = r"([A-Z0-9]{1,4}(?:[ -][A-Z0-9]{1,4}){1,3}|[A-Z0-9]{5,8})"
_END = r"(?:[^A-Za-z0-9-]|$)"
#: "The trailer is TR 40-118", "her van's KLM 4417".
_IS = compile_latin(
    rf"\b{_VEHICLE}(?:(?i:(?: [a-z]+){{0,3}} (?:is|was|wore|bears|bore|shows|showed|read|reads))|'s|\x1as)"
    rf"(?: [\x22\x1a])? ?{_VALUE}{_END}",
    ignore_case=False,
)
#: "Bystander wrote down K15-08R before the car sped off".
_CAUGHT = compile_latin(
    r"\b(?i:wrote(?: down)?|jotted(?: down)?|took down|noted(?: down)?|got|gets|caught|saw|read|snapped|memori[sz]ed|"
    r"remembers|remembered|copied|recorded)(?i: only| just| the| a| its| partial| part of){0,3} "
    rf"{_VALUE}[,\x22\x1a]?(?i: (?:before|as|when|on|off|from|while|and)) (?i:the|it|he|she|they|a|an|his|her|"
    rf"another|somebody's|someone's)\b[^.\n]{{0,30}}?(?:{_VEHICLE}|"
    r"(?i:sped|drove|fled|pulled|peeled|took off|turned|backed|bumper|windshield))\b",
    ignore_case=False,
)
#: "Left own car in fire lane (PA LKV-3309)".
_BRACKETED = compile_latin(rf"\b{_VEHICLE}\b[^.\n()]{{0,48}}\(((?:{STATE_CODES})[ -])?{_VALUE}\)", ignore_case=False)
#: "a green subaru abx 201": in small letters, the figures perhaps as a scanner read them.
_SMALL = compile_latin(
    r"\b(?:black|white|gr[ae]y|silver|red|blue|green|yellow|gold|tan|brown|beige|orange|maroon|purple|dark|light) "
    rf"(?:{CARS}|{KINDS}),? "
    r"([a-z]{2,3}[ -]?[0-9][0-9ol]{2,3}|[0-9]{3}[ -]?[a-z]{3}|[0-9][a-z]{3}[0-9]{3})\b",
    ignore_case=False,
)
#: Of somebody's vehicle, three letters without a vowel: "my moms jeep lkz 4471".
_OWNED = compile_latin(
    r"\b(?:my|her|his|our|their|your) (?:[a-z]{2,9}'?s )?(?:[a-z]{3,8} )?"
    rf"(?:{CARS}|{KINDS}),? ([b-df-hj-np-tv-xz]{{3}}[ -]?"
    r"(?:[0-9]{3}|[03-9][0-9]{3}|[12][1-8][0-9]{2})|[0-9][b-df-hj-np-tv-xz]{3}[0-9]{3})\b",
    ignore_case=False,
)
#: The plate of a car for hire in New York: "T731084C".
_HIRED = compile_latin(
    r"\b(?:uber|lyft|taxi|cab|rideshare|tlc|plates?|car|driver|van)\b[^.\n0-9]{0,40}?\b(t ?[0-9]{3} ?[0-9]{3} ?c)\b"
)
_SPOKEN = compile_latin(rf"\b(?:plates?|tag)\b(?:'s)?[^.?!\n0-9]{{0,40}}?[ ,]({SPOKEN_VALUE.pattern})")
#: What somebody remembers of one: "tag starts PLK".
_BEGUN = compile_latin(
    r"\b(?i:plates?|tag)(?i: (?:number|no\.?))?(?i: that)? (?i:starts?|starting|begins?|beginning|began|"
    r"started|ends?|ending)"
    r"(?i: (?:with|in|w/))? \x22?([A-Z][A-Z0-9]{1,3}|[0-9][A-Z0-9]{1,3}[A-Z]|[0-9]{3})\b",
    ignore_case=False,
)
_PATTERNS = (_BEGUN, _OWNED, _IS, _CAUGHT, _BRACKETED, _SMALL, _HIRED, _SPOKEN)
_SET = PatternSet(_PATTERNS)
#: A VIN whose check digit is wrong is one still: where it was built, the check digit's place, the serial number.
_VIN = compile_latin(
    r"\b[1-9JKLMNPRSTVWYZ][A-HJ-NPR-Z0-9]{7}[0-9X][A-HJ-NPR-Z0-9][A-HJ-NPR-Z0-9]{3}[0-9]{4}\b", ignore_case=False
)
_FEWEST_LETTERS, _MOST_IN_GROUP, _SHORTEST, _SHORTEST_STATED, _FEWEST_SPOKEN = 4, 3, 5, 4, 3
_NO_LETTERS = frozenset(
    b"for and was has hit had got the did too all per out off day are not its but can at in on of to is we he my by "
    b"she her his him they you now one two who why how use see say may our any new old or no so up us if as an do go "
    b"be mg ml cc lbs mph min hrs cm mm km mi ft yrs wks mos pts".split()
)
_MEASURES = frozenset(b"BP HR RR GCS MVC MVA ISS SPO2 WT HT BG BS HB CR NA".split())
_GROUP = compile_latin(r"[a-z]+")
_NUMBERS = compile_latin(r"\b(?:zero|oh|one|two|three|four|five|six|seven|eight|niner|nine)\b")


def plates_told(latin: bytes) -> Iterator[tuple[int, int]]:
    """Yield each plate, of one behind the code of a State both, and VINs by their build."""
    for index in _SET.occurring(latin):
        pattern = _PATTERNS[index]
        if pattern is _SPOKEN:
            yield from _spoken(latin)
        else:
            yield from (place for found in pattern.finditer(latin) for place in _written(pattern, found))
    for found in _VIN.finditer(latin):
        letters = len(found.group()) - count_digits(found.group())
        if letters >= _FEWEST_LETTERS and stands_alone(latin, found.start(), found.end()):
            yield found.start(), found.end()


def _written(pattern: Pattern, found: Match) -> Iterator[tuple[int, int]]:
    """Yield the plate of a match, where it has the form of one."""
    if pattern is _BRACKETED:
        stated = found.start(1) >= 0
        if _fits(found.group(2), _SHORTEST_STATED if stated else _SHORTEST):
            yield found.start(1 if stated else 2), found.end(2)
    elif pattern in (_IS, _CAUGHT):
        if _fits(found.group(1)):
            yield found.start(1), found.end(1)
    else:
        letters = _GROUP.search(found.group(1))
        if letters is None or letters.group().lower() not in _NO_LETTERS:
            yield found.start(1), found.end(1)


def _fits(value: bytes, shortest: int = _SHORTEST) -> bool:
    """Tell whether a value is a plate's, none of its groups a word."""
    groups = value.replace(b"-", b" ").split()
    worded = any(group.isalpha() and len(group) > _MOST_IN_GROUP for group in groups)
    return not worded and groups[0] not in _MEASURES and is_plate(value, shortest)


def _spoken(latin: bytes) -> Iterator[tuple[int, int]]:
    """Yield what is spoken behind a word for a plate, where it holds figures enough."""
    for found in _SPOKEN.finditer(latin):
        value = spoken_value(latin, found.start(1))
        if value is not None and sum(1 for _ in _NUMBERS.finditer(latin, *value)) >= _FEWEST_SPOKEN:
            yield value
