"""Ages over 89, in figures and words, and birth years that imply one."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from itertools import chain

from detectors.context import Context
from detectors.patterns.ages_kin import kin_ages
from detectors.patterns.ages_told import NO_RELATIVE, told_ages
from detectors.patterns.birth_years import birth_years, hinted_birth_year
from detectors.patterns.no_ages import is_gauged, is_vital, lasts, of_thing
from detectors.patterns.scanning import Match, compile_latin, follows, is_word, phrases
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

SCORE = 0.95
_ONES = "one|two|three|four|five|six|seven|eight|nine"
_WORDS = (
    rf"(?:nine?ty(?:[ -](?:{_ONES}))?|(?:a|one)[ -]hundred(?:(?:[ -]and)?[ -](?:{_ONES}|ten|eleven|twelve))?|"
    r"noventa(?: y (?:uno?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve))?|cien(?:to (?:uno?|dos|tres|cuatro|cinco))?|"
    r"quatre-vingt-(?:dix|onze|douze|treize|quatorze|quinze|seize)|(?:[a-z\xfc]{3,6}und)?neunzig)"
)
_ORDINAL_WORDS = (
    r"(?:nine?tieth|ninety[ -](?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)|(?:one )?hundredth)"
)
_FIGURE = r"(?:9[0-9]|1[01][0-9]|12[0-5])"
_SCANNED = r"(?:9[0-9OoIl]|[1lI][O0][0-9OoIl]|9 [0-9])"
_NUMBER = rf"(?:0?{_FIGURE}(?:\.[0-9])?|{_WORDS})"
_AGE_UNIT = (
    r"(?:[- ]?(?:years?|yrs?\.?|y\.?)(?:[- ]?(?:olds?|of age|young|o\b\.?)|[ /]o\b)|[- ]?y[./]?o\.?\b|[- ]?yo[mf]?\b|"
    r"[- ]?(?:years?|yrs?|y)\b|[- ]?a\xf1os|[- ]?anos|[- ]?ans\b|[- ]?j\xe4hrig|[- ]?jahre|[- ]?anni\b)"
)

_GATE = compile_latin(
    r"9[0-9OoIl]|1[0-2][0-9]|[lI][O0][0-9]|9 [0-9]|ninet|ninty|nineties|hundred|noventa|\bcien|quatre-vingt|"
    r"neunzig|one[ -]oh[ -]|born|birth|\bb\.|nac|year of|dob|d\.o\.b"
)
#: A number with the unit of an age behind it.
_WITH_UNIT = compile_latin(rf"\b({_NUMBER}){_AGE_UNIT}")
#: A number behind a word that announces an age.
_ANNOUNCED = compile_latin(
    r"\b(?:hes|shes|(?:she'?|he'?|they'?)ll be|"
    r"age[ds]?(?: ?/ ?sex)?|patient ?age|age(?:_(?:in_)?years)|edad|alter|(?:turn(?:s|ed|ing)|reach(?:es|ed)|"
    "lived to(?: be)?|"
    r"live to(?: be)?|died (?:at|aged)|passed (?:away )?at|made it to|dead at|deceased at|almost|nearly) (?:age )?|"
    r"(?:age|aged) (?:at|on|of|is|was|around|approx|about|over|under|limit|exceeds?) [a-z ]{0,24}|paziente di anni|"
    r"edad de|cumpli[o\xf3]|cumplir|cumplen?|tiene|(?:i'm|im|i am|he's|she's|(?:he|she|mother|father|mom|mum|dad|"
    r"husband|wife|"
    "grandma|grandpa|"
    "grandmother|grandfather|aunt|uncle|sister|brother|patient|pt|who|herself|himself) is|would be|(?:he|she|"
    "i)'ll be|turning|(?:have|has) been|"
    r"(?:he|she|i) was|will be|is now|now|statin pointless at|next year|maybe|around age))"
    rf"[\s:=\x22'>{{|,(~-]{{0,6}}(?:value[\s:=\x22']{{1,4}})?({_NUMBER}|{_SCANNED})"
)
_BIRTHDAY = compile_latin(rf"\b((?:9[0-9]|1[01][0-9])(?:st|nd|rd|th)|{_ORDINAL_WORDS}) (?:b-?day|birthday|birth ?day)")
_CELEBRATED = compile_latin(rf"\bcelebrat(?:ed|es|ing) (?:his|her|their|my) ((?:9[0-9]|10[0-9])th|{_ORDINAL_WORDS})")
#: Sex beside the number: "92F", "M, 92," and "F/90".
_SEX_BEHIND = compile_latin(rf"\b({_FIGURE})[ ]?(?:/ ?)?(?:[MF]|male|female|woman|man|lady|gentleman)\b")
_NEXT_FIELD = compile_latin(r" / [A-Z]")
_SEX_BEFORE = compile_latin(rf"\b(?:[MFW]|male|female)(?:/| ?, ?| )({_FIGURE})\b")
#: Beside a name and in apposition: "Mr. Ostrander, 90, and his brother, 92,"; "Edith Quigg, 93 (deaf)".
_APPOSED = compile_latin(
    r"(?:[A-Z][a-z\xdf-\xff'-]+|\b(?:brother|sister|mother|father|husband|wife|aunt|uncle|son|daughter|spouse|"
    r"room-mate|roommate|mom|dad|grandma|grandpa))"
    rf"(?:, (?:room|rm|bed) [0-9]{{1,4}}[A-Z]?|, living)?, ?({_FIGURE})"
    r"(?:, | \(|;|\)|\.(?:\s|$)| (?:who|lives?|was|is|has)\b)",
    ignore_case=False,
)
#: In brackets behind a name: "Sr. Perpetua (95)", "Edith Quigg (93, deaf)".
_BRACKETED = compile_latin(
    r"(?:[A-Z][a-z\xdf-\xff'-]+|(?:Mrs?|Ms|Dr|Sr|Fr)\.?|Sister|Brother|Father|Mother|Aunt|Uncle) "
    rf"[A-Z][a-z\xdf-\xff'-]+ \(({_FIGURE})[,)]",
    ignore_case=False,
)
#: The field of an observation: "OBX|1|NM|30525-0^AGE^LN||96|a".
_OBSERVED = compile_latin(rf"\|[^|\n^]{{0,16}}\^?\bage\b[^|\n]{{0,40}}\|[^|\n]{{0,8}}\|({_FIGURE})\|")
_OF_PATIENT = compile_latin(rf"\b(?:pt|patient|resident|client),? ({_FIGURE}),")
#: Beside a word for somebody old, or for somebody in a prompt: "nonagenarian, 94", "a spry 93", "gent 91 from home".
_ELDER = compile_latin(
    r"\b(?:nonagenarian|(?:super)?centenarian|spry|elderly|geriatric|gent|gentleman|lady|widow(?:er)?|"
    r"great-?grand[a-z]+|(?:lady|man|woman|guy|gal|neighbor) (?:i|we|who|that|next door)[a-z ]{0,20} is|"
    r"dx(?:'?d)?(?: [a-z]+)? at|(?:diagnosed|retired|widowed|(?:re)?married|driving|drove)(?: [a-z]+){0,2} (?:at|"
    r"until|till))"
    rf"[ ,(]{{1,3}}({_NUMBER})(?: (?:in|from|with|w/|who|was|is|and|here|woman|man|lady|resident|s/p|c/o)\b|[),;.]|"
    rf"\s*$|\n)"
)
#: With a word behind that only somebody has: "93 and frail", and at the start of a line "95 w/ dementia".
_STATED = compile_latin(
    rf"(?:(?:^|[\n,;(] ?)({_FIGURE}) (?:w/|c/o|s/p|h/o|from (?:home|snf|nh|alf?|ltc|memory care|assisted|nursing|a "
    rf"nursing))"
    rf"|\b({_FIGURE}),? (?:and|but|yet) (?:still )?(?:frail|spry|sharp|independent|active|living|lives|driving|"
    rf"drives|healthy|"
    r"going strong|walks|walking)\b)"
)
#: The sex right before: "F93 s/p ORIF", which without such a word behind is a code.
_SEX_GLUED = compile_latin(rf"\b[MF]({_FIGURE}),? (?:w/|c/o|s/p|h/o|with|from|here|presents|presenting|admitted|admit)")
#: The answer to a question after somebody's age.
_ANSWERED = compile_latin(
    r"\b(?:cu[a\xe1]ntos a[n\xf1]os (?:tiene|tienes|cumple|cumpli[o\xf3])|qu[e\xe9] edad (?:tiene|tienes)|how old "
    r"(?:are you|is|are|was)|(?:have|get|and|what'?s|what is|confirm) (?:your|his|her|their|the patient's) age)"
    r"[^\n?]{0,40}\?[^\n0-9]{0,4}\n?(?:[A-Z][^\n:]{0,24}: ?)?(?:u[hm],? |well,? |va a cumplir |cumple |tengo |tiene |"
    r"i'm |he's |she's )?"
    rf"({_NUMBER})"
)
_TOO_OLD = compile_latin(rf"\b({_NUMBER}) (?:is )?too old\b")
_BETWEEN = compile_latin(rf"\b(?:somewhere|anywhere|age|aged) between ({_NUMBER}) and ({_NUMBER})\b")
_RANGE = compile_latin(rf"(?:\s*(?:-|\x1a|and|to|or|y|/)|,? (?:not|rather than|instead of)|, y)\s*({_NUMBER})")
#: The same age once more: "aged ninety (90)", "ninety-two (92) years old".
_AGAIN = compile_latin(rf"(?:{_AGE_UNIT})? \(({_NUMBER})(?:{_AGE_UNIT})?\)")
_TWICE = compile_latin(rf"\b({_NUMBER}) \(({_NUMBER})\)[- ](?:years?[- ](?:olds?|of age)|y/?o|yrs?[- ]old)(?:[^a-z]|$)")
_FRACTION = compile_latin(r"(?: |-)and(?: |-)(?:a half|one[ -]half|a quarter|three[ -]quarters)\b|\xbd")
_KIN_AT = compile_latin(
    r"\b(?:father|mother|dad|mom|mum|sister|brother|husband|wife|grandmother|grandfather|uncle|aunt|maternal|"
    rf"paternal|died|passed|lived|reached|dead|alive|death)[ a-z]{{0,28}} (?:at|to|until|till|reached) ({_NUMBER})\b"
)
_PLUS = compile_latin(
    r"\s?(?:\+|plus\b|or (?:older|over|more|above)|and (?:older|over|above)|years? (?:or|and) (?:older|over)|"
    r"\+? ?years and)"
)
_NO_AGE = compile_latin(
    r"\s*(?:(?:-[0-9]{2,3})?\+? ?(?:day )?buckets?|"
    r"%|percent|pct|mg|mcg|g\b|kg|lbs?|pounds|ml|cc\b|cm|mm|m\b|bpm|degrees|\xb0|days?|d\b|weeks?|wks?|"
    r"months?|mos?\b|min|"
    r"hours?|hrs?|h\b|minutes|mph|tabs?|tablets|pills|caps|doses|refills|units|iu|times|laps|steps|yards|"
    r"dollars|pack|th "
    r"(?:percentile|centile)|cells|copies|beats|mmol|meq|[0-9/]|[.,:][0-9]|-day|-degree|day supply|pts?\b|rows|"
    r"db\b|decibels?|char(?:acter)?s?\b|bytes|items|words|lines|pages|channels?|seconds|secs?\b|entries|fields|"
    r"miles|km\b|feet|ft\b|inches|in the [0-9]|for [0-9]+ (?:days|hours|min))"
)
#: "Homer (103 at death)", "mi abuelita de noventa y cinco".
_AT_DEATH = compile_latin(
    rf"\b({_FIGURE}|{_WORDS}) at (?:(?:the |his |her )?time of )?(?:his |her )?(?:death|passing|demise)\b"
)
_ELDER_OF = compile_latin(
    r"\b(?:abuel(?:it)?[ao]s?|bisabuel[ao]s?|viejit[ao]s?|mam[a\xe1]|pap[a\xe1]|madre|padre|suegr[ao]|t[i\xed][ao]|"
    r"se\xf1ora?|"
    rf"ancian[ao]s?|paciente|grandm[a\xe8]re|grand-p[e\xe8]re) de ({_NUMBER})\b"
)
_SAID = (
    _AT_DEATH,
    _ELDER_OF,
    _ANNOUNCED,
    _KIN_AT,
    _APPOSED,
    _OBSERVED,
    _OF_PATIENT,
    _TOO_OLD,
    _ELDER,
    _SEX_GLUED,
    _ANSWERED,
)
_DEGREES = compile_latin(
    r"\b(?:high|highs|low|lows|heat|index|outside|reached|hit|weather)(?: (?:of|was|is|index|at|around|in the))* ?$"
)
_OUTDOORS = compile_latin(r"\s*(?:temp|outside|outdoors|heat|weather|fever)")
_OLD = compile_latin(r"(?:old|olds|young|age|y[./ ]?o\.?[mf]?|a\xf1os)$|[/ ]o$")
_FIRST_OF_TWO = compile_latin(rf"\b({_FIGURE}) (?:and|to|or|y) $")
_EASTERN = compile_latin(rf"(?:^|[^0-9])({_FIGURE})[\xff\x1a]")
_VITALS = phrases(r"""
    hr; bp; rr; sat; spo2; o2; pulse; heart rate; weight; wt; glucose; sugar; ldl; room; dose; score; temp; tmax;
    temperature; fever; febrile; bed; fiebre; calentura; temperatura; presi\xf3n; pulso; peso
""")


class AgeRecognizer:
    """Finds the number of any age over 89, and birth years that tell one; 90+ and other numbers stay."""

    name = "age"

    def __init__(self, reference_year: int | None = None) -> None:
        year = datetime.now(UTC).year if reference_year is None else reference_year
        self._oldest_year = year - 90
        self._vitals = Context(_VITALS)

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return the number, with a fraction and without its unit."""
        latin = passage.latin
        ranges = dict.fromkeys(hinted_birth_year(passage, self._oldest_year))
        if _GATE.search(latin) is not None or not passage.text.isascii():
            ranges |= dict.fromkeys([*self._ages(latin), *birth_years(latin, self._oldest_year), *_eastern(passage)])
        return [Span(start, _whole(latin, end), IdentifierType.AGE, SCORE, self.name) for start, end in ranges]

    def _ages(self, latin: bytes) -> Iterator[tuple[int, int]]:
        for found in _WITH_UNIT.finditer(latin):
            if self._is_counted_in_years(latin, found):
                yield found.start(1), found.end(1)
                yield from _before_in_list(latin, found.start(1))
                yield from _listed(latin, found.end(1))
        for found in chain.from_iterable(pattern.finditer(latin) for pattern in _SAID):
            gauged = found.group()[:3].lower() == b"now" and is_gauged(latin, found.start())
            gauged = gauged or is_vital(latin, found)
            if _is_age(latin, found.end(1)) and not (gauged or self._vitals.before(latin, found.start(), 14)):
                yield found.start(1), found.end(1)
                yield from _listed(latin, found.end(1))
        for found in chain(_SEX_BEHIND.finditer(latin), _SEX_BEFORE.finditer(latin)):
            if _is_age_of_sex(latin, found) and not self._vitals.before(latin, found.start(), 16):
                yield found.start(1), found.end(1)
        for found in _STATED.finditer(latin):
            group = 1 if found.start(1) >= 0 else 2
            if not self._vitals.before(latin, found.start(group), 14):
                yield found.start(group), found.end(group)
        yield from self._told(latin)
        yield from self._beside_names(latin)
        for found in chain.from_iterable(pattern.finditer(latin) for pattern in (_BIRTHDAY, _CELEBRATED)):
            yield found.start(1), found.end(1)

    def _told(self, latin: bytes) -> Iterator[tuple[int, int]]:
        """Yield ages that their wording tells, none of them what was measured of a relative."""
        for found, checked in told_ages(latin):
            measured = self._vitals.before(latin, found.start(), 14) or follows(NO_RELATIVE, latin, found.start(1), 28)
            if not checked or (_is_age(latin, found.end(1)) and not measured):
                yield found.start(1), found.end(1)
                yield from _listed(latin, found.end(1))
        for start, end in kin_ages(latin):
            if _is_age(latin, end):
                yield start, end
                yield from _listed(latin, end)
        for found in _TWICE.finditer(latin):
            yield from ((found.start(group), found.end(group)) for group in (1, 2))

    def _beside_names(self, latin: bytes) -> Iterator[tuple[int, int]]:
        """Yield ages in brackets behind a name, and both of "between 92 and 95"."""
        for found in _BRACKETED.finditer(latin):
            if not self._vitals.before(latin, found.start(1), 14):
                yield found.start(1), found.end(1)
        for found in _BETWEEN.finditer(latin):
            if _is_age(latin, found.end(2)):
                yield from ((found.start(1), found.end(1)), (found.start(2), found.end(2)))

    def _is_counted_in_years(self, latin: bytes, found: Match) -> bool:
        """Judge a number with "years": an age with "old" behind it, else where neither side speaks of another span."""
        if _is_category(latin, found.end(1)) or _is_category(latin, found.end()):
            return False
        if _OLD.search(latin[found.end(1) : found.end()]) is not None:
            return not of_thing(latin, found.end())
        return not (lasts(latin, found) or self._vitals.before(latin, found.start(), 10))


def _is_age(latin: bytes, end: int, *, sex: bool = False) -> bool:
    """Tell whether a number in an age's place is neither cut out of a longer one nor a measure."""
    figure = 48 <= latin[end - 1] <= 57
    touched = end < len(latin) and is_word(latin[end]) and not (figure and latin[end] in b"yYfFmM")
    if touched and not sex:
        return False
    return _NO_AGE.match(latin, end) is None and not _is_category(latin, end)


def _is_age_of_sex(latin: bytes, found: Match) -> bool:
    """Tell whether a number beside a sex is an age: one that stands before "m" in small letters is a measure."""
    if found.end() == found.end(1):
        return _is_age(latin, found.end(1), sex=True)
    letter = found.group()[-1:]
    if letter in b"Ff" and (_OUTDOORS.match(latin, found.end()) or follows(_DEGREES, latin, found.start(1), 32)):
        return False
    if _NEXT_FIELD.match(latin, found.end()) is not None:
        return letter != b"m"
    return letter != b"m" and _is_age(latin, found.end(), sex=True)


def _whole(latin: bytes, end: int) -> int:
    """Return where an age ends with the fraction behind it: "ninety-one and a half"."""
    fraction = _FRACTION.match(latin, end)
    return end if fraction is None else fraction.end()


def _is_category(latin: bytes, end: int) -> bool:
    """Tell whether the number is the category that the rule allows, "90+" or "90 or older"."""
    return _PLUS.match(latin, end) is not None


def _listed(latin: bytes, end: int) -> Iterator[tuple[int, int]]:
    """Yield what follows an age and is one too: "92 and 94", "103 not 93", "ninety (90)"."""
    found = _RANGE.match(latin, end) or _AGAIN.match(latin, end)
    if found is not None and _is_age(latin, found.end(1)):
        yield found.start(1), found.end(1)


def _before_in_list(latin: bytes, start: int) -> Iterator[tuple[int, int]]:
    """Yield the first number of "91 and 93 year old"."""
    if follows(_FIRST_OF_TWO, latin, start, 9):
        first = latin[max(0, start - 9) : start]
        offset = max(0, start - 9)
        digits = [index for index, byte in enumerate(first) if 48 <= byte <= 57]
        yield offset + digits[0], offset + digits[-1] + 1


def _eastern(passage: Passage) -> Iterator[tuple[int, int]]:
    """Yield the number before the Chinese or Japanese sign for years of age, or a sign of the sex."""
    if passage.text.isascii():
        return
    for found in _EASTERN.finditer(passage.latin):
        if passage.text[found.end(1)] in "歳岁歲才♀♂":
            yield found.start(1), found.end(1)
