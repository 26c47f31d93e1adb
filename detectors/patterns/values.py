"""The shape of an identifying value: what may follow a caption, and what looks like it but is none."""

from detectors.patterns.dates import is_calendar
from detectors.patterns.scanning import compile_latin, count_digits, is_word
from detectors.patterns.spoken import spoken_value

#: No value is read further than this.
REACH = 160

_TOKEN = compile_latin(r"[A-Z0-9\xc0-\xff]+(?:(?:[-./_:+#~$]|%2[DF])[A-Z0-9\xc0-\xff]+|\x1a[A-Z]{0,2}[0-9][A-Z0-9]*)*")
#: The next group of a value written in groups: digits, perhaps with a letter or two.
_GROUP = compile_latin(
    r"(?: |%20| ?[-\x1a/] ?|-?\r?\n[ \t]*)([0-9][0-9OolI]{0,6}[A-Z]{0,2}|[A-Z]{1,3}[0-9]{1,8}|[A-Z]{1,2})"
)
_WRAP = compile_latin(r"[-_/]?\r?\n[ \t]*([A-Z0-9]+(?:[-/][A-Z0-9]+)*)")
_SPACED = compile_latin(r"[A-Z0-9](?: ?[-./\x1a] ?[A-Z0-9]| [A-Z0-9]){3,40}")
#: A number in groups between quotes, to the closing one.
_GROUPS = r"([A-Z]{0,4}[0-9]+(?:[ -](?:[A-Z]{0,3}[0-9]+|[A-Z]{1,2}))+)"
_QUOTED = compile_latin(rf"'{_GROUPS}'|\x22{_GROUPS}\x22", ignore_case=False)
_FEWEST_QUOTED = 7
_FEWEST_JOINED = 6
_FEWEST_GROUPS = 2
#: Degrees, wards and words that stand behind a number in capitals.
_SHORT_WORDS = frozenset(
    b"MD RN NP PA DO PT OT DR ED ER OR IN US UK ID HR BP RR IV IM PO TO IS ON AT NO OF BY HE WE IT".split()
)
#: Behind a prefix with a figure in it: "HO-4 88120934".
_BODY = compile_latin(r" ([0-9]{6,12})(?:[^A-Z0-9./-]|[./-](?:[^A-Z0-9]|$)|$)")
_LETTER = compile_latin(r"[A-Z]")
_MOST_IN_PREFIX = 2
_UNIT = compile_latin(
    r"[ \t-]{0,2}(?:mg|mcg|ug|g|kg|gm|ml|cc|l|dl|mm|cm|m|km|in|ft|lbs?|oz|mmol|meq|mmhg|bpm|hz|khz|units?|iu|tabs?|"
    "caps?|"
    r"tablets?|pills?|doses?|years?|yrs?|yo|y/o|days?|weeks?|wks?|months?|mos?|hours?|hrs?|min(?:ute)?s?|sec(?:ond)?s?|"
    "ms|percent|pct|dollars?|usd|eur|times|pages?|pp|degrees|of [0-9]+|x [0-9]|rows?|members|beds?|visits?|pts?|"
    "cards?|"
    r"digits?|characters?|duplicates|p[a\xe1]ginas|pastillas|hojas|unidades|d[i\xed]as|semanas|meses|veces|dientes|"
    r"cm|slides|stars|points|"
    r"weight|per (?:day|min|hour|week|month|year|dose))\b|[ \t]{0,2}[%\xb0]"
)
_DATE = compile_latin(
    r"(?:[0-9]{1,2}[-/.][0-9]{1,2}[-/.](?:[0-9]{4}|[0-9]{2})|(?:19|20)[0-9]{2}[-/.][0-9]{1,2}[-/.][0-9]{1,2})"
    r"(?:T[0-9:.Z+-]*)?"
)
_TIME = compile_latin(r"[0-9]{1,2}:[0-9]{2}(?::[0-9]{2})?")
_TIMES = compile_latin(r"x[0-9]{1,3}")
_DECADE = compile_latin(r"(?:19|20)?[0-9]0'?s")
#: Roots of templates, value sets, code systems and classes, which identify nobody.
_CLASS = compile_latin(
    r"(?:urn:oid:)?(?:2\.16\.840\.1\.113(?:883|762)|1\.2\.840\.10008|1\.3\.6\.1\.4\.1\.19376)\.[0-9.]+"
)
#: A code of a procedure, a diagnosis or a drug with the name of its system.
_CODED = compile_latin(
    r"nct[0-9]{8}|99[0-9]{3}-[0-9]{2}|(?:sha|md|rs|hs|es|utf)-?[0-9]{1,3}|(?:cpt|hcpcs|ndc|loinc|drg|icd-?(?:9|10)|icd-?10-?cm)[-:#/]?[A-Z]?[0-9][A-Z0-9.-]*"
)
_DECIMAL = compile_latin(r"[0-9]{1,3}\.[0-9]{1,2}")
_RATIO = compile_latin(r"[0-9]{2,3}/[0-9]{2}")
_YEAR = compile_latin(r"(?:19|20)[0-9]{2}")
_CLASS_OF_SIGNS = compile_latin(r"[0-9]-[0-9]")
_WORDS_BEFORE_NUMBER = frozenset(
    b"is the a an at in on of to for and or by as no not my our her his was be we he she it see per via with from if"
    b" so "
    b"than then form page step part room bed line stage grade class type lot ref day week visit table box top only all "
    b"now due age last next about over under v ver rev vin mrn npi dea ssn dob har csn id dl lic acct sn serial ndc "
    b"has have had uses needs takes bp hr rr wt ht fee pay cpt icd mri ct pet eeg emg ekg ecg dexa cxr "
    b"echo set sets lab labs".split()
)
_STATES = frozenset(
    b"AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR"
    b" PA RI "
    b"SC SD TN TX UT VT VA WA WV WI WY DC".split()
)


def read_value(latin: bytes, start: int) -> tuple[int, int] | None:
    """Return the range of the identifying value that begins at *start*, or None.

    A value holds a digit; it may be written in groups, spelled with spaces, wrapped at a line's end, or spoken.
    """
    limit = min(len(latin), start + REACH)
    token = _TOKEN.match(latin, start, limit)
    if token is None:
        return None
    quoted = _QUOTED.match(latin, start - 1, limit) if latin[start - 1 : start] in (b"'", b'"') else None
    if quoted is not None and count_digits(quoted.group()) >= _FEWEST_QUOTED:
        return start, quoted.end() - 1
    spaced = _SPACED.match(latin, start, limit)
    if spaced is not None:
        end = _whole_piece(latin, start, spaced.end())
        if end - start >= 7 and count_digits(latin[start:end]) >= 3:
            return start, end
    end = token.end()
    if not count_digits(token.group()):
        joined = _after_prefix(latin, start, end, limit)
        if joined is None:
            return spoken_value(latin, start)
        start, end = joined
    elif (longer := _BODY.match(latin, end, limit)) is not None and count_digits(token.group()) <= _MOST_IN_PREFIX:
        end = longer.end(1) if _LETTER.search(token.group()) else end
    if _DECIMAL.fullmatch(latin, start, end):
        return start, end
    return _extend(latin, start, end, limit)


def _whole_piece(latin: bytes, start: int, end: int) -> int:
    """Give back the first letter of a word that a spelled value has run into."""
    return max(start, latin.rfind(b" ", start, end)) if _touches_word(latin, end) else end


def _after_prefix(latin: bytes, start: int, end: int, limit: int) -> tuple[int, int] | None:
    """Join a prefix of letters ("RXK 0442719", "A 88204") with the group of digits behind it."""
    prefix = latin[start:end]
    stop = prefix.lower() in _WORDS_BEFORE_NUMBER and not (len(prefix) == 1 and prefix.isupper())
    if len(prefix) > 5 or stop or latin[end : end + 1] not in (b" ", b"\n"):
        return None
    if not prefix.isupper() and len(prefix) > 3:
        return None
    token = _TOKEN.match(latin, end + 1, limit)
    if token is None or not count_digits(token.group()):
        return None
    spoiled = not prefix.isupper() and _DECIMAL.fullmatch(latin, token.start(), token.end())
    spoiled = spoiled or _RATIO.fullmatch(latin, token.start(), token.end())
    dated = _DATE.fullmatch(latin, token.start(), token.end())
    joined = b"-" in token.group() and count_digits(token.group()) >= _FEWEST_JOINED  # "90-2217 L" measures nothing.
    if spoiled or dated or (_UNIT.match(latin, token.end(), limit) and not joined):
        return None
    if prefix in _STATES and (count_digits(token.group()) > 6 or not token.group().isdigit()):
        return token.start(), token.end()
    return start, token.end()


def _extend(latin: bytes, start: int, end: int, limit: int) -> tuple[int, int]:
    """Add the groups that follow while the value is short of what a number of that kind holds."""
    while count_digits(latin[start:end]) < 20:
        group = _GROUP.match(latin, end, limit)
        if group is None or _touches_word(latin, group.end()):
            break
        if not _belongs(latin, start, end, group.start(1), group.end()):
            break
        end = group.end()
    end = _without_word(latin, start, end)
    wrap = _WRAP.match(latin, end, limit)
    if wrap is not None and latin[end : end + 1] in b"-_/" and count_digits(wrap.group()):
        end = wrap.end()
    return start, end


def _without_word(latin: bytes, start: int, end: int) -> int:
    """Give back a plain word that a dash or slash has glued to the value, as in "118204/adm"."""
    cut = max(latin.rfind(sign, start, end) for sign in (b"-", b"/"))
    word = latin[cut + 1 : end]
    if cut > start and len(word) >= 3 and word.isalpha() and word.islower() and count_digits(latin[start:cut]) >= 4:
        return cut
    return end


def _belongs(latin: bytes, start: int, end: int, group: int, group_end: int) -> bool:
    """Judge whether a group behind a value is its continuation and not the next word or number."""
    text = latin[group:group_end]
    last = end - max(latin.rfind(sign, start, end) for sign in (b" ", b"-", b"\n", b"/")) - 1
    last = min(last, end - start)
    if _UNIT.match(latin, group_end) or latin[group_end : group_end + 1] in (b":", b"/", b"(", b"="):
        return False
    if latin[group_end : group_end + 2] in (b".0", b".5") or latin[end : end + 1] == b"/":
        return False
    if not count_digits(text):
        ends = text.isupper() and last <= 7 and latin[end : end + 1] == b" " and not _touches_word(latin, group_end + 1)
        return ends or _is_tail(latin, start, end, group_end)
    if b"\n" in latin[end:group]:
        return count_digits(latin[start:end]) < 8 and latin[group_end : group_end + 1] in (b"", b"\n", b",", b" ", b".")
    if last > 6:
        return len(text) in (2, 3) and text.startswith(b"0")
    return True


def _is_tail(latin: bytes, start: int, end: int, group_end: int) -> bool:
    """Tell whether two capitals end a number in groups, words in small letters behind them: "VP 0092 1147 AE was"."""
    value, text = latin[start:end], latin[end + 1 : group_end]
    grouped = value.count(b" ") >= _FEWEST_GROUPS and value[:1].isalpha() and latin[end : end + 1] == b" "
    plain = latin[group_end : group_end + 1] == b" " and latin[group_end + 1 : group_end + 2].islower()
    return grouped and plain and len(text) == len(b"AE") and text.isupper() and text not in _SHORT_WORDS


def _touches_word(latin: bytes, end: int) -> bool:
    return end < len(latin) and is_word(latin[end])


def is_plausible(latin: bytes, start: int, end: int, digits: int) -> bool:
    """Tell whether a value is none of the lookalikes: a date, a time, a measure, a count; it needs *digits* digits."""
    value = latin[start:end]
    if count_digits(value) < digits:
        return not value.isascii() or not count_digits(value)
    if (
        (_DATE.fullmatch(value) and is_calendar(value.split(b"T")[0]))
        or _TIME.fullmatch(value)
        or _DECIMAL.fullmatch(value)
        or _RATIO.fullmatch(value)
        or (_YEAR.fullmatch(value) and latin[max(0, start - 3) : start] == b"in ")
        or (_CLASS_OF_SIGNS.fullmatch(value) and latin[max(0, start - 1) : start] == b"[")
    ):
        return False
    if _TIMES.fullmatch(value) or _DECADE.fullmatch(value) or _CLASS.match(value) or _CODED.fullmatch(value):
        return False
    if len(value) <= 5 and _UNIT.match(latin, end, min(len(latin), end + 12)):
        return False
    return not (start and latin[start - 1 : start] in (b"$", b"\xa3"))


def shape(value: bytes) -> bytes:
    """Return the shape of a value: its letters as A, its digits as 9, its signs as they are.

    >>> shape(b"H-3392")
    b'A-9999'
    """
    return value.translate(_SHAPES)


_SHAPES = bytes(ord("9") if 48 <= byte <= 57 else ord("A") if is_word(byte) else byte for byte in range(256))
