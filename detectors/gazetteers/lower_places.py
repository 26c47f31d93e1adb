"""Places and firms in lines typed in haste: practices, streets, counties, towns, whom somebody works for."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from detectors.gazetteers import masks as m
from detectors.gazetteers.hurried_words import DIRECTIONS, FARMED
from detectors.gazetteers.lookup import Gazetteers, WordClass
from detectors.patterns.scanning import Match, Pattern, PatternSet, compile_latin
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

SCORE = 0.8
_COMMON = int(WordClass.ENGLISH_COMMON)
_ENGLISH = int(WordClass.ENGLISH)
_MEDICINE = int(WordClass.DISEASE | WordClass.DRUG)
_PROPER = m.NAME | m.CITY | m.CITY_PART | m.COUNTY | m.LARGE_CITY | m.FOREIGN_CITY
_END = (
    r"(?:[,.;:)&/\n]|\s*$| (?:and|but|so|since|for|in|on|w|w/|with|til|till|until|bunk|bed|rm|room|"
    r"now|who|fell|at|last|says|by|via|to|is|was)\b)"
)
_HEAD = (
    r"(?:physical therapy|family (?:medicine|practice|health)|internal medicine|pediatrics|peds|ortho(?:pedics)?|"
    r"imaging|"
    r"urgent care|rehab|shelter|daycare|manor|terrace|gardens|towers|villa|assisted living|memory care|snf|"
    r"nursing home|"
    r"surgery center|kidney center|health center|medical center|med center|university|elementary|middle school|"
    r"high school|dental|derm(?:atology)?|eye care|hospice|home health|pharmacy|dialysis|apartments|estates|lodge|inn|"
    r"motel|rv park|mobile home park|campground|funeral home|church|chapel|recovery|sober living|group home)"
)
#: "failed 6 wks at stride physical therapy".
_PRACTICE = compile_latin(
    rf"\b(?:at|from|to|by|via|@|thru|through|goes to|student at|"
    rf"called) ((?:[a-z][a-z'&.-]{{1,14}} ){{1,3}}{_HEAD}){_END}",
    ignore_case=False,
)
#: "barista @ mudhouse", "lineman for tri-valley electric co-op", "retired from halverson tool & die".
_EMPLOYED = compile_latin(
    r"\b(?:works?|worked|working|employed|job|retired|barista|lineman|welder|foreman|cashier|driver|mechanic|cook|"
    r"server|"
    r"waitress|bartender|machinist|operator|roofer|plumber|electrician|carpenter|painter|stocker|janitor|guard|clerk|"
    r"bookkeeper|teacher|trucker|scaffold|laid off|fired|manager|supervisor|hostess|butcher|baker|logger|miner) "
    r"(?:@|at|for|w/?|with|of|from|by) ((?:[a-z][a-z'-]{1,14}(?: & | )){0,3}[a-z][a-z'-]{2,14})"
    r"(?:[,.;)\n]|\s*$| (?:and|but|so|since|fell|for [0-9]|x[0-9]|[0-9]|& (?:lives|has|is))\b)",
    ignore_case=False,
)
_STREET = compile_latin(
    r"\b(?:on|at|off|near|by|from|down|along|behind|corner of) ((?:[nsew]\.? )?(?:[a-z]{3,14} ){1,2}"
    r"(?:st|rd|ave|blvd|hwy|pkwy|ln|street|road|avenue|lane|boulevard))(?:[,.;)\n]|\s*$| (?:and|in|near|by|at|when|"
    r"fell|hit|has|is|"
    r"to|w|with)\b)",
    ignore_case=False,
)
_COUNTY = compile_latin(r"\b([a-z]{3,14}) (?:county|township|parish)\b", ignore_case=False)
#: "tick in lyme ct", "drove from gallup nm".
_TOWN = compile_latin(
    r"\b(?:in|from|to|near|of|at|outside|moved|back) ((?:[a-z]{3,14} )?[a-z]{4,14}),? "
    r"(?:tx|fl|ny|nc|sc|tn|ky|wv|wi|mn|ia|il|nj|nh|vt|ks|nv|ut|wy|ri|az|mt|nm|ga|ct|al|ar|wa|va|mo|mi|ms)"
    r"(?:[,.;)\n]|\s*$| (?:and|but|so|since|last|overnight|for|on|to|w|no|where|she|he|they|we|i)\b)",
    ignore_case=False,
)
#: "the daughter near duluth", "drives herself from biloxi".
_CITY = compile_latin(
    r"\b(?:in|from|near|to|outside|leaving) ([a-z]{6,14})(?:[,.;?!)\n]|\s*$| (?:and|by|on|for|since|with|w|last|to|"
    r"so|but|when|now|is|"
    r"because|every|today|tomorrow|yesterday|tonight|at|if|she|he|they|any|before|after|will|can|where)\b)",
    ignore_case=False,
)
_SHIP = compile_latin(r"\b((?:uss|usns|uscgc|USS|USNS|USCGC) [A-Za-z]{4,14})\b", ignore_case=False)
_TRAILER = compile_latin(r"\b((?:trailer|cabin|campsite|slip) #?[0-9]{1,3}[a-z]?)\b")
#: "collision at Ninth and Hazel", "same household (8 Ropewalk)", "rented 3B, 77 Lantern Court".
_ORDINAL = r"(?:First|Second|Third|Fourth|Fifth|Sixth|Seventh|Eighth|Ninth|Tenth|Eleventh|Twelfth)"
_CORNER = compile_latin(
    rf"\b(?:at|on|near|of|off|by) ({_ORDINAL} (?:and|&) [A-Z][a-z]{{2,14}}|[A-Z][a-z]{{2,14}} (?:and|"
    rf"&) {_ORDINAL})\b",
    ignore_case=False,
)
_HOUSE = compile_latin(
    r"\b(?:household|house|home|address|flat|property) \(([0-9]{1,4}[a-z]? [A-Z][a-z]{3,16}(?: [A-Z][a-z]+)?)\)|"
    r"\b([0-9]{1,3}[A-Z]), [0-9]{1,4} [A-Z][a-z]+ (?:Court|Street|St|Road|Rd|Ave|Avenue|Lane|Ln|Place|Row|Terrace|"
    r"Way)\b|"
    r"\b([0-9]{1,4}[a-z]? [A-Z][a-z]{2,14} (?:Steps|Mews|Yard|Wharf|Quay|Croft|Wynd|Garth|Fold))\b",
    ignore_case=False,
)
#: "walgreens on n. halsted", "they had her at the good samaritan".
_BRANCH = compile_latin(
    r"\b(?:walgreens|cvs|rite ?aid|walmart|kroger|publix|safeway|costco|mcdonalds|starbucks|quest|labcorp|davita|"
    r"fresenius) "
    r"(?:on|off|over on) ((?:[nsew]\.? )?[a-z]{4,14}(?: [a-z]{3,14})?)(?:[,.;)\n]|\s*$| (?:has|near|by|and|pls|"
    r"please)\b)",
    ignore_case=False,
)
_HOUSE_OF_GOD = compile_latin(
    r"\b(?:at|from|to|in) (?:the )?(good samaritan|sacred heart|holy (?:cross|family|name|spirit)|mount sinai|"
    r"beth israel|"
    r"our lady of [a-z]{4,12})(?:[,.;)\n]|\s*$| (?:in|ed|er|and|on|for|hospital|icu|last)\b)",
    ignore_case=False,
)
#: "he owns silk road auto body".
_FIRM_HEAD = (
    r"(?:auto body|seafood|salon|bakery|diner|garage|motors|plumbing|roofing|trucking|landscaping|dairy|farms?|ranch|"
    r"nursery|catering|construction|electric|towing|tavern|grill|deli|florist|barbershop|hardware|lumber|brewing|"
    r"freight|logistics|hatchery|foods|poultry|produce|packing|cannery)"
)
_OWNED = compile_latin(
    r"\b(?:owns|runs|opened|manages|owned|ran|c/o|care of|trabaj[ao] en|works? (?:at|for)|working (?:at|for)) "
    rf"((?:[a-z][a-z'-]{{1,14}} ){{1,4}}{_FIRM_HEAD})\b",
    ignore_case=False,
)
#: "he ran Featherbed Hatchery"; "the cvs on 44th y main".
_FOUNDED = compile_latin(
    r"\b(?:owns|runs|opened|manages|owned|ran|founded) (?:the )?"
    r"((?:[A-Z][a-z'-]{1,14} ){1,3}(?:Hatchery|Farms?|Ranch|Trucking|Freight|Bakery|Diner|Nursery|Motors|Roofing|"
    r"Plumbing|Seafood|Hardware|Lumber|Salon|Dairy|Foods|Poultry))\b",
    ignore_case=False,
)
_CROSSED = (
    r"(?:main|broadway|market|elm|oak|pine|maple|cedar|walnut|chestnut|spruce|vine|central|state|lake|washington|"
    r"jefferson|lincoln|madison|jackson|park|church|mill|vermont|western)"
)
_NUMBERED_CORNER = compile_latin(
    rf"\b([0-9]{{1,3}}(?:st|nd|rd|th) (?:and|&|y|n) {_CROSSED}|{_CROSSED} (?:and|&|y|n) [0-9]{{1,3}}(?:st|nd|rd|th))"
    r"(?:[,.;)\n]|\s*$| (?:st|street|ave|by|near|has|is|in|next|pls|please|tambi\xe9n)\b)"
)
_PATTERNS = (
    _BRANCH,
    _HOUSE_OF_GOD,
    _OWNED,
    _FOUNDED,
    _NUMBERED_CORNER,
    _PRACTICE,
    _EMPLOYED,
    _STREET,
    _COUNTY,
    _CITY,
    _TOWN,
    _SHIP,
    _TRAILER,
    _CORNER,
    _HOUSE,
)
_SET = PatternSet(_PATTERNS)
Look = Callable[[Pattern], Iterable[Match]]
#: What a practice, a street or a firm of nobody in particular is called.
_GENERIC = frozenset(
    """
    the a an any another other our my his her their your its this that these those each every some same no which
    what outpatient inpatient acute subacute local home community homeless women women's men's men county state city
    town rural urban free low cost children children's public private new old regional mobile main day night walk-in
    pain sleep wound family primary adult senior elderly skilled outside referring teaching academic big small
    nearby nearest closest long short term care memory aquatic vestibular pelvic floor hand neuro cardiac pulmonary
    sports medicine hospital hospital's er ed clinic office first second next last prior previous former current
    only good bad best better different high middle elementary junior preschool church catholic baptist christian
    jewish student school college university level grade animal emergency crisis domestic violence dv youth teen
    family's mom's dad's friend's assisted independent living nursing specialty retail mail order compounding online
    cheap chain foot eye dental skin vein infusion cancer breast stroke heart kidney diabetes weight loss methadone
    detox drug alcohol sober halfway group foster temp temporary permanent rehab physical therapy imaging urgent and
    or of in at to for from with w go went going be is was get got see sent send need needs wants want refer
    referred transfer back follow up down out again today tomorrow later now then soon stay stays live lives work
    works live-in safe winter warming overnight side dirt gravel busy wrong highway front parking own st rd north
    south east west northern southern eastern western tele virtual video phone complete total total's quest labcorp
    cvs walgreens walmart costco target vendor vendors supplier
    """.split()
)
_NO_FIRM = frozenset(
    """
    home night nights day days work school church height heights himself herself themselves myself us me them him her
    cash pay hire part full time nothing money years hours weeks months teaching nursing farming construction mining
    retail kids children animals people clients patients students others elderly risk least most once present
    anything something good bad fun free disability concern abuse neglect pain both all it this that
    """.split()
)


class LowerPlaceRecognizer:
    """Finds places and firms in small letters; what any practice, street or firm is called stays."""

    name = "gazetteer.lower_places"

    def __init__(self, gazetteers: Gazetteers) -> None:
        self._gazetteers = gazetteers

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return the places, and the firms as names."""
        latin, text = passage.latin, passage.text
        occurring = {_PATTERNS[number] for number in _SET.occurring(latin)}
        if not occurring:
            return []

        def look(pattern: Pattern) -> Iterable[Match]:
            return pattern.finditer(latin) if pattern in occurring else ()

        places = dict.fromkeys([*self._places(look, text), *self._named(look, text), *_told(look)])
        firms = dict.fromkeys(self._firms(look, text))
        spans = [Span(start, end, IdentifierType.GEO, SCORE, self.name) for start, end in places]
        return spans + [Span(start, end, IdentifierType.NAME, SCORE, self.name) for start, end in firms]

    def _places(self, look: Look, text: str) -> Iterator[tuple[int, int]]:
        for pattern in (_PRACTICE, _STREET):
            for found in look(pattern):
                words = text[found.start(1) : found.end(1)].split()
                start = found.start(1)
                while words and words[0] in _ARTICLES:
                    start += len(words[0]) + 1
                    words = words[1:]
                named = any(map(self._is_proper, words[:-1])) and not _JOINTS & set(words)
                if named and words[0] not in _DETERMINERS:
                    yield start, found.end(1)

    def _named(self, look: Look, text: str) -> Iterator[tuple[int, int]]:
        """Yield branches of chains, counties, and towns before their state."""
        for found in look(_BRANCH):
            words = text[found.start(1) : found.end(1)].split()
            if words[0] not in _DETERMINERS | _ARTICLES and any(map(self._is_proper, words)):
                yield found.start(1), found.end(1)
        for found in look(_COUNTY):
            word = text[found.start(1) : found.end(1)]
            mask = self._gazetteers.mask(word)
            if word not in _GENERIC and mask & (m.COUNTY | m.CITY | m.NAME) and not mask & _COMMON:
                yield found.start(), found.end()
        for found in look(_CITY):
            if self._is_city(text[found.start(1) : found.end(1)]):
                yield found.start(1), found.end(1)
        for found in look(_TOWN):
            words = text[found.start(1) : found.end(1)].split()
            town = words[1:] if words[0] in _GENERIC else words
            if town and all(map(self._is_town, town)):
                yield found.end(1) - len(" ".join(town)), found.end(1)

    def _firms(self, look: Look, text: str) -> Iterator[tuple[int, int]]:
        for found in look(_EMPLOYED):
            words = text[found.start(1) : found.end(1)].split()
            start = found.start(1)
            if words[0] in _ARTICLES:
                start += len(words[0]) + 1
                words = words[1:]
            if words and words[0] not in _DETERMINERS and not _NO_FIRM & set(words) and self._is_firm(words):
                yield start, found.end(1)

        for found in look(_OWNED):
            words = text[found.start(1) : found.end(1)].split()
            named = found.group()[:1] == b"c" or words[0] not in _GENERIC
            kind = len(words) == 2 and words[0] in FARMED  # noqa: PLR2004
            if named and not kind and words[0] not in DIRECTIONS and not (_DETERMINERS | _ARTICLES) & set(words):
                yield found.start(1), found.end(1)
        yield from ((found.start(1), found.end(1)) for found in look(_FOUNDED))

    def _is_proper(self, word: str) -> bool:
        """Tell whether a word is part of the name of one practice."""
        if word in _GENERIC or len(word) < 3:  # noqa: PLR2004
            return False
        mask = self._gazetteers.mask(word)
        return not mask & _COMMON and bool(mask & _PROPER or not mask & _ENGLISH)

    def _is_town(self, word: str) -> bool:
        mask = self._gazetteers.mask(word)
        return bool(mask & (m.CITY | m.CITY_PART | m.FOREIGN_CITY)) and not mask & (_ENGLISH | _COMMON)

    def _is_city(self, word: str) -> bool:
        """Tell whether a word is a city and hardly anything else."""
        mask = self._gazetteers.mask(word)
        other = m.ORDINARY | m.EPONYM | m.LEFT | m.HEAD | m.ABBREVIATION | m.KIN | m.TITLE | _MEDICINE
        return bool(mask & (m.CITY | m.FOREIGN_CITY)) and not mask & other and word not in _GENERIC

    def _is_firm(self, words: Sequence[str]) -> bool:
        """Tell whether a word is unlisted, or a name and nothing else, and none is a chain left as it is."""
        masks = [self._gazetteers.mask(word) for word in words if word != "&"]
        if any(mask & m.ORGANISATION for mask in masks):
            return False
        if len(words) > 1 and words[-1] in _FIRM_ENDS:
            return True
        known = m.ORDINARY | m.MEDICAL | m.HEAD | m.LEFT | m.STREET | m.KIN
        if len(words) == 1 and words[0].endswith(("ia", "ium", "ae")) and not masks[0] & m.CITY:
            return False  # "works with aquaria".
        return any(not mask or (mask & _PROPER and not mask & known) for mask in masks)


def _told(look: Look) -> Iterator[tuple[int, int]]:
    """Yield ships, trailers, corners and houses, whose wording says enough."""
    for pattern in (_SHIP, _TRAILER, _CORNER, _NUMBERED_CORNER, _HOUSE_OF_GOD):
        for found in look(pattern):
            yield found.start(1), found.end(1)
    for found in look(_HOUSE):
        group = next(number for number in (1, 2, 3) if found.start(number) >= 0)
        yield found.start(group), found.end(group)


_FIRM_ENDS = frozenset(
    """
    co-op coop inc llc corp co company bros brothers sons electric plumbing masonry roofing drywall fabricating
    fabrication machining trucking freight lumber steel foundry dairy poultry brewing paving towing landscaping
    excavating welding logging seafood textiles mills
    """.split()
)
_JOINTS = frozenset("to from for with w of in at or is was be then until after before via per by if as".split())
_ARTICLES = frozenset({"the"})
_DETERMINERS = frozenset(
    "a an any another our my his her their your this that each every some no which what same other whose".split()
)
