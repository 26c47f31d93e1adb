"""Check digits by name: what a setting may ask for, and what an explanation may name."""

from collections.abc import Callable, Mapping

from detectors.patterns.checksums import is_dea, is_gtin, is_iban, is_luhn, is_npi, is_vin


def is_mod97(value: str) -> bool:
    """Tell whether letters and digits leave the remainder 1 modulo 97 (ISO 7064).

    >>> is_mod97("123456789012344"), is_mod97("123456789012334")
    (False, True)
    """
    return value.isascii() and value.isalnum() and int("".join(str(int(char, 36)) for char in value)) % 97 == 1


#: Check digits by name, each of a value without its separators.
CHECKS: Mapping[str, Callable[[str], bool]] = {
    "npi": lambda value: value.isdigit() and is_npi(value),
    "luhn": lambda value: value.isdigit() and is_luhn(value),
    "gtin": lambda value: value.isdigit() and is_gtin(value),
    "vin": is_vin,
    "dea": is_dea,
    "iban": lambda value: is_iban(value.encode("ascii", "replace")),
    "mod97": is_mod97,
}


def passes(check: str, value: str) -> bool:
    """Tell whether a value, its separators left out, carries the check digit of that name."""
    plain = "".join(char for char in value if char.isalnum())
    return bool(plain) and plain.isascii() and CHECKS[check](plain)
