"""What the rule lets stand of an identifier: the year of a date, three digits of a ZIP, the category of an age."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self

from detectors.gazetteers.lookup import Gazetteers, PhraseClass, WordClass
from schemas.identifiers import IdentifierType
from streams.policy import Kept

#: An event's own time tells how old a year is; no LLM was logged before this, so a missing timestamp does no harm.
_EARLIEST_RECORD_YEAR = 2020
_LAST_MS = 253_402_300_799_999
_OLDEST_SHOWN = 89
_LOWEST_YEAR = 1000

_COMPACT = re.compile(r"((?:18|19|20)\d\d)(?:\d{4}|\d{8}|\d{10})(?!\d).*", re.DOTALL)
_LEADING = re.compile(r"((?:18|19|20)\d\d)[-/.]\d{1,2}[-/.]\d{1,2}(?!\d)")
_YEAR = re.compile(r"(?<!\d)(?:18|19|20)\d\d(?!\d)")
_ZIP = re.compile(r"(\d{3})\d{2}(?:[ -]?\d{4})?")
_WORD = re.compile(r"[^\W\d_]+")
_SMALLER = WordClass.STREET | WordClass.FACILITY_HEAD
_TOWN = PhraseClass.CITY | PhraseClass.CITY_LARGE | PhraseClass.FOREIGN_CITY
_NUMBER = re.compile(r"\d{1,4}")


def _restricted(_zip3: str) -> bool:
    return True


def _no_town(_text: str) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Generalizer:
    """Says what may stand beside a token; in doubt nothing.

    `zip3_restricted` tells whether the area of three digits holds 20,000 people or fewer, `is_town` whether a place is
    listed as a town or city and as nothing smaller. Without them every area is restricted and no place is a town.
    """

    zip3_restricted: Callable[[str], bool] = field(default=_restricted, repr=False)
    is_town: Callable[[str], bool] = field(default=_no_town, repr=False)

    @classmethod
    def of(cls, gazetteers: Gazetteers) -> Self:
        """Return a generalizer that knows what the gazetteers list."""
        return cls(gazetteers.zip3_restricted, lambda text: _is_listed_town(gazetteers, text))

    def remainder(self, type_: IdentifierType, value: str, timestamp_ms: int) -> str:
        """Return what may stand of *value* in a record of *timestamp_ms*, or nothing."""
        text = unicodedata.normalize("NFKC", value).strip()
        if type_ is IdentifierType.DATE:
            return _year(text, _record_year(timestamp_ms))
        if type_ is IdentifierType.GEO:
            return self._zip3(text)
        if type_ is IdentifierType.AGE:
            return _category(text, _record_year(timestamp_ms))
        return ""

    def keeps(self, kept: frozenset[Kept], value: str) -> bool:
        """Tell whether *value* is a part of geography that the policy keeps whole."""
        text = unicodedata.normalize("NFKC", value).strip()
        if Kept.ZIP in kept and text.isascii() and _ZIP.fullmatch(text):
            return True
        return Kept.TOWN in kept and not any(char.isdigit() for char in text) and self.is_town(text)

    def _zip3(self, text: str) -> str:
        found = _ZIP.fullmatch(text) if text.isascii() else None
        return "" if found is None or self.zip3_restricted(found[1]) else found[1]


def _is_listed_town(gazetteers: Gazetteers, text: str) -> bool:
    """Tell whether a place is listed as a town in all its words, and has none of a street or facility."""
    words = _WORD.findall(text)
    if not words or any(gazetteers.classes(word) & _SMALLER for word in words):
        return False
    if len(words) == 1:
        return bool(gazetteers.classes(words[0]) & WordClass.CITY)
    whole = [phrase for phrase in gazetteers.phrases(words) if (phrase.start, phrase.end) == (0, len(words))]
    return any(phrase.classes & _TOWN and not phrase.classes & PhraseClass.FACILITY for phrase in whole)


def _year(text: str, record_year: int) -> str:
    """Return the four-digit year of a date, where there is just one and it shows no age over 89."""
    found = _COMPACT.fullmatch(text) or _LEADING.match(text)
    years = {found[1]} if found else set(_YEAR.findall(text))
    if len(years) != 1:
        return ""
    year = years.pop()
    return year if year.isascii() and int(year) >= record_year - _OLDEST_SHOWN else ""


def _category(text: str, record_year: int) -> str:
    """Return 90+ for an age in words or over 89, and for a birth year that implies one."""
    numbers = [int(number) for number in _NUMBER.findall(text)]
    if len(numbers) > 1:
        return ""
    if numbers and numbers[0] >= _LOWEST_YEAR:
        over = numbers[0] < record_year - _OLDEST_SHOWN
    else:
        over = not numbers or numbers[0] > _OLDEST_SHOWN
    return "90+" if over else ""


def _record_year(timestamp_ms: int) -> int:
    moment = datetime.fromtimestamp(min(max(timestamp_ms, 0), _LAST_MS) // 1000, UTC)
    return max(moment.year, _EARLIEST_RECORD_YEAR)
