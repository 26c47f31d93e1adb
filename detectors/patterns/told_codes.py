"""Codes, numbers and users that a word or two announce: of doors, staff, bags, tags, cards, dependants, sessions."""

from collections.abc import Iterator, Sequence

from detectors.context import Context
from detectors.patterns.scanning import Match, PatternSet, compile_latin, count_digits, phrases
from detectors.patterns.spoken import DIGIT_WORDS, TEENS, TENS
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

SCORE = 0.85
_OTHER, _MRN, _SSN = IdentifierType.OTHER_ID, IdentifierType.MRN, IdentifierType.SSN
_USER = r"[a-z][a-z0-9]{0,14}(?:[._][a-z0-9]{1,14}){1,3}"
_END = r"(?:[,.;:!?)\x22'\n]|\s*$| )"
_PAIR = rf"(?:(?:{TENS})(?:[ -](?:{DIGIT_WORDS}))?|{TEENS})"
#: What opens a door: "spare key code is 0662#", "la clave de la puerta es 5#2290".
_DOOR = (
    r"\b(?i:(?:key|door|gate|entry|keypad|garage|building|lobby|elevator|lock ?box|key ?safe|alarm|house|porch|unit)"
    r"(?: ?pad)? (?:codes?|pin|combo|combination)(?: for [a-z ]{2,20})?(?: is now| is| was|:|,| now)?) ?"
    r"([#*]?[0-9]{3,8}[#*]?|[0-9]{1,2}[#*][0-9]{2,6}#?)"
)
_OPENS = (
    r"\b(?i:(?:lock ?box|key ?safe|keypad|gate|garage(?: door)?|front door|back door)(?: is now| now| is| was|:)?) "
    r"([0-9]{4,6}#?)(?:[.,;)\n]|\s*$| (?i:on|at|by|and|then|for|in) )"
)
_CLAVE = (
    r"\b(?i:(?:clave|c[o\xf3]digo|contrase[\xf1n]a|pin) (?:de|del) (?:la |el )?(?:puerta|port[o\xf3]n|casa|alarma|"
    r"edificio|caja|entrada|garaje|candado|reja)(?: es|:)?) ?([#*]?[0-9]{1,8}(?:[#*][0-9]{0,6})?)"
)
_WORD_SAID = (
    r"\b(?i:pass ?word|pass ?phrase|code ?word|safe ?word|privacy (?:code|word)|clave|contrase[\xf1n]a)"
    r"(?i: given| is| was| used| on file| provided| set to| es|:)* [\x22\x1a]([^\x22\x1a\n${}<>%_\\]{3,24})[\x22\x1a]"
)
#: Who somebody is to an employer, a carrier, a school: "Tech id BLM7", "rider no. MTM 771 2208".
_WORN = (
    r"\b(?i:(?:tech|rn|nurse|operator|staff|driver|interp(?:reter)?|aide|caregiver|agent|cashier|courier|"
    r"phleb(?:otomist)?|rider|passenger|inmate|camper|guest|volunteer|vol|officer|medic|clinician|resident|scribe)"
    r"(?:'s)? (?:id|no\.?|number|#)(?: (?:for|of) (?:the |her |his )?[a-z ]{2,20})?(?: is| was|:|,)?) ?#?"
    r"([A-Z]{2,4}[0-9]{1,5}|[A-Z]{1,4} [0-9]{3,4}(?: [0-9]{3,4})?|[0-9]{2}-[0-9]{3,6}|"
    r"[A-Z]{0,3}-?[0-9]{3,8}(?:-[A-Z0-9]{1,3})?)"
)
#: What things of somebody are kept in, and logs that count them.
_KEPT = (
    r"\b(?i:(?:lab |lens |job )?tray|tote|tx log|transfusion log|roi|release of information)(?i: no\.?| number|:)? ?#?"
    r"([0-9]{4,9}|[A-Z]{1,3}-?[0-9]{4,8})"
)
_TAGGED = (
    r"\b(?i:(?:red|yellow|green|black|triage|mci|disaster|toe|morgue|body|luggage|patient) tags?(?: no\.?| number|:)?)"
    r" ?#?([0-9]{4,9}|[A-Z]{1,3}-?[0-9]{3,8})"
)
_TAG_SAID = rf"\b(?i:tag (?:number|no\.?|#) ((?:[a-z]{{1,2}} )?(?:(?:{DIGIT_WORDS}) ){{2,5}}(?:{DIGIT_WORDS})))\b"
_NUMBER_SAID = (
    r"\b(?i:(?:report|case|ticket|incident|claim|file|badge)[^\n.?]{0,24}? numbers?,? (?:is |was |uh,? |um,? |"
    rf"wait[.,]? |let me (?:see|look)[.,]? |it'?s ){{1,3}}({_PAIR}(?:[ ,-]{{1,2}}{_PAIR}){{1,3}}))\b"
)
#: Pieces of tissue and their cases: "slides U25-7719", "path S24:90117", "Tissue no W4011 26 000417 L".
_PIECE = (
    r"\b(?i:slides?|blocks?|path(?:ology)?|specimens?|biops(?:y|ies)|bx|cytology|pap|margins?)"
    r"(?:,? (?i:no\.?|number|case|pending|pend),?)?[ :#]{1,2}([A-Z]{1,3}[0-9]{2}[-:][0-9]{3,6})"
)
_TISSUE = (
    r"\b(?i:tissue|graft|cornea|allograft|donor|din|unit)(?i: no\.?| id| number| #)?[ :#]{1,2}"
    r"([A-Z][0-9]{4} [0-9]{2} [0-9]{6}(?: [0-9]{2})?(?: [A-Z0-9])?)"
)
_BAGGED = (
    r"\b[0-9]{1,2} (?i:bags?|totes?|coolers?|boxes|tubes?|pouch(?:es)?|envelopes?|parcels?)[,:]? "
    r"([A-Z]{1,3}[0-9]{4,8})(?:[ ,/]{1,2}([A-Z]{1,3}[0-9]{4,8}))?(?:[ ,/]{1,2}([A-Z]{1,3}[0-9]{4,8}))?"
)
_REFERENCE = (
    r"\b(?i:ref(?:erence)?)(?i: no\.?| number|:| #)? (?i:is )?((?i:rx|ord|inv|clm|den|apl|auth|case|inc) ?#?"
    r"(?:[0-9]{5,10}|[0-9]{2,6}(?: [A-Za-z]?[0-9]{1,6}){1,3}))"
)
_OPENED = r"\b(?i:granted|denied|card|badge|fob|access|swipe[ds]?|uid)[^\n]{0,24}? (0x[0-9A-Fa-f]{6,16})"
#: Users: "u/optic_nerd", "Log in with lubo.k58", '"requested_by":"np_gallardo"', "Photographer: yazzie_r".
_FORUM = r"(?:^|[\s>(*])u/([A-Za-z][A-Za-z0-9_-]{4,20})"
_SIGNED_IN = rf"\b(?i:log(?:ged)?|sign(?:ed)?)[ -]?(?i:in|on) (?i:with|as|using|under) ({_USER})"
_KEYED = (
    r"(?:(?:_by|_user|\b(?i:user|author|owner|assignee|actor|operator|photographer|uploader|editor|approver|cosigner|"
    r"witness|second sign(?:er)?|signer))[\x22']?\s?[:=]\s?[\x22']?|\b(?i:second sign(?:er)?|signer|witness) )"
    r"([a-z]{1,12}_[a-z][a-z0-9]{0,14}|[a-z]{2,3}_[a-z0-9]{3,14})"
)
_TWEETS = r"\b(?i:tweets?|posts?|posting|streams?|blogs?|vlogs?|comments?) (?i:as|under) (@[A-Za-z][A-Za-z0-9_.]{2,30})"
_SIGNS_OFF = r"\buser ([a-z][a-z0-9]{2,20}[A-Z0-9][A-Za-z0-9]{0,12}) (?:signing|logging) (?:off|out)\b"
#: Ends of numbers: "MRNs end 905 and 950", "the 4471 card", "last 4 H2206", "FMP 20/3879".
_ENDS = (
    r"\b(?i:mrns?|charts?|records?) (?i:end(?:s|ing)?)(?i: in| with)? ([0-9]{3,5})(?:(?:,| and| &|, and) ([0-9]{3,5}))?"
)
_CARD = r"\b(?i:the|that|my|your|his|her) ([0-9]{4}) (?i:card|visa|mastercard|amex|debit|checking|savings)\b"
_LINE = r"\b(?i:at|to|on|try|use) (?i:the|that|my|your|his|her) ([0-9]{4}) (?i:number|phone|cell|mobile|one)\b"
_VETERAN = r"\b(?i:last (?:4|four))(?i: of (?:ssn|social))?(?i: is|:)? ([A-Z][0-9]{4})\b"
_FAMILY = r"\bFMP(?:/SSN)? ?:? ?[0-9]{2}/([0-9]{4})\b"
_BANDS = (
    r"\b(?i:wrist ?bands?|bands|bracelets) \(([A-Z0-9]{2,8}(?:-[A-Z0-9]{1,6})?)"
    r"(?:,? (?:and|vs\.?|/|&) ([A-Z0-9]{2,8}(?:-[A-Z0-9]{1,6})?))?\)"
)
#: Who of a family, what was paid: "same coverage, suffix 03", "EFT 071000288395097".
_SUFFIX = r"\b(?i:suffix|sfx)(?: (?i:is))?[ :#]{1,2}(0[0-9])(?:[.,;)\n]|\s*$| )"
_TRANSFER = r"\bEFT(?: (?i:no\.?|number|trace|ref|#))? ?#?([0-9]{9,16})\b"
_ONLY_CODE = r"\b(?i:the|her|his|their|my) (?i:code),? (?i:is |was )?([0-9]{4,6}#?)(?:[,.;)\n]|$)"
_ALARM = r"\b(?i:alarm) ([0-9]{3}[1-46-9])(?:[.,;\n]|$)"
_TABLE: tuple[tuple[str, IdentifierType], ...] = (
    *(
        (wording, _OTHER)
        for wording in (_DOOR, _OPENS, _CLAVE, _WORD_SAID, _WORN, _KEPT, _TAGGED, _TAG_SAID, _NUMBER_SAID)
    ),
    *((wording, _OTHER) for wording in (_PIECE, _TISSUE, _BAGGED, _REFERENCE, _OPENED, _ALARM, _ONLY_CODE)),
    *((wording, _OTHER) for wording in (_FORUM, _SIGNED_IN, _KEYED, _TWEETS, _SIGNS_OFF)),
    (_ENDS, _MRN),
    (_BANDS, _MRN),
    (_CARD, IdentifierType.ACCOUNT),
    (_LINE, IdentifierType.PHONE),
    (_TRANSFER, IdentifierType.ACCOUNT),
    (_SUFFIX, IdentifierType.HEALTH_PLAN),
    (_VETERAN, _SSN),
    (_FAMILY, _SSN),
)
_PATTERNS = tuple(compile_latin(wording, ignore_case=False) for wording, _ in _TABLE)
_SET = PatternSet(_PATTERNS)
_NAMES = frozenset(
    _PATTERNS[index]
    for index, (wording, _) in enumerate(_TABLE)
    if wording in (_WORD_SAID, _FORUM, _SIGNED_IN, _KEYED, _TWEETS, _SIGNS_OFF, _TAG_SAID, _NUMBER_SAID)
)
_REACH, _AHEAD = 160, 40
_KEYS = Context(
    phrases("key; keys; lockbox; door; gate; dog; sitter; house; neighbou?r; garage; fob; alarm; keypad; camera")
)
_COVER = Context(
    phrases("coverage; covered; member; subscriber; insurance; insured; policy; plan; auth; eligib[a-z]*; copay; claim")
)
_NEAR = {_ALARM: _KEYS, _ONLY_CODE: _KEYS, _SUFFIX: _COVER}
#: Users that are machines, and units of a dose ("u/hour").
_NOBODY = frozenset(
    b"system service batch cron svc bot auto app job robot interface admin root anonymous null none unknown night "
    b"bolus meal minute minutes hours".split()
)
_MACHINE = compile_latin(
    r"(?:svc|sys|system|cron|batch|app|bot|auto|job|api|etl|int|intf|test|dev|db|user|is|to|no)[._].*|"
    r".*[._](?:names?|ids?|date|type|field|key|number|status|code|time|email|role|list|table|at|by|bot|svc|job|service)"
)
_UNIT = compile_latin(
    r"[ -]?(?:mg|mcg|ml|l\b|g\b|units?|hours?|hrs?|min|days?|steps|rpm|patients|calories|pages|copies)"
)
_YEAR = compile_latin(r"(?:19|20)[0-9]{2}")
_GATE = compile_latin(r"[0-9_]|u/[A-Z]|tweet|(?:pass|code|safe) ?(?:word|phrase)|clave|contrase|number|tag |log|sign")


class ToldCodeRecognizer:
    """Finds codes, numbers and users by the words right before them; units, years and machines stay."""

    name = "told_code"

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return each without the words that told it."""
        latin = passage.latin
        if _GATE.search(latin) is None:
            return []
        found = dict.fromkeys(_told(latin))
        return [Span(start, end, kind, SCORE, self.name) for start, end, kind in found]


def _told(latin: bytes) -> Iterator[tuple[int, int, IdentifierType]]:
    for index in _SET.occurring(latin):
        pattern, kind = _PATTERNS[index], _TABLE[index][1]
        for found in pattern.finditer(latin):
            near = _NEAR.get(_TABLE[index][0])
            if near is not None and not near.search_in(latin, max(0, found.start() - _REACH), found.end() + _AHEAD):
                continue
            for group in range(1, _GROUPS[index] + 1):
                year = _YEAR.fullmatch(found.group(group) or b"") and _TABLE[index][0] not in (_ALARM, _DOOR, _CLAVE)
                if found.start(group) >= 0 and not year and _holds(latin, found, group, named=pattern in _NAMES):
                    yield found.start(group), found.end(group), kind


def _holds(latin: bytes, found: Match, group: int, *, named: bool) -> bool:
    """Tell whether a value is whole and none of the lookalikes."""
    value = found.group(group)
    if named:
        return value.lower() not in _NOBODY and _MACHINE.fullmatch(value.lower()) is None
    following = latin[found.end(group) : found.end(group) + 1]
    if following.isalnum() or count_digits(value) == 0:
        return False
    return _UNIT.match(latin, found.end(group)) is None


_GROUPS = tuple({_BAGGED: 3, _ENDS: 2, _BANDS: 2}.get(wording, 1) for wording, _ in _TABLE)
