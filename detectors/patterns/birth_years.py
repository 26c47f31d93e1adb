"""Years of birth that tell an age over 89: in figures behind a word or a key, and in words beside one for a birth."""

from collections.abc import Iterator
from itertools import chain

from detectors.context import Context
from detectors.patterns.scanning import compile_latin, phrases
from detectors.recognizer import Passage

_BIRTH_YEAR = compile_latin(
    r"\b(?:born(?: in| about| around| circa| c\.?)?|b\.|(?:[a-z]{2,12}_?)?birth[ _]?year|yob|"
    r"y(?:ea)?r[ _]of[ _](?:(?:his|her|their|my|your)[ _])?birth|"
    r"(?:patient)?yearofbirth|d\.?o\.?b\.?(?:[ _]year|[ _]yr)?|"
    r"nac(?:i\xf3|ido|ida)(?: en)?|a\xf1o de nacimiento|geboren(?: in)?|n\xe9e? en|jahrgang)"
    r"[\s:=\x22'>,(]{1,5}(?:is |was )?(?:(?:given|recorded|listed|stated|shown|entered) )?(?:as |in |to be )?"
    r"[\x22'\x1a(]?((?:18|19)[0-9]{2})\b"
)
_BORN_AT = compile_latin(
    r"\bborn (?:and raised )?(?:in|at|near|on|before|during|after|outside|just|the year) "
    r"[^\n.;:0-9]{2,40}?(?: in |, | ?\()((?:18|19)[0-9]{2})\b"
)
_YEAR = compile_latin(r"(?:18|19)[0-9]{2}")
_BIRTH_KEYS = ("birthyear", "yearofbirth", "yob", "a\xf1onacimiento")
_ONES = "one two three four five six seven eight nine".split()
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
#: "nineteen twenty-eight", "nineteen oh-nine".
_SPOKEN = compile_latin(
    rf"\bnineteen[ -](?:(oh|o|twenty|thirty)(?:[ -]({'|'.join(_ONES)}))?|({'|'.join(_TEENS)}))(?:[^a-z-]|-[^a-z]|$)"
)
_TENS = {b"oh": 0, b"o": 0, b"twenty": 20, b"thirty": 30}
_BIRTH = Context(phrases("born; birth; yob; birthday; dob; the year\\?; what year; came into (?:the|this) world"))


def birth_years(latin: bytes, oldest: int) -> Iterator[tuple[int, int]]:
    """Yield each year of birth up to *oldest*."""
    for found in chain(_BIRTH_YEAR.finditer(latin), _BORN_AT.finditer(latin)):
        if int(found.group(1)) <= oldest:
            yield found.start(1), found.end(1)
    for found in _SPOKEN.finditer(latin):
        end = max(found.end(1), found.end(2), found.end(3))
        if _said(found.group(1), found.group(2), found.group(3)) <= oldest and _BIRTH.near(latin, found.start(), end):
            yield found.start(), end


def hinted_birth_year(passage: Passage, oldest: int) -> Iterator[tuple[int, int]]:
    """Yield a year of birth that only its key tells as one."""
    key = "".join(char for char in passage.hint.rpartition(".")[2] if char.isalpha())
    year = _YEAR.fullmatch(passage.latin.strip()) if key.endswith(_BIRTH_KEYS) else None
    if year is not None and int(year.group()) <= oldest:
        yield 0, len(passage.text)


def _said(tens: bytes | None, ones: bytes | None, teen: bytes | None) -> int:
    """Return the year that was spoken.

    >>> _said(b"twenty", b"eight", None), _said(None, None, b"eleven")
    (1928, 1911)
    """
    if teen is not None:
        return 1910 + _TEENS.index(teen.decode().lower())
    return 1900 + _TENS[(tens or b"oh").lower()] + (_ONES.index(ones.decode().lower()) + 1 if ones else 0)
