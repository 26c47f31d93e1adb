"""Places that their wording tells: corners, rooms and lots of homes, saints, named houses, spoken ZIP codes."""

from collections.abc import Sequence

from detectors.patterns.scanning import PatternSet, compile_latin, follows
from detectors.patterns.spoken import DIGIT_WORDS
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

SCORE = 0.8
_STATES = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|"
    "PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|DC"
)
_HOUSE = (
    r"(?:Hall|Dorm|Dormitory|Motel|Inn|Lodge|Hotel|House|Residence|Suites|Tower|Apartments|Motor (?:Court|Inn|Lodge)|"
    r"Guest House|Hostel|Cabins|Manor)"
)
_NUMBERED = r"[0-9]{1,3}(?:st|nd|rd|th|ST|ND|RD|TH)"
_NAMED = r"[A-Z][A-Za-z\xc0-\xff'-]{2,20}"
_PATTERNS = (
    compile_latin(rf"\b({_NUMBERED} (?:&|@|and|at) {_NAMED}(?: (?:St|Ave|Blvd|Rd)\b\.?)?)", ignore_case=False),
    compile_latin(rf"\b({_NAMED} (?:&|@|and) {_NUMBERED})\b", ignore_case=False),
    compile_latin(rf"\b{_HOUSE},? (?i:room|rm|unit|apt|#)\.? ?#?([0-9]{{1,4}}[A-Z]?)\b", ignore_case=False),
    compile_latin(
        rf"\b(?i:room|rm)\.? ([0-9]{{1,4}}[A-Z]?) (?:of|at) (?:the )?(?:{_NAMED} ){{1,3}}{_HOUSE}\b",
        ignore_case=False,
    ),
    compile_latin(
        r"\b(?:trailer(?: park)?|mobile home(?: park)?|rv park)\b[^\n.]{0,20}\b(?:lot|space|spc?\.?|unit|#)"
        r" ?([0-9]{1,4})\b"
    ),
    compile_latin(
        r"\b((?:St|Ste|Saint)\.? [A-Z][a-z\xdf-\xff]{2,14}(?:'s|\x1as))(?: [a-z]|[,.;:)\n]|$| (?:[A-Z][a-z]+ ){0,2}"
        r"(?:Hospital|Clinic|Church|School|Home|House))",
        ignore_case=False,
    ),
    compile_latin(
        rf"\b((?:{_NAMED} ){{1,2}}(?:Children|Women|Men|Veterans)(?:'|\x1a)s)(?:[ ,.;:?!)\n]|$)",
        ignore_case=False,
    ),
    compile_latin(
        r"\b(?:left|at|outside|inside|near|behind|from) (The (?:[A-Z][a-z'-]{2,14} ){0,2}[A-Z][a-z'-]{2,14})\b",
        ignore_case=False,
    ),
    compile_latin(rf"\b(?:{_STATES}) ([0-9]{{2}} [0-9]{{3}})(?:\s*\n|\s*$| +(?:TEL|PH|FAX))", ignore_case=False),
    compile_latin(rf"\bzip(?: ?code)?(?: is|:)? ((?:(?:{DIGIT_WORDS})[ ,-]{{1,2}}){{4}}(?:{DIGIT_WORDS}))\b"),
    compile_latin(
        r"\b((?:calle|avenida|avda\.?|callej[o\xf3]n|bulevar|carretera|colonia|calzada|rue|rua) "
        r"(?:de la |de los |de las |del |de |la |los |las )?[a-z\xe0-\xff][a-z\xe0-\xff]{2,15}(?: "
        r"(?-i:[A-Z][a-z\xe0-\xff]+))?"
        r"(?: #?[0-9]{1,5})?)\b"
    ),
    # "MM 466 HWY 89", "ADDRESS PMB 12,", "fourteen Wapsi Lane", "vivimos por la milla 7".
    compile_latin(r"\b(MM [0-9]{1,3}(?:\.[0-9])?,? (?:OF |ON )?(?:US |STATE )?(?:HWY|RTE|ROUTE|I-|SR) ?[0-9]{1,4})\b"),
    compile_latin(r"\b(PMB #?[0-9]{1,5})\b", ignore_case=False),
    compile_latin(
        rf"\b((?i:{DIGIT_WORDS}|ten|eleven|twelve|[a-z]{{3,5}}teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty"
        rf"(?:[ -](?:{DIGIT_WORDS}))?) {_NAMED} (?:Street|Lane|Drive|Avenue|Road|Court|Circle|Terrace|Place|Boulevard|"
        r"Way|Trail|Hollow|Loop))\b",
        ignore_case=False,
    ),
    compile_latin(
        r"\b(?:viv\w+|rancho|casa|trailer|queda|salida|estamos|por|en) (?:por |en |cerca de )?(?:la )?"
        r"(milla [0-9]{1,3})\b"
    ),
    # A university cut short.
    compile_latin(rf"\b((?:Univ|U)\. of (?:{_NAMED} )?{_NAMED})(?:[,.;:)\n]|$| (?:[a-z0-9(]))", ignore_case=False),
    #: The Italian street, which in English is a way ("oxygen via mask"): named in capitals, with its number.
    compile_latin(
        r"\b((?i:via) (?:(?:della|delle|dei|del|San|Santa|Monte) )?[A-Z][a-z\xe0-\xff]{2,15}(?: [A-Z][a-z\xe0-\xff]+)?"
        r",? (?:n\. ?)?[0-9]{1,4})\b",
        ignore_case=False,
    ),
    compile_latin(
        rf"\b((?i:{DIGIT_WORDS}|ten|eleven|twelve|(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|"
        rf"ninety)(?:-[a-z]+)?)"
        r"[ -](?i:hundred|oh|o|ten|eleven|twelve|[a-z]+teen|(?:twen|thir|for|fif|six|seven|eigh|nine)ty)[a-z -]{0,12}"
        r" [A-Z][a-z]+ (?:Hollow|View|Ridge|Creek|Hill|Road|Street|Lane|Drive|Avenue|Court|Way|Run|"
        r"Trail|Circle|Place))\b",
        ignore_case=False,
    ),
)
_NO_PLACE = compile_latin(
    r"(?:stud(?:y|ies)|criteria|solution|trial|guidelines?|protocol|researchers?|days?|\bsin|bacterias|weeks?|hours?|wort|fire|jude|vitus|valve|disease|syndrome|dance|day|health|studies|"
    r"unit|ward|psych|"
    r"joint commission|lancet|new england|american|national|patient|doctor|hospital|centers? for|advil|"
    r"motrin|tylenol)\b|\b[rl][ul]e (?:weak|numb|pain|swell|edema|tingl|tremor|dvt|spast|heav|clums|par[ea]s)"
)
_SET = PatternSet(_PATTERNS)
_ORDINAL_OF = compile_latin(r"\b(?:grade|percentile|day|the|stage|gen|edition)\s$")


class WhereaboutsRecognizer:
    """Finds where somebody is or lives by the wording alone; rooms of wards, eponyms of saints and journals stay."""

    name = "whereabouts"

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return each place."""
        latin = passage.latin
        ranges: dict[tuple[int, int], None] = {}
        for pattern in map(_PATTERNS.__getitem__, _SET.occurring(latin)):
            for found in pattern.finditer(latin):
                start, end = found.start(1), found.end(1)
                value = found.group(1)
                behind = latin[end : end + 12].lstrip()
                if _NO_PLACE.match(behind) or _NO_PLACE.search(value) or follows(_ORDINAL_OF, latin, start, 12):
                    continue
                ranges[(start, end)] = None
        return [Span(start, end, IdentifierType.GEO, SCORE, self.name) for start, end in ranges]
