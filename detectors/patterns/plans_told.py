"""Numbers of members and policies that a sentence tells: behind an insurer, on a form, by a card's own prefix."""

from collections.abc import Iterator

from detectors.patterns.scanning import Match, PatternSet, compile_latin, follows
from detectors.patterns.values import is_plausible, read_value

_INSURERS = (
    "bcbs|blue ?cross|blue ?shield|anthem|aetna|cigna|humana|uhc|united(?: ?healthcare)?|kaiser|molina|centene|"
    "ambetter|highmark|wellcare|amerigroup|tricare|medicaid|medicare|medi-?cal|umr|oscar|geico|progressive|state farm|"
    "allstate|travelers|farmers|usaa|liberty mutual|nationwide|delta dental|metlife|guardian|aflac|mutual of omaha|"
    "caresource|sedgwick|gallagher bassett|hartford|zurich|liberty|gainwell|aarp|surest|bright health|clover|devoted"
)
_VALUE = (
    r"([A-Z]{1,4}[- ]?[0-9]{2,6}(?:[ -][0-9]{2,6}){1,3}|[0-9]{3,6}(?:[ -][0-9]{1,6}){2,3}|[A-Z]{1,4}[0-9]{7,10}|"
    r"[0-9]{1,2}[A-Z]{1,2}[0-9]{2,6}(?:[ -][0-9]{3,6}){1,2})"
)
_END = (
    r"(?:[.,;:)\n]|$| (?:on|for|as|is|was|and|but|the|w/|with|effective|active|since|through|thru|lapsed|termed|came|"
    r"back))"
)
#: "the blue shield one is ped 902 44 7718", "Correct is Cigna, U41 8820 11".
_OF_INSURER = compile_latin(
    rf"\b(?:{_INSURERS})(?: (?:one|card|id|number|plan|ppo|hmo|gold|silver|supplement)){{0,2}}"
    rf"(?:,| is| says| shows| reads|:| -){{0,2}} {_VALUE}{_END}"
)
#: "Insurance: UMR through the school district, 1177 2040 9".
_COVERED = compile_latin(
    r"\b(?:insurance|insurer|insured|coverage|covered|carrier|payer|payor|sec\.? ins|ins|eligibility|elig(?: 27[01])?|"
    r"card swipe|"
    rf"swiped)\b[^.;\n0-9]{{0,48}}?(?:, |: | \(| - | -> |=> | on | under ){_VALUE}{_END}"
)
#: Health cards in the United States begin so.
_CARD = compile_latin(r"\b(80840[- ]?[0-9]{3,5}[- ]?[0-9]{3,7}(?:[- ][0-9]{2,4})?)\b")
#: "Group no. on new-hire form G/00 477-12".
_ON_FORM = compile_latin(
    r"\b(?:group|member|subscriber|policy|plan|insurance|medicaid|medicare)(?: (?:no\.?|number|id|#))? (?:on|from|per) "
    r"(?:the |her |his |my |their |a |our )?(?:[a-z-]{2,12} ){0,2}(?:form|card|letter|stub|slip|packet|paperwork|"
    r"portal|app|screen|statement)s?(?: is| was| says| reads| shows|:|,)? "
)
#: "my husband's ends in -02", where a number with such an end stands before; the second of "suffix 03 and 04".
_ENDS = compile_latin(
    r"\b(?:his|hers|mine|theirs|ours|(?:his|her|my|the) [a-z]{3,8}'?s?)(?: (?:card|id|number))? ends in -?(0[0-9])\b"
)
_SUFFIXED = compile_latin(r"[0-9]-0[0-9]\b[^\n]{0,80}$")
_PAIR = compile_latin(r"\bsuffix(?:es)? -?0[0-9](?:,| and| or| /|/| &){1,2} ?-?(0[0-9])\b")
_PATTERNS = (_OF_INSURER, _COVERED, _CARD, _ON_FORM, _ENDS, _PAIR)
_SET = PatternSet(_PATTERNS)
_WORD = compile_latin(
    r"(?:and|or|for|the|is|a|in|at|to|of|pays|was|paid|due|cpt|code|bin|pcn|npi|ext|tel|ph|fax|call|part) ?[0-9]"
)
_PHONE = compile_latin(r"\(?[0-9]{3}\)?[ -][0-9]{3}[ -][0-9]{4}")
_FEWEST, _FEWEST_ON_FORM = 8, 5


def plans_told(latin: bytes) -> Iterator[tuple[int, int]]:
    """Yield each number, of two suffixes behind one word the second."""
    for pattern in map(_PATTERNS.__getitem__, _SET.occurring(latin)):
        for found in pattern.finditer(latin):
            place = _place(latin, found) if pattern is _ON_FORM else (found.start(1), found.end(1))
            doubted = pattern in (_OF_INSURER, _COVERED) and not _is_plan(latin, found)
            unlike = pattern is _ENDS and not follows(_SUFFIXED, latin, found.start(), 100)
            if place is not None and not doubted and not unlike:
                yield place


def _place(latin: bytes, found: Match) -> tuple[int, int] | None:
    """Return the value behind a form's name, or None."""
    value = read_value(latin, found.end())
    return value if value is not None and is_plausible(latin, *value, _FEWEST_ON_FORM) else None


def _is_plan(latin: bytes, found: Match) -> bool:
    """Tell whether a value is neither a telephone number nor a word before a number."""
    value = found.group(1)
    if _WORD.match(value) is not None or _PHONE.fullmatch(value) is not None:
        return False
    return is_plausible(latin, found.start(1), found.end(1), _FEWEST)
