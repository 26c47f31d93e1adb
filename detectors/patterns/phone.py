"""Telephone, fax, pager and messenger numbers, by their form or by what announces them."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from detectors.context import Context
from detectors.patterns.scanning import (
    compile_latin,
    count_digits,
    follows,
    is_word,
    only_digits,
    phrases,
    stands_alone,
)
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

FORMED = 0.9
CAPTIONED = 0.95
_S = r"(?:[-. \t\xa0\x1a/_]|%20|%2D|\\u002d)"
_GAP = rf"{_S}{{1,3}}"
_O = "[0-9OolI]"
_G = "[OolI]{0,3}[0-9][0-9OolI]{0,5}"
_WRAP = r"(?:-\r?\n[ \t]*|\)\r?\n[ \t]*)"

#: Ten digits of the North American plan in three groups; letters for digits where a scanner erred.
_NANP = compile_latin(
    rf"(?:(?:\+|%2B)?1{_S}{{0,2}})?(?:\({_O}{{3}}\){_S}{{0,3}}|{_O}{{3}}(?:{_GAP}|{_WRAP})){_O}{{3}}(?:{_GAP}|"
    f"{_WRAP}){_O}{{4}}"
)
_PLAIN = compile_latin(r"(?:\+?1)?[2-9][0-9]{9}")
_INTERNATIONAL = compile_latin(rf"(?:\+|%2B|\(\+)[0-9]{{1,3}}\)?(?:{_S}{{0,2}}\(?[0-9]{{1,5}}\)?){{2,8}}")
_TRUNK = compile_latin(r"\(?0[0-9]{2,4}\)?(?:[-. ][0-9]{2,8}){1,4}|\([2-9][0-9]{2}\)[-. ]?[0-9]{7}")
_NATIONAL = compile_latin(
    r"\(?0[1-9][0-9]{0,4}\)?[ -][0-9]{3,4}[ -][0-9]{3,4}|00[1-9][0-9]{0,2}(?:[ -][0-9]{1,5}){2,6}|"
    "[O0]1[O0]-[0-9]{4}-[0-9]{4}"
)
_VANITY = compile_latin(
    r"\b(?:1[-. ])?\(?(?:8(?:00|33|44|55|66|77|88)\)?[-. ](?:[0-9]{3}[-. ][A-Z]{4}|[A-Z]{3}[-. ]?[A-Z0-9]{4})|"
    r"[2-9][0-9]{2}\)?[-. ][0-9]{3}[-. ][A-Z]{4})\b",
    ignore_case=False,
)
_SPACED = compile_latin(r"[0-9O](?:(?: | ?[-.\x1a/] ?)[0-9O]){6,14}")

#: What announces a number; the number itself is read behind it.
_CAPTION = compile_latin(
    r"\b(?:(?:tele)?phones?|tele?f(?:ono|on)?s?|tel\xe9fono|tel|t\xe9l|t\xe9l\xe9phone|cells?|cellular|mob(?:ile)?|"
    r"m\xf3vil|celular|ph|pgr|pagers?|"
    "beepers?|call(?:s|ed|ing)?(?: back)?|callbacks?|call-?back|cb|dial|ring|text(?:ed|s)?|sms|whatsapp|viber|"
    "telegram|signal|"
    "facetime|landline|hotline|voicemail|vm|contact|reach(?:ed|able)?|(?:my|his|her|their|old|new|best|contact|"
    r"call ?back|direct|back|[a-z]+'s|\+[0-9]{1,3}|partial) number|fax(?:es|ed|ing|number|phone)?|fx|efax|telefax|"
    "facsimile|"
    r"t\xe9l\xe9c\.?|faks|refax|r\xfcckfax|caller id|station id|remote id|dest|cel|home|work|office|llamar|llame|"
    r"n\xfamero de tel\xe9fono|h|c|w|p|f|m|o|local|line|contacto|kontakt|daytime|evening|sip|sips)\b"
)
_BETWEEN = compile_latin(
    r"(?:\([^()\n0-9]{0,24}\)|[\s:=#.,*'\x22`>@|\\<~\x1a/(-]|(?:no|nr|nbr|num|number|#|is|was|to|at|on|file|me|us|"
    "her|him|them|my|our|"
    r"it|the|back|from|fm|for|via|or|die|an|der|tochter|\xdcberweisung|use|mobile|cell|home|work|office|fax|phone|"
    "number|provided|"
    r"confirmation|showed|please|new|old|partial|left|sent|lo|by|directly|either|exchange|rec'd|recd|received|hdr|"
    r"transmittal|brother|values|abnormal|imaging|backup|main|direct|tty|x|value|use|mobile|line)\b\.?){0,9}"
)
_DIGITS = compile_latin(rf"\+?\(?{_G}\)?(?:(?:{_S}{{1,3}}|\){_S}{{0,2}}|{_WRAP})?\(?{_G}\)?){{1,14}}")
_CAPTION_GATE = compile_latin(
    rf"{_O}(?:[-. ()/\x1a]|%[0-9A-F]{{2}}|\n){{0,4}}[0-9](?:(?:[-. ()/\x1a]|%[0-9A-F]{{2}}|\n){{0,4}}{_O}){{3}}"
)
_EXTENSION = compile_latin(r"\b(?:ext(?:ension|n)?s?\.?|x)[ \t]{0,2}[:#]?[ \t]{0,2}(?:no\.? ?)?([0-9]{1,6})")
_PAGER = compile_latin(r"\b(?:pagers?|pgr|beeper|pgr)(?: (?:no\.?|number|is))?[\s:#]{1,3}([0-9]{3,7})")
_ENDS = compile_latin(
    r"\b(?:(?:number|phone|cell|tel|mobile)[a-z ]{0,24} (?:ends|ending)|(?:last (?:four|4)(?: digits)? of (?:(?:my|"
    "the|her|his) )?(?:phone|cell|number)))(?: in| with| is|:)? ([0-9]{3,4})"
)
_TAIL = compile_latin(r"\s?/\s?([0-9]{4})")
_HL7 = compile_latin(
    r"\^(?:PRN|WPN|ORN|NET|BPN|VHN|EMR)?\^(?:PH|CP|FX|BP|TDD|SAT)\^[^|^\r\n]{0,40}\^[0-9]{0,3}\^([0-9]{3})\^([0-9]{7})"
)
_URI = compile_latin(r"\b(?:sips?|tel|sms|callto|fax|wa\.me/):?(\+?[0-9][0-9().-]{5,18}[0-9])")

_FAX = Context(
    phrases(r"""
        fax(?:es|ed|ing|number)?; fx; facsimile; telefax; efax; refax; t\xe9l\xe9c; rightfax; faks
    """)
)
_NO_PHONE = Context(
    phrases(r"""
        ndc; ref; lot; catalog(?:ue)?; part no; snomed; loinc; npi; doi; pmid; oid; uid; mrn; isbn; sku; upc; model;
        platelets; trend; claim; tracking; order; account; acct; iban
    """)
)
_PHONE_WORDS = Context(
    phrases(r"""
        phones?; tel; cell; mobile; call(?:s|ed|ing|er)?; callback; text; sms; (?:right)?fax(?:es|ed|ing)?; fx; ph;
        pager; number; dial; ring; voicemail; contact; reach(?:ed|able)?; whatsapp; telephone; landline; teléfono;
        celular; móvil; home; line; ext
    """)
)
#: Public hotlines, which identify nobody.
HOTLINES = frozenset(
    (
        "8002221222",
        "8002738255",
        "8006624357",
        "8007997233",
        "8006564673",
        "8002324636",
        "8007848669",
        "8004224453",
        "8006334227",
        "8007721213",
        "8003327378",
        "8008225233",
        "8774784669",
        "8666221222",
        "8004624357",
        "8003321088",
    )
)
_HOTLINE_WORDS = (b"QUIT", b"MEDICARE", b"CDC-INFO", b"SUICIDE", b"POISON", b"TALK", b"HELP", b"SAFE")


class PhoneRecognizer:
    """Finds telephone and fax numbers; public hotlines and numbers of other kinds stay."""

    name = "phone"

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return each number, an extension as a span of its own."""
        latin = passage.latin
        ranges: list[tuple[int, int, float]] = []
        if _CAPTION_GATE.search(latin) is not None:
            ranges += [(*found, FORMED) for found in self._formed(latin)]
            ranges += [(*found, CAPTIONED) for found in _captioned(latin)]
            ranges += [(*found, FORMED) for found in _tails(latin, [found[:2] for found in ranges])]
            ranges += [(*found, CAPTIONED) for found in _short(latin, bool(ranges))]
        else:
            ranges += [(*found, CAPTIONED) for found in _short(latin, known=False)]
        ranges += [
            (found.start(), found.end(), FORMED) for found in _VANITY.finditer(latin) if not _is_hotline(found.group())
        ]
        return [
            Span(
                start, end, IdentifierType.FAX if _is_fax(latin, start, end) else IdentifierType.PHONE, score, self.name
            )
            for start, end, score in dict.fromkeys(ranges)
        ]

    def _formed(self, latin: bytes) -> Iterator[tuple[int, int]]:
        """Yield numbers that their form alone tells."""
        for found in _NANP.finditer(latin):
            start, end = found.start(), found.end()
            digits = only_digits(found.group())
            if _is_free(latin, start, end) and len(digits) >= 5 and not _is_hotline(found.group()):
                spaced = b"-" not in found.group() and b")" not in found.group() and b"\x1a" not in found.group()
                if len(digits) < 10 and not _PHONE_WORDS.near(latin, start, end):
                    continue
                if not _NO_PHONE.before(latin, start, 14) and not (spaced and digits[0] in "01" and len(digits) == 10):
                    yield start, end
        for found in _INTERNATIONAL.finditer(latin):
            start, end = _closed(latin, found.start(), found.end())
            if (
                8 <= len(only_digits(latin[start:end])) <= 15
                and _is_free(latin, start, end)
                and not _is_hotline(found.group())
            ):
                yield start, end
        for found in _NATIONAL.finditer(latin):
            if _is_free(latin, found.start(), found.end()) and not _NO_PHONE.before(latin, found.start(), 14):
                yield found.start(), found.end()
        for found in _TRUNK.finditer(latin):
            free = _is_free(latin, found.start(), found.end()) and not _NO_PHONE.before(latin, found.start(), 24)
            if free and _is_trunk(found.group()):
                yield found.start(), found.end()
        for found in _SPACED.finditer(latin):
            steps = {second - first for first, second in pairwise(only_digits(found.group()).encode())}
            if stands_alone(latin, found.start(), found.end()) and len(steps) > 2:
                yield found.start(), found.end()
        for found in _PLAIN.finditer(latin):
            start, end = found.start(), found.end()
            if (
                _is_free(latin, start, end)
                and not _is_hotline(found.group())
                and not _NO_PHONE.before(latin, start, 14)
            ):
                plus = found.group().startswith(b"+") or (start and latin[start - 1 : start] == b"+")
                if plus or _PHONE_WORDS.before(latin, start, 20):
                    yield start, end
        for pattern in (_HL7, _URI):
            for found in pattern.finditer(latin):
                yield found.start(1), found.end(1)
                if pattern is _HL7:
                    yield found.start(2), found.end(2)


def _captioned(latin: bytes) -> Iterator[tuple[int, int]]:
    """Yield what stands behind a caption and has enough digits for it."""
    for caption in _CAPTION.finditer(latin):
        between = _BETWEEN.match(latin, caption.end(), min(len(latin), caption.end() + 56))
        start = between.end() if between else caption.end()
        if start and latin[start - 1 : start] in (b"(", b"+"):
            start -= 1
        digits = _DIGITS.match(latin, start, min(len(latin), start + 32))
        if digits is None:
            continue
        start, end = _closed(latin, start, digits.end())
        if _fits(latin, caption.group().lower(), start, end):
            yield start, end


def _fits(latin: bytes, caption: bytes, start: int, end: int) -> bool:
    value = latin[start:end]
    count = len(only_digits(value))
    signs = sum(value.count(sign) for sign in (b"-", b" ", b".", b"/", b"\x1a", b")"))
    weak = caption in _WEAK_CAPTIONS
    least = 9 if weak else 7 if signs else 8
    if count == 7 and signs == 1 and len(value) == 8 and not (weak and len(caption) == 1):
        least = 7
    partial = b"partial" in latin[max(0, start - 16) : start]
    if count < (5 if partial else least) or count > 15 or not _is_free(latin, start, end) or _is_hotline(value):
        return False
    return not _DATED.fullmatch(value) and not _NO_PHONE.before(latin, start, 14) and not _MEASURED.match(latin, end)


def _short(latin: bytes, known: bool) -> Iterator[tuple[int, int]]:
    """Yield extensions, pager numbers and last digits."""
    for found in _EXTENSION.finditer(latin):
        start, end = found.start(1), found.end(1)
        cross = latin[found.start() : found.start() + 1] in (b"x", b"X")
        if not stands_alone(latin, start - (0 if not cross else 0), end) and not cross:
            continue
        if (
            end < len(latin)
            and (is_word(latin[end]) or latin[end : end + 1] in (b"-", b"\xb0", b"/"))
            or _ROTATION.match(latin, end)
        ):
            continue
        if cross and not (end - start in (4, 5) or (known and end - start == 3)):
            continue
        if end - start < 2 and not known:
            continue
        yield start, end
    for pattern in (_PAGER, _ENDS):
        for found in pattern.finditer(latin):
            if stands_alone(latin, found.start(1), found.end(1)):
                yield found.start(1), found.end(1)


def _tails(latin: bytes, ranges: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the other ending of "215-555-0142/0144"."""
    for _, end in ranges:
        tail = _TAIL.match(latin, end)
        if tail is not None and stands_alone(latin, tail.start(1), tail.end(1)):
            yield tail.start(1), tail.end(1)


def _closed(latin: bytes, start: int, end: int) -> tuple[int, int]:
    """Cut signs and an opening bracket without its pair from the end."""
    while end > start and not is_word(latin[end - 1]):
        end -= 1
    return start, end


def _is_free(latin: bytes, start: int, end: int) -> bool:
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


def _is_hotline(value: bytes) -> bool:
    digits = only_digits(value)
    return digits[-10:] in HOTLINES or any(word in value.upper() for word in _HOTLINE_WORDS)


def _is_fax(latin: bytes, start: int, end: int) -> bool:
    return _FAX.before(latin, start, 32) or _FAX.after(latin, end, 10)


_WEAK_CAPTIONS = frozenset(
    (
        b"h",
        b"c",
        b"w",
        b"p",
        b"f",
        b"m",
        b"o",
        b"home",
        b"work",
        b"office",
        b"number",
        b"num",
        b"contact",
        b"line",
        b"local",
        b"signal",
        b"dest",
        b"reach",
        b"kontakt",
        b"contacto",
        b"reached",
        b"mob",
        b"mobile",
        b"ring",
        b"text",
        b"dial",
    )
)
_DATED = compile_latin(r"[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2,4}|(?:19|20)[0-9]{2}[-/.][0-9]{1,2}[-/.][0-9]{1,2}")
_MEASURED = compile_latin(r"\s?(?:mg|ml|mcg|kg|cm|mm|lb|bps|hz|%|kcal|units)\b")
_ROTATION = compile_latin(r"\s*(?:to\b|deg|\xb0|-)")
