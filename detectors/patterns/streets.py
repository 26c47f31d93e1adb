"""Street lines: house number, name, suffix and unit; boxes, rural routes and highways; other countries' usual forms."""

from collections.abc import Iterator
from itertools import chain

from detectors.context import Context
from detectors.patterns.scanning import Match, compile_latin, count_digits, follows, is_word, phrases
from detectors.patterns.spoken import DIGIT_WORDS, TEENS, TENS

_STRONG = (
    r"street|avenue|ave|road|rd|boulevard|blvd|lane|ln|drive|parkway|pkwy|highway|hwy|terrace|ter|turnpike|tpke|pike|"
    r"circle|cir|crescent|trail|trl|court|place|plaza|square|sq|row|loop|alley|causeway|expressway|expy|heights|hollow|"
    r"ridge|crossing|xing|commons|landing|mews|path|run|walk|way"
)
_WEAK = r"st|dr|ct|pl|wy|pt|park|view|hill|cove|glen|bend|point|pass|gardens?|close"
_SUFFIX = rf"(?:{_STRONG}|{_WEAK})"
_DIRECTION = r"(?:[NSEW]|[NS][EW]|north|south|east|west|northeast|northwest|southeast|southwest)"
_NUMBER = r"[0-9OolI]{1,6}[A-Z]?(?:[- ]?1/2|-[0-9]{1,4})?"
_NAME = r"(?:[A-Z\xc0-\xff][A-Z0-9\xc0-\xff'.-]*|[0-9]{1,3}(?:st|nd|rd|th))"
_UNIT = (
    r"(?:,?\s*(?:apt|apartment|unit|suite|ste|lot|bldg|building|floor|fl|rm|room|trlr|trailer|spc|space|ph|penthouse|#)"
    r"\.?\s*#?\s*[A-Z0-9-]{1,6}\b)"
)
_LINE = compile_latin(
    rf"\b({_NUMBER})\s+(?:{_DIRECTION}\.?\s+)?((?:{_NAME}\s+){{1,3}})({_SUFFIX})\b\.?(?:\s+{_DIRECTION}\b\.?)?{_UNIT}?"
)
_BOX = compile_latin(
    r"\bP\.?\s?O\.?\s?(?:Box|Drawer)\s+#?[A-Z0-9-]{1,10}\b|\b(?:RR|R\.R\.|rural route|HC|HCR|"
    r"star route)\s*#?\s?[0-9]{1,4},?\s+"
    r"box\s+[0-9]{1,5}(?:-?[A-Z])?\b|\bgeneral delivery\b|\bapartado(?: postal)? [0-9]{1,6}\b|"
    r"\bPSC [0-9]{1,5},? Box [0-9]{1,6}\b"
    r"|\brural route [0-9]{1,3}\b"
)
_HIGHWAY = compile_latin(
    r"\bI-(?:[0-9]{1,3})\b|\bInterstate [0-9]{1,3}\b|\bUS[- ](?:Hwy |Highway |Route )?[0-9]{1,3}\b|\b(?:State |"
    r"County )?(?:Route|Highway|Hwy|Rte)\.? "
    r"[0-9]{1,4}[A-Z]?\b|\b(?:Cty|County|Co\.?|Farm|Ranch) (?:Rd|Road|Hwy)\.? [0-9]{1,5}(?: [NSEW])?\b|"
    r"\bFM[- ][0-9]{3,4}\b|\b(?:SR|CR|SH)-[0-9]{1,4}\b|"
    r"\b(?:hwy|highway|state route|county road) [0-9]{1,4}(?: [nsew])?\b",
    ignore_case=False,
)
_EXIT = compile_latin(r",?(?: [NSEW]B)? (?:at |near |@ ?)?exit ([0-9]{1,3}[A-Z]?)\b")
_MILE = compile_latin(r"\b(?:mile ?marker|mile ?post|mm)[ #]{1,2}([0-9]{1,3}(?:\.[0-9])?)\b")
_NAMED = compile_latin(
    r"\b(?:[A-Z][a-z'\xdf-\xff]+ |[NSEW]\. |MLK |[A-Z][a-z]+-[A-Z][a-z]+ |[0-9]{1,3}(?:st|nd|rd|th) ){1,3}"
    "(?:Street|Avenue|Ave|Road|Rd|Boulevard|Blvd|Highway|Hwy|Parkway|Pkwy|Turnpike|Pike|Lane|Ln|Expressway|"
    r"Freeway)\b\.?",
    ignore_case=False,
)
_ROMANCE = compile_latin(
    r"\b(?:calle|c/|avenida|av\.|avda\.?|carrera|cra\.?|kra\.?|paseo|camino|calzada|calz\.|boulevard|blvd\.?|rua|"
    "(?-i:Via|Viale)|carretera|privada|"
    r"callej\xf3n|prolongaci\xf3n)\s+(?:[0-9]{1,3}\s+#|(?:[A-Z0-9\xc0-\xff][A-Z0-9\xc0-\xff'.]*\s+){0,4}"
    r"[A-Z\xc0-\xff][A-Z\xc0-\xff'.]*,?\s+"
    r"(?:no\.?|num\.?|n\xfam\.?|#|n\xba|n\xb0)?)\s*[0-9]{1,5}(?:\s?[A-Z]\b)?(?:-[0-9]{1,4})?(?:\s*#\s*[0-9]{1,4}"
    "[A-Z]?-[0-9]{1,4})?"
    r"(?:,?\s*(?:int(?:erior)?|depto|dpto|apto|piso|puerta|casa|esc)\.?\s*[0-9A-Z]{1,5}\b)*"
)
_FRENCH = compile_latin(
    r"\b[0-9]{1,4}(?: bis| ter)?,? (?:rue|avenue|av\.|boulevard|bd|all\xe9e|chemin|place|impasse|quai|route) "
    r"(?:(?:de|des|du|la|le|les|de la) |l'|d'){0,2}[A-Z\xc0-\xde][\w\xdf-\xff'-]+(?: [A-Z\xc0-\xde][\w\xdf-\xff'-]+)"
    "{0,3}",
    ignore_case=False,
)
_GERMAN = compile_latin(
    r"\b[A-Z\xc4\xd6\xdc][a-z\xdf-\xff]+(?:stra\xdfe|strasse|str\.|weg|platz|allee|gasse|ring|"
    r"damm)\s+[0-9]{1,4}\s?[a-z]?\b",
    ignore_case=False,
)
_SPOKEN = compile_latin(
    rf"\b(?:(?:{TENS}|{TEENS}|{DIGIT_WORDS}|hundred|thousand)[ -]){{2,6}}(?:[a-z]+ ){{1,2}}"
    r"(?:street|avenue|lane|drive|road|court|boulevard|circle|terrace|place|way)\b"
)
#: A number before a word, as a house number stands.
_NUMBERED = compile_latin(r"[0-9OolI]{1,6}[A-Z]?(?:[- ]?1/2|-[0-9]{1,4})?\s+\S")
#: What boxes, highways and the streets of other countries cannot do without.
_GATE = compile_latin(
    r"box|drawer|delivery|apartado|route|interstate|highway|hwy|rte|\bI-[0-9]|\bUS[- ]|\bFM[- ]|\b(?:SR|CR|SH)-|"
    r"(?:cty|county|co\.?|farm|ranch) r|mile|\bmm[ #]|calle|\bc/|avenida|\bavd?a?\.|carrera|\b[ck]ra\.|paseo|"
    r"camino|calz|boulevard|blvd|\bbd\b|\brua\b|\bvia|carretera|privada|prolong|\brue\b|avenue|all\xe9e|chemin|place|"
    r"impasse|quai|"
    r"stra\xdfe|strasse|str\.|weg |platz |allee |gasse |ring |damm "
)
_CHECKED = compile_latin(rf"\b(?:{_STRONG}|{_WEAK})\b")
_UNITS = frozenset(
    b"min mins minute minutes hour hours hr hrs day days week weeks month months year years yr yrs yo mg mcg g kg ml"
    b" l cc cm mm "
    b"m km ft in lb lbs kcal cal units unit iu tabs tab tablets tablet caps pills puffs drops of and or to the a an "
    b"at per for "
    b"with in on no bed room rm floor pt patient patients x flights blocks block times miles mile degrees percent pa"
    b"ck packs "
    b"out from he she his her by was is are were male female man woman doses dose visits lane stage grade type left "
    b"right "
    b"more less than hours' person people children kids bpm mmhg cycle cycles session sessions since".split()
)
_PLACE = Context(
    phrases(r"""
        address; addr; lives?; living; resid(?:es|ing|ence); moved; home; mail(?:ing)?; located; house; street; at;
        scene; picked up; pickup; deliver(?:y|ed)?; ship; stays?; staying; its; to; from; was; now; domicilio;
        dirección; vive; residence; property; line
    """)
)
#: Isotopes of iodine and forms of the immigration service.
_ISOTOPES = frozenset(
    f"I-{number}".encode()
    for number in (123, 124, 125, 129, 130, 131, 140, 485, 551, 589, 600, 693, 751, 765, 821, 864, 912, 944)
)
_FORM = compile_latin(r"\bform $")
#: Persons of a pedigree ("I-2" beside "II-1"), and editions of a code.
_PEDIGREE = compile_latin(r"\b(?:II|III|IV)-[0-9]\b", ignore_case=False)
_CODES = compile_latin(
    r"\bI-(?:9|10)(?:-CM)? (?:codes?|dx|diagnos)|\bI-9\b[^.\n]{0,40}\bI-10\b|\bI-10\b[^.\n]{0,40}\bI-9\b",
    ignore_case=False,
)
_PAPERS = compile_latin(r" (?:visa|form|document|student|petition|application|waiver|paperwork)")
#: What speaks of the lines of buses, and of spectacles, one plastic of which is the CR-39.
_BUSES = compile_latin(
    r"\b(?:shuttles?|stops? [a-z1-9]|stop [0-9]{2,5}\s+stop|weekdays? [ap]m|fares?|crosstown|timetable|inbound|"
    r"outbound|transfers? free|transit|no service|routes? (?:and|&|,))\b|"
    r"\broute [0-9]{1,3},? (?:and|&) (?:route )?[0-9]{1,3} (?:connect|run|serve|stop|operate)|"
    r"\broute [0-9]{1,3} \((?:weekday|saturday|sunday|holiday)"
)
_OPTICS = compile_latin(
    r"\b(?:lens(?:es)?|single vision|polycarb[a-z]*|trivex|progressives?|bifocals?|high[- ]index)\b"
)
_AROUND = 200
_NO_NAME = frozenset(b"The A This That Our Your My His Her In On At Of And Or Middle Public".split())


class StreetLines:
    """Finds street lines of US form, and the usual forms of Spanish, French and German ones."""

    def ranges(self, latin: bytes) -> Iterator[tuple[int, int]]:
        """Yield each line with its unit, without town and code."""
        if _CHECKED.search(latin) is not None:
            for found in _NAMED.finditer(latin):
                yield from _named(found)
            yield from ((found.start(), found.end()) for found in _SPOKEN.finditer(latin))
            if _NUMBERED.search(latin) is not None:
                yield from (_end_of_line(latin, found) for found in _LINE.finditer(latin) if _is_line(latin, found))
        if _GATE.search(latin) is not None:
            yield from _roads(latin)
            for found in chain.from_iterable(pattern.finditer(latin) for pattern in (_BOX, _ROMANCE, _FRENCH, _GERMAN)):
                yield found.start(), found.end()


def _roads(latin: bytes) -> Iterator[tuple[int, int]]:
    """Yield highways with their exit, and mile markers."""
    for found in _HIGHWAY.finditer(latin):
        if _is_road(latin, found):
            yield found.start(), found.end()
            way_out = _EXIT.match(latin, found.end())
            if way_out is not None:
                yield way_out.start(1), way_out.end(1)
    for found in _MILE.finditer(latin):
        if latin[found.start() : found.start() + 3].lower() != b"mm ":
            yield found.start(), found.end(1)


def _is_road(latin: bytes, found: Match) -> bool:
    """Tell "I-80" from the isotope I-131 and from forms such as the I-693."""
    numbered = latin[found.end() : found.end() + 2] == b" #"
    around = latin[max(0, found.start() - _AROUND) : found.end() + _AROUND]
    if found.group()[:2] == b"I-" and _PAPERS.match(latin, found.end()):
        return False
    if found.group()[:2] == b"I-" and (_PEDIGREE.search(around) or _CODES.search(around)):
        return False
    if found.group()[:5] == b"Route" and _BUSES.search(around):
        return False
    if found.group()[:3] == b"CR-" and _OPTICS.search(around):
        return False
    return found.group() not in _ISOTOPES and not numbered and not follows(_FORM, latin, found.start(), 8)


def _is_line(latin: bytes, found: Match) -> bool:
    """Judge number, name and suffix: capitals tell a street, in small letters a place word has to stand before."""
    if found.start() and latin[found.start() - 1 : found.start()] in (b"/", b".", b"-", b"$", b","):
        return False
    if not count_digits(found.group(1)) or found.group(1).startswith(b"0"):
        return False
    words = found.group(2).split()
    if any(word.islower() and word.endswith(b".") and len(word) > 3 for word in words[:-1]):
        return False  # A sentence ends in it: "3 wks ago. i drive".
    if any(word.lower().strip(b".") in _UNITS for word in words):
        return False
    suffix = found.group(3)
    named = all(word[:1].isupper() or word[:1].isdigit() for word in words) and suffix[:1].isupper()
    if named and not (suffix.isupper() and words[0].isupper() and len(words[0]) > 1):
        weak = suffix.lower() in _WEAK_WORDS and suffix.lower() not in (b"st", b"dr", b"ct", b"pl")
        return not weak or _PLACE.before(latin, found.start(), 24)
    ended = latin[found.end() : found.end() + 1] in (b"", b",", b"\n", b"^", b"|", b"\x22", b"]", b"<", b".", b";")
    strong = suffix.lower() not in _WEAK_WORDS
    return _PLACE.before(latin, found.start(), 24) or (named and (ended or strong))


def _end_of_line(latin: bytes, found: Match) -> tuple[int, int]:
    end = found.end()
    while end > found.start() and not is_word(latin[end - 1]):
        end -= 1
    return found.start(), end


def _named(found: Match) -> Iterator[tuple[int, int]]:
    words = found.group().split()
    skipped = 0
    while words and words[0] in _NO_NAME:
        skipped += len(words[0]) + 1
        words = words[1:]
    if len(words) >= 2:
        yield found.start() + skipped, found.end() - (1 if found.group().endswith(b".") else 0)


_WEAK_WORDS = frozenset(_WEAK.replace("gardens?", "gardens|garden").encode().split(b"|"))
