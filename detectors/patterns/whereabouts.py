"""Places that their wording tells: corners, rooms and lots of homes, saints, named houses, spoken ZIP codes."""

from collections.abc import Sequence

from detectors.patterns.scanning import compile_latin, follows
from detectors.patterns.spoken import DIGIT_WORDS
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

SCORE = 0.8
_STATES = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|"
    "PA|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|DC"
)
_HOUSE = r"(?:Hall|Dorm|Dormitory|Motel|Inn|Lodge|Hotel|House|Residence|Suites|Tower|Apartments)"
_LANDMARK = (
    r"(?i:bridge|park|lake|river|mall|market|mill|dam|creek|tavern|diner|station|library|church|school|bakery|cafe|"
    r"plaza|"
    r"square|tower|farms?|ranch|quarry|marina|pier|overpass|underpass|cemetery|stadium|arena|casino|barn|saloon|grange|"
    r"trailhead|campground|landing|ferry|lighthouse|depot|armory|raceway|fairgrounds?)"
)
_STATES_LOWER = (
    "az|ar|ca|ct|fl|ga|ia|il|ks|ky|mi|mn|mo|mt|nc|nd|ne|nh|nj|nm|nv|ny|oh|ok|pa|ri|sc|sd|tn|tx|ut|va|vt|wa|wi|wv|wy|"
    "alabama|alaska|arizona|arkansas|california|colorado|connecticut|delaware|florida|georgia|hawaii|idaho|illinois|"
    "indiana|"
    "iowa|kansas|kentucky|louisiana|maine|maryland|massachusetts|michigan|minnesota|mississippi|missouri|montana|"
    "nebraska|"
    "nevada|new (?:hampshire|jersey|mexico|york)|north (?:carolina|dakota)|ohio|oklahoma|oregon|pennsylvania|rhode "
    "island|"
    "south (?:carolina|dakota)|tennessee|texas|utah|vermont|virginia|washington|west virginia|wisconsin|wyoming"
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
        r"\b(?:trailer(?: park)?|mobile home(?: park)?|rv park)\b[^\n.]{0,20}\b(?:lot|space|unit|#)"
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
    compile_latin(  # A landmark that somebody lives or was found beside: "under the Higgins bridge".
        r"\b(?:near|by|behind|under(?:neath)?|beneath|across from|next to|next door to|beside|past|opposite|off|"
        r"outside|"
        rf"(?:around|on) the corner (?:from|of)|(?:down|up)(?:stream|hill)? from|off exit [0-9]{{1,3}}[A-Z]? (?:near|"
        rf"by|at)) "
        rf"(?:the |that |our |an old |a |old )?((?:{_NAMED} ){{1,3}}{_LANDMARK})\b",
        ignore_case=False,
    ),
    compile_latin(  # The exit or marker alone.
        r"\b(?i:exit|mile ?(?:marker|post)|mm|milepost) ([0-9]{1,3}[A-Z]?)"
        r"(?: (?:on|off|of|near|by|from) (?:the )?(?:I-?[0-9]|US|Hwy|Highway|Route|Rte|SR|interstate|turnpike|"
        r"freeway|thruway|[A-Z]))",
        ignore_case=False,
    ),
    compile_latin(
        r"\b(?:liv(?:es?|ing)|stays?|staying|house|home|trailer|cabin|ranch|farm) (?:is )?(?:right )?off exit "
        r"([0-9]{1,3}[a-z]?)\b"
    ),
    compile_latin(r"\b(precinct (?:no\.? |#)?[0-9]{1,3}|[0-9]{1,3}(?:st|nd|rd|th) precinct)\b"),
    compile_latin(r"\bapt\.? ?#?([0-9]{1,4}[A-Z]|[A-Z][0-9]{1,3})\b(?:[,.;\n)]|$)", ignore_case=False),
    compile_latin(r"\bapartment (?:no\.? ?|number |#)?([0-9]{1,4}[A-Z]?|[A-Z][0-9]{1,3})\b"),
    compile_latin(
        rf"\b(?:{_NAMED} ){{1,2}}(?:Hall|Dorm|Dormitory|Motel|Inn|Lodge),? #?([0-9]{{2,4}}[A-Z]?)\b", ignore_case=False
    ),
    compile_latin(rf"\b(?i:room|rm)\.? ([0-9]{{1,4}}[A-Z]?), (?:{_NAMED} ){{1,3}}{_HOUSE}\b", ignore_case=False),
    compile_latin(  # A town in small letters before its state's letters.
        r"\b(?:liv(?:e|es|ed|ing)|from|mov(?:ed|ing)|born|raised|grew up|resid(?:es|ing)|house|home|staying|way)"
        r"(?: (?:all|out|up|down|over|back|here|near|now|way))*(?: (?:in|near|outside|by|around|to|at|from))? "
        rf"([a-z][a-z'-]{{2,14}}(?: [a-z][a-z'-]{{2,14}})?), (?:{_STATES_LOWER})\b(?:[ ,.;!?)\n]|$)",
        ignore_case=False,
    ),
    compile_latin(  # A quarter with its article: "in the Tenderloin", "in the Mission District".
        r"\b(?:live[sd]?|living|resid(?:es|ing|ed)|grew up|born|raised|apartment|house|home|place|stays?|staying|"
        r"sleeps?|"
        rf"camps?|camping|unhoused|homeless)(?: (?:up|down|out|over|back|alone|somewhere))* in (?:the )((?:{_NAMED} "
        rf"){{0,2}}{_NAMED})"
        r"(?: (?:district|neighborhood|neighbourhood|area|section|projects|part of town))?(?:[,.;!?)\n]|$| (?:with|"
        r"and|since|for|near|on|by) )",
        ignore_case=False,
    ),
    compile_latin(rf"\b(?:{_STATES}) ([0-9]{{2}} [0-9]{{3}})(?:\s*\n|\s*$| +(?:TEL|PH|FAX))", ignore_case=False),
    compile_latin(rf"\bzip(?: ?code)?(?: is|:)? ((?:(?:{DIGIT_WORDS})[ ,-]{{1,2}}){{4}}(?:{DIGIT_WORDS}))\b"),
    compile_latin(
        r"\b((?:calle|avenida|avda\.?|callej[o\xf3]n|bulevar|carretera|colonia|calzada|rue|via|rua) "
        r"(?:de la |de los |de las |del |de |la |los |las )?[a-z\xe0-\xff][a-z\xe0-\xff]{2,15}(?: "
        r"(?-i:[A-Z][a-z\xe0-\xff]+))?"
        r"(?: #?[0-9]{1,5})?)\b"
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
    r"(?:days?|weeks?|hours?|wort|fire|jude|vitus|valve|disease|syndrome|dance|day|health|studies|unit|ward|psych|"
    r"joint commission|lancet|new england|american|national|patient|doctor|hospital|centers? for|advil|"
    r"motrin|tylenol)\b"
)
#: Capitals with an article that are no quarter: regions, countries, seasons, departments, and stations of a ward.
_NO_QUARTER = compile_latin(
    r"[A-Z]{2,5}|(?:(?i:mid-?west|north-?east|north-?west|south-?east|south-?west|south|north|east|west|middle|deep|"
    r"pacific|"
    r"united|u\.?s\.?a?|usa|uk|republic|dominican|czech|philippines|netherlands|bahamas|caribbean|gambia|sudan|congo|"
    r"ukraine|"
    r"maldives|balkans|emirates|states|islands?|winter|summer|spring|fall|autumn|moment|army|navy|marines|air force|"
    r"sun|"
    r"past|present|future|world|western|eastern|northern|southern|bronze|stone|middle ages|area|medicare|medicaid|"
    r"veterans|"
    r"children|nurs(?:e|es|ing)|gas|police|fire|bus|train|public|medical|work|power|feeding|docking|base|space|nurse's|"
    r"emergency|er|ed|ers|icu|snf|unit|ward|internet|bible|english|spanish|gray|zone|circle|local|community)\b.*)",
    ignore_case=False,
)
_GATE = compile_latin(
    r"[0-9](?:st|nd|rd|th) (?:&|@|and|at) |(?:&|@|and) [0-9]+(?:st|nd|rd|th)|\broom|\brm\b|hall|motel|"
    r"inn|lodge|trailer|\bexit|\bmile|\bmm |precinct|\bapt\b|apartment|, [a-z]{2}|\bin the [A-Z]|near|\bby |behind|"
    r"under|"
    r"beneath|across|next|beside|past|opposite|\boff |outside|corner|down|"
    r"mobile home|rv park|\bst\b|saint|(?:'|\x1a)s|\bthe [a-z]|zip|calle|avenida|avda|bulevar|carretera|"
    r"colonia|calzada|"
    r"\brue |\bvia |\brua |[a-z]{2} [0-9]{2} [0-9]{3}|hollow|view|ridge|creek|road|street|lane|drive"
)
_ORDINAL_OF = compile_latin(r"\b(?:grade|percentile|day|the|stage|gen|edition)\s$")


class WhereaboutsRecognizer:
    """Finds where somebody is or lives by the wording alone; rooms of wards, eponyms of saints and journals stay."""

    name = "whereabouts"

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return each place."""
        latin = passage.latin
        if _GATE.search(latin) is None:
            return []
        ranges: dict[tuple[int, int], None] = {}
        for pattern in _PATTERNS:
            for found in pattern.finditer(latin):
                start, end = found.start(1), found.end(1)
                value = found.group(1)
                if _NO_QUARTER.fullmatch(value) is not None:
                    continue
                behind = latin[end : end + 12].lstrip()
                if (
                    _NO_PLACE.match(behind)
                    or _NO_PLACE.search(value)
                    or (value[:1].isdigit() and follows(_ORDINAL_OF, latin, start, 12))
                ):
                    continue
                ranges[(start, end)] = None
        return [Span(start, end, IdentifierType.GEO, SCORE, self.name) for start, end in ranges]
