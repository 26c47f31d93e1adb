"""Check digits of numbers that carry one."""

_VIN_VALUES = dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", (1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 7, 9, 2, 3, 4, 5, 6, 7, 8, 9), strict=True)
)
_VIN_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_IBAN_LENGTHS = {
    "AD": 24,
    "AE": 23,
    "AL": 28,
    "AT": 20,
    "AZ": 28,
    "BA": 20,
    "BE": 16,
    "BG": 22,
    "BH": 22,
    "BR": 29,
    "CH": 21,
    "CR": 22,
    "CY": 28,
    "CZ": 24,
    "DE": 22,
    "DK": 18,
    "DO": 28,
    "EE": 20,
    "ES": 24,
    "FI": 18,
    "FO": 18,
    "FR": 27,
    "GB": 22,
    "GE": 22,
    "GI": 23,
    "GL": 18,
    "GR": 27,
    "GT": 28,
    "HR": 21,
    "HU": 28,
    "IE": 22,
    "IL": 23,
    "IS": 26,
    "IT": 27,
    "JO": 30,
    "KW": 30,
    "KZ": 20,
    "LB": 28,
    "LI": 21,
    "LT": 20,
    "LU": 20,
    "LV": 21,
    "MC": 27,
    "MD": 24,
    "ME": 22,
    "MK": 19,
    "MT": 31,
    "MU": 30,
    "NL": 18,
    "NO": 15,
    "PK": 24,
    "PL": 28,
    "PS": 29,
    "PT": 25,
    "QA": 29,
    "RO": 24,
    "RS": 22,
    "SA": 24,
    "SE": 24,
    "SI": 19,
    "SK": 24,
    "SM": 27,
    "TN": 24,
    "TR": 26,
    "UA": 29,
    "VG": 24,
    "XK": 20,
}


def is_luhn(digits: str) -> bool:
    """Tell whether the last digit is the Luhn check digit of the others; a run of one digit is none.

    >>> is_luhn("4111111111111111"), is_luhn("4111111111111112")
    (True, False)
    """
    if len(set(digits)) < 2:
        return False
    total = 0
    for index, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if index % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def is_npi(digits: str) -> bool:
    """Tell whether ten digits are a National Provider Identifier: Luhn behind the prefix 80840.

    >>> is_npi("1234567893")
    True
    """
    return len(digits) == 10 and digits[0] in "12" and is_luhn("80840" + digits)


def is_dea(value: str) -> bool:
    """Tell whether two letters (or a letter and 9) and seven digits are a DEA registration.

    >>> is_dea("AB1234563")
    True
    """
    digits = value[2:]
    if len(value) != 9 or not digits.isdigit() or not value[0].isalpha():
        return False
    odd, even = sum(map(int, digits[0:6:2])), sum(map(int, digits[1:6:2]))
    return (odd + 2 * even) % 10 == int(digits[6])


def is_vin(value: str) -> bool:
    """Tell whether 17 letters and digits carry the check digit of a North American VIN.

    >>> is_vin("1M8GDM9AXKP042788")
    True
    """
    value = value.upper()
    if len(value) != 17 or not value.isalnum():
        return False
    try:
        total = sum(
            (int(char) if char.isdigit() else _VIN_VALUES[char]) * weight
            for char, weight in zip(value, _VIN_WEIGHTS, strict=True)
        )
    except KeyError:
        return False
    return value[8] == "0123456789X"[total % 11]


def is_iban(value: bytes) -> bool:
    """Tell whether a bank account number has its country's length and remainder 1 modulo 97.

    >>> is_iban(b"GB82 WEST 1234 5698 7654 32")
    True
    """
    text = bytes(byte for byte in value if chr(byte).isalnum()).decode("latin-1").upper()
    if _IBAN_LENGTHS.get(text[:2]) != len(text) or not text.isascii():
        return False
    return int("".join(str(int(char, 36)) for char in text[4:] + text[:4])) % 97 == 1


def is_gtin(digits: str) -> bool:
    """Tell whether the last digit is the GS1 check digit of the others.

    >>> is_gtin("00012345600012")
    True
    """
    total = sum(int(digit) * (3 if index % 2 == 0 else 1) for index, digit in enumerate(reversed(digits[:-1])))
    return len(digits) in (8, 12, 13, 14) and (10 - total % 10) % 10 == int(digits[-1])
