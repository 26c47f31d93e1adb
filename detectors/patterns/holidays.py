"""Holidays that date an event."""

from collections.abc import Iterator

from detectors.patterns.scanning import compile_latin, follows, phrases

_NAMES = phrases(r"""
        christmas(?: (?:eve|day))?; x-?mas(?: eve)?; new year(?:'?s)?(?:'? (?:eve|day)); new year'?s; boxing day;
        thanksgiving(?: day)?; easter(?: (?:sunday|monday))?; good friday; palm sunday; ash wednesday; halloween;
        valentine'?s(?:'? day)?; mother'?s'? day; father'?s'? day; memorial day; labor day; independence day;
        (?:4th|fourth) of july; mlk day; martin luther king(?:,? jr\.?)? day; president'?s'? day; veteran'?s'? day;
        columbus day; indigenous peoples'? day; juneteenth; (?:st\.?|saint) patrick'?s day; cinco de mayo; mardi gras;
        groundhog day; black friday; super bowl sunday; hanukkah; chanukah; passover; pesach; rosh hashanah?; yom
        kippur; sukkot; purim; kwanzaa; ramadan; eid(?: (?:al|ul)[- ](?:fitr|adha))?; diwali; deepavali; holi;
        (?:lunar|chinese) new year; nowruz; navidad; nochebuena; nochevieja; a\xf1o nuevo; semana santa; viernes
        santo; epiphany; all (?:saints|souls)'? day;
        d[i\xed]a de la independencia; (?:first|second|third|fourth) sunday (?:of|in)
        (?:advent|lent); ascension (?:day|thursday); candlemas; pentecost(?: sunday| monday)?; whit ?sunday;
        trinity sunday; shrove tuesday; maundy thursday; holy (?:thursday|saturday); corpus christi day; michaelmas;
        d[i\xed]a de (?:los )?muertos;
        d[i\xed]a de (?:los )?reyes; d[i\xed]a de la madre; no\xebl;
        weihnachten; heiligabend; silvester; ostern
    """)
_HOLIDAY = compile_latin(rf"\b(?:{'|'.join(_NAMES)})")
#: Names of diseases, signs and things that only contain a holiday's word.
_NOT_DATED = compile_latin(
    r"(?: dinner| meal| food| leftovers| fasting| and (?:diabetes|fasting|insulin|medication)|'s? (?:and|fasting) |"
    r" fast\b)|[- ](?:disease|makeup|bonnet|hunt|craft|factor|tree|island|egg|eggs|lily|card|cards|cactus|rash|candy|"
    r"costume|seals?|carol|song|songs|movie|basket|bunny|decorations?|lights|theme|themed)\b"
)
#: Opening hours date nothing of anybody.
_CLOSED = compile_latin(
    r"\b(?:we are|we're|office|clinic|pharmacy|lab|hours|and|is|will be|,) "
    r"closed (?:on |for |during )?[^.\n0-9:]{0,32}$"
)
_YEAR = compile_latin(r",? (?:of )?(?:19|20)[0-9]{2}\b")


def holiday_ranges(latin: bytes) -> Iterator[tuple[int, int]]:
    """Yield each holiday by name, with its year."""
    for found in _HOLIDAY.finditer(latin):
        end = found.end()
        if end < len(latin) and (latin[end : end + 1].isalpha() or latin[end] >= 0xC0):
            continue
        if found.group() in (b"EID", b"HOLI") or follows(_CLOSED, latin, found.start(), 48):
            continue
        if _NOT_DATED.match(latin, end, min(len(latin), end + 16)) is None:
            year = _YEAR.match(latin, end, min(len(latin), end + 12))
            yield found.start(), year.end() if year else end
