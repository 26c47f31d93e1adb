"""Captioned values: a word that announces an identifier, and the value that follows it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from detectors.patterns.scanning import Match, compile_latin, count_digits, follows, is_word
from detectors.patterns.values import is_plausible, read_value, shape
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

SCORE = 0.95
#: How far behind a captioned value another one of the same shape is taken for its sibling.
SIBLING_REACH = 120


class Strength(Enum):
    """How much a caption says by itself: the digits a value needs directly behind it, and behind "no." or "#"."""

    STRONG = (2, 2)
    PLAIN = (4, 2)
    WEAK = (5, 3)
    NUMBERED = (99, 3)


@dataclass(frozen=True, slots=True)
class Caption:
    """Phrases that announce one type; a space in a phrase stands for spaces, dots, dashes or nothing."""

    type: IdentifierType
    strength: Strength
    phrases: tuple[str, ...]


_MARKER = r"no|nos|nr|nbr|num|nums|numbers?|numbr|numero|n\xfamero|n\xba|n\xb0|n\.\xba|id|ids|i\.d|identifier|identification|#"
_FILLER = (
    rf"(?:{_MARKER}|codes?|is|are|was|were|of|the|on|file|card|reads|reading|ending|ends|ended|in|last[ -]?(?:four|4)|"
    r"digits|called|with|as|typed|given|it|it's|says|shows|assigned|used|new|old|record|and then|uh|um|ok|value|"
    r"extension|stored|entered|noted|provided|verified|under|per|de|del|la|el|es|temp|pos|string|masked|lo|sh|cs|ui|pn|da)"
)
_CONNECTOR = compile_latin(
    rf"(?:[\s:=#.,*'\x22`>|\\\[(<^~\x1a/]|-+>?|%3[AD]|%23|%20|%22|\([^()\n]{{0,32}}\)|{_FILLER}\b\.?){{0,16}}"
)
_NUMBERED = compile_latin(rf"#|%23|\b(?:{_MARKER})\b")
_FIELD = compile_latin(r"[\x22']\s*[:=]|[=:]\s*[\x22']|>\s*$|=\s*$|:\s*$")
_LIST = compile_latin(r"\s*(?:,|;|/|&|\+|->|=>|\band\b|\bor\b|\by\b|\bvs\.?|\bnot\b|\bto\b|\b-\b|\x1a)+\s*(?:also |now |is )?")
_TOKEN = compile_latin(r"[A-Z0-9]+(?:[-./_][A-Z0-9]+)*")
_NO_CAPTION = compile_latin(
    r"\b(?:protocol|form|template|version|model|lot|filter|schema|table|column|ref|catalog(?:ue)?|reference|sample|"
    r"example|per|snomed(?: ct)?|rxnorm|rxcui|loinc|ndc|cpt|icd|hcpcs|pmid|mg|ml)[\s:#.]*$"
)


class Captions:
    """A table of captions, compiled into one pattern."""

    def __init__(self, table: Sequence[Caption]) -> None:
        self._table = tuple(table)
        groups = "|".join("(" + "|".join(map(_phrase, caption.phrases)) + ")" for caption in self._table)
        self._pattern = compile_latin(rf"(?:\b|_)(?:{groups})")

    def spans(self, passage: Passage, name: str) -> list[Span]:
        """Return the values that the captions of the table announce, with their lists and siblings."""
        latin = passage.latin
        spans: list[Span] = []
        for found in self._pattern.finditer(latin):
            caption = self._caption(latin, found)
            value = caption and self._value(latin, found, caption)
            if caption and value:
                ranges = [value, *self._listed(latin, *value), *_siblings(latin, *value)]
                spans += [Span(start, end, caption.type, SCORE, name) for start, end in dict.fromkeys(ranges)]
        return spans

    def _caption(self, latin: bytes, found: Match) -> Caption | None:
        """Return the caption that was found, unless it is the inside of a longer word or belongs to a code."""
        end = found.end()
        if end < len(latin) and is_word(latin[end]) and not 48 <= latin[end] <= 57:
            return None
        if follows(_NO_CAPTION, latin, found.start(), 20):
            return None
        index = next(number for number in range(1, len(self._table) + 1) if found.start(number) >= 0)
        return self._table[index - 1]

    def _value(self, latin: bytes, found: Match, caption: Caption) -> tuple[int, int] | None:
        """Return the value behind a caption, where it is strong enough for what stands between them."""
        connector = _CONNECTOR.match(latin, found.end(), min(len(latin), found.end() + 80))
        start = connector.end() if connector else found.end()
        value = read_value(latin, start)
        if value is None:
            return None
        between = latin[found.end() : value[0]]
        digits = self._needed(latin, found, between, caption)
        mixed = count_digits(latin[value[0] : value[1]]) < value[1] - value[0]
        if mixed and digits == Strength.WEAK.value[0]:
            digits = 3
        if not count_digits(latin[value[0] : value[1]]):
            return value if digits < 99 else None
        return value if is_plausible(latin, *value, digits) else None

    def _needed(self, latin: bytes, found: Match, between: bytes, caption: Caption) -> int:
        direct, numbered = caption.strength.value
        needed: int = direct
        if _NUMBERED.search(between) or _NUMBERED.search(latin, found.start(), found.end()):
            needed = numbered
        elif _FIELD.search(between) and caption.strength is not Strength.STRONG:
            needed = min(direct, 4)
        if between in (b"", b"-", b","):
            needed = max(needed, 4)
        if b"," in between or b"\n" in between:
            needed = max(needed, 4)
        return needed

    def _listed(self, latin: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield the further values of "123, 456 and 789"."""
        first = latin[start:end]
        while (separator := _LIST.match(latin, end, min(len(latin), end + 24))) is not None:
            value = read_value(latin, separator.end())
            if value is None or not _alike(first, latin[value[0] : value[1]]):
                return
            if not is_plausible(latin, *value, 2):
                return
            yield value
            end = value[1]


def _phrase(phrase: str) -> str:
    """Let dots, dashes, underscores and line ends stand where a phrase has a space."""
    return phrase.replace(" ", r"[\s._-]{0,3}")


def _alike(first: bytes, other: bytes) -> bool:
    """Tell whether two values may stand in one list: of one length, and letters or signs in both or in neither."""
    same = abs(len(first) - len(other)) <= 1 and first.isdigit() == other.isdigit()
    return same and abs(count_digits(first) - count_digits(other)) <= 1


def _siblings(latin: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield tokens of the very same shape a little further on, as in "merge with 7702418"."""
    first = latin[start:end]
    digits = count_digits(first)
    if digits < 3 or (first.isdigit() and digits < 6) or len(first) < 5:
        return
    wanted = shape(first)
    for token in _TOKEN.finditer(latin, end, min(len(latin), end + SIBLING_REACH)):
        if token.end() - token.start() == end - start and shape(token.group()) == wanted:
            if not follows(_NO_CAPTION, latin, token.start(), 20):
                yield token.start(), token.end()
