"""Ages over 89 told of somebody named or related: "his wife Morag is ninety", "blew out 100 candles", "d. at 97"."""

from collections.abc import Iterator

from detectors.patterns.no_ages import is_gauged
from detectors.patterns.scanning import PatternSet, compile_latin

_ONES = "one|two|three|four|five|six|seven|eight|nine"
_SPELLED = (
    rf"(?:nine?ty(?:[ -](?:{_ONES}))?|(?:a|one)[ -]hundred(?:(?:[ -]and)?[ -](?:{_ONES}|ten|eleven|twelve))?|"
    rf"one[ -]oh[ -](?:{_ONES}))"
)
_NUMBER = rf"(?:9[0-9]|1[01][0-9]|12[0-5]|{_SPELLED})"
_KIN = (
    r"(?:(?:great[- ]?|step-?|god|grand)?(?:mother|father|ma|pa|mom|mum|dad|aunt(?:ie|y)?|uncle)|gran(?:ny)?|gramps|"
    r"nana|nan|papa|(?:half-?|step-?)?(?:brother|sister)|husband|wife|hubby|spouse|partner|cousin|neighbou?r|friend|"
    r"(?:room|house|flat|table) ?-?mate|landlord|landlady|widow(?:er)?|twin|carer|caregiver|tenant|lodger|"
    r"companion|fianc\xe9e?|niece|nephew|[mp]?g[mf]|suegr[ao]|abuel[ao])"
)
_NAME = r"(?: (?-i:[A-Z][a-z\xdf-\xff'-]+)){1,2}"
_ADVERB = (
    r"(?: (?:actually|really|only|barely|already|just|now|almost|nearly|about|also|himself|herself|in fact|apparently|"
    r"probably|all of|turning|still))"
)
#: What may stand behind an age that has no unit.
_ENDED = (
    r"(?:[,;!?)\n|\x22\x1a]|\.(?:[^0-9]|$)|$| (?:and|but|so|or|not|next|now|today|tomorrow|too|already|yet|as well|--?|"
    r"in (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*|on (?:mon|tues|wednes|thurs|fri|satur|sun)day|"
    r"this (?:year|month|week|spring|summer|fall|autumn|winter))\b)"
)
_PATTERNS = (
    # "His wife Morag is ninety and has never driven", "uncle virgil is actually 103 not 93".
    compile_latin(rf"\b{_KIN}(?:{_NAME}| ([a-z]{{2,12}}))?,? (?:is|was){_ADVERB}{{0,2}} ({_NUMBER}){_ENDED}"),
    # "who is himself 90", "herself almost ninety-two".
    compile_latin(
        rf"\b(?:is|was|being|now|already|aged?)( )(?:himself|herself|themselves){_ADVERB}? ({_NUMBER}){_ENDED}"
    ),
    compile_latin(rf"\b(?:himself|herself)( )(?:aged|almost|nearly|already|over|past|now) ({_NUMBER}){_ENDED}"),
    # "His widow Honorine, then 93, was told"; "his grandmother and housemate, a hundred and two, may be told".
    compile_latin(
        rf"\b{_KIN}(?: and (?:(?:his|her|their) )?([a-z-]{{3,16}}))?(?:{_NAME})?,"
        rf"(?: (?:then|by then|already|almost|nearly|only|just|herself|himself|aged|age)){{0,2}} ({_NUMBER})[,;)]"
    ),
    # "blew out 100 candles", "a cake with ninety-five candles".
    compile_latin(
        rf"\b(?:bl(?:ew|ow|own|ows|owing)(?: out)?(?: (?:all|his|her|their|the|of)){{0,3}}|cake (?:with|had|of|has)"
        rf"(?: (?:all|the))?)( )({_NUMBER})(?: (?:birthday|little|tiny|lit))? candles"
    ),
    compile_latin(rf"(\b)({_NUMBER}) candles (?:on (?:his|her|their|the|my|a|grandma's|grandpa's) (?:birthday )?cake)"),
    # "She wants to reach 100, if the piano stays in tune".
    compile_latin(
        rf"\b(?:he|she|who|{_KIN})( )(?:wants?|wanted|hopes?|hoped|plans|planned|intends?|is determined|vows|vowed) to "
        rf"(?:reach|live to(?: be)?|make it to|see|turn|become) (?:age )?({_NUMBER})(?:[,;!?)\n\x22\x1a]| [\x22\x1a]|"
        r"\.(?:[^0-9]|$)|$| (?:and|if|but|so|like|before (?:he|she)|with (?:his|her))\b)"
    ),
    compile_latin(rf"\b(?:he|she|they|i)(?: will|'ll|\x1all)( )become ({_NUMBER}|[a-z\xfc]+undneunzig){_ENDED}"),
    # In tables of kin: "d. at 97 |", "dec. 94", "D. AT 96".
    compile_latin(
        r"(?:^|[\s,;(|])(?:(?-i:d)\.|d\.? (?:at|age|aged|@)|dec'?d?\.?(?: at| aged?| @))( )(?:at |aged? |@ ?)?"
        rf"({_NUMBER})(?: ?\||[,;.)\t\n]|$)"
    ),
    # "She'd be 104 now", "is he really ninety-six?", "dad: 94, living", "deceased, 93", "a sprightly 92".
    compile_latin(
        r"\b(?:he|she|they)(?:'d| would|\x1ad| must| may| might| could)( )(?:be|have been) "
        rf"(?:now |almost |about |nearly |already )?({_NUMBER}){_ENDED}"
    ),
    compile_latin(rf"\b(?:is|was) (?:he|she)( )(?:really|already|actually|only) ({_NUMBER})[?,!]"),
    compile_latin(rf"\b{_KIN}:( )({_NUMBER}), ?(?:living|alive|well\b|a&w|l&w|healthy|deceased|dead|died|d\.)"),
    compile_latin(rf"\b(?:deceased|died|dec'd|living|alive|passed away),( )({_NUMBER})(?: ?[|;,)\n]|\.(?:[^0-9]|$)|$)"),
    compile_latin(
        rf"\ba(?:t the)?( )(?:sprightly|spry|feisty|lively|young|youthful|ripe old age of) ({_NUMBER}){_ENDED}"
    ),
    compile_latin(rf"\b(?:bad|spry|sharp|fit) for( )({_SPELLED})[!.,;]"),
    compile_latin(
        r"\b(?:born|b\.|birth|dob)[^.\n]{0,24} (?:18|19)[0-9]{2},? "
        r"(?:so|(?:which makes|making) (?:him|her|me))( )(?:now |already |almost |about )?"
        rf"({_NUMBER}){_ENDED}"
    ),
    compile_latin(
        rf"(?:(?-i:[A-Z])[a-z\xdf-\xff'-]+|\)),( )({_SPELLED}), (?:of (?-i:[A-Z])|who\b|formerly|residing|died|passed|"
        r"a (?:resident|widow|retired))"
    ),
    compile_latin(rf"\b(?:lived|live|got|made it) to( )(?:be )?(one[ -]oh[ -](?:{_ONES}))\b"),
)
_SET = PatternSet(_PATTERNS)
#: Words that stand where a name stands, or before it, when something was measured.
_MEASURED = frozenset(
    b"temp temperature bp pressure sat sats sugar sugars glucose weight wt pulse rate hr rr score level count fever "
    b"dose room bed a1c reading number bill copay balance total house apartment unit oxygen spo2 o2 waist bmi iq grade "
    b"rent average it this that there what limit dosage volume speed request price cost".split()
)


def kin_ages(latin: bytes) -> Iterator[tuple[int, int]]:
    """Yield where the number of each such age stands; what stands behind is still to be looked at."""
    for index in _SET.occurring(latin):
        for found in _PATTERNS[index].finditer(latin):
            subject = (found.group(1) or b"").lower()
            if subject not in _MEASURED and not is_gauged(latin, found.start(2)):
                yield found.start(2), found.end(2)
