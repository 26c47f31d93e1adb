"""Days of a month that stand alone, by their number: "on the 14th", "Thursday the 22nd", the diary of some weeks."""

from collections.abc import Iterator

from detectors.patterns.scanning import Match, compile_latin, follows

_ONES = "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth"
ORDINAL = (
    rf"(?:(?:twenty|thirty)[ -](?:{_ONES})|{_ONES}|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth|"
    r"seventeenth|eighteenth|nineteenth|twentieth|thirtieth)"
)
WEEKDAY = (
    r"(?:(?:mon|tue|tues|wed|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?|lunes|martes|mi[e\xe9]rcoles|jueves|"
    r"viernes|s[a\xe1]bado|domingo)"
)
_THE_DAY = compile_latin(rf"\b(?:(?:{WEEKDAY},? )?the|on|{WEEKDAY})\s+([0-3]?[0-9](?:st|nd|rd|th))\b")
_THE_WORD = compile_latin(
    rf"\b(?:on|by|until|since|from|before|after|around|dated|f/u|till|til|now|{WEEKDAY}) the ({ORDINAL})\b"
)
#: A part of a game or a pregnancy: "left in the 3rd".
_PERIOD = compile_latin(r"\b(?:in|during) $")
#: The first or second of what is counted: "28 days after the first", "got one dose, never the 2nd".
_COUNTED = compile_latin(
    r"\b(?:doses?|shots?|jabs?|injections?|vaccines?|boosters?|shingrix|mmr|hpv|once|infusions?)\b[^.\n]{0,64}$"
)
_LOW_ORDINAL = compile_latin(r"(?:first|second|third|1st|2nd|3rd)")
#: Further days behind "on the 20th", and days that "of the month" tells.
_NEXT_DAY = compile_latin(
    r"(?:,|,? (?:and|or|&|through|thru|to))(?: the)? ([0-3]?[0-9](?:st|nd|rd|th))\b|"
    rf",? (?:and|or|&|through|thru|to) the ({ORDINAL})\b"
)
_OF_MONTH = compile_latin(
    rf"\bthe ({ORDINAL}|[0-3]?[0-9](?:st|nd|rd|th)) of (?:the|this|next|last) month\b|"
    r"\b(?:ordered|scheduled|set|booked|due|ready|planned|moved|slated|good|is|was|appointment|appt|visit|"
    r"surgery) for the "
    r"((?:fourth|fifth|sixth|seventh|eighth|ninth|(?:twenty|thirty)[ -][a-z]{5,7}|[a-z]+teenth|t[a-z]+(?:nth|tieth|"
    r"lfth)))"
    r"(?:[.,;!?)]|\s*$|\n| at | and )"
)
_DAY_END = compile_latin(
    r"\s*(?:$|[.,;:!?)\]\x22'/\n\x1a]|-\s|(?:for|at|and|or|to|in|with|by|is|was|will|if|because|but|due|when|after|lives|"
    r"before|then|please|pls|plz|she|he|we|i|they|it|pt|morning|afternoon|evening|night|around|as|instead|so|thanks|"
    r"thx|works?|con|en|para|por|until|through|from|per|w|unchanged|stable|neg|stayed|saying|about|were|came|showed|grew|remained|returned|that|this|next|"
    r"last|the|a|@|\(|&)\b|[-@(&])"
)
#: Ordinals that count something: "the 17th and 18th centuries".
_ORDERED = compile_latin(
    f"(?:,| or| and| to|-)+ ?(?:the )?(?:[0-9]{{1,2}}(?:st|nd|rd|th)|{ORDINAL})(?:,? (?:and|or) [0-9]{{1,2}}(?:st|"
    f"nd|rd|th))? [a-z]{{3,}}"
)
_STILL_DAYS = compile_latin(
    r"(?:,| or| and| to|-)+ ?(?:the )?[0-9]{1,2}(?:st|nd|rd|th) (?:he|she|they|we|i|it|you|were|was|are|is|will|with|"
    r"for|at|in|"
    r"but|by|due|from|pt|after|before|if|both|please|pls|so|when|only|instead|of (?:the|this|next|last) month)\b"
)
_WEEKDAY_AT = compile_latin(rf"{WEEKDAY}\b")


def month_days(latin: bytes) -> Iterator[tuple[int, int]]:
    """Yield days of the month that stand alone: "on the 14th", "Thursday the 22nd"."""
    for pattern in (_THE_DAY, _THE_WORD):
        for found in pattern.finditer(latin):
            if follows(_PERIOD, latin, found.start(), 10) or _is_of_series(latin, found):
                continue
            if _DAY_END.match(latin, found.end(), min(len(latin), found.end() + 16)) is None:
                continue
            if _ORDERED.match(latin, found.end()) and not _STILL_DAYS.match(latin, found.end()):
                continue
            weekday = _WEEKDAY_AT.match(latin, found.start())
            start = found.start() if weekday else found.start(1)
            yield _with_article(latin, start), found.end(1)
            end = found.end(1)
            while (other := _NEXT_DAY.match(latin, end)) is not None and _DAY_END.match(latin, other.end()):
                group = 1 if other.start(1) >= 0 else 2
                yield _with_article(latin, other.start(group)), other.end(group)
                end = other.end(group)
    for found in _OF_MONTH.finditer(latin):
        group = 1 if found.start(1) >= 0 else 2
        yield _with_article(latin, found.start(group)), found.end(group)


def _is_of_series(latin: bytes, found: Match) -> bool:
    """Tell whether an ordinal counts doses and not days."""
    low = _LOW_ORDINAL.fullmatch(found.group(1)) is not None
    return low and follows(_COUNTED, latin, found.start(), 80)


def _with_article(latin: bytes, start: int) -> int:
    """Return where "the" before a day begins: what is said of a day is said with it."""
    return start - 4 if latin[max(0, start - 4) : start].lower() == b"the " else start
