"""Social Security numbers and ITINs: separated, bare behind a caption, masked, or by their last four digits."""

from collections.abc import Iterator, Sequence
from itertools import chain

from detectors.context import Context
from detectors.patterns.scanning import Match, compile_latin, count_digits, is_word, only_digits, phrases, stands_alone
from detectors.patterns.spoken import spoken_value
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

FORMED = 0.9
CAPTIONED = 0.95
_S = r"(?: ?[-.\x1a\xad/_] ?|\s|%2D|%20|-\r?\n\s*)"
_GATE = compile_latin(r"[0-9OolI]{2}|ssn|soc")
_SEPARATED = compile_latin(rf"[0-9OolIA]{{3}}{_S}[0-9OolIA]{{2}}{_S}[0-9OolIA]{{4}}")
_DASHED = compile_latin(
    r"[0-9]{3}\.[0-9]{2}\.[0-9]{4}|[0-9]{3}(?:[-\x1a\xad]|-\r?\n *)[0-9]{2}(?:[-\x1a\xad]|-\r?\n *)[0-9]{4}"
)
_MASKED = compile_latin(r"(?:[X*#\x95\x1a]{3}|[0-9]{3})[-. \x1a]?(?:[X*#\x95\x1a]{2}|[0-9]{2})[-. \x1a]?([0-9]{4})\b")
_CAPTION = compile_latin(
    r"\b(?:ssns?|ss ?#|ss ?no|ss|s\.s\.n\.?|s\.s\.|social security(?: (?:number|no|num|nbr|#))?|"
    r"soc\.? ?sec\.?(?: (?:number|no))?|"
    "soc|social(?:s|num)?|itin|tin|taxpayer (?:id(?:entification)?|no)|seguro social|"
    r"n[u\xfa]mero de seguro(?: social)?|nss|"
    r"sozialversicherungsnummer|us-ssn|ref\*sy|pid-19|ssn_last4|last[- ]?4)(?:\b|_)"
)
_BETWEEN = compile_latin(
    r"(?:\([^()\n]{0,24}\)|[\s:=#.,*'\x22`>|\\<~()]|%3A|%20|\x1a|-+>|(?:no|nr|nbr|num|number|is|was|were|of|on|the|"
    "card|reads|states|file|"
    r"with|as|typed|same|i\.e|there|says|says|but|right|one|full|typed|digits|id|value|extension|for|de|his|her|my|"
    "your|"
    r"mom|dad|uh|um|so|it|its|it's|given|entered|yeah|caller|agent|father|itin|ssn|usa|last|four|4)\b\.?){0,12}"
)
_LAST_FOUR = compile_latin(
    r"(?:last[- ]?(?:four|4)|l4|ending(?: in| with)?|ends(?: in| with)?|last_?4)[^0-9\n]{0,28}?"
    r"((?:[A-Z](?:[0-9]{4}))|[0-9]{4}|[0-9]-[0-9]-[0-9]-[0-9])\b"
)
#: "The last four of her Social Security number (7719)".
_LAST_OF = compile_latin(
    r"\blast[- ]?(?:four|4)(?: digits)? (?:of|on) (?:my |his |her |their |the )?"
    r"(?:ssn|social(?: security)?(?: (?:number|no\.?|card))?)[\s:(=,]{1,3}(?:is |are |was |were )?([0-9]{4})\b"
)
#: The British number, which its letters tell behind its caption.
_BRITISH = compile_latin(
    r"\b(?:ni|nino|national insurance)(?: (?:no\.?|number|num|#))?[:# ]{1,3}(?:is )?"
    r"([A-Z]{2} ?[0-9]{2} ?[0-9]{2} ?[0-9]{2}(?: ?[A-D])?)\b"
)
_BARE = compile_latin(r"[0-9]{9}")
_LOOSE = compile_latin(r"[0-9](?:[-. /_\x1a]{0,3}[0-9OolI]){4,8}")
_HIDDEN = compile_latin(r"[X*#\x95\x1a]")
_LISTED = compile_latin(r",\s?[0-9]")
_NINE = 9


class SsnRecognizer:
    """Finds Social Security numbers; codes of the same grouping stay."""

    name = "ssn"

    def __init__(self) -> None:
        self._social = Context(
            phrases(r"""
        ssns?; social(?:num)?; soc; ss ?#; s\.s\.n\.?; itin; seguro; taxpayer; ss; nss; sozialversicherungsnummer
    """)
        )
        self._unlike = Context(
            phrases(r"""
        ref; catalog(?:ue)?; cat; part; lot; model; series; settings?; range; doses?; velocities; cas; ndc; print;
        item; phone; fax; order; sku; rev
    """)
        )
        self._counted = Context(
            phrases(r"""
        lot; lots; visits; values; counts; card; visa; mastercard; amex; account; acct; phone; cell
    """)
        )

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return each number; of a masked one the digits that show."""
        latin = passage.latin
        if _GATE.search(latin) is None:
            return []
        ranges = [(*found, FORMED) for found in self._formed(latin)]
        ranges += [(*found, CAPTIONED) for found in self._captioned(latin)]
        return [Span(start, end, IdentifierType.SSN, score, self.name) for start, end, score in dict.fromkeys(ranges)]

    def _formed(self, latin: bytes) -> Iterator[tuple[int, int]]:
        for found in _SEPARATED.finditer(latin):
            social = self._social.near(latin, found.start(), found.end())
            if not _is_free(latin, found) or (not social and self._unlike.before(latin, found.start(), 22)):
                continue
            if count_digits(found.group()) < 9:
                if social and count_digits(found.group()) >= 6:
                    yield found.start(), found.end()
            elif social or (_DASHED.fullmatch(found.group()) and _is_issued(only_digits(found.group()))):
                yield found.start(), found.end()
        for found in _MASKED.finditer(latin):
            if _is_masked(latin, found):
                yield from _shown(latin, found)

    def _captioned(self, latin: bytes) -> Iterator[tuple[int, int]]:
        for caption in _CAPTION.finditer(latin):
            between = _BETWEEN.match(latin, caption.end(), min(len(latin), caption.end() + 64))
            start = between.end() if between else caption.end()
            bare = _BARE.match(latin, start)
            loose = _LOOSE.match(latin, start)
            spoken = spoken_value(latin, start)
            if bare is not None and stands_alone(latin, start, bare.end()):
                yield start, bare.end()
            elif loose is not None and _is_loose(latin, caption, loose):
                yield start, loose.end()
            elif spoken is not None and b"last" not in caption.group().lower():
                yield spoken
        for found in chain(_LAST_OF.finditer(latin), _BRITISH.finditer(latin)):
            yield found.start(1), found.end(1)
        for found in _LAST_FOUR.finditer(latin):
            if self._is_last_four(latin, found.start(), found.end()):
                yield found.start(1), found.end(1)

    def _is_last_four(self, latin: bytes, start: int, end: int) -> bool:
        """Judge "last four": of a Social Security number, not of a card, and no list of values."""
        near = self._social.before(latin, start, 40) or self._social.search_in(latin, start, end + 16)
        other = self._counted.search_in(latin, start, end) or self._counted.before(latin, start, 10)
        return near and not other and _LISTED.match(latin, end) is None


def _is_loose(latin: bytes, caption: Match, loose: Match) -> bool:
    """Judge a number of five to nine digits behind a caption."""
    if not stands_alone(latin, loose.start(), loose.end()):
        return False
    digits = count_digits(loose.group())
    signs = len(loose.group()) - digits
    if caption.group().lower() in (b"ss", b"soc", b"social", b"tin") and digits < _NINE:
        return False
    return digits == _NINE or (signs >= 2 and digits >= 5 and loose.start() - caption.end() < 20)


def _is_masked(latin: bytes, found: Match) -> bool:
    """Tell whether a number of nine places hides some of them and stands for itself."""
    before = latin[max(0, found.start() - 1) : found.start()]
    hidden = _HIDDEN.search(found.group()) is not None and count_digits(found.group()) < _NINE
    return hidden and before not in (b"*", b"-") and not any(map(is_word, before))


def _shown(latin: bytes, found: Match) -> Iterator[tuple[int, int]]:
    """Yield each group of a masked number that shows its digits."""
    start = None
    for index in range(found.start(), found.end() + 1):
        digit = index < found.end() and 48 <= latin[index] <= 57
        if digit and start is None:
            start = index
        elif not digit and start is not None:
            yield start, index
            start = None


def _is_issued(digits: str) -> bool:
    """Tell whether area, group and serial can be given out, as SSN or ITIN.

    >>> _is_issued("000211234"), _is_issued("912743381")
    (False, True)
    """
    return not (len(digits) != 9 or digits[:3] in ("000", "666") or digits[3:5] == "00" or digits[5:] == "0000")


def _is_free(latin: bytes, found: Match) -> bool:
    start, end = found.start(), found.end()
    if not stands_alone(latin, start, end):
        return latin[max(0, start - 3) : start] in (b"%20", b"%3A", b"%3D") and not (
            end < len(latin) and is_word(latin[end])
        )
    if start >= 2 and latin[start - 1 : start] in (b"-", b".", b"/") and is_word(latin[start - 2]):
        return False
    return not (latin[end : end + 1] in (b"-", b".", b"/") and latin[end + 1 : end + 2].isdigit())
