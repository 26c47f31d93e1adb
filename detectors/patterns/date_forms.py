"""Dates of server logs, Spanish dates in words and with short months, days before Russian and Ukrainian months."""

import re
from collections.abc import Iterator

from detectors.patterns.scanning import compile_latin
from detectors.recognizer import Passage

_MONTHS = "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|setiembre|octubre|noviembre|diciembre"
_LOGGED = compile_latin(
    r"\b[0-3][0-9]/(?:jan|feb|mar|apr|may|jun|jul|aug|sept?|oct|nov|dec)/(?:19|20)[0-9]{2}"
    r":[0-2][0-9]:[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,6})?(?: [+-][0-9]{4})?|"
    r"\b(?:(?:mon|tue|wed|thu|fri|sat|sun), )?[0-3]?[0-9] (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec) "
    r"(?:19|20)[0-9]{2} [0-2][0-9]:[0-5][0-9](?::[0-5][0-9])? (?:[+-][0-9]{4}\b|GMT\b|UTC\b|[ECMP][SD]T\b)"
)
_SPANISH_ONES = "uno|primero|dos|tres|cuatro|cinco|seis|siete|ocho|nueve"
_SPANISH_DAY = (
    rf"(?:{_SPANISH_ONES}|diez|once|doce|trece|catorce|quince|diecis[e\xe9]is|diecisiete|dieciocho|diecinueve|veinte|"
    rf"veinti(?:uno|d[o\xf3]s|tr[e\xe9]s|cuatro|cinco|s[e\xe9]is|siete|ocho|nueve)|treinta(?: y uno)?)"
)
_SPANISH_YEAR = (
    r"(?:(?:mil novecientos|dos mil) )?(?:(?:veinte|treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa)"
    rf"(?: y (?:{_SPANISH_ONES}))?|{_SPANISH_DAY})"
)
_SPOKEN_SPANISH = compile_latin(
    rf"\b{_SPANISH_DAY} de (?:{_MONTHS})(?: del?(?: a\xf1o)? (?:{_SPANISH_YEAR}|dos mil|[0-9]{{4}}|[0-9]{{2}}))?\b"
)
_SPANISH_WEEKDAY = r"(?:lunes|martes|mi[e\xe9]rcoles|jueves|viernes|s[a\xe1]bado|domingo)"
#: "lunes 12", "el día 17", "el veinte de este mes", "lo recoge el 16.": no hour, no day of a treatment.
_SPANISH_DAYS = compile_latin(
    rf"\b({_SPANISH_WEEKDAY},? (?:[12]?[0-9]|3[01]))"
    r"(?:[.,;!?)\n]|$|: [^0-9]|: [0-9]{2,3}/| (?:con|en|para|y|por|del? |le|la|no|si|a las)\b)|"
    r"\bel d[i\xed]a ((?:[12]?[0-9]|3[01]))(?:[.,;!?)\n]|$| (?:con|en|para|por|que|a las)\b)|"
    rf"\bel ((?:{_SPANISH_DAY}|[12]?[0-9]|3[01]) de (?:este|el|ese) (?:mismo )?mes)\b|"
    r"\b(?:recoge[ns]?|cita|llega|lleg\xf3|naci\xf3|operan|operaron|vence|viene|regresa|toca|alta|ingres\xf3|muri\xf3|"
    r"cumple|programad[ao]|cay\xf3) (?:es )?(?:para )?el ((?:[12]?[0-9]|3[01]))(?:[.,;!?)\n]|$)"
)
_SHORT_WEEKDAY = r"(?:(?:lun|mar|mi[e\xe9]|jue|vie|s[a\xe1]b|dom)\.?,? )?"
_SHORT_SPANISH = compile_latin(
    r"\b[0-3]?[0-9][-/ ]?(?:ene|feb|mar|abr|may|jun|jul|ago|sep|oct|nov|dic)(?:[-/][0-9]{2,4}| [0-9]{4})\b|"
    rf"\b{_SHORT_WEEKDAY}[0-3]?[0-9][-/]?(?:ene|abr|ago|dic)\b|"
    rf"\b[0-3]?[0-9] d (?:{_MONTHS}|ene|feb|mar|abr|jun|jul|sep|oct|nov|dic)\b"
)
#: A day of a month that is told by its number: "the third of the eighth".
_ORDINALS = "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth"
_NUMBERED = compile_latin(
    rf"\b((?:(?:twenty|thirty)[ -])?(?:{_ORDINALS}|[a-z]{{3,6}}teenth|twentieth|thirtieth) of the (?:{_ORDINALS}))"
    r"(?:[.,;!?)\n]|$)"
)
_SLAVIC = re.compile(
    r"\b[0-3]?\d\s(?:січня|лютого|березня|квітня|травня|червня|липня|серпня|вересня|жовтня|листопада|грудня|января|"
    r"февраля|марта|апреля|мая|июня|июля|августа|сентября|октября|ноября|декабря)\b(?:\s\d{4}\b)?",
    re.IGNORECASE,
)


def logged_ranges(latin: bytes) -> Iterator[tuple[int, int]]:
    """Yield the timestamps of server logs and of mail, with time and zone."""
    return ((found.start(), found.end()) for found in _LOGGED.finditer(latin))


def spanish_ranges(latin: bytes) -> Iterator[tuple[int, int]]:
    """Yield Spanish dates in words and with short months: "veintiuno de marzo del sesenta y dos", "6/abr"."""
    for pattern in (_SPOKEN_SPANISH, _SHORT_SPANISH):
        for found in pattern.finditer(latin):
            yield found.start(), found.end()
    for found in _SPANISH_DAYS.finditer(latin):
        group = next(number for number in (1, 2, 3, 4) if found.start(number) >= 0)
        yield found.start(group), found.end(group)


def numbered_ranges(latin: bytes) -> Iterator[tuple[int, int]]:
    """Yield a day of a month, both told by their numbers, at the end of a clause."""
    return ((found.start(1), found.end(1)) for found in _NUMBERED.finditer(latin))


def slavic_ranges(passage: Passage) -> Iterator[tuple[int, int]]:
    """Yield a day before a Russian or Ukrainian month."""
    return ((found.start(), found.end()) for found in _SLAVIC.finditer(passage.text))
