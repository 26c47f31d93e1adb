"""Telephone numbers in pieces: figures and words glued, an area code said apart, last digits, lines in brackets."""

from collections.abc import Iterator

from detectors.patterns.phone_forms import PHONE_WORDS
from detectors.patterns.scanning import Match, PatternSet, compile_latin, count_digits
from detectors.patterns.spanish_words import NUMBERS

_WORD = r"(?:zero|oh|one|two|three|four|five|six|seven|eight|nine)"
_PIECE = rf"(?:[0-9il]|{_WORD})"
#: "757five55-0164", "four1five 5five5 oh1four4".
_GLUED = compile_latin(rf"\b({_PIECE}{{3}}[-. ]?{_PIECE}{{3}}[-. ]?{_PIECE}{{4}})\b")
_MIXED = compile_latin(rf"{_WORD}[0-9]|[0-9]{_WORD}")
#: "float: Ingersoll (4-4418)".
_LINE = compile_latin(r"\b[A-Z][A-Za-z'-]{2,16}(?:,? (?:RN|MD|NP|PA|RT|LPN))? \(([0-9]-[0-9]{4})\)", ignore_case=False)
_ENDS = compile_latin(
    r"(?:#|\b(?:phone|cell|mobile|digits|landline)) (?:that )?(?:ends|ending|ended)(?: in| with)? ([0-9]{4})\b"
)
_APART = compile_latin(
    r"\barea code (?:is )?([2-9][0-9]{2}),? (?:and )?then ([0-9]{3}(?:[- ]?[0-9]{4})?)"
    r"(?:,? (?:and )?then ([0-9]{4}))?\b"
)
_IN_FRONT = compile_latin(r"\b([0-9]{3}[- ][0-9]{4}),? with (?:an? )?([2-9][0-9]{2}) in front\b")
_EXTENSION = compile_latin(rf"\b(?:extension|ext\.?|pager|line) ((?:{_WORD}[ ,-]{{1,2}}){{2,4}}{_WORD})\b")
#: "WPH 4235550171"; the last digits of a second line: "206.555.0112, fax .0113"; "555-0104 x12".
_WORK = compile_latin(r"\b[whcdbm](?:k|m)? ?(?:ph|tel)(?: ?(?:no|nbr))?[ :#.]{1,3}([2-9][0-9]{9})\b")
_SAME = compile_latin(
    r"[0-9]{3}[-. ][0-9]{4}[^\n0-9]{1,24}\b(?:fax|cell|mobile|tel|phone|desk|office|home|work)(?: is|:)? ?"
    r"[.\x1a-]{1,3}([0-9]{4})\b"
)
_SHORT_EXTENSION = compile_latin(r"[0-9]{3}[-. ][0-9]{4},? x([0-9]{2})(?:[,.;)\n]|\s*$| [a-z])")
#: "9,1907555O163" as a machine dials it, "91 9.555.O1 77" as a scanner cuts it.
_OUTSIDE = compile_latin(r"(?:^|[\s:])(9,1?[2-9][0-9OolI]{9})(?:[\s,;.]|$)", ignore_case=False)
_C = "[0-9OolI]"
_CUT = compile_latin(
    rf"(?:^|[\s:(])([2-9] ?{_C} ?{_C} ?[-./] ?{_C} ?{_C} ?{_C} ?[-./] ?{_C} ?{_C} ?{_C} ?{_C})(?:[\s,;.)]|$)",
    ignore_case=False,
)
#: "area code 2 2 8, 5 5 5, 0 1 4 4", "extensión 14", "mi número termina en cero uno sesenta y dos".
_DIGITWISE = compile_latin(r"\b(area code (?:is )?[2-9](?:[ ,.-]{1,2}[0-9]){9})\b")
_SPANISH_LINE = compile_latin(
    r"\b(?:extensi[o\xf3]n|anexo)(?: n[u\xfa]mero)?:? ([0-9]{2,5})(?:[^0-9,.%]|[.,](?:[^0-9]|$)|$)"
)
_SPANISH_END = compile_latin(
    rf"\b(?:n[u\xfa]mero|celular|tel[e\xe9]fono|cel) (?:que )?(?:termina|acaba|terminad[ao]) en "
    rf"((?:(?:{NUMBERS})(?: y (?:{NUMBERS}))?[ ,]{{1,2}}){{1,3}}(?:{NUMBERS})(?: y (?:{NUMBERS}))?)(?:[.,;\n]|\s*$| )"
)
_PATTERNS = (
    _DIGITWISE,
    _SPANISH_LINE,
    _SPANISH_END,
    _EXTENSION,
    _GLUED,
    _LINE,
    _ENDS,
    _APART,
    _IN_FRONT,
    _WORK,
    _SAME,
    _SHORT_EXTENSION,
    _OUTSIDE,
    _CUT,
)
_SET = PatternSet(_PATTERNS)
_FEWEST = 3
_READ = compile_latin("[OolI]", ignore_case=False)
_FEWEST_CUT = 7
_GROUPS = dict.fromkeys(_PATTERNS, 1) | {_APART: 3, _IN_FRONT: 2}


def told_phones(latin: bytes) -> Iterator[tuple[int, int]]:
    """Yield each piece of a number."""
    for index in _SET.occurring(latin):
        pattern = _PATTERNS[index]
        for found in pattern.finditer(latin):
            if pattern is _GLUED and not _is_mixed(found.group()):
                continue
            if pattern is _CUT and not _is_cut(latin, found):
                continue
            yield from (
                (found.start(at), found.end(at)) for at in range(1, _GROUPS[pattern] + 1) if found.start(at) >= 0
            )


def _is_mixed(value: bytes) -> bool:
    """Tell whether a number is written in figures and in words."""
    return count_digits(value) >= _FEWEST and _MIXED.search(value) is not None


def _is_cut(latin: bytes, found: Match) -> bool:
    """Tell whether a scanner cut a number up: it read letters in it, or somebody is called with it."""
    read = _READ.search(found.group(1)) is not None
    return count_digits(found.group(1)) >= _FEWEST_CUT and (
        read or PHONE_WORDS.near(latin, found.start(1), found.end(1))
    )
