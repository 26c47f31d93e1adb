"""Days that only their wording tells: a weekday with its number, German and French days, what a scanner made of one."""

from collections.abc import Iterator

from detectors.patterns.scanning import Match, PatternSet, compile_latin

_DAY = r"(?:0?[1-9]|[12][0-9]|3[01])"
_WEEKDAY = r"(?:mon|tue|tues|wed|weds|wednes|thu|thur|thurs|fri|sat|satur|sun)(?:day)?\.?"
#: "bumped to weds 18": no hour of the day has that number.
_NUMBERED = compile_latin(
    rf"\b({_WEEKDAY},? (?:1[3-9]|2[0-9]|3[01]))(?:[,.;!?)\n\x22\x1a]|\s*$| (?:at|@|for|w|w/|with|in|and|or|if|is|was|"
    rf"to|instead|please|pls)\b)"
)
#: "kommt am 12. wieder", "am 26.11. zur Kontrolle", "le 3 mars".
_GERMAN = compile_latin(
    rf"(?:^|[^0-9\s][ \n]?)\b(?:am|zum|vom|bis|seit|ab|den|dem) ({_DAY}\.(?: ?(?:0?[1-9]|"
    rf"1[0-2])\.)?)(?: [a-z\xe4\xf6\xfc]{{2,}}|[,;)]|\s*$)|"
    rf"(?:^|[\s(])({_DAY}\.(?:0?[1-9]|1[0-2])\.) (?:zur|um|im|bei|mit|und|nach|wegen|ist|war|in)\b"
)
_FRENCH = compile_latin(rf"\b(?:le|du|au|depuis le|jusqu'au) ({_DAY}(?:er)? (?:mars|mai))\b")
#: "last fill ll/O2".
_SCANNED = compile_latin(r"(?:^|[\s:(])([lIO0-9]{1,2}/[lIO0-9]{2})(?:[\s,.;)]|$)", ignore_case=False)
#: With a dash, behind what is done or happens on a day: "mri 2-10 read by", "s/p fall 11-2 down stairs".
_DASHED = compile_latin(
    rf"\b(?:mri|ct|cxr|xr|echo|scan|biopsy|bx|surgery|lmp|doi|dos|fall|fell|mva|mvc|crash|injury|wreck|admitted|seen|"
    rf"lights|"
    rf"since|date|visit|hus) (?:on )?((?:1[0-2]|0?[1-9])-{_DAY})"
    r"(?:[,.;:)](?:\s|$)|\s*$|\n| (?:read|by|w/|showed|shows|down|neg|negative|at|in|from|off|with|and|she|he)\b)"
)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)[a-z]{0,6}"
#: Behind what was done: "s/p CMN 11/29."; the days are no count of anything.
_AFTER = compile_latin(
    r"\bs/p (?:[a-z-]{2,14} ){1,3}((?:0?[1-9]|1[0-2])/(?:1[34789]|2[2369]|31))(?:[.,;)](?:\s|$)|\s*$|\n)"
)
#: "27 . 08 . 1939", "lO NOV 2O26", "Tues lO Nov".
_SPREAD = compile_latin(r"\b([0-3]?[0-9] \. ?[01]?[0-9] ?\. ?(?:19|20)[0-9]{2})\b")
_LETTERED = (
    compile_latin(rf"\b([0-3lIO]?[0-9lIO][ -]{_MONTH}\.?,?[ -][12lI][0-9OolI]{{3}})\b"),
    compile_latin(rf"\b({_MONTH}\.? [0-3lIO]?[0-9lIO],? [12lI][0-9OolI]{{3}})\b"),
    compile_latin(rf"\b({_WEEKDAY},? [0-3lIO]?[0-9lIO] {_MONTH})\b"),
)
#: "from the 2nd thru the 6th".
_SPAN = compile_latin(
    r"\bfrom the ([0-3]?[0-9](?:st|nd|rd|th)) (?:thru|through|to|until|till) the ([0-3]?[0-9](?:st|nd|rd|th))"
    r"(?:[.,;!?)\n]|$)"
)
_MD = r"(?:0?[1-9]|1[0-2])/(?:0?[1-9]|[12][0-9]|3[01])"
#: "adm 9.1 dc 9.4", "TOD 4.17", "bday 8.21": with a dot, behind what is nothing but a day.
_DOTTED = compile_latin(
    r"\badm(?:it(?:ted)?)?:? ((?:0?[1-9]|1[0-2])\.[0-3]?[0-9])[ ,;/-]{1,3}(?:dc|d/c|disch[a-z.]*):? "
    r"((?:0?[1-9]|1[0-2])\.[0-3]?[0-9])(?:[,;)\n]|\.?\s|\.?$)|"
    r"\b(?:tod|b-?day|lmp|edd|edc|dob|doi|dos):? ((?:0?[1-9]|1[0-2])\.(?:0?[1-9]|[12][0-9]|3[01]))"
    r"(?:[,;)\n]|\.?\s|\.?$)"
)
#: Of cultures, of an assessment, of a place in a list: "bcx 12/3 x2 sets", "MDS ARD 4/2", "the 2/14 slot not 2/15".
_CULTURED = compile_latin(
    rf"\b(?:bcx|ucx|scx|(?:blood|urine|sputum|wound) cx|cultures?|swab|ard|division) (?:on |from )?({_MD})"
    r"(?:[,;)\n]|\.(?:\s|$)|\s*$| (?:[a-wyz]|x ?[0-9] ))"
)
_SLOT = compile_latin(
    rf"\b(?:the|that|my|your|his|her) ({_MD}) (?:slot|opening|session|infusion|shift|clinic|labs?|scan|party|show|game|"
    rf"class|date|shot)\b(?:,? (?:not|or|and|instead of) (?:the )?({_MD})\b)?"
)
_WAITING = compile_latin(rf"\b((?:0?[1-9]|1[0-2])-{_DAY}) (?:appt|appointment|visit|surgery|slot|clinic)\b")
_MOST_BOTTLES = 4
_UNIT = "one|two|three|four|five|six|seven|eight|nine"
_SAID = (
    rf"(?:(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)(?:[ -](?:{_UNIT}))?|(?:oh )?(?:{_UNIT})|ten|eleven|"
    r"twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|nineteen [a-z]+ty(?:[ -][a-z]+)?)"
)
#: "seven slash nine slash twenty-five".
_SLASHED = compile_latin(rf"\b((?:{_UNIT}|ten|eleven|twelve) slash {_SAID} slash (?:(?:nineteen|twenty) )?{_SAID})\b")
_PATTERNS = (
    _NUMBERED,
    _FRENCH,
    _GERMAN,
    _SCANNED,
    _DASHED,
    _AFTER,
    _SPREAD,
    _SLASHED,
    _SPAN,
    _DOTTED,
    _CULTURED,
    _SLOT,
    _WAITING,
    *_LETTERED,
)
_GROUPS = {_SPAN: (1, 2), _DOTTED: (1, 2, 3), _SLOT: (1, 2), _GERMAN: (1, 2)}
_SET = PatternSet(_PATTERNS)
_LETTER = compile_latin(r"[lIO]", ignore_case=False)
_FIGURE = compile_latin(r"[0-9]")
_FIGURED = compile_latin(r"[0-9]|\b[lIO]{1,2}\b", ignore_case=False)
_AS_FIGURES = bytes.maketrans(b"lIO", b"110")


def told_days(latin: bytes) -> Iterator[tuple[int, int]]:
    """Yield each day."""
    for index in _SET.occurring(latin):
        pattern = _PATTERNS[index]
        for found in pattern.finditer(latin):
            if pattern is _SCANNED and not _is_scanned(found):
                continue
            if pattern in _LETTERED and not (_LETTER.search(found.group(1)) and _FIGURED.search(found.group(1))):
                continue
            if pattern in (_CULTURED, _SLOT) and _is_count(found.group(1)):
                continue
            for group in _GROUPS.get(pattern, (1,)):
                if found.start(group) >= 0:
                    yield found.start(group), found.end(group)


def _is_count(value: bytes) -> bool:
    """Tell whether two numbers are some of a few, or a fraction: "2/4 bottles", "the 1/2 shot"."""
    first, second = map(int, value.split(b"/"))
    return first <= second <= _MOST_BOTTLES


def _is_scanned(found: Match) -> bool:
    """Tell whether letters stand for figures of a month and a day."""
    value = found.group(1)
    if not (_LETTER.search(value) and _FIGURE.search(value)):
        return False
    month, day = map(int, value.translate(_AS_FIGURES).split(b"/"))
    return 1 <= month <= 12 and 1 <= day <= 31
