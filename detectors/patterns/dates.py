"""Dates in figures: with separators, fused, of day and month alone, scanned badly or spread by spaces."""

from collections.abc import Iterator, Sequence
from itertools import chain

from detectors.context import Context
from detectors.patterns.dates_formal import formal_days
from detectors.patterns.dates_told import told_days
from detectors.patterns.day_columns import day_columns
from detectors.patterns.scanning import behind, compile_latin, count_digits, follows, is_word, phrases, stands_alone
from detectors.patterns.spoken import spoken_value
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

SCORE = 0.9
_D = "[0-9OolI]"
_WEEKDAY = r"(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?"
_CLOCK = r"T[0-9]{2}(?::?[0-9]{2}(?::?[0-9]{2}(?:[.,][0-9]{1,9})?)?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?"

_ANCHOR = compile_latin(rf"{_D}(?:[-/.:\x1a]|%2[FD]| ?[/-] ?){_D}|[0-9]{{8}}")
_FULL = compile_latin(
    "|".join(
        rf"{_D}{{1,4}}{sign}{_D}{{1,2}}{sign}{_D}{{1,4}}"
        for sign in (r" ?/ ?", r"\.", "-", r"\x1a", "%2F", "%2D", r"\\/", " - ", " ")
        if sign != " "
    )
)
_CLOCK_AFTER = compile_latin(_CLOCK)
_MONTH_YEAR = compile_latin(r"[0-9]{1,2}[/-](?:19|20)[0-9]{2}|(?:19|20)[0-9]{2}[-/](?:0[1-9]|1[0-2])")
_MONTH_DAY = compile_latin(r"[0-9]{1,2}/[0-9]{1,2}")
_FUSED = compile_latin(
    r"(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])"
    r"(?:T?[0-2][0-9][0-5][0-9](?:[0-5][0-9](?:\.[0-9]{1,6})?)?(?:Z|[+-][0-9]{4})?)?"
)
_SPACED = compile_latin(r"[0-9](?: ?[0-9])? ?/ ?[0-9](?: ?[0-9])? ?/ ?[0-9] ?[0-9](?: ?[0-9] ?[0-9])?")
_WEEKDAY_BEFORE = compile_latin(rf"\b{_WEEKDAY}\.?,?[ \t]+(?:the[ \t]+)?$")
#: A date as cameras write it, and a day before a blood pressure: "5/1 168/94".
_TAKEN = compile_latin(r"(?:19|20)[0-9]{2}:(?:0[1-9]|1[0-2]):(?:0[1-9]|[12][0-9]|3[01])\b")
_PRESSURE_AFTER = compile_latin(r"[ :]{1,3}(?:[89][0-9]|1[0-9]{2}|2[0-4][0-9])/(?:[3-9][0-9]|1[0-2][0-9])\b")
#: What is nothing but a day, whatever was measured before it.
_DUE = compile_latin(r"\b(?:edc|edd|lmp|dob|dos|doi):? $")
_MASK = compile_latin(r"[0-9]{1,2}/[0-9]{1,2}")
_MASK_BEFORE = compile_latin(r"[0-9]{1,2}/[0-9]{1,2}(?:/[0-9]{2,4})?-$")
#: Directly before day and month: what makes "3/14" a date.
_LEAD = compile_latin(
    r"(?:\b(?:on|since|seen|dated?|dates|until|till|til|thru|through|from|by|before|after|between|week of|as of|of|due|"
    r"early|late|mid|last|next|starting|started|start|began|beginning|ending|effective|eff|dob|dos|doi|lmp|edd|edc|adm|"
    r"admit|admitted|discharged|dc|d/c|d/c'd|appt|appointment|visit|scheduled|sched|log|onset|drawn|done|filled|"
    r"called|out|passed|on or about|tmrw|tmr|tmw|tee|tte|mri|ct|cxr|egd|pet|echo|bx|biopsy|"
    r"signed|addendum|amended|cosigned|resulted|received|recd|rec'd|expires|exp|yesterday|today|tomorrow|today is|"
    r"born|surgery|sx|labs|f/u|rtc|inr|"
    "delivered|shipped|mailed|arrived|picked up|closed|opened|cancelled|given|placed|removed|stopped|resumed|tested|"
    "returned|rescheduled|moved to|missed|"
    r"collected|reported|faxed|sent|updated|el|desde|hasta|fecha|cita|d[i\xed]a|was|is|dod|urgent care|ed|er|icu|cath|"
    r"rtw|totall?ed|fitted|no show(?:ed)?|last worked|wrecked|injured|hired|retired|scaffold|ladder|"
    r"falls?|fell|huddle|rounds|restart(?:ed)?|held|hold|this am|this pm|this morning|tonight|office|clinic|last dose)|"
    rf"\b{_WEEKDAY})[\s.,:~(]*(?:the )?$"
)
#: The version of a template, which is written like a date.
_TEMPLATE = compile_latin(r"\btemplateid\b[^<>]{0,140}extension=[\x22']$")
_DOTTED = compile_latin(r"[0-9]{1,2}\.[0-9]{1,2}\.[0-9]{2}")
#: A day by itself at the end of a clause, which no usual score is counted out of: "ethics consult 6/23;".
_CLAUSE_END = compile_latin(r"[;,.)!]?(?:\s|$)")
_CLAUSE_WORD = compile_latin(r"[a-z]{4,} $")
#: "The port is booked for 6/25": days that no fraction in use has below its line.
_FOR = compile_latin(r"\bfor $")
_FIRST_PLAIN = 11
_UNSCORED = frozenset((13, 14, 17, 18, 19, 22, 23, 25, 26, 29, 31))
#: No score is written "11/09", and nothing is counted "19/11" but pressures and pairs of values.
_PADDED = compile_latin(r"(?:0?[1-9]|1[0-2])/0[1-9]|0[1-9]/[0-3][0-9]")
_IMPROPER = compile_latin(r"(?:1[3-9]|2[1-9]|3[01])/(?:0[1-9]|1[0-2])")
_TOLD = compile_latin(r"\b(?:the|el|le|am|den|[u\xfa]ltim[oa]|usg|eco|control|cita)(?: [a-z]{2,12})? $")
#: The end of a value with words behind it: "bp 158/104 x2 in office ".
_VALUED = compile_latin(r"[0-9]( [a-z]{2,}(?: [a-z]+)* )$")
#: What stands between two days of one list.
_LINKED = compile_latin(r" ?(?:,|and|&|;|->|,? [a-z /]{2,14}) ?")
_CHAINED = compile_latin(r"[0-9]{1,2}/[0-9]{1,2}(?:/[0-9]{2,4})?(?: x ?[0-9])?[^0-9\n]{1,24}$")
_AFTER = compile_latin(
    r"\s*(?:[-\x1a]\s*[0-9]{1,2}/[0-9]{1,2}|at [0-9]|@ ?[0-9]{1,2}(?::|[ap]\b|[ap]m)|appt|appointment|visit|labs|"
    "note|admission|clinic)"
)
_MEASURE_AFTER = compile_latin(
    r"\s*(?:bilat|(?:left|right)\b|throughout|positive|negative|received\b|version|strength|ns\b|mg|mcg|ml|mm|cm|%|"
    r"systolic|diastolic|murmur|nodes?|positive|tabs?|tablets?|mix|units?|"
    r"reflexes|hours?|h\b|hr|day|grip|od\b|os\b|ou\b|lung|vision|dose|doses|series|cup|tsp|tbsp|of\b|in\b|inch|pack|"
    r"bottles?|pills?|x[0-9]{2,}|draws|[=<>*/])"
)
_DATE_CAPTION = phrases(r"""
        dob; d\.o\.b\.?; date of birth; birth ?date; birthday; b-day; born; dod; date of death; dos; fecha de
        nacimiento; geb\.?; fdn; dates?; fecha; datum; expires?; effective; through; admit(?:ted)?; discharged?; seen;
        visit; statement; study; value; signed
    """)
_BIRTH = compile_latin(
    r"\b(?:dob|d\.o\.b\.?|date of birth|birth[ _-]?date|birthday|b-?day|born(?: on)?|fecha de nacimiento|geboren(?: "
    r"am)?)"
    r"(?:[.?] +[A-Z][a-z]+: )?[\s:=#\x22'>(]{0,6}(?:is |was |on )?"
)
#: The answer to a question after it: "DOB to confirm?\nPt: two twelve eighty one".
_BIRTH_ASKED = compile_latin(
    r"\b(?:dob|date of birth|birthday|birth ?date)\b[^\n?.0-9]{0,24}\?\s{0,2}(?:[A-Z][A-Za-z ]{1,14}: ?)?"
    r"(?:u[hm],? |it'?s |yeah,? |sure,? |ok,? ){0,2}"
)
_LOOSE = compile_latin(r"[0-9OolI](?:[0-9OolI]| ?[-/.] ?| ){4,18}[0-9OolI]")
_UNLIKE = phrases(r"""
        version; v; ver; section; sec; software; build; firmware; driver; release; figure; table; chapter; appendix;
        ratio; sets; tempo; settings?; oid; protocol; rev; model; api; kernel; anthropic version; api version; schema;
        ferritin; trend; ip; ec; menu; lot; ref; catalog; catalogue; part; serial; guideline; edition; standard; cpt;
        ndc; cas; adeno(?:sine|card)?; holliday-?segar; segar
    """)
_RATIO = phrases(r"""
        pain; strength; motor; extremit(?:y|ies); upper; lower; bilaterally; forms?; revision; sheets?; score; scale;
        grade; bp; va; vision; acuity; reflexes; pulses?; murmur; mmse; moca;
        stage; gleason; tanner; dose; doses; iop; c/d; insulin; novo; mix; ratio; hpv; covid; booster; hep; series;
        phq; gad; apgars?; gcs; rom; flexion; power; nodes; novolog; humulin; sig; take; asa; fitzpatrick; t12;
        l[1-5]; c[1-7]; disc; fusion; recall; wells; cup; page; pg; pgs; p; part; step; plates?
    """)
_FUSED_UNLIKE = phrases(r"""
        build; version; lot; ref; model; ticket; commit; ndc; snomed; catalog; part; sn; serial
    """)


class DateRecognizer:
    """Finds dates written in figures; fractions, ratios, scores, versions and measures stay."""

    name = "date"

    def __init__(self) -> None:
        self._captions = Context(_DATE_CAPTION)
        self._unlike = Context(_UNLIKE)
        self._ratio = Context(_RATIO)
        self._fused_unlike = Context(_FUSED_UNLIKE)

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return each date with its year, and with its time only where both are fused."""
        latin = passage.latin
        ranges = list(self._captioned(latin))
        if _ANCHOR.search(latin) is not None:
            ranges += [*self._full(latin), *self._partial(latin), *self._fused(latin), *self._spaced(latin)]
        ranges += [*told_days(latin), *formal_days(latin), *day_columns(latin)]
        widened = dict.fromkeys((_with_weekday(latin, start), end) for start, end in ranges)
        return [Span(start, end, IdentifierType.DATE, SCORE, self.name) for start, end in widened]

    def _full(self, latin: bytes) -> Iterator[tuple[int, int]]:
        for found in _FULL.finditer(latin):
            start, end = found.start(), found.end()
            clock = _CLOCK_AFTER.match(latin, end)
            if clock is not None:
                end = clock.end()
            if not _is_free(latin, start, end) or not is_calendar(found.group()):
                continue
            if follows(_TEMPLATE, latin, start, 160):
                continue
            captioned = self._captions.before(latin, start, 24) or follows(_LEAD, latin, start, 24)
            told = b"/" in found.group() and latin[:start].endswith(b": ")
            unlike = not told and self._unlike.before(latin, start, 18)
            if not captioned and (unlike or _DOTTED.fullmatch(found.group())):
                continue
            yield start, end

    def _partial(self, latin: bytes) -> Iterator[tuple[int, int]]:
        for found in _MONTH_YEAR.finditer(latin):
            start, end = found.start(), found.end()
            parts = found.group().replace(b"-", b"/").split(b"/")
            month = int(min(parts, key=len))
            if _is_free(latin, start, end) and 1 <= month <= 12 and not self._unlike.before(latin, start, 18):
                yield start, end
        yield from self._days(latin)

    def _days(self, latin: bytes) -> Iterator[tuple[int, int]]:
        """Yield days without a year, and those right before another one on its line ("seen 3/2, 3/9")."""
        doubtful: list[tuple[int, int]] = []
        chained = False
        for found in _MONTH_DAY.finditer(latin):
            start, end = found.start(), found.end()
            if not _is_free(latin, start, end):
                continue
            first, second = map(int, found.group().split(b"/"))
            if not (1 <= first <= 31 and 1 <= second <= 31 and min(first, second) <= 12):
                continue
            pressure = _PRESSURE_AFTER.match(latin, end) is not None or follows(_DUE, latin, start, 12)
            chained = pressure or self._is_day(latin, start, end, chained=chained)
            if not chained:
                if not (_MEASURE_AFTER.match(latin, end) or self._is_ratio(latin, start)):
                    doubtful.append((start, end))
                continue
            yield start, end
            following = start
            while doubtful and _LINKED.fullmatch(latin, doubtful[-1][1], following):
                following = doubtful[-1][0]
                yield doubtful.pop()
            doubtful.clear()

    def _is_day(self, latin: bytes, start: int, end: int, *, chained: bool) -> bool:
        """Judge "3/14" by the words beside it, or by a date that it continues."""
        if _MEASURE_AFTER.match(latin, end) or self._is_ratio(latin, start):
            return False
        if chained and follows(_CHAINED, latin, start, 32):
            return True
        if follows(_LEAD, latin, start, 24) or _AFTER.match(latin, end):
            return True
        day = int(latin[start:end].split(b"/")[1])
        if day >= _FIRST_PLAIN and follows(_FOR, latin, start, 8):
            return True
        if _PADDED.fullmatch(latin, start, end) or (_IMPROPER.fullmatch(latin, start, end) and _is_told(latin, start)):
            return True
        ended = latin[end : end + 1] in (b";", b",", b".", b")", b"\n", b"") and _CLAUSE_END.match(latin, end)
        return bool(ended) and day in _UNSCORED and follows(_CLAUSE_WORD, latin, start, 16)

    def _is_ratio(self, latin: bytes, start: int) -> bool:
        """Tell whether a measure stands before two numbers, with no other value of its own between."""
        valued = behind(_VALUED, latin, start, 28)
        return self._ratio.before(latin, start, 28 if valued is None else start - valued[0].start(1) - valued[1])

    def _fused(self, latin: bytes) -> Iterator[tuple[int, int]]:
        yield from ((found.start(), found.end()) for found in _TAKEN.finditer(latin))
        for found in _FUSED.finditer(latin):
            start, end = found.start(), found.end()
            if not _is_free(latin, start, end):
                continue
            if len(found.group()) > 8 or not self._fused_unlike.before(latin, start, 16):
                yield start, end

    def _spaced(self, latin: bytes) -> Iterator[tuple[int, int]]:
        for found in _SPACED.finditer(latin):
            spread = b" " in found.group() and is_calendar(found.group().replace(b" ", b""))
            if spread and _is_free(latin, found.start(), found.end()):
                yield found.start(), found.end()

    def _captioned(self, latin: bytes) -> Iterator[tuple[int, int]]:
        """Yield what stands behind a birth caption in any form, spoken too."""
        for found in chain(_BIRTH.finditer(latin), _BIRTH_ASKED.finditer(latin)):
            loose = _LOOSE.match(latin, found.end())
            if loose is not None and _is_loose_date(latin, loose.start(), loose.end()):
                yield loose.start(), loose.end()
            elif (spoken := spoken_value(latin, found.end())) is not None:
                yield spoken


def _is_loose_date(latin: bytes, start: int, end: int) -> bool:
    """Judge what stands behind a birth caption: with slashes, in three groups, or eight digits in a row."""
    value = latin[start:end]
    grouped = (
        b"/" in value or is_calendar(b"/".join(value.split())) or (value.isdigit() and len(value) == len("MMDDYYYY"))
    )
    return count_digits(value) >= 4 and grouped and stands_alone(latin, start, end)


def _is_told(latin: bytes, start: int) -> bool:
    return follows(_TOLD, latin, start, 24)


def _with_weekday(latin: bytes, start: int) -> int:
    weekday = behind(_WEEKDAY_BEFORE, latin, start, 20)
    return start if weekday is None else weekday[0].start() + weekday[1]


def _is_free(latin: bytes, start: int, end: int) -> bool:
    """Tell whether the range is no part of a longer number, name of a model, path or formula."""
    if not stands_alone(latin, start, end):
        return False
    before, behind = latin[max(0, start - 2) : start], latin[end : end + 2]
    if before[-1:] in (b"-", b".", b"/", b"_", b"+", b"*", b"@") and len(before) == 2 and is_word(before[0]):
        return follows(_MASK_BEFORE, latin, start, 11)
    if behind[:1] in (b"-", b"/", b".", b"_", b"%", b"=") and len(behind) == 2 and is_word(behind[1]):
        return behind[:1] == b"-" and _MASK.match(latin, end + 1) is not None
    return behind[:1] != b"%" or behind == b"%2"


def is_calendar(value: bytes) -> bool:
    """Tell whether three parts can be year, month and day in some usual order; the day need not exist.

    >>> is_calendar(b"02/30/2018"), is_calendar(b"100-20-2000")
    (True, False)
    """
    if count_digits(value) < 3:
        return False
    plain = value.translate(_DIGITS).replace(b"%2F", b"/").replace(b"%2D", b"/").replace(b" ", b"").replace(b"\\", b"")
    for sign in b"-.\x1a":
        plain = plain.replace(bytes([sign]), b"/")
    parts = plain.split(b"/")
    if len(parts) != 3 or not all(part.isdigit() for part in parts):
        return False
    if len(parts[0]) == 4:
        year, one, two = parts
    elif len(parts[2]) in (2, 4) and len(parts[0]) <= 2:
        one, two, year = parts
    else:
        return False
    if len(two) > 2 or (len(year) == 4 and not 1850 <= int(year) <= 2150):
        return False
    small, large = sorted((int(one), int(two)))
    return 1 <= small <= 12 and large <= 31


_DIGITS = bytes.maketrans(b"OolI", b"0011")
