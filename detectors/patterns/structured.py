"""Labels that hold an identifier with a structure of its own: these never pass unread."""

import re

from detectors.patterns.checksums import is_luhn, is_vin

_MAIL = re.compile(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_SSN = re.compile(r"(?<![A-Za-z0-9])\d{3}([-._])\d{2}\1\d{4}(?![A-Za-z0-9])")
_PHONE = re.compile(r"(?<![A-Za-z0-9])(?:1[-._])?[2-9]\d{2}([-._])[2-9]\d{2}\1\d{4}(?![A-Za-z0-9])")
_IPV4 = re.compile(
    r"(?<![A-Za-z0-9.])(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?:25[0-5]|2[0-4]\d|1?\d?\d)){3}(?![A-Za-z0-9.])"
)
_CARD = re.compile(r"(?<![A-Za-z0-9])[3-6]\d{12,18}(?![A-Za-z0-9])")
_VIN = re.compile(r"(?<![A-Za-z0-9])[A-HJ-NPR-Z0-9]{17}(?![A-Za-z0-9])")


def holds_structured(label: str) -> bool:
    """Tell whether a label holds an e-mail address, separated SSN or phone, IP address, or a number with check digit.

    A label has at most 128 characters, so these patterns need no bound of their own.

    >>> holds_structured("gpt-4o-2024-08-06"), holds_structured("ada@example.org"), holds_structured("212-555-0143")
    (False, True, True)
    """
    if any(pattern.search(label) for pattern in (_MAIL, _SSN, _PHONE, _IPV4)):
        return True
    cards = (found.group() for found in _CARD.finditer(label))
    vins = (found.group() for found in _VIN.finditer(label))
    return any(is_luhn(card) for card in cards) or any(is_vin(vin) for vin in vins)
