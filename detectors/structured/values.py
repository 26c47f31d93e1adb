"""What of a value belongs to the identifier that its heading promises, and whether it is one at all."""

import re
from collections.abc import Callable, Iterator

from detectors.gazetteers.lookup import Gazetteers, WordClass
from detectors.scoring import NAMED
from detectors.structured.headings import TYPES, Heading, heading_of
from detectors.structured.user_turns import ROLES, is_user_name
from schemas.spans import Span

# A word of a name; a scanner may have read a digit in it.
_WORD = re.compile(
    r"(?=[013458]?[^\W\d_])(?:[^\W\d_]|(?<=[^\W_])[013458](?!\d)|[013458](?=[^\W\d_]))+(?:['-][^\W_]+)*\.?"
)
_BARE_YEAR = re.compile(r"(?:[gl][et]|eq|ne|sa|eb|ap)?(?:19|20)\d\d(?: HTTP/\S+)?")
_CLOCK = re.compile(r"\d{1,2}:\d\d(?::\d\d)?(?: ?[AaPp]\.?[Mm]\.?)?")
_CODED = re.compile(r"[^\s,;|]*\d[^\s,;|]*(?:[ -]\d[^\s,;|]*)*")
_BARE_NUMBER = re.compile(r"[A-Z]{0,4}[-#]?\d{4,}[A-Z0-9-]*")
_PHONE = re.compile(r"[+(]?\d[\d\s().+/x#-]*\d|\d{2,}")
_PLATE = re.compile(r" ?((?=[A-Z -]*\d)[A-Z0-9]{1,4}(?:[ -][A-Z0-9]{1,4}){1,2}) ?")
_TOKEN = re.compile(r"[^\s,;|\"'<>]+")
_OLD = re.compile(r"(?:9\d|1[0-4]\d)(?!\d)")
_ADDRESS_PART = re.compile(
    r"(?:[^,;\n\t|.]|\.(?! [A-Z][a-z])|(?<=\b[A-Za-z])\.|(?<=\b[A-Z][a-z])\.|(?<=\b[A-Z][a-z]{2})\.)+"
)
_TOWN_STATE_ZIP = re.compile(
    r"(?:(?P<town>[^\d,;\n]{2,40}?)[ ,]+)??(?:(?P<state>[A-Za-z]{2}|[A-Z][a-z]+(?: [A-Z][a-z]+)?)[ .,]+)?"
    r"(?P<zip>[\dOlI]{5}(?:-\d{4})?)(?!\w)"
)
_NOTHING = frozenset(
    """
    none n/a na unknown unk null nil self retired unemployed disabled student homemaker yes no same pending tbd
    refused declined denies see deferred other redacted anonymous not applicable n true false blank required optional
    string test demo sample example dummy above private on-file on system electronically electronic automatic auto
    varies minimal verbal
    """.split()
)
#: What a place says in a conversation, and is not called.
_SPEECH = frozenset(
    """
    buenos buenas hola gracias sí si no ok okay hello hi hey thanks thank good yes please your our we su la el los
    para claro perfecto sure how what when can could dice ella él ellos es era fue entiendo bien señor señora bueno
    pues okey right great alright perfect lovely wonderful excellent welcome hmm mm uh um naw nah nope yeah yep yup ha
    oh none no-one nothing maybe not so and but well i it is that this they he she thanks
    """.split()
)
_ORDINARY = int(
    WordClass.ENGLISH
    | WordClass.CLINICAL
    | WordClass.DRUG
    | WordClass.DISEASE
    | WordClass.ABBREVIATION
    | WordClass.CALENDAR
    | WordClass.PEOPLE
    | WordClass.ORGANISATION
)
_ABBREVIATION = int(WordClass.ABBREVIATION)
_COMMON_NAME = int(WordClass.FIRST_COMMON | WordClass.SURNAME_COMMON)
_LONGEST_ABBREVIATION = 4
_COMMON = int(WordClass.ENGLISH_COMMON)
_NAME = int(WordClass.FIRST | WordClass.SURNAME)
_BESIDE = int(WordClass.TITLE | WordClass.CREDENTIAL | WordClass.KIN)
_PARTICLE = int(WordClass.PARTICLE)
_LARGE = int(WordClass.STATE | WordClass.STATE_CODE | WordClass.COUNTRY)
_PEOPLE_OR_COUNTRY = int(WordClass.PEOPLE | WordClass.COUNTRY)
_MOST_NAME_WORDS = 6
_LONGEST_ADDRESS = 160
_MOST_CODES = 4
_FIELDS = frozenset({Heading.DATE, Heading.AGE, Heading.PHONE, Heading.FAX, Heading.SSN, Heading.MRN})
_SENTENCE_ENDS = (".", ",", "!", "?")
_SHORTEST_USER = 3
_LONGEST_DATE = 30
_AGE_REACH = 8
#: A drug with its dose, or a choice; no place is called so.
_NO_PLACE = re.compile(r"\d ?(?:mg|mcg|ml|units?|%)| or | vs\.? ", re.IGNORECASE)
_LONGEST_SYLLABLE = 3  # A shorter word is a name as often ("Su", "Ha").
_LONGEST_SHORT = 2  # "J." goes on, "Okay." ends.


class Values:
    """Reads values under headings, with the lists to tell a name from a remark."""

    def __init__(self, gazetteers: Gazetteers) -> None:
        self._gazetteers = gazetteers
        self._readers: dict[Heading, Callable[[str, int, int], Iterator[tuple[int, int]]]] = {
            Heading.PERSON: self._persons,
            Heading.ADDRESSEE: self._addressees,
            Heading.EMPLOYER: self._proper,
            Heading.FACILITY: self._proper,
            Heading.PLACE: self._proper,
            Heading.ADDRESS: self._address,
            Heading.ZIP: _codes,
            Heading.DATE: _date,
            Heading.AGE: _age,
            Heading.PHONE: _phone,
            Heading.FAX: _phone,
            Heading.EMAIL: _mail,
            Heading.URL: _token,
            Heading.IP: _token,
            Heading.VEHICLE: _plate,
            Heading.PHOTO: _token,
            Heading.USER: self._user,
            Heading.SECRET: _long_token,
        }

    def read(self, text: str, start: int, end: int, heading: Heading, name: str) -> list[Span]:
        """Return the spans of the value `[start, end)` under a heading, found by the recognizer *name*."""
        if heading is Heading.PERSON and _BARE_NUMBER.fullmatch(text, start, end):
            heading = Heading.NUMBER
        reader = self._readers.get(heading, _codes)
        return [Span(low, high, TYPES[heading], NAMED, name) for low, high in reader(text, start, end) if low < high]

    def _user(self, text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        for low, high in _long_token(text, start, end):
            if is_user_name(text, low, high, is_word=bool(self._mask(text[low:high]) & int(WordClass.ENGLISH))):
                yield low, high

    def _persons(self, text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield the names of a value: words that may be one, without titles, degrees and what follows in brackets."""
        first: re.Match[str] | None = None
        run: list[re.Match[str]] = []
        for word in _WORD.finditer(text, start, end):
            first = first or word
            beside = self._is_beside(word[0])
            prose = not beside and self._is_prose(word[0]) and (not run or word[0].islower())
            ended = prose or _is_caption(word[0])
            if run and (beside or ended or not _adjoin(text, run[-1], word)):
                yield from self._name(run, whole=False, goes_on=prose)
                run = []
            if ended:
                return
            if not beside:
                run.append(word)
        alone = bool(run) and run[0] is first and run[-1].end() == end and text[end : end + 1] not in _SENTENCE_ENDS
        yield from self._name(run, whole=alone, goes_on=False)

    def _addressees(self, text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield the names of a value that could as well be a subject: two words, or a listed name."""
        for low, high in self._persons(text, start, end):
            words = [word[0] for word in _WORD.finditer(text, low, high)]
            listed = any(self._mask(word) & _NAME and not self._mask(word) & _ORDINARY for word in words)
            if listed or len(words) > 1:
                yield low, high

    def _name(self, run: list[re.Match[str]], *, whole: bool, goes_on: bool) -> Iterator[tuple[int, int]]:
        """Yield a run of words that is a name: listed or strange, and no remark that goes on in lower case."""
        if not run or len(run) > _MOST_NAME_WORDS or any(word[0].lower().rstrip(".") in _NOTHING for word in run):
            return
        if len(run) == 1 and len(run[0][0]) > _LONGEST_SYLLABLE and run[0][0].lower().rstrip(".") in _SPEECH:
            return
        masks = [_NAME if _is_initial(word[0]) else self._mask(word[0]) for word in run]
        if all(_is_initial(word[0]) for word in run) or _are_abbreviations([word[0] for word in run], masks):
            return
        large = all(word[0][0].isupper() or mask & _PARTICLE for word, mask in zip(run, masks, strict=True))
        small = all(word[0].islower() for word in run)
        strange = any(not mask & (_ORDINARY | _COMMON) for mask in masks)
        listed = all(mask & _NAME or not mask & (_ORDINARY | _COMMON) for mask in masks)
        single = sum(not _is_initial(word[0]) for word in run) == 1
        if len(run) == 1 and masks[0] & _PEOPLE_OR_COUNTRY:
            return
        if (len(run) == 1 and masks[0] & _COMMON and not whole) or (single and goes_on):
            return
        rare = len(run) > 1 and any(not mask & _COMMON for mask in masks)
        if (large and (strange or listed)) or (small and listed and (strange or rare)):
            yield run[0].start(), run[-1].end() - (run[-1][0].endswith(".") and len(run[-1][0]) > 2)  # noqa: PLR2004

    def _is_prose(self, word: str) -> bool:
        """Tell whether a word begins a remark and no name."""
        mask = self._mask(word)
        return (
            bool(mask & _COMMON)
            and not _is_initial(word)
            and (word[0].islower() or not mask & _NAME)
            and not mask & _PARTICLE
        )

    def _proper(self, text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield a value that is a proper name: not a remark, a state or a country."""
        first = _WORD.search(text, start, end)
        stop = next((at for at in (text.find(mark, start, end) for mark in "(;|\t") if at > start), end)
        comma = text.find(",", start, stop)
        stop = comma if comma > start else stop
        if first is None or first.start() >= stop or _NO_PLACE.search(text, start, stop):
            return
        words = [word[0] for word in _WORD.finditer(text, start, stop)]
        masks = [self._mask(word) for word in words]
        if words[0].lower() in _SPEECH and (len(words) == 1 or not words[-1][0].isupper()):
            return
        if any(word.lower().rstrip(".") in _NOTHING for word in words[:2]) or all(mask & _LARGE for mask in masks):
            return
        strange = any(not mask & (_ORDINARY | _COMMON) or mask & _NAME for mask in masks)
        if strange and (text[first.start()].isupper() or not any(mask & _COMMON for mask in masks)):
            yield start, stop

    def _address(self, text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield the parts of an address between commas and line ends, without state and country."""
        if end - start > _LONGEST_ADDRESS or not any(map(str.isalnum, text[start:end])):
            return
        for part in _ADDRESS_PART.finditer(text[start:end]):
            low, high = start + part.start(), start + part.end()
            while low < high and text[low].isspace():
                low += 1
            tail = _TOWN_STATE_ZIP.match(text, low, high)
            if tail is not None and self._is_state(tail["state"]):
                yield from (tail.span(group) for group in ("town", "zip") if tail[group])
                return
            words = text[low:high].lower().split()
            if words and words[0] in _NOTHING and not any(map(str.isdigit, text[low:high])):
                return
            if not self._is_state(text[low:high].strip()):
                yield low, high

    def _mask(self, word: str) -> int:
        return self._gazetteers.mask(word.rstrip("."))

    def _is_state(self, words: str | None) -> bool:
        return not words or all(self._gazetteers.mask(part) & _LARGE for part in words.split())

    def _is_beside(self, word: str) -> bool:
        plain = word.rstrip(".")
        mask = self._mask(word)
        return bool(mask & _BESIDE) and not (mask & _NAME and len(plain) > 3 and not mask & int(WordClass.KIN))  # noqa: PLR2004


def _are_abbreviations(words: list[str], masks: list[int]) -> bool:
    """Tell whether capitals are what somebody has ("CAD, MI", "T1DM") rather than who."""
    if not all(word.isupper() and len(word) <= _LONGEST_ABBREVIATION for word in words):
        return False
    digits = any(map(str.isdigit, "".join(words)))
    short = all(mask & _ABBREVIATION for mask in masks) and not all(mask & _COMMON_NAME for mask in masks)
    return digits or short


def _is_initial(word: str) -> bool:
    return len(word.rstrip(".")) == 1


def _is_caption(word: str) -> bool:
    """Tell whether a word begins the next field of a form ("DOB", "Sex")."""
    return word.isupper() and heading_of(word) in _FIELDS


def _adjoin(text: str, left: re.Match[str], right: re.Match[str]) -> bool:
    if left[0].endswith(".") and len(left[0]) > _LONGEST_SHORT:
        return False
    return text[left.end() : right.start()] in (" ", "", "-", ", ", ",", " - ", "^")


def _codes(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for code in list(_CODED.finditer(text, start, end))[:_MOST_CODES]:
        yield code.span()


def _plate(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield a plate in up to three groups ("EMS 417 K"), else codes."""
    whole = _PLATE.fullmatch(text, start, end)
    return iter((whole.span(1),)) if whole else _codes(text, start, end)


def _phone(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for number in _PHONE.finditer(text, start, end):
        yield number.span()


def _date(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the value up to its last digit, unless it is a bare year or a time of day."""
    while end > start and not text[end - 1].isdigit():
        end -= 1
    value = text[start:end].strip()
    if 0 < len(value) <= _LONGEST_DATE and not _BARE_YEAR.fullmatch(value) and not _CLOCK.match(value):
        yield start, end


def _age(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    age = _OLD.search(text, start, min(end, start + _AGE_REACH))
    if age is not None and text[age.end() : age.end() + 1] != "+":
        yield age.span()


def _mail(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    if "@" in text[start:end]:
        yield from _token(text, start, end)


def _token(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    token = _TOKEN.search(text, start, end)
    if token is not None and token[0].lower() not in _NOTHING and any(map(str.isalnum, token[0])):
        yield token.span()


def _long_token(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    for low, high in _token(text, start, end):
        word = text[low:high]
        if high - low >= _SHORTEST_USER and word.lower() not in ROLES and heading_of(word) is None:
            yield low, high
