"""What a tagger takes for an identifier, and what the words right beside it show to be none."""

import re
from collections.abc import Callable

from detectors.patterns.endings import Ending
from schemas.identifiers import IdentifierType
from schemas.spans import Span

_BEFORE = 40
_MOST_WORDS = 2
_COUNTED = frozenset({IdentifierType.DATE, IdentifierType.OTHER_ID})
_WORD = re.compile(r"[^\W\d_]+")
#: Words that begin a sentence or a field and name nobody.
_NOBODY = frozenset(
    """
    god lord lien badge cust customer acct account stmt balance recert sexton shanty hull invoice voucher roster lord's
    subpoena claimant veteran infant newborn husb babies post get put patch delete born page aadhaar aadhar ibans
    section testing inbox outbox cc lots folks tysm
    thx pls plz lol omg idk tbh odometer hcpoa mpoa dpoa pano caj ach somebody someone anybody
    """.split()
)
_NOBODY_THERE = frozenset({"lord willing", "lord willin", "the section", "thank god", "oh god", "good lord", "my god"})
#: Names of nobody behind an article, and names that a thing follows.
_DOES = frozenset({"jane doe", "john doe", "baby doe"})
_AN = re.compile(r"\b(?:an?|another|as)\s\Z", re.IGNORECASE)
_FOLLOWED = {
    "ty": re.compile(r"!| (?:so much|for|in advance|again|ur|u r|y'?all)\b", re.IGNORECASE),
    "ryan white": re.compile(r" (?:programs?|part [abc]|funds?|funding|grants?|act)\b", re.IGNORECASE),
    "mac": re.compile(r" (?:was |is |addr |address )?[0-9a-f]{2}[:-]", re.IGNORECASE),
}
#: A man or an old person whom nobody calls by name.
_ANYBODY = frozenset("guy elder elders van lady".split())
_GOES_ON = re.compile(
    r" (?:in|at|on|next|who|with|from|called|said|speaks|spoke|lives|refuses|wants|needs|is|was|has|had|keeps|behind)\b"
)
#: Before a product: who made it, what a wound is covered with, what somebody takes.
_MADE = Ending(
    r"(?:\b(?:chair|wheelchair|pump|bed|cushion|mattress|walker|scooter|brace|prosthesis|dressing|monitor|meter|lift|"
    r"catheter|stent|valve|mesh|graft|lens|implant|scanner|ventilator|mask|machine|device|software|app|lotion|cream|"
    r"gel|ointment|formula|supplement|brand|vaccine|inhaler|sensor|system|kit|wash|soap|shampoo)s?,? ?(?:by |from |\()|"
    r"\b(?:cleansed|cleaned|irrigated|packed|covered|dressed|rinsed|soaked|coated|wrapped|bolused|premedicated) with |"
    r"\b(?:started|starting|restarted|switched to|switch to|changed to|failed|prescribed|titrate|titrated|taking|"
    r"refill|refill of|refills of|samples of|dose of|doses of|tabs of|course of|trial of|allergic to|intolerant of|"
    r"inject|injected|infused|brand name|generic for|generic of|same as) )\Z",
    re.IGNORECASE,
)
_DOSED = re.compile(
    r"[ -](?:\d+(?:\.\d+)? ?(?:mg|mcg|ml|g|units?|iu|%|puffs?|tabs?|caps?|drops?)\b|(?:tabs?|tablets?|capsules?|"
    r"cream|ointment|gel|lotion|patch|patches|inhaler|spray|drops|syrup|injection|pen|vial|infusion|XR|HFA|"
    r"cushion|pump|dressing|foam|stent|wheelchair|mattress)\b|(?:had been|has been|was|were|is being) "
    r"(?:stopped|started|held|titrated|discontinued|resumed|increased|decreased|tapered|infused|applied)\b)"
)
_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?s?"
_WEEKDAYS = re.compile(rf"{_WEEKDAY}(?:(?:\s?[/,&-]\s?|,? (?:and|or|to) ){_WEEKDAY})+", re.IGNORECASE)
#: Numbers of pages, and measures before a bare number.
_PAGED = Ending(r"\b(?:p|pg|pgs|pages?|sheet|part|slide|item|card|box|label|item) ?[.:#]?\s?\Z", re.IGNORECASE)
_MEASURED = Ending(
    r"\b(?:az[uú]car(?: en)?|presi[oó]n|sugars?|glucoses?|readings|weights|temps|log|bgs?|fsbs|accuchecks?|"
    r"average of|glucosa|temperatura|pulso|peso|score(?:d| of| was)?|exam|retake|test|quiz|"
    r"grade|percent|humidity|battery|phq-?\d?|gad-?\d?|moca|mmse|slums|epds|audit(?:-c)?|cage|ciwa|cows|nihss|braden|"
    r"relation(?:ship)?|"
    r"morse|anc|alc|plt|plts|hgb|hct|wbc|ast|alt|alp|ggt|ck|cpk|ldh|bnp|crp|esr|tsh|ferritin|b12|lipase|amylase|psa|"
    r"cea|hcg|bhcg|amh|ige|eos|fuser|tray|drum|cartridge|toner)[\s:=,]{1,3}(?:the |de )?\Z",
    re.IGNORECASE,
)
_RECITED = Ending(
    r"\b(?:repeat(?:ed|s)?|recall(?:ed|s)?|after me|digit span|(?:for|back)wards?|strength is it|sevens|subtract\w*)\b"
    r"[^.\n]{0,30}\Z",
    re.IGNORECASE,
)
_DEGREES = re.compile(
    r"\d+(?:[.,]\d+)? ?°.*|-?\d+\.\d+|\d+ ?h(?:rs?)?|P\.? ?S\.?|\d+ (?:STE|steps?|stor(?:y|ies)|floors?)"
)
_ITEM = re.compile(r"[\[,]\s?\"\Z")
#: The identifier of an article, standards, statuses, captions of columns, lines of help, holds, pregnancies.
_ARTICLE = re.compile(r"(?:\(?https?://)?(?:dx\.)?(?:doi(?:\.org)?[:/ ]{1,2})?10\.\d{4,9}/")
_NO_NUMBER = re.compile(
    r"[A-Z]{2,6}(?:\.\d\d){3}|(?:ssn|mrn|dob|phone|cell|acct|account|card|id|plate|vin|patient|member|policy|user|"
    r"last|first|street|zip)(?:_[a-z]+\d?)+|741741|838255|5150|5250|(?:PRJ[A-Z]{2}|[SED]RR|[SED]RX|SRP|GSE|GSM|GPL|"
    r"EGAS|phs|SAMN)\d+\w*|\d{3}K|G\d+P\d+\w*|[RW]\d+[A-Z]+\d+"
)
#: Runs of numbers, ranges and results that are no dates, and a word that makes a range of days one.
_SERIES = re.compile(r"\d+(?:/\d+){3,}|\d{1,2}-\d{1,2}")
_DAYS = Ending(
    r"\b(?:on|since|dob|dates?|seen|until|appts?|visit|dos|from|by|before|after|due|lmp|edd|born) \Z", re.IGNORECASE
)
_PADDED = re.compile(r"0\d-\d\d|\d\d-0\d|\d{1,2}-(?:1[3-9]|2\d|3[01])")
_TREND = re.compile(r"(?:[→<>≤≥~]|->) ?\Z")
_MORE = re.compile(r"/\d")
_PART = re.compile(
    r",? (?:is |was |as )?(?:the |a |my )?(?:right|correct|same|compatible|replacement|spare)? ?"
    r"(?:part|model|filter|sku|size|version)\b"
)
_TIMED = re.compile(r"\b(?:time|times|timed|at hr|hrs) \Z", re.IGNORECASE)
_HOUR = re.compile(r"(?:[01]\d|2[0-3])[0-5]\d")
_STATUS = re.compile(r"[1-5]\d\d")
_LINE_ENDS = re.compile(r"[ \t]*(?:\n|\Z)")
_REQUESTED = re.compile(r"(?:HTTP/1\.\d\"? |/\S* |=\S* )\Z")


def is_implausible(text: str, span: Span, is_name: Callable[[str], bool]) -> bool:
    """Tell whether what a tagger found is none: a product, a page, a status, or a word that names nobody."""
    value = text[span.start : span.end]
    before = text[max(0, span.start - _BEFORE) : span.start]
    if any(map(str.isdigit, value)) and _ARTICLE.match(_run(text, span)):
        return True
    if span.type in _COUNTED and _RECITED.search(before):
        return True
    if span.type is IdentifierType.DATE:
        return _is_no_date(text, span, value, before)
    if span.type is IdentifierType.OTHER_ID:
        return _is_no_number(text, span, value, before)
    return _is_no_proper(text, span, value, before) or _is_product(text, span, before, is_name)


def _is_no_date(text: str, span: Span, value: str, before: str) -> bool:
    if _WEEKDAYS.fullmatch(value) or _PAGED.search(before) or _MEASURED.search(before) or _TREND.search(before):
        return True
    if value[-1].isdigit() and _MORE.match(text, span.end):
        return True
    ranged = _SERIES.fullmatch(value) and not _PADDED.fullmatch(value)
    return bool(ranged) and _DAYS.search(before) is None


def _is_no_number(text: str, span: Span, value: str, before: str) -> bool:
    if _NO_NUMBER.fullmatch(value) or _MEASURED.search(before) or _PART.match(text, span.end):
        return True
    if _HOUR.fullmatch(value) and _TIMED.search(before):
        return True
    ended = _STATUS.fullmatch(value) and _LINE_ENDS.match(text, span.end)
    return bool(ended) and _REQUESTED.search(before) is not None


def _is_no_proper(text: str, span: Span, value: str, before: str) -> bool:
    """Tell whether a name is nobody's, or somebody's no more: "a jane doe", "ryan white funds"."""
    low = value.lower()
    if value.isdigit() and _ITEM.search(before) and "zip" not in before.lower():
        return True
    if low in _NOBODY or low in _NOBODY_THERE or _DEGREES.fullmatch(value):
        return True
    follower = _FOLLOWED.get(low, _GOES_ON if low in _ANYBODY else None)
    if follower is not None:
        return follower.match(text, span.end) is not None
    return low in _DOES and _AN.search(before) is not None


def _is_product(text: str, span: Span, before: str, is_name: Callable[[str], bool]) -> bool:
    """Tell whether words that no list holds as names are a product by what stands around them."""
    if not text[span.start].isupper() or not (_MADE.search(before) or _DOSED.match(text, span.end)):
        return False
    words = _WORD.findall(text[span.start : span.end])
    return 0 < len(words) <= _MOST_WORDS and not any(is_name(word) for word in words)


def _run(text: str, span: Span) -> str:
    """Return the run without blanks that a span stands in."""
    start = span.start
    while start and span.start - start < _BEFORE and not text[start - 1].isspace():
        start -= 1
    return text[start : span.end]
