"""Telephone numbers that their form alone tells: groups, country codes, trunk zeros, letters on the keypad."""

from collections.abc import Iterator
from itertools import pairwise

from detectors.context import Context
from detectors.patterns.scanning import Match, compile_latin, is_word, only_digits, phrases, stands_alone

#: A sign between two groups, also percent-encoded, and the end of a wrapped line.
SIGN = r"(?:[-. \t\xa0\x1a/_]|%20|%2D|\\u002d)"
WRAP = r"(?:-\r?\n[ \t]*|\)\r?\n[ \t]*)"
#: A digit, or a letter that a scanner read where a digit stood.
SCANNED = "[0-9OolI]"
_GAP = rf"{SIGN}{{1,3}}"

#: Ten digits of the North American plan in three groups; letters for digits where a scanner erred.
_NANP = compile_latin(
    rf"(?:(?:\+|%2B)?1{SIGN}{{0,2}})?(?:\({SCANNED}{{3}}\){SIGN}{{0,3}}|{SCANNED}{{3}}(?:{_GAP}|"
    f"{WRAP})){SCANNED}{{3}}(?:{_GAP}|"
    f"{WRAP}){SCANNED}{{4}}"
)
_PLAIN = compile_latin(r"(?:\+?1)?[2-9][0-9]{9}")
_INTERNATIONAL = compile_latin(rf"(?:\+|%2B|\(\+)[0-9]{{1,3}}\)?(?:{SIGN}{{0,2}}\(?[0-9]{{1,5}}\)?){{2,8}}")
_TRUNK = compile_latin(r"\(?0[0-9]{2,4}\)?(?:[-. ][0-9]{2,8}){1,4}|\([2-9][0-9]{2}\)[-. ]?[0-9]{7}")
#: The number of a drug's package, which is written alike.
_NDC = compile_latin(r"0[0-9]{3,4}-[0-9]{3,4}-[0-9]{2}")
_NATIONAL = compile_latin(
    r"\(?0[1-9][0-9]{0,4}\)?[ -][0-9]{3,4}[ -][0-9]{3,4}|00[1-9][0-9]{0,2}(?:[ -][0-9]{1,5}){2,6}|"
    "[O0]1[O0]-[0-9]{4}-[0-9]{4}"
)
#: Five pairs, as in France; times and schedules have that form too.
_PAIRS = compile_latin(r"0[1-79](?:[ .-][0-9]{2}){4}")
_VANITY = compile_latin(
    r"\b(?:1[-. ])?\(?(?:8(?:00|33|44|55|66|77|88)\)?[-. ](?:[0-9]{3}[-. ][A-Z]{4}|[A-Z]{3}[-. ]?[A-Z0-9]{4})|"
    r"[2-9][0-9]{2}\)?[-. ][0-9]{3}[-. ][A-Z]{4}|[2-9][0-9]{2}\) ?[A-Z]{3}[-. ][0-9]{4})\b",
    ignore_case=False,
)
_SPACED = compile_latin(r"[0-9O](?:(?: | ?[-.\x1a/] ?)[0-9O]){6,14}")

_HL7 = compile_latin(
    r"\^(?:PRN|WPN|ORN|NET|BPN|VHN|EMR)?\^(?:PH|CP|FX|BP|TDD|SAT)\^[^|^\r\n]{0,40}\^[0-9]{0,3}\^([0-9]{3})\^([0-9]{7})"
)
_URI = compile_latin(r"\b(?:sips?|tel|sms|callto|fax|wa\.me/):?(\+?[0-9][0-9().-]{5,18}[0-9])")

OTHER_NUMBERS = Context(
    phrases(r"""
        ndc; ref; lot; catalog(?:ue)?; part no; snomed; loinc; npi; doi; pmid; oid; uid; mrn; isbn; sku; upc; model;
        platelets; trend; claim; tracking; order; account; acct; iban
    """)
)
PHONE_WORDS = Context(
    phrases(r"""
        phones?; tel; cell; mobile; call(?:s|ed|ing|er)?; callback; text; sms; (?:right)?fax(?:es|ed|ing)?; fx; ph;
        pager; number; dial; ring; voicemail; contact; reach(?:ed|able)?; whatsapp; telephone; landline; teléfono;
        celular; móvil; home; line; ext; tél; téléphone; portable; telefono; cellulare; joignable; appele[rz]; rappeler
    """)
)
#: Public hotlines, which identify nobody.
HOTLINES = frozenset(
    "8002221222 8002738255 8006624357 8007997233 8006564673 8002324636 8007848669 8004224453 8006334227 8007721213 "
    "8003327378 8008225233 8774784669 8666221222 8004624357 8003321088".split()
)
_HOTLINE_WORDS = (b"QUIT", b"MEDICARE", b"CDC-INFO", b"SUICIDE", b"POISON", b"TALK", b"HELP", b"SAFE")
_TEN, _LONGEST = 10, 15


def formed_numbers(latin: bytes) -> Iterator[tuple[int, int]]:
    """Yield numbers that need no caption, or only a word of telephoning near them."""
    for found in _NANP.finditer(latin):
        if is_free(latin, found.start(), found.end()) and _is_north_american(latin, found):
            yield found.start(), found.end()
    for found in _INTERNATIONAL.finditer(latin):
        start, end = closed(latin, found.start(), found.end())
        long = 8 <= len(only_digits(latin[start:end])) <= _LONGEST
        if long and is_free(latin, start, end) and not is_hotline(found.group()):
            yield start, end
    yield from _trunked(latin)
    for found in _PLAIN.finditer(latin):
        start, end = found.start(), found.end()
        if is_free(latin, start, end) and not is_hotline(found.group()) and not OTHER_NUMBERS.before(latin, start, 14):
            plus = found.group().startswith(b"+") or latin[max(0, start - 1) : start] == b"+"
            if plus or PHONE_WORDS.before(latin, start, 20):
                yield start, end
    for found in _URI.finditer(latin):
        yield found.start(1), found.end(1)
    for found in _HL7.finditer(latin):
        yield from ((found.start(1), found.end(1)), (found.start(2), found.end(2)))


def vanity_numbers(latin: bytes) -> Iterator[tuple[int, int]]:
    """Yield numbers with letters of the keypad."""
    for found in _VANITY.finditer(latin):
        if not is_hotline(found.group()):
            yield found.start(), found.end()


def _is_north_american(latin: bytes, found: Match) -> bool:
    """Judge three groups of 3-3-4: letters for digits need a word of telephoning, other numbers' captions forbid it."""
    value, start, end = found.group(), found.start(), found.end()
    digits = only_digits(value)
    if is_hotline(value) or len(digits) < _TEN // 2 or OTHER_NUMBERS.before(latin, start, 14):
        return False
    if len(digits) < _TEN and not PHONE_WORDS.near(latin, start, end):
        return False
    spaced = not any(sign in value for sign in (b"-", b")", b"\x1a"))
    return not (spaced and digits[0] in "01" and len(digits) == _TEN)


def _trunked(latin: bytes) -> Iterator[tuple[int, int]]:
    """Yield national numbers of other countries, and digits that are spread one by one."""
    for found in _NATIONAL.finditer(latin):
        free = is_free(latin, found.start(), found.end()) and not OTHER_NUMBERS.before(latin, found.start(), 14)
        if free and not _is_drug(latin, found):
            yield found.start(), found.end()
    for found in _TRUNK.finditer(latin):
        free = is_free(latin, found.start(), found.end()) and not OTHER_NUMBERS.before(latin, found.start(), 24)
        if free and not _is_drug(latin, found) and _is_trunk(found.group()):
            yield found.start(), found.end()
    for found in _PAIRS.finditer(latin):
        if is_free(latin, found.start(), found.end()) and PHONE_WORDS.near(latin, found.start(), found.end()):
            yield found.start(), found.end()
    for found in _SPACED.finditer(latin):
        steps = {second - first for first, second in pairwise(only_digits(found.group()).encode())}
        if stands_alone(latin, found.start(), found.end()) and len(steps) > 2:
            yield found.start(), found.end()


def _is_drug(latin: bytes, found: Match) -> bool:
    """Tell whether a number is made like that of a drug's package, with nothing of telephones near it."""
    alike = _NDC.fullmatch(found.group()) is not None
    return alike and not PHONE_WORDS.near(latin, found.start(), found.end())


def closed(latin: bytes, start: int, end: int) -> tuple[int, int]:
    """Cut signs and an opening bracket without its pair from the end."""
    while end > start and not is_word(latin[end - 1]):
        end -= 1
    return start, end


def is_free(latin: bytes, start: int, end: int) -> bool:
    """Tell whether the digits are no part of a longer number or word."""
    if not stands_alone(latin, start, end):
        return latin[max(0, start - 3) : start] in (b"%2B", b"%20", b"%3D")
    if start >= 2 and latin[start - 1 : start] in (b"-", b".", b"/") and is_word(latin[start - 2]):
        return False
    return not (latin[end : end + 1] in (b"-", b".") and latin[end + 1 : end + 2].isdigit())


def _is_trunk(value: bytes) -> bool:
    """Tell whether groups behind a trunk zero make a number: not the times of a day, not a drug code of 4-4-2 or 5-3-2.

    >>> _is_trunk(b"0118 496-0208"), _is_trunk(b"0069-4210-30"), _is_trunk(b"0800 1200 1600")
    (True, False, False)
    """
    groups = "".join(chr(byte) if 48 <= byte <= 57 else " " for byte in value).split()
    if not 9 <= sum(map(len, groups)) <= 14 or (len(groups[-1]) <= 2 < max(map(len, groups))):
        return False
    return not all(len(group) == 4 and int(group) <= 2400 for group in groups)


def is_hotline(value: bytes) -> bool:
    """Tell whether a number is a public hotline's."""
    digits = only_digits(value)
    return digits[-10:] in HOTLINES or any(word in value.upper() for word in _HOTLINE_WORDS)
