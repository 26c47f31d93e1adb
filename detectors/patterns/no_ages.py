"""Numbers of years that are nobody's age: what lasts so long, what is so old, what was measured."""

from detectors.patterns.scanning import Match, compile_latin, follows

_OLD_NOT = compile_latin(
    r"(?:-[a-z]|dure|ago|flood|war|storm|plan|lease|bond|anniv|warrant|reign|life ?(?:span|cycle)|of (?:experience|"
    r"service|smoking|marriage)|history|survival|later|follow|in |since|supply|smok)"
)
#: Before a number of years that are no age: "used for over a hundred years".
_LASTING = compile_latin(
    r"\b(?:for|after|in|within|every|last|past|next|since|than|over)"
    r"(?: (?:over|about|nearly|almost|around|more than|at least|the))* $"
)
#: The Spanish "and" ("diclofenaco de 100 y reposo"), which before these words is a year's.
_AND = compile_latin(r" y ((?:el|la|lo|le|mi|su|un|al|de|en|es|se|si|te|ya)\b|[a-z\xe0-\xff]{3,})")
_ENGLISH = frozenset(
    b"old with male female who here from and has man woman pat patient presents adm lady admitted".split()
)
#: What was measured before: "was 90 pounds, now 104".
_GAUGED = compile_latin(r"\b(?:pounds?|lbs?|kg|degrees|weigh[a-z]*|goal|flexion|score)\b[^.\n]{0,40}$")
#: What is a hundred years old and nobody: "the 100-year-old building", "a 90 yo cut-off".
_THING = compile_latin(
    r"[- ](?:house|home|building|church|bridge|tree|oak|barn|farm|law|rule|tradition|remedy|recipe|"
    r"study|hospital|school|company|business|institution|technique|problem|book|debate|idea|cut-?off|limit|threshold|"
    r"category|group|bracket|is the (?:cut|limit|max|top)|dur[ae]\b)"
)
#: What somebody had at a time or on so much oxygen: "He was 99.1 at 2", "was 94 on room air", "now 101 orally".
_TAKEN = compile_latin(
    r" (?:and (?:weaned|afebrile|satting)|"
    r"on (?:ra\b|(?:room|ambient) air|[0-9.]+ ?l|[0-9]|nc\b|hfnc|nasal|bipap|cpap|o2|oxygen|nrb|a non|supp|"
    r"(?:his|her|home) (?:o2|oxygen|home)|(?:two|three|four|five|six|ten) lit)|at (?:noon|midnight|triage|rest|bedtime|"
    r"(?:[0-9]{1,2}(?::[0-9]{2})?|[01][0-9][0-5][0-9]|2[0-3][0-5][0-9])(?: ?[ap]\.?m\b)?(?:[,.;\n]|$| (?:and|then|but|"
    r"with)\b))|(?:rectal|oral|axillary|tympanic|temporal|by (?:ear|mouth|forehead)|overnight|over [0-9]{2}\b|"
    r"(?:after|before|with|without) (?:tylenol|motrin|ibuprofen|acetaminophen|advil)))"
)
#: An announced decimal, which is an age only where its word says so.
_DECIMAL, _OF_AGE = compile_latin(r"[0-9]\.[0-9]$"), compile_latin(r"age|edad|alter|\ba[n\xf1]os")


def is_vital(latin: bytes, found: Match) -> bool:
    """Tell whether an announced number is what was taken of somebody: a temperature, a saturation."""
    if _DECIMAL.search(found.group(1)) and not _OF_AGE.search(found.group()):
        return True
    return _TAKEN.match(latin, found.end(1)) is not None


def lasts(latin: bytes, found: Match) -> bool:
    """Tell whether a number with "years" behind it counts how long something lasts, or is no number of years."""
    spanish = _AND.match(latin, found.end(1))
    if spanish is not None and spanish.group(1).lower() not in _ENGLISH:
        return True
    behind = latin[found.end() : found.end() + 24].lstrip().lower()
    return _OLD_NOT.match(behind) is not None or follows(_LASTING, latin, found.start(), 40)


def of_thing(latin: bytes, end: int) -> bool:
    """Tell whether what is so many years old is a thing or a rule."""
    return _THING.match(latin, end) is not None


def is_gauged(latin: bytes, start: int) -> bool:
    """Tell whether words before a number say that something was measured."""
    return follows(_GAUGED, latin, start, 56)
