"""Telephone, fax, pager and messenger numbers, by their form or by what announces them."""

from collections.abc import Iterator, Sequence

from detectors.context import Context
from detectors.patterns.phone_forms import (
    OTHER_NUMBERS,
    SCANNED,
    SIGN,
    WRAP,
    closed,
    formed_numbers,
    is_free,
    is_hotline,
    vanity_numbers,
)
from detectors.patterns.phone_told import told_phones
from detectors.patterns.scanning import Match, compile_latin, follows, is_word, only_digits, phrases, stands_alone
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

FORMED = 0.9
CAPTIONED = 0.95
#: One group of figures; a letter may stand in it where a scanner erred.
_GROUP = "[OolI]{0,3}[0-9][0-9OolI]{0,5}"
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
_DIGITS = compile_latin(rf"\+?\(?{_GROUP}\)?(?:(?:{SIGN}{{1,3}}|\){SIGN}{{0,2}}|{WRAP})?\(?{_GROUP}\)?){{1,14}}")
_CAPTION_GATE = compile_latin(
    rf"{SCANNED}(?:[-. ()/\x1a]|%[0-9A-F]{{2}}|\n){{0,4}}[0-9](?:(?:[-. ()/\x1a]|%[0-9A-F]{{2}}|"
    rf"\n){{0,4}}{SCANNED}){{3}}"
)
_EXTENSION = compile_latin(r"\b(?:ext(?:ension|n)?s?\.?|x)[ \t]{0,2}[:#]?[ \t]{0,2}(?:no\.? ?)?([0-9]{1,6})")
_PAGER = compile_latin(r"\b(?:pagers?|pgr|beeper|pgr)(?: (?:no\.?|number|is))?[\s:#]{1,3}([0-9]{3,7})")
#: A number of the house: "call 5-0418"; an area code said apart: "area code 202, 555, 0180".
_INTERNAL = compile_latin(
    r"\b(?:call|dial|page|text|ring|vocera|ascom|spectra(?:link)?|voip|zone phone) "
    r"(?:me )?(?:at |on )?([0-9]-[0-9]{4})\b"
)
#: The far end in the head of a fax: "ID 406-555-0106 -> 4065550188".
_FAR_END = compile_latin(r"[0-9]{3}[-. ]?[0-9]{4} ?-+> ?(?:\+?1[-. ]?)?([2-9][0-9]{9})\b")
_AREA = compile_latin(r"\barea code ([2-9][0-9]{2}[,. ]{1,2}[0-9]{3}[-,. ]{1,2}[0-9]{4})\b")
_ENDS = compile_latin(
    r"\b(?:(?:number|phone|cell|tel|mobile)[a-z ]{0,24} (?:ends|ending)|(?:last (?:four|4)(?: digits)? of (?:(?:my|"
    "the|her|his) )?(?:phone|cell|number)))(?: in| with| is|:)? ([0-9]{3,4})"
)
_TAIL = compile_latin(r"\s?/\s?([0-9]{4})")
_FAX = Context(
    phrases(r"""
        fax(?:es|ed|ing|number)?; fx; facsimile; telefax; efax; refax; t\xe9l\xe9c; rightfax; faks
    """)
)
#: Captions that mean something else as well: nine digits at least behind them.
_WEAK_CAPTIONS = frozenset(
    b"h c w p f m o home work office contact line local signal dest reach reached kontakt contacto mob mobile ring t"
    b"ext "
    b"dial".split()
)
_DATED = compile_latin(r"[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2,4}|(?:19|20)[0-9]{2}[-/.][0-9]{1,2}[-/.][0-9]{1,2}")
_MEASURED = compile_latin(r"\s?(?:mg|ml|mcg|kg|cm|mm|lb|bps|hz|%|kcal|units)\b")
#: The strength of a lens, before its axis: "-0.75 x 090".
_CYLINDER = compile_latin(r"[0-9]\.[0-9]{2} ?$")
_ROTATION = compile_latin(r"\s*(?:to\b|deg|\xb0|-)")
_SHORT = 7


class PhoneRecognizer:
    """Finds telephone and fax numbers; public hotlines and numbers of other kinds stay."""

    name = "phone"

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return each number, an extension as a span of its own."""
        latin = passage.latin
        ranges: list[tuple[int, int, float]] = []
        if _CAPTION_GATE.search(latin) is not None:
            ranges += [(*found, FORMED) for found in formed_numbers(latin)]
            ranges += [(*found, CAPTIONED) for found in _captioned(latin)]
            ranges += [(*found, FORMED) for found in _tails(latin, [found[:2] for found in ranges])]
        ranges += [(*found, CAPTIONED) for found in _short(latin, known=bool(ranges))]
        ranges += [(*found, FORMED) for found in (*vanity_numbers(latin), *told_phones(latin))]
        return [
            Span(start, end, _type(latin, start, end), score, self.name) for start, end, score in dict.fromkeys(ranges)
        ]


def _type(latin: bytes, start: int, end: int) -> IdentifierType:
    """Tell a fax from a telephone by the words beside the number."""
    fax = _FAX.before(latin, start, 32) or _FAX.after(latin, end, 10)
    return IdentifierType.FAX if fax else IdentifierType.PHONE


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
        start, end = closed(latin, start, digits.end())
        if _fits(latin, caption.group().lower(), start, end):
            yield start, end


def _fits(latin: bytes, caption: bytes, start: int, end: int) -> bool:
    """Tell whether a value has as many digits as its caption wants, and is none of the lookalikes."""
    value = latin[start:end]
    count = len(only_digits(value))
    signs = sum(value.count(sign) for sign in (b"-", b" ", b".", b"/", b"\x1a", b")"))
    weak = caption in _WEAK_CAPTIONS
    local = count == _SHORT and signs == 1 and len(value) == count + 1 and len(caption) > 1
    least = 9 if weak and not local else _SHORT if signs else _SHORT + 1
    if b"partial" in latin[max(0, start - 16) : start]:
        least = 5
    if not least <= count <= 15 or not is_free(latin, start, end) or is_hotline(value):
        return False
    return (
        not _DATED.fullmatch(value) and not OTHER_NUMBERS.before(latin, start, 14) and not _MEASURED.match(latin, end)
    )


def _short(latin: bytes, *, known: bool) -> Iterator[tuple[int, int]]:
    """Yield extensions, pager numbers and last digits; *known* tells that the text holds a whole number."""
    for found in _EXTENSION.finditer(latin):
        if _is_extension(latin, found, known=known):
            yield found.start(1), found.end(1)
    for pattern in (_PAGER, _ENDS, _INTERNAL, _FAR_END, _AREA):
        for found in pattern.finditer(latin):
            if stands_alone(latin, found.start(1), found.end(1)):
                yield found.start(1), found.end(1)


def _is_extension(latin: bytes, found: Match, *, known: bool) -> bool:
    """Judge "ext 204" and "x5512": no movement of a joint, no factor."""
    end = found.end(1)
    length = end - found.start(1)
    if (end < len(latin) and is_word(latin[end])) or latin[end : end + 1] in (b"-", b"\xb0", b"/"):
        return False
    if _ROTATION.match(latin, end) is not None:
        return False
    if follows(_CYLINDER, latin, found.start(), 8):
        return False
    if latin[found.start() : found.start() + 1] in (b"x", b"X"):
        return length in (4, 5) or (known and length == 3)
    return stands_alone(latin, found.start(1), end) and (known or length > 1)


def _tails(latin: bytes, ranges: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Yield the other ending of "215-555-0142/0144"."""
    for _, end in ranges:
        tail = _TAIL.match(latin, end)
        if tail is not None and stands_alone(latin, tail.start(1), tail.end(1)):
            yield tail.start(1), tail.end(1)
