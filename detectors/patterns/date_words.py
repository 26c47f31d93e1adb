"""Dates in words: months with day or year, ordinals, spoken dates, other calendars, in English and Spanish."""

from collections.abc import Iterator, Sequence

from detectors.patterns.date_forms import logged_ranges, numbered_ranges, slavic_ranges, spanish_ranges
from detectors.patterns.diaries import diary_days
from detectors.patterns.holidays import holiday_ranges
from detectors.patterns.month_days import ORDINAL, WEEKDAY, month_days
from detectors.patterns.scanning import Match, behind, compile_latin, follows, is_word
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

SCORE = 0.9
_LONG = "january|february|april|june|july|august|september|october|november|december"
_DOUBTFUL = "may|march"
_SHORT = "jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec"
_FOREIGN = (
    r"enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|setiembre|octubre|noviembre|diciembre|"
    r"janvier|f[e\xe9]vrier|mars|avril|mai|juin|juillet|ao[u\xfb]t|septembre|octobre|novembre|d[e\xe9]cembre|"
    r"januar|februar|m[a\xe4]rz|juni|juli|oktober|dezember|gennaio|febbraio|aprile|maggio|giugno|luglio|settembre|"
    r"ottobre|dicembre|janeiro|fevereiro|mar[c\xe7]o|maio|junho|julho|setembro|outubro|dezembro|"
    r"tishrei|cheshvan|kislev|tevet|shevat|adar|nisan|iyar|sivan|tammuz|elul|muharram|safar|rajab|sha'?ban|ramadan|"
    r"shawwal|dhu al-hijjah|rabi al-awwal"
)
_SPANISH = "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|setiembre|octubre|noviembre|diciembre"
_CARDINAL = "one|two|three|four|five|six|seven|eight|nine"
_TEEN = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_BELOW_100 = rf"(?:(?:{_TENS})(?:[ -](?:{_CARDINAL}))?|{_TEEN}|(?:oh[ -])?(?:{_CARDINAL}))"
_SPOKEN_YEAR = (
    f"(?:two thousand(?:(?: and)? {_BELOW_100})?|(?:nineteen|twenty)[ -](?:hundred|{_BELOW_100})|"
    f"oh?[ -](?:{_CARDINAL}))"
)
_YEAR = rf"(?:(?:1[3-9]|20)[0-9]{{2}}|5[67][0-9]{{2}}|'[0-9]{{2}}|{_SPOKEN_YEAR})"
_DAY = rf"(?:[0-3]?[0-9](?:st|nd|rd|th|er|\xba|o)?|{ORDINAL})"

_MONTH = compile_latin(rf"(?:\b|[0-9])({_LONG}|{_DOUBTFUL}|{_SHORT}|{_FOREIGN})(?:\b|[0-9])")
_BEFORE = compile_latin(
    rf"(?:\b{WEEKDAY}\.?,?\s+)?(?:the )?\b({_DAY})(?:\s+day)?(?:\s+(?:of|de|do|del)\s+|\.?\s?-\s?|\.?\s+|\.)?$"
)
_AFTER = compile_latin(
    rf"(?:\.?[\s-]{{1,2}}|\.)(?:the )?(?:{ORDINAL}\b|[0-3]?[0-9](?:st|nd|rd|th)?(?: ?(?:-|\x1a|"
    r"/) ?[0-3]?[0-9](?:st|nd|"
    "rd|th)?)?)"
)
_OTHER_END = compile_latin(
    r" (?:to|through|thru|and|&) ([0-3]?[0-9](?:st|nd|rd|th)?)(?:[.,;)\n]|$| (?:for|at|in|with|inclusive|[0-9]{4}))"
)
#: The next day of "June 2, 3 and 5".
_MORE_DAYS = compile_latin(
    r"(?:, ?|,? (?:and|or|&) )([0-3]?[0-9](?:st|nd|rd|th)?)(?:,? (?:and|&) |, ?[0-9]|[.;)\n]|,? ?$|, [a-z])"
)
_SPANNING = compile_latin(r"\b(?:from|between|the weeks? of|since) (?:the )?$")
_YEAR_AFTER = compile_latin(rf"\.?(?:,? ?(?:of |de |del |in )?|,?\s|-|/){_YEAR}")
_SHORT_YEAR = compile_latin(r"[- ]?[0-9]{2}")
_WEEKDAY_BEFORE = compile_latin(rf"\b{WEEKDAY}\.?,?\s+$")
_IN = compile_latin(
    r"\b(?:in|by|since|last|next|until|till|from|through|thru|of|this|early|mid|late|during|around|before|after|"
    "between|"
    r"for|every|each|and|to|past|previous|following|back in|starting|en|desde|hasta|de|pasado|este|pr\xf3ximo|born|"
    "each)"
    r"[\s-]+(?:early |mid-?|late |the )?$"
)
_PART = compile_latin(
    r"\b(?:early|late|mid|(?:the )?(?:first|second|third|fourth|last|1st|2nd|3rd|4th) (?:week|weekend|half|part|"
    r"monday|tuesday|wednesday|thursday|friday|saturday|sunday) (?:of|in)|(?:the )?(?:end|beginning|middle) of)[ -]$"
)
_ON = compile_latin(r"\b(?:on|since|until|till|by|from|before|after|for|dated|dictating for) $")
_STRICT_IN = compile_latin(r"\b(?:in|since|last|next|until|till|of|early|late|mid|by|through) (?:early |late |mid-?)?$")
_SPANISH_IN = compile_latin(r"\b(?:en|de|desde|hasta|del|para|pasado) $")
_VERB = compile_latin(
    r"\s+(?:be|have|not|also|take|need|use|cause|repeat|resume|require|include|i\b|we\b|you\b|he\b|she\b|it\b|they\b|"
    r"help|increase|or may|affect|occur|lead|result|see|want|in place|up|down)"
)
#: A law is dated, nobody's life.
_OF_LAW = compile_latin(
    r"\bact\b[^\n]{0,12}\(?(?:effective|eff\.?|in force|signed|passed|enacted)(?: on| since)?[ :]{1,2}$"
)
_OF_VERSION = compile_latin(r"(?:version|release|edition|build|ver)[\x22':=\s(,]{1,4}$")
_VISITED = compile_latin(
    r" (?:visit|appointment|appt|labs?|refill|statement|bill|surgery|scan|mri|checkup|infusion|follow-?up)\b"
)
_COUNTED = compile_latin(
    r"\s*(?:doses?|mg|mcg|ml|tabs?|tablets?|bid|tid|units?|%|cm|mm|hours?|days?|times|x\b|visits?|pts)"
)
_ACRONYM = compile_latin(r"-[0-9]\b")
_CJK = compile_latin(r"\xff*[0-9]{1,4}\xff[0-9]{1,2}\xff[0-9]{1,2}\xff")
_DOUBTFUL_WORDS = frozenset(
    (b"may", b"march", b"mar", b"dec", b"sep", b"jan", b"mai", b"mars", b"sept", b"oct", b"apr")
)
_LONG_WORDS = frozenset(_LONG.encode().split(b"|")) | frozenset(_SPANISH.encode().split(b"|"))


class DateWordRecognizer:
    """Finds dates that name a month or a holiday, days of the month alone, and spoken dates."""

    name = "date_words"

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return each date with its weekday and its year."""
        latin = passage.latin
        ranges = [*_months(latin), *month_days(latin), *diary_days(latin), *holiday_ranges(latin)]
        ranges += [*logged_ranges(latin), *spanish_ranges(latin), *numbered_ranges(latin)]
        if not passage.text.isascii():
            ranges += [*_eastern(passage), *slavic_ranges(passage)]
        return [Span(start, end, IdentifierType.DATE, SCORE, self.name) for start, end in dict.fromkeys(ranges)]


def _months(latin: bytes) -> Iterator[tuple[int, int]]:
    for found in _MONTH.finditer(latin):
        span = _around(latin, found)
        if span is not None and not (follows(_OF_LAW, latin, span[0], 32) or follows(_OF_VERSION, latin, span[0], 24)):
            yield span
            yield from _further_days(latin, span[1])
            other = _OTHER_END.match(latin, span[1])
            if other is not None and follows(_SPANNING, latin, span[0], 16):
                yield other.start(1), other.end(1)


def _further_days(latin: bytes, end: int) -> Iterator[tuple[int, int]]:
    """Yield the days that share a month with the one before them."""
    while latin[end - 1 : end].isdigit() and (found := _MORE_DAYS.match(latin, end)) is not None:
        yield found.start(1), found.end(1)
        end = found.end(1)


def _around(latin: bytes, found: Match) -> tuple[int, int] | None:
    """Return the date around a month's name, or None where the word is no month."""
    start, end = found.start(1), found.end(1)
    word = latin[start:end].lower()
    before = behind(_BEFORE, latin, start, 48)
    after = _AFTER.match(latin, end, min(len(latin), end + 40))
    if after is not None and latin[start:end].isupper() and _ACRONYM.match(latin, end):
        after = None
    if after is not None and (_cuts_number(latin, after.end()) or _COUNTED.match(latin, after.end())):
        after = None
    day_start = None if before is None else _day_start(latin, *before, start, word)
    if (
        after is not None
        and latin[start:end].islower()
        and word in (b"may", b"march")
        and not _is_told(latin, start, after)
    ):
        after = None
    numbered = day_start is not None and latin[day_start:start].rstrip().endswith(b".")
    if day_start is not None and not (numbered and after is not None):
        return day_start, _year_end(
            latin, end, short=latin[start - 1 : start] in (b"-", b" ") or is_word(latin[start - 1])
        )
    if after is not None:
        return _weekday_start(latin, start), _year_end(latin, after.end(), short=False)
    year = _YEAR_AFTER.match(latin, end, min(len(latin), end + 40))
    if year is not None and not _cuts_number(latin, year.end()) and found.end(1) - start >= 3:
        return start, year.end()
    alone = _names_visit(latin, start, end, word) or _stands_for_month(latin, start, end, word)
    return (_part_start(latin, start), end) if alone else None


def _part_start(latin: bytes, start: int) -> int:
    """Return where the part of a month begins that is told with it: "late November", "the first week of May"."""
    part = behind(_PART, latin, start, 32)
    return start if part is None else part[0].start() + part[1]


def _is_told(latin: bytes, start: int, after: Match) -> bool:
    """Tell whether "may first" in small letters is a date: a year follows, or a word before says so."""
    if latin[after.end() - 1 : after.end()].isdigit() or after.group()[-2:-1].isdigit():
        return True
    return _YEAR_AFTER.match(latin, after.end()) is not None or follows(_ON, latin, start, 12)


def _day_start(latin: bytes, before: Match, offset: int, month: int, word: bytes) -> int | None:
    """Return where a date begins whose day stands before its month, or None where the number is no day."""
    day, start = before.group(1), before.start() + offset
    if day.isdigit() and not 1 <= int(day) <= 31:
        return None
    if start and latin[start - 1 : start] in (b".", b"/", b"-", b":", b"$"):
        return None
    doubtful = day.isdigit() and word in _DOUBTFUL_WORDS and latin[month : month + 1].islower()
    if doubtful and b" de " not in before.group() and b" of " not in before.group():
        return None
    return start


def _year_end(latin: bytes, end: int, *, short: bool) -> int:
    year = _YEAR_AFTER.match(latin, end, min(len(latin), end + 44))
    if year is not None and not _cuts_number(latin, year.end()):
        return year.end()
    fused = latin[end : end + 4]
    if len(fused) == 4 and fused.isdigit() and not _cuts_number(latin, end + 4):
        return end + 4
    year = _SHORT_YEAR.match(latin, end, min(len(latin), end + 3)) if short else None
    return year.end() if year is not None and not _cuts_number(latin, year.end()) else end


def _cuts_number(latin: bytes, end: int) -> bool:
    """Tell whether a number goes on at *end*."""
    if end < len(latin) and is_word(latin[end]):
        return True
    return (
        latin[end : end + 1] in (b".", b":", b"/", b",")
        and latin[end + 1 : end + 2].isdigit()
        and latin[end : end + 1] != b","
    )


def _weekday_start(latin: bytes, start: int) -> int:
    weekday = behind(_WEEKDAY_BEFORE, latin, start, 16)
    return start if weekday is None else weekday[0].start() + weekday[1]


def _names_visit(latin: bytes, start: int, end: int, word: bytes) -> bool:
    """Tell whether a month is that of "his may visit" or, shortened and small, that of "since jan"."""
    if (end < len(latin) and is_word(latin[end])) or (start and is_word(latin[start - 1])):
        return False
    if follows(_OWNED, latin, start, 8) and _VISITED.match(latin, end):
        return True
    return word in _SHORT_WORDS and word not in (b"mar", b"dec") and follows(_SINCE, latin, start, 8)


def _stands_for_month(latin: bytes, start: int, end: int, word: bytes) -> bool:
    """Judge a month's name that has neither day nor year."""
    if (end < len(latin) and is_word(latin[end])) or (start and is_word(latin[start - 1])):
        return False
    led = follows(_IN, latin, start, 24)
    if word == b"mayo":
        return latin[start : start + 1].islower() and follows(_SPANISH_IN, latin, start, 12)
    if word in _LONG_WORDS:
        return word != b"august" or led or latin[start : start + 1].isupper()
    if word in (b"may", b"march"):
        capital = latin[start : start + 1].isupper()
        if latin[end : end + 1] == b"-" and latin[end + 1 : end + 2].isupper() and not _MONTH.match(latin, end + 1):
            return False  # "May-Thurner anatomy".
        return (led if capital else follows(_STRICT_IN, latin, start, 16)) and not _VERB.match(latin, end)
    short = word in _SHORT_WORDS and led and not latin[start:end].isupper()
    return short and (latin[start : start + 1].isupper() or latin[end : end + 1] == b".")


def _eastern(passage: Passage) -> Iterator[tuple[int, int]]:
    """Yield dates of the form 2021年9月8日, with the name of an era before them."""
    for found in _CJK.finditer(passage.latin):
        text = passage.text[found.start() : found.end()]
        if "年" in text and "月" in text:
            start = next((index for index in range(len(text)) if text[index].isdecimal()), 0)
            yield found.start() + max(0, start - 2 if text[max(0, start - 2) : start] in _ERAS else start), found.end()


_OWNED = compile_latin(r"\b(?:his|her|my|your|the|their) $")
_SINCE = compile_latin(r"\b(?:since|in|last|next|until|till|by) $")
_ERAS = ("昭和", "平成", "令和", "大正", "明治")
_SHORT_WORDS = frozenset(
    (b"jan", b"feb", b"apr", b"jun", b"jul", b"aug", b"sep", b"sept", b"oct", b"nov", b"dec", b"mar")
)
