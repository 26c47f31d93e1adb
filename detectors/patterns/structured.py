"""Whether a short label, such as a model's name or a request id, hides an identifier with a form of its own."""

from detectors.patterns.checksums import is_luhn, is_vin
from detectors.patterns.record import MBI
from detectors.patterns.scanning import Pattern, compile_latin, only_digits
from schemas.identifiers import IdentifierType

_EDGE = r"(?:^|[^0-9A-Za-z])"
_END = r"(?:$|[^0-9A-Za-z])"

_MAIL = compile_latin(r"[A-Z0-9][A-Z0-9._%+-]*@[A-Z0-9-]+(?:\.[A-Z0-9-]+)*\.[A-Z]{2,24}")
_SSN = compile_latin(rf"{_EDGE}[0-9]{{3}}([-._/:])[0-9]{{2}}([-._/:])[0-9]{{4}}{_END}")
_PHONE = compile_latin(rf"(?:{_EDGE}|\+?1[-._/:])[2-9][0-9]{{2}}([-._/:])[2-9][0-9]{{2}}([-._/:])[0-9]{{4}}{_END}")
_PLUS_PHONE = compile_latin(rf"\+[1-9][0-9]{{9,14}}{_END}")
_IPV4 = compile_latin(
    rf"{_EDGE}(?:(?:25[0-5]|2[0-4][0-9]|1?[0-9]{{1,2}})\.){{3}}(?:25[0-5]|2[0-4][0-9]|1?[0-9]{{1,2}})(?:$|"
    "[^0-9A-Za-z.])"
)
_IPV6 = compile_latin(r"(?:[0-9A-F]{1,4}:){3,7}[0-9A-F]{1,4}|[0-9A-F]{1,4}(?::[0-9A-F]{1,4}){1,6}::[0-9A-F]{1,4}")
_DIGITS = compile_latin(
    rf"{_EDGE}([0-9]{{15}}|[0-9]{{16}}|[0-9]{{4}}[-_.][0-9]{{4}}[-_.][0-9]{{4}}[-_.][0-9]{{4}}){_END}"
)
_VIN = compile_latin(rf"{_EDGE}([A-HJ-NPR-Z0-9]{{17}}){_END}", ignore_case=False)
_MBI = compile_latin(rf"{_EDGE}{MBI.replace('a-hj-km-np-rt-y', '')}{_END}", ignore_case=False)
_JWT = compile_latin(r"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}", ignore_case=False)
_LOOKALIKE = compile_latin(r"phi_[a-z]{2,5}_[a-z]{2,3}_[a-z]{12,}")
_PLAIN: tuple[Pattern, ...] = (_MAIL, _SSN, _PHONE, _PLUS_PHONE, _IPV4, _MBI, _JWT, _LOOKALIKE)


def holds_structured(text: str) -> bool:
    """Tell whether a short label holds an e-mail address, a separated SSN or phone, an IP address or a checked number.

    >>> holds_structured("gpt-4o-2024-08-06"), holds_structured("user_jane@example.org")
    (False, True)
    """
    return found_type(text) is not None


def found_type(text: str) -> IdentifierType | None:
    """Return the type of the first identifier that *text* holds, or None."""
    latin = text.encode("latin-1", "replace")
    for pattern, type_ in _TYPES:
        if pattern.search(latin) is not None:
            return type_
    if (six := _IPV6.search(latin)) is not None and any(len(group) > 2 for group in six.group().split(b":")):
        return IdentifierType.IP
    for found in _DIGITS.finditer(latin):
        digits = only_digits(found.group(1))
        if digits[0] in "23456" and is_luhn(digits):
            return IdentifierType.ACCOUNT
    checked = any(is_vin(found.group(1).decode("latin-1")) for found in _VIN.finditer(latin))
    return IdentifierType.VEHICLE if checked else None


_TYPES = tuple(
    zip(
        _PLAIN,
        (
            IdentifierType.EMAIL,
            IdentifierType.SSN,
            IdentifierType.PHONE,
            IdentifierType.PHONE,
            IdentifierType.IP,
            IdentifierType.HEALTH_PLAN,
            IdentifierType.CREDENTIAL,
            IdentifierType.OTHER_ID,
        ),
        strict=True,
    )
)
