"""Plates beside the name of a car, tagged in a State, noted at a gate, and VINs that a scanner damaged."""

from collections.abc import Iterator

from detectors.patterns.plates import MODEL
from detectors.patterns.scanning import Match, PatternSet, compile_latin
from detectors.patterns.states import STATE_CODES, STATE_NAMES

#: Makes and models of which people speak in the United States; a name alone says nothing, a plate stands behind it.
CARS = (
    "acura|audi|bmw|buick|cadillac|chevy|chevrolet|chrysler|dodge|fiat|ford|genesis|gmc|harley|honda|hyundai|infiniti|"
    "isuzu|jaguar|jeep|kawasaki|kia|land rover|lexus|lincoln|mazda|mercedes|mercury|mini cooper|mitsubishi|nissan|"
    "oldsmobile|peterbilt|plymouth|pontiac|porsche|prius|rivian|saab|saturn|scion|subaru|suzuki|tesla|toyota|vespa|"
    "volkswagen|volvo|vw|yamaha|kenworth|freightliner|"
    "4runner|accent|accord|altima|armada|aveo|blazer|bronco|camaro|camry|caravan|cherokee|civic|colorado|compass|"
    "corolla|corvette|crosstrek|cr-?v|cruze|cutlass|durango|econoline|elantra|equinox|escalade|escape|expedition|"
    "explorer|f-?[1-4]50|fiesta|forester|forte|frontier|fusion|grand cherokee|highlander|hr-?v|hummer|impala|impreza|"
    "jetta|lesabre|malibu|maxima|model [3sxy]|mustang|navigator|odyssey|optima|outback|passat|pathfinder|"
    "pilot|rav-?4|rogue|ranger|sable|santa fe|sedona|sentra|sequoia|sienna|sierra|silverado|sonata|sorento|sportage|"
    "suburban|tacoma|tahoe|taurus|terrain|tiguan|town car|transit|traverse|trailblazer|tucson|tundra|versa|windstar|"
    "wrangler|yaris|yukon|ram 1500"
)
KINDS = (
    "car|truck|pick-?up|van|minivan|suv|sedan|coupe|wagon|hatchback|jeep|taxi|cab|motorcycle|scooter|moped|trailer|"
    "camper|bus|vehicle|rental|ride|motorhome|rv"
)
#: The codes in small letters, where they are no words.
_SMALL = "az|tx|ca|fl|ny|wa|nv|nm|ut|ga|nc|sc|tn|ky|va|wv|mn|wi|il|nj|ct|nh|vt|ri|md|mt|wy|sd|nd"
_STATE = rf"(?:{STATE_CODES}|{_SMALL}|(?i:{STATE_NAMES}))"
#: What may be a plate: two groups, or three, or one; letters and figures are counted apart.
_PLATE = (
    r"([A-Z0-9]{1,3}[ -][A-Z0-9]{1,3}[ -][A-Z0-9]{1,3}|[A-Z0-9]{1,4}[ -][A-Z0-9]{2,6}|[A-Z0-9]{5,8})(?:[^A-Za-z0-9-]|$)"
)
_SAID = r"(?i: tagged| tags?| plates?| plated| lic(?:ense|\.)?| reg(?:istration|\.)?| registered)"
_BESIDE = (
    compile_latin(rf"\b(?i:{CARS})(?: [A-Z0-9]{{1,3}})?[,:;]? \(?{_PLATE}", ignore_case=False),
    compile_latin(
        rf"\b(?i:{CARS}|{KINDS})[,:;]?{_SAID}? \(?(?i:in |of |from )?{_STATE}{_SAID}?[:#]? {_PLATE}",
        ignore_case=False,
    ),
    compile_latin(rf"\b(?i:{CARS}|{KINDS})[,:;]?{_SAID}[:#]? {_PLATE}", ignore_case=False),
    compile_latin(
        r"\b[0-2]?[0-9]:?[0-5][0-9](?: ?[ap]m)?[ \t|,-]{1,4}"
        rf"(?i:in|out|enter(?:ed)?|exit(?:ed)?|entry|arr|dep)[ \t|,:]{{1,4}}{_PLATE}",
        ignore_case=False,
    ),
)
#: "the green fiesta, eh-902".
_SMALL_PLATE = compile_latin(
    r"\b(?:black|white|gr[ae]y|silver|red|blue|green|yellow|gold|tan|brown|beige|orange|maroon|purple|new|old) "
    rf"(?:{CARS}),? ([a-z]{{2,3}}-[0-9]{{3,4}})(?:[,.;)\n]|\s*$)",
    ignore_case=False,
)
_CHOSEN = compile_latin(r"\b(?i:vanity|personali[sz]ed|custom) plates? ([A-Z]{4,8})\b", ignore_case=False)
_SCANNED = compile_latin(r"\bv[i1l|]n(?: ?(?:no\.?|number|#))?[.:]{0,2} ?((?:[a-z0-9]{1,17}[ -]?){2,7})")
_ALONE = (_CHOSEN, _SMALL_PLATE)
_SET = PatternSet((*_BESIDE, *_ALONE, _SCANNED))
_VIN_LENGTH = 17
_CAPITALS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_MOST_LETTERS, _SHORTEST, _SHORTEST_STATED, _LONGEST = 5, 5, 4, 8
#: Patterns in which neither a State nor a word for a plate stands.
_UNSTATED = (0, 3)
#: Parts of a car's name, measures of it, and years stand there too.
_NO_PLATE = compile_latin(
    r"(?:[0-9]{1,3} ?(?:MPH|KPH|MPG|HP|CC|LBS|KG|MG|ML|EMS|AM|PM|MI|KM|FT|YO|CAR|DR)|"
    r"(?:GCS|MVC|MVA|LOC|ISS|EMS|ED|BP|HR|MRI|CT|XR|ICD|CPT|ETA|F[1-4]50|5[ -]?HT|T[0-4]N[0-3]M|AWD|FWD|4WD|"
    r"LX|EX|SE|LE|XLE|XLT|LT|LTZ|SL|SV|TRD|DX|GT|GTI|Q|X|CX|EV)[ -]?[0-9]*[A-Z]{0,3})"
)


def plates_of_cars(latin: bytes) -> Iterator[tuple[int, int]]:
    """Yield each plate, and each VIN that a caption announces though a scanner damaged it."""
    for index in _SET.occurring(latin):
        if index < len(_BESIDE):
            for found in _BESIDE[index].finditer(latin):
                if is_plate(found.group(1), _SHORTEST if index in _UNSTATED else _SHORTEST_STATED):
                    yield found.start(1), found.end(1)
        elif index < len(_BESIDE) + len(_ALONE):
            pattern = _ALONE[index - len(_BESIDE)]
            yield from ((found.start(1), found.end(1)) for found in pattern.finditer(latin))
        else:
            yield from _vins(_SCANNED.finditer(latin))


def is_plate(found: bytes, shortest: int) -> bool:
    """Tell whether a word in capitals has the letters and the figures of a plate, and is nothing else."""
    figures = sum(byte in b"0123456789" for byte in found)
    letters = sum(byte in _CAPITALS for byte in found)
    fits = figures > 0 and 1 <= letters <= _MOST_LETTERS and shortest <= figures + letters <= _LONGEST
    return fits and _NO_PLATE.fullmatch(found) is None and MODEL.match(found) is None


def _vins(matches: Iterator[Match]) -> Iterator[tuple[int, int]]:
    """Yield what has seventeen letters and figures, among them four figures at least, however it is cut."""
    for found in matches:
        count = figures = 0
        for at, byte in enumerate(found.group(1)):
            if byte in b" -":
                continue
            count, figures = count + 1, figures + (byte in b"0123456789")
            if count == _VIN_LENGTH:
                behind = found.group(1)[at + 1 : at + 2]
                if figures >= 4 and not behind.isalnum():
                    yield found.start(1), found.start(1) + at + 1
                break
