"""Canonical forms: when two ways of writing an identifier are the same value. Version 1; a change breaks joins."""

import ipaddress
import re
import unicodedata
from collections.abc import Callable
from datetime import date

from schemas.identifiers import IdentifierType

VERSION = 1

_SPACE = re.compile(r"\s+")
_EXTENSION = re.compile(r"extension|extn|ext")
_NANP = re.compile(r"^1(\d{10})(?!\d)")
_URL_HEAD = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#]*|[^/?#@]+\.[a-z]{2,}(?=[/?#]|$)", re.IGNORECASE)
_SSN_DIGITS = 4

_MONTH_WORDS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_MONTH = r"(?P<word>" + "|".join(_MONTH_WORDS) + r")[a-z]*"
_ISO = re.compile(r"(?P<year>\d{4})(?P<sep>[-/.]?)(?P<month>\d{1,2})(?P=sep)(?P<day>\d{1,2})")
_NUMBERS = re.compile(r"(?P<first>\d{1,2})\s*(?P<sep>[-/.])\s*(?P<second>\d{1,2})\s*(?P=sep)\s*(?P<year>\d{4}|\d{2})")
_WORDS = (
    re.compile(rf"{_MONTH}\W*(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\W+(?P<year>\d{{4}})"),
    re.compile(rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\W*(?:of\W+)?{_MONTH}\W*(?P<year>\d{{4}})"),
)
_COMPACT = 8
_MONTHS = 12


def canonical(type_: IdentifierType, value: str) -> str:
    """Return the form that a token of *value* stands for; never empty for a value that is not.

    >>> canonical(IdentifierType.PHONE, "+1 (617) 555-0123"), canonical(IdentifierType.NAME, " Jane  DOE ")
    ('6175550123', 'jane doe')
    """
    if type_ is IdentifierType.CREDENTIAL:
        raise ValueError("a credential has no canonical form: it gets no token")
    text = _plain(value, fold=type_ not in _CASE_COUNTS)
    form = unicodedata.normalize("NFKC", _FORMS[type_](text))  # Again: what was apart may now compose.
    return form or unicodedata.normalize("NFKC", value)


def _plain(value: str, *, fold: bool) -> str:
    if value.isascii():
        return value.casefold() if fold else value
    text = unicodedata.normalize("NFKC", value)
    text = text.casefold() if fold else text
    text = "".join(_plain_char(char) for char in text if unicodedata.category(char) != "Cf")
    return unicodedata.normalize("NFKC", text)


def _plain_char(char: str) -> str:
    """Write a decimal digit of any script as ASCII."""
    digit = unicodedata.decimal(char, None)
    return char if digit is None else str(digit)


def _words(text: str) -> str:
    return _SPACE.sub(" ", text).strip()


def _unspaced(text: str) -> str:
    return _SPACE.sub("", text)


def _letters_and_digits(text: str) -> str:
    return "".join(char for char in text if char.isalnum())


def _phone(text: str) -> str:
    return _NANP.sub(r"\1", _EXTENSION.sub("x", _letters_and_digits(text)), count=1) if text else text


def _ssn(text: str) -> str:
    digits = "".join(char for char in text if char.isdecimal())
    return digits if len(digits) >= _SSN_DIGITS else _letters_and_digits(text)


def _ip(text: str) -> str:
    bare = _unspaced(text)
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return bare
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def _url(text: str) -> str:
    return _URL_HEAD.sub(lambda head: head.group().lower(), _unspaced(text), count=1)


def _date(text: str) -> str:
    words = _words(text)
    found = _ISO.fullmatch(words)
    if found and (found["sep"] or len(words) == _COMPACT):
        return _iso(found["year"], found["month"], found["day"]) or words
    for pattern in _WORDS:
        found = pattern.fullmatch(words)
        if found:
            month = _MONTH_WORDS.index(found["word"]) + 1
            return _iso(found["year"], str(month), found["day"]) or words
    found = _NUMBERS.fullmatch(words)
    return _numbers(found) if found else words


def _numbers(found: re.Match[str]) -> str:
    """Return the ISO date where only one reading is possible; else the numbers in their order, without zeros."""
    first, second = int(found["first"]), int(found["second"])
    kept = f"{first}/{second}/{found['year']}"
    if len(found["year"]) != len("2024"):
        return kept
    if first == second or (first <= _MONTHS < second):
        return _iso(found["year"], str(first), str(second)) or kept
    if second <= _MONTHS < first:
        return _iso(found["year"], str(second), str(first)) or kept
    return kept


def _iso(year: str, month: str, day: str) -> str | None:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


#: Paths and templates tell case apart: folding them would give two values one token.
_CASE_COUNTS = frozenset({IdentifierType.URL, IdentifierType.PHOTO, IdentifierType.BIOMETRIC})

_FORMS: dict[IdentifierType, Callable[[str], str]] = {
    IdentifierType.NAME: _words,
    IdentifierType.GEO: _words,
    IdentifierType.AGE: _words,
    IdentifierType.DATE: _date,
    IdentifierType.PHONE: _phone,
    IdentifierType.FAX: _phone,
    IdentifierType.EMAIL: _unspaced,
    IdentifierType.SSN: _ssn,
    IdentifierType.MRN: _letters_and_digits,
    IdentifierType.HEALTH_PLAN: _letters_and_digits,
    IdentifierType.ACCOUNT: _letters_and_digits,
    IdentifierType.LICENSE: _letters_and_digits,
    IdentifierType.VEHICLE: _letters_and_digits,
    IdentifierType.DEVICE: _letters_and_digits,
    IdentifierType.URL: _url,
    IdentifierType.IP: _ip,
    IdentifierType.BIOMETRIC: _url,
    IdentifierType.PHOTO: _url,
    IdentifierType.OTHER_ID: _unspaced,
}
