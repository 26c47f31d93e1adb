"""Days as deeds, old letters and callers tell them: "2nd day of the month of August", "6.ii.23", "the 19th instant"."""

from collections.abc import Iterator

from detectors.patterns.month_days import ORDINAL
from detectors.patterns.scanning import Match, PatternSet, compile_latin, follows

_MONTH = (
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december|jan\.?|feb\.?|mar\.?|"
    r"apr\.?|jun\.?|jul\.?|aug\.?|sept?\.?|oct\.?|nov\.?|dec\.?)"
)
_NTH = rf"(?:{ORDINAL}|[0-3]?[0-9](?:st|nd|rd|th))"
_ONES = "one|two|three|four|five|six|seven|eight|nine"
_TEENS = "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"
_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_BELOW_100 = rf"(?:(?:{_TENS})(?:[ -](?:{_ONES}))?|{_TEENS}|oh[ -](?:{_ONES}))"
_SPOKEN_YEAR = (
    rf"(?:(?:nineteen|twenty)[ -]{_BELOW_100}|two thousand(?: and)?(?: (?:{_BELOW_100}|{_ONES}))?|{_BELOW_100})"
)
_YEAR = r"(?:1[6-9]|20)[0-9]{2}"
#: "2nd day of the month of August, 2018".
_OF_THE_MONTH = compile_latin(
    rf"\b((?:the )?{_NTH} day (?:of|in) (?:the month of )?{_MONTH}(?:,? (?:of |a\.?d\.? )?{_YEAR})?)\b"
)
_LAST = compile_latin(rf"\b(the (?:last|first|final) day (?:of|in) {_MONTH}(?:,? {_YEAR})?)\b")
_ROMAN_DAY = compile_latin(
    rf"\b((?:the )?(?:ides|calends|kalends|nones) of {_MONTH}(?:,? (?:{_YEAR}|{_SPOKEN_YEAR}))?)\b"
)
#: Of this month, of the last one, of the next one.
_INSTANT = compile_latin(rf"\b(the {_NTH} (?:instant|inst|ultimo|ult|proximo|prox))\b")
#: "the 9th of 9th 99", "twelfth of the twelfth nineteen thirty one".
_NTH_OF_NTH = compile_latin(
    rf"\b((?:the )?{_NTH} of (?:the )?{_NTH},? (?:of )?(?:{_YEAR}|'?[0-9]{{2}}|{_SPOKEN_YEAR}))(?:[^0-9a-z]|$)"
)
#: "6.ii.23", with the month in Roman figures.
_ROMAN_MONTH = compile_latin(
    r"(?:^|[^0-9a-z.])([0-3]?[0-9]([./-])(?:iii?|iv|v|vi{1,3}|ix|x|xii?|i)[./-](?:(?:19|20)[0-9]{2}|[0-9]{2}))"
    r"(?:[^0-9a-z.]|\.(?:[^0-9]|$)|$)"
)
#: In two languages, as passports have it: "19 AVR/APR 17".
_BILINGUAL = compile_latin(
    r"\b([0-3]?[0-9] [A-Z]{3,4} ?/ ?(?:JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC) "
    r"(?:(?:19|20)[0-9]{2}|[0-9]{2}))\b",
    ignore_case=False,
)
_SLASHED = compile_latin(
    rf"\b(?:on|admitted|discharged|seen|since|dated|date|until|till|due|visit|surgery|delivered|died|filled|started|"
    rf"stopped)(?: on| for| of| is| was)? ((?:{_ONES}|ten|eleven|twelve) slash (?:{_BELOW_100}|{_ONES}))"
    r"(?:[,.;!?)\n]|\s*$| (?:and|at|with|for|by|she|he|they|we|pt|patient)\b)"
)
_BORN = compile_latin(
    rf"\b(?:date of birth|birth ?date|birthday|d\.?o\.?b\.?|born)(?: is| was|:|,| uh| um| on)* "
    rf"({_MONTH} (?:the )?{_NTH},? {_SPOKEN_YEAR})(?:[^a-z-]|$)"
)
_PATTERNS = (
    _OF_THE_MONTH,
    _LAST,
    _ROMAN_DAY,
    _INSTANT,
    _NTH_OF_NTH,
    _ROMAN_MONTH,
    _BILINGUAL,
    _SLASHED,
    _BORN,
)
_SET = PatternSet(_PATTERNS)
_HIGHEST_DAY, _SIGNS = 31, 2
_CLAUSE = compile_latin(
    r"(?:\b(?:sections?|sec|art|article|chapter|ch|clause|para|paragraph|rule|title|part|step|item|vol)"
    r"\.?|\xa7) ?$"
)


def formal_days(latin: bytes) -> Iterator[tuple[int, int]]:
    """Yield each day with its month and year."""
    for index in _SET.occurring(latin):
        pattern = _PATTERNS[index]
        for found in pattern.finditer(latin):
            if pattern is _ROMAN_MONTH and not _is_day(latin, found):
                continue
            yield found.start(1), found.end(1)


def _is_day(latin: bytes, found: Match) -> bool:
    """Tell a day, a Roman month and a year, parted by one sign, from the clause of a law."""
    value, sign = found.group(1), found.group(2)
    if value.count(sign) != _SIGNS or follows(_CLAUSE, latin, found.start(1), 12):
        return False
    return 1 <= int(value.split(sign)[0]) <= _HIGHEST_DAY
