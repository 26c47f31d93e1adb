"""Places told by what stands beside them: landmarks, exits, precincts, apartments, quarters, small towns."""

from collections.abc import Sequence

from detectors.patterns.scanning import PatternSet, compile_latin
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

SCORE = 0.8
_HOUSE = r"(?:Hall|Dorm|Dormitory|Motel|Inn|Lodge|Hotel|House|Residence|Suites|Tower|Apartments)"
_NAMED = r"[A-Z][A-Za-z\xc0-\xff'-]{2,20}"
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
#: What a practice, a shop or a school ends in when its last word is left out.
_PRACTICE = (
    r"(?:Heart|Imaging|Surgical|Ortho|Orthopa?edics|Derm|Dermatology|Dental|Peds|Pediatrics|Eye|Spine|Urology|Kidney|"
    r"Dialysis|Hospice|Drug|Drugs|Apothecary|Pharmacy|Elem|Elementary|Cardiology|Neurology|Oncology|Radiology|Wellness|"
    r"Rehab|Chiropractic|Home Health|Family Medicine|Family Practice|Primary Care|Urgent Care|Internal Medicine)"
)
#: Chains whose name is left and whose branch is not.
_CHAIN = (
    r"(?:DaVita|Fresenius|FMC|Walgreens|CVS|Walmart|Costco|Target|Kroger|Publix|Safeway|Rite Aid|McDonald's|Starbucks|"
    r"Quest|LabCorp|Labcorp|Wendy's|Subway|Chevron|Shell|Planet Fitness|Denny's|Concentra|Aldi|H-?E-?B)"
)
_WORDINGS = (
    (rf"\b{_CHAIN} (?:on|off|over on|down on) ((?:[NSEW]\.? )?{_NAMED}(?: {_NAMED})?)(?:[,.;:?!)\n]|$| [a-z])"),
    (  # Blocks of a street, in figures or spoken.
        r"\b(?i:the )?((?:[0-9]{3,5}|(?i:[a-z]+(?: |-))(?i:[a-z]+ )?(?i:hundred)) (?i:block) (?i:of|on) "
        rf"(?:[NSEW]\.? )?{_NAMED}(?: {_NAMED})?)"
    ),
    (r"\b((?i:lot) [0-9]{1,4}[A-Z]?), [0-9]{1,5} [A-Z][a-z]"),
    (rf"\b(?i:motel|hotel|inn|hostel) (?:{_NAMED} ){{0,2}}{_NAMED},? (?i:room|rm|unit) ([0-9]{{1,4}}[A-Z]?)\b"),
    (  # "la escuela Emerson", "en la salida 191".
        r"\b((?i:escuela|colegio|preparatoria|secundaria|primaria|k[i\xed]nder|guarder[i\xed]a|iglesia|parroquia|albergue|"
        rf"asilo)(?: de| San| Santa)?(?: {_NAMED}){{1,4}})(?:[^A-Za-z\xc0-\xff]|$)"
    ),
    (r"\b(?i:por|en|cerca de|antes de|hasta|pasando) (?i:la )((?i:salida) [0-9]{1,3}[A-Z]?)\b"),
    (  # A church without the word.
        rf"\b(?:at|from|of|to|by|called|calls?|attends?|joined|left|with) ((?:{_NAMED} ){{1,3}}"
        r"(?:Baptist|Lutheran|Methodist|Presbyterian|AME|Pentecostal))(?:[,.;:?!)\n]|$| "
        r"(?:on|in|and|for|since|where|every)\b)"
    ),
    (  # A practice behind its preposition: "over at Acadian Heart".
        r"\b(?:at|from|to|with|via|provider|facility|seen by|by|near)[ :]"
        rf"((?:{_NAMED} ){{1,3}}{_PRACTICE})(?:[,.;:)/\n]|$| (?:[a-z0-9(/-]|NPI|Dr|ED|on ))"
    ),
    (  # A shop of somebody: "Dale's Drug".
        r"\b([A-Z][a-z]{2,14}'s (?:Drugs?|Pharmacy|Apothecary|Diner|Tavern|Grill|Bar|Market|Cafe|Bakery|Garage|Salon|"
        r"Gym|"
        r"Daycare|Day Care|Nursery|Deli|Pub|Motel|Inn|Lodge|Ranch|Farms?|Marina|Barbershop|Auto|Recovery|Towing))\b"
    ),
    (  # A landmark that somebody lives or was found beside: "under the Higgins bridge".
        r"\b(?:near|by|behind|under(?:neath)?|beneath|across from|next to|next door to|beside|past|opposite|off|"
        r"outside|"
        rf"(?:around|on) the corner (?:from|of)|(?:down|up)(?:stream|hill)? from|off exit [0-9]{{1,3}}[A-Z]? (?:near|"
        rf"by|at)) "
        rf"(?:the |that |our |an old |a |old )?((?:{_NAMED} ){{1,3}}{_LANDMARK})\b"
    ),
    (  # The exit or marker alone.
        r"\b(?i:exit|mile ?(?:marker|post)|mm|milepost) ([0-9]{1,3}[A-Z]?)"
        r"(?: (?:on|off|of|near|by|from) (?:the )?(?:I-?[0-9]|US|Hwy|Highway|Route|Rte|SR|interstate|turnpike|"
        r"freeway|thruway|[A-Z]))"
    ),
    (
        r"\b(?i:(?:liv(?:es?|ing)|stays?|staying|house|home|trailer|cabin|ranch|farm) (?:is )?(?:right )?off exit) "
        r"([0-9]{1,3}[a-z]?)\b"
    ),
    (r"\b((?i:precinct (?:no\.? |#)?[0-9]{1,3}|[0-9]{1,3}(?:st|nd|rd|th) precinct))\b"),
    (r"\bapt\.? ?#?([0-9]{1,4}[A-Z]|[A-Z][0-9]{1,3})\b(?:[,.;\n)]|$)"),
    (r"\b(?i:apartment) (?:no\.? ?|number |#)?([0-9]{1,4}[A-Z]?|[A-Z][0-9]{1,3})\b"),
    (rf"\b(?:{_NAMED} ){{1,2}}(?:Hall|Dorm|Dormitory|Motel|Inn|Lodge),? #?([0-9]{{2,4}}[A-Z]?)\b"),
    (rf"\b(?i:room|rm)\.? ([0-9]{{1,4}}[A-Z]?), (?:{_NAMED} ){{1,3}}{_HOUSE}\b"),
    (  # A town in small letters before its state's letters.
        r"\b(?:liv(?:e|es|ed|ing)|from|mov(?:ed|ing)|born|raised|grew up|resid(?:es|ing)|house|home|staying|way)"
        r"(?: (?:all|out|up|down|over|back|here|near|now|way))*(?: (?:in|near|outside|by|around|to|at|from))? "
        rf"([a-z][a-z'-]{{2,14}}(?: [a-z][a-z'-]{{2,14}})?), (?:{_STATES_LOWER})\b(?:[ ,.;!?)\n]|$)"
    ),
    (  # The head of a letter or fax: "PINE BELT ORTHO  fax 601", "Ozark Foot & Ankle\nPatient:".
        r"(?:^|\n|[*-] )[ \t]*((?:[A-Z][A-Za-z'-]{2,14} ){1,3}(?:(?i:ortho|retina|derm)|(?i:pain|spine|vein|heart|foot|"
        r"kidney|sleep|allergy|wound|eye|retina|ent|gi|ob|peds)(?: & [A-Z][A-Za-z]+|"
        r"(?i: assoc(?:iates)?| group| ctr))\.?))"
        r"(?:[ \t]{2,}|[ \t]*\n)[^\n]{0,4}?(?i:te[l1]|fax|ph|phone|pat|patient|pt|client|fr|from)\b"
    ),
    (  # A quarter with its article: "in the Tenderloin", "in the Mission District".
        r"\b(?:live[sd]?|living|resid(?:es|ing|ed)|grew up|born|raised|apartment|house|home|place|stays?|staying|"
        r"sleeps?|"
        rf"camps?|camping|unhoused|homeless)(?: (?:up|down|out|over|back|alone|somewhere))* in (?:the )((?:{_NAMED} "
        rf"){{0,2}}{_NAMED})"
        r"(?: (?:district|neighborhood|neighbourhood|area|section|projects|part of town))?(?:[,.;!?)\n]|$| (?:with|"
        r"and|since|for|near|on|by) )"
    ),
)
_PATTERNS = tuple(compile_latin(wording, ignore_case=False) for wording in _WORDINGS)
#: All wordings at once, so that a text without any is read once.
_SET = PatternSet(_PATTERNS)
_NO_PLACE = compile_latin(
    r"(?:days?|weeks?|hours?|valve|disease|syndrome|health|studies|unit|ward|american|national|patient|doctor|"
    r"hospital)\b"
)
#: Capitals with an article that are no quarter: regions, countries, seasons, departments, and stations of a ward.
_NO_QUARTER = compile_latin(
    r"[A-Z]{2,5}|(?:(?i:alzheimer|parkinson|crohn|barrett|congestive|left|right|total|open|whole|outpatient|"
    r"inpatient|pediatric|adult|the|interventional|"
    r"general|internal|mobile|acute|any|local|our|your|my|this|trader|domino|papa|wendy|denny|arby|mcdonald|levi|"
    r"kohl|macy|"
    r"sam's|medical|american|primary|family|functional|cardiac|nuclear|diagnostic|magnetic|mid-?west|north-?east|"
    r"north-?west|south-?east|south-?west|south|north|east|west|middle|deep|"
    r"pacific|"
    r"united|u\.?s\.?a?|usa|uk|republic|dominican|czech|philippines|netherlands|bahamas|caribbean|gambia|sudan|congo|"
    r"ukraine|"
    r"maldives|balkans|emirates|states|islands?|winter|summer|spring|fall|autumn|moment|army|navy|marines|air force|"
    r"sun|"
    r"past|present|future|world|western|eastern|northern|southern|bronze|stone|middle ages|area|medicare|medicaid|"
    r"veterans|"
    r"children|nurs(?:e|es|ing)|gas|police|fire|bus|train|public|medical|work|power|feeding|docking|base|space|nurse's|"
    r"bilateral|diabetic|consult|chronic|referral|independent|free will|missionary|primitive|"
    r"emergency|er|ed|ers|icu|snf|unit|ward|internet|bible|english|spanish|gray|zone|circle|local|community)\b.*)",
    ignore_case=False,
)


class LandmarkRecognizer:
    """Finds places by their wording alone; regions, seasons and stations of a ward stay."""

    name = "landmark"

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return each place."""
        latin = passage.latin
        found = [
            match for pattern in map(_PATTERNS.__getitem__, _SET.occurring(latin)) for match in pattern.finditer(latin)
        ]
        ranges = dict.fromkeys((match.start(1), match.end(1)) for match in found if _is_place(match.group(1)))
        return [Span(start, end, IdentifierType.GEO, SCORE, self.name) for start, end in ranges]


def _is_place(value: bytes) -> bool:
    return _NO_QUARTER.fullmatch(value) is None and _NO_PLACE.search(value) is None
