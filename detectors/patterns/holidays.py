"""Holidays that date an event."""

from collections.abc import Iterator

from detectors.patterns.scanning import compile_latin

_NAMES = (
    r"christmas(?: (?:eve|day))?", r"x-?mas(?: eve)?", r"new year(?:'?s)?(?:'? (?:eve|day))", r"new year'?s", r"boxing day",
    r"thanksgiving(?: day)?", r"easter(?: (?:sunday|monday))?", r"good friday", r"palm sunday", r"ash wednesday",
    r"halloween", r"valentine'?s(?:'? day)?", r"mother'?s'? day", r"father'?s'? day", r"memorial day", r"labor day",
    r"independence day", r"(?:4th|fourth) of july", r"mlk day", r"martin luther king(?:,? jr\.?)? day",
    r"president'?s'? day", r"veteran'?s'? day", r"columbus day", r"indigenous peoples'? day", r"juneteenth",
    r"(?:st\.?|saint) patrick'?s day", r"cinco de mayo", r"mardi gras", r"groundhog day", r"black friday",
    r"super bowl sunday", r"hanukkah", r"chanukah", r"passover", r"pesach", r"rosh hashanah?", r"yom kippur", r"sukkot",
    r"purim", r"kwanzaa", r"ramadan", r"eid(?: (?:al|ul)[- ](?:fitr|adha))?", r"diwali", r"deepavali", r"holi",
    r"(?:lunar|chinese) new year", r"nowruz", r"navidad", r"nochebuena", r"nochevieja", r"a\xf1o nuevo", r"semana santa",
    r"viernes santo", r"d[i\xed]a de (?:los )?muertos", r"d[i\xed]a de (?:los )?reyes", r"d[i\xed]a de la madre",
    r"no\xebl", r"weihnachten", r"heiligabend", r"silvester", r"ostern",
)  # fmt: skip
_HOLIDAY = compile_latin(rf"\b(?:{'|'.join(_NAMES)})")
#: Names of diseases, signs and things that only contain a holiday's word.
_NOT_DATED = compile_latin(r"[- ](?:disease|factor|tree|island|egg|eggs|lily|card|cards|cactus|rash|candy|costume|seals?)\b")
_YEAR = compile_latin(r",? (?:of )?(?:19|20)[0-9]{2}\b")


def holiday_ranges(latin: bytes) -> Iterator[tuple[int, int]]:
    """Yield each holiday by name, with its year."""
    for found in _HOLIDAY.finditer(latin):
        end = found.end()
        if end < len(latin) and (latin[end : end + 1].isalpha() or latin[end] >= 0xC0):
            continue
        if found.group() in (b"EID", b"HOLI"):
            continue
        if _NOT_DATED.match(latin, end, min(len(latin), end + 12)) is None:
            year = _YEAR.match(latin, end, min(len(latin), end + 12))
            yield found.start(), year.end() if year else end
