"""Captioned values: a word that announces an identifier, and the value that follows it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from detectors.patterns.scanning import Match, compile_latin, count_digits, follows
from detectors.patterns.spoken import DIGIT_WORDS, SPANISH_DIGITS
from detectors.patterns.values import is_plausible, read_value, shape
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

SCORE = 0.95
#: How far behind a captioned value another one of the same shape is taken for its sibling.
SIBLING_REACH = 120
MOST_SIBLINGS = 3
#: What is written as a part of the number: "MRN0071992".
_PREFIXES = (b"MRN", b"EMPI", b"MPI", b"CSN")
#: So few spoken digits behind a loose word are an answer: "Member: a four, five".
_FEW_SPOKEN = 2


class Strength(Enum):
    """How much a caption says by itself: the digits a value needs directly behind it, and behind "no." or "#"."""

    STRONG = (2, 2)
    PLAIN = (4, 2)
    WEAK = (5, 3)
    FAINT = (7, 4)
    NUMBERED = (99, 3)


@dataclass(frozen=True, slots=True)
class Caption:
    """Phrases that announce one type; a space in a phrase stands for spaces, dots, dashes or nothing."""

    type: IdentifierType
    strength: Strength
    phrases: tuple[str, ...]


_MARKER = r"no|nos|nr|nbr|num|nums|numbers?|numbr|numero|n\xfamero|n\xfam|n\.o|id|ids|i\.d|identifier|identification|#"
_FILLER = (
    rf"(?:{_MARKER}|is|are|was|were|of|the|on|file|card|reads|reading|ending|ends|ended|starts|begins|starting|beginning|"
    r"in|last[ -]?(?:four|4)|"
    r"digits|called|with|as|typed|given|it|it's|says|shows|assigned|used|new|old|record|and then|uh|um|ok|value|"
    "back|underside|bottom|lid|sticker|extension|stored|entered|noted|provided|verified|under|per|de|del|la|el|es|temp|pos|string|masked|lo|sh|cs|ui|"
    "pn|da|right (?:t)?here|there|below|above)"
)
_CONNECTOR = compile_latin(
    rf"(?:\([^()\n0-9]{{0,32}}\)|\([^()\n]{{0,16}}[A-Z]{{3}}[^()\n]{{0,16}}\)|[\s:=#.,*'\x22`>|"
    rf"\\\[)<^~\x1a/]{{1,24}}|\(|-+>?|%3[AD]|%23|%20|%22|\bn\.?[\xb0\xba]|"
    r"\bcodes? |"
    rf"{_FILLER}\b\.?){{0,16}}"
)
_NUMBERED = compile_latin(rf"#|%23|n[\xb0\xba]|\b(?:{_MARKER})\b")
_FIELD = compile_latin(r"[\x22']\s*[:=]|[=:]\s*[\x22']|>\s*$|=\s*$|:\s*$")
_WORDS = compile_latin(
    r"(?:[a-z/']+ ){0,4}[a-z/']+(?:: ?|=| (?:says|reads|is|was|its|it's) )(?:(?:file|chart|card|stub) (?:says|reads) )?"
)
_ENDING = compile_latin(r"\b(?:end(?:ing|s)|last)\b")
_AMOUNT = compile_latin(
    r"\b(?:total|amount|balance|paid|due|date|status|type|class|time|charges?|cost|weight|count|visits?|payer)\b"
)
_GLUED = compile_latin(r"[0-9]{4,}|[0-9][0-9OolI]{3,}\b")
_LIST = compile_latin(
    r"\s*(?:\([^()\n]{0,20}\)\s*)?(?:(?:,|;|/|&|\+|->|=>|\band\b|\bor\b|\by\b|\bvs\.?|\bnot\b|\bto\b|\b-\b|"
    r"\x1a)\s*)+(?:also |now |is )?\.{0,3}"
)
#: Whose the next value is, which needs no likeness: "your MRN MZ-10044, ours 882-19-4".
_OWNED = compile_latin(
    r"(?:,|;| and| but|, and|, but) (?:ours|mine|theirs|yours|hers|his)(?: is| was|:)? (?:[a-z]{3,4} )?"
)
_TOKEN = compile_latin(r"[A-Z0-9]+(?:[-./_][A-Z0-9]+)*")
#: A figure or a spoken digit: without one near, no caption has a value.
_NUMBER = compile_latin(rf"[0-9]|\b(?:{DIGIT_WORDS}|{SPANISH_DIGITS})\b")
_NO_CAPTION = compile_latin(
    r"\b(?:protocol|form|template|version|model|lot|filter|schema|table|column|ref|catalog(?:ue)?|reference|"
    r"example|per|age|blood|peer|support|snomed(?: ct)?|rxnorm|rxcui|loinc|ndc|cpt|icd|hcpcs|pmid|mg|ml)[\s:#.]*$"
)


#: Names of scales, surveys and standards with their number, and shares: "PHQ-9 13", "ISO 19794-2", "0.0001".
_PUBLIC = compile_latin(
    r"(?:phq-?(?:2|4|8|9|15)|gad-?[27]|nrs-?2002|audit-?(?:c|10)|pcl-?[5c]|dass-?(?:21|42)|sf-?(?:12|36)|who-?5|"
    r"ham-?[ad]-?(?:14|17|24)?|bdi-?2|ces-?d(?:-?(?:10|20))?|eq-?5d|dsm-?[45]|gds-?(?:5|15|30)|oasis-?[a-e][0-9]?|mds|"
    r"dast-?10|aq-?(?:10|50)|mmas-?[48]|promis-?(?:10|29)|kccq-?12|koos-?12|hoos-?12|psqi|isi-?7|fab-?[0-9])"
    r"(?:[ :=](?:[0-9]{1,2}|[A-Z][0-9]{4}(?:-[A-Z]?[0-9]{4})?))?|"
    r"(?:iso|iec|ansi|nist|incits|astm|en|din|ieee|rfc|nfpa|ashrae)(?:[/ -](?:iec|nist|sp))?[ -][0-9]{2,6}"
    r"(?:-[0-9]{1,4}){0,2}(?::(?:19|20)[0-9]{2})?|0\.[0-9]{3,8}"
)


class Captions:
    """A table of captions, compiled into one pattern."""

    def __init__(self, table: Sequence[Caption]) -> None:
        self._table = tuple(table)
        groups = "|".join("(" + "|".join(map(_phrase, caption.phrases)) + ")" for caption in self._table)
        self._pattern = compile_latin(rf"(?:\b|_)(?:{groups})(?:[^A-Z\xc0-\xff]|$)")

    def spans(self, passage: Passage, name: str) -> list[Span]:
        """Return the values that the captions of the table announce, with their lists and siblings."""
        latin = passage.latin
        spans: list[Span] = []
        if not _NUMBER.occurs(latin):
            return spans
        for found in self._pattern.finditer(latin):
            if _NUMBER.search(latin, found.end() - 1, min(len(latin), found.end() + 96)) is None:
                continue
            caption, end = self._caption(latin, found)
            value = caption and self._value(latin, found.start() + (latin[found.start()] == 95), end, caption)
            if caption and value and not _is_public(latin[slice(*value)]):
                ranges = [value, *self._listed(latin, *value), *siblings(latin, *value)]
                spans += [Span(start, end, caption.type, SCORE, name) for start, end in dict.fromkeys(ranges)]
        return spans

    def _caption(self, latin: bytes, found: Match) -> tuple[Caption | None, int]:
        """Return the caption that was found and its end; none where it belongs to a code."""
        if follows(_NO_CAPTION, latin, found.start(), 20):
            return None, 0
        index = next(number for number in range(1, len(self._table) + 1) if found.start(number) >= 0)
        return self._table[index - 1], found.end(index)

    def _value(self, latin: bytes, begin: int, end: int, caption: Caption) -> tuple[int, int] | None:
        """Return the value behind a caption, where it is strong enough for what stands between them."""
        connector = _CONNECTOR.match(latin, end, min(len(latin), end + 80))
        start = connector.end() if connector else end
        if start == end and latin[end - 1 : end] != b"#":
            glued = _GLUED.match(latin, end)
            if glued is None or caption.strength is Strength.NUMBERED:
                return None
            return (begin if latin[begin:end] in _PREFIXES else end), glued.end()
        value = read_value(latin, start)
        if value is None or not _announced(latin, value[1]):
            return self._far(latin, start, caption)
        between = latin[end : value[0]]
        if between == b"-":
            long = count_digits(latin[slice(*value)]) >= (4 if caption.strength is Strength.STRONG else 6)
            return (begin, value[1]) if long else None
        digits = self._needed(latin[begin:end], between, caption)
        mixed = count_digits(latin[value[0] : value[1]]) < value[1] - value[0]
        if mixed and digits in (Strength.PLAIN.value[0], Strength.WEAK.value[0], Strength.FAINT.value[0]):
            digits = max(3, digits - 2)
        if not count_digits(latin[value[0] : value[1]]):
            told = (
                not between.lstrip().startswith(b":") or sum(1 for _ in _NUMBER.finditer(latin, *value)) > _FEW_SPOKEN
            )
            return value if digits < 99 and told else None
        return value if is_plausible(latin, *value, digits) else None

    def _far(self, latin: bytes, start: int, caption: Caption) -> tuple[int, int] | None:
        """Return a long value behind a few more words and a colon, as in "acct for minor: MT0044182"."""
        words = _WORDS.match(latin, start, min(len(latin), start + 48))
        if words is None or caption.strength is Strength.NUMBERED:
            return None
        value = read_value(latin, words.end())
        if value is None or _AMOUNT.search(words.group()):
            return None
        if not count_digits(latin[value[0] : value[1]]):
            spoken = sum(1 for _ in _NUMBER.finditer(latin, *value)) >= 3
            return value if spoken and caption.strength in (Strength.STRONG, Strength.PLAIN) else None
        pure = latin[value[0] : value[1]].isdigit()
        return value if is_plausible(latin, *value, 6 if pure else 4) else None

    def _needed(self, phrase: bytes, between: bytes, caption: Caption) -> int:
        direct, numbered = caption.strength.value
        needed: int = direct
        if _NUMBERED.search(between) or _NUMBERED.search(phrase):
            needed = numbered
        elif _FIELD.search(between) and caption.strength not in (Strength.STRONG, Strength.NUMBERED):
            needed = min(direct, 4)
        if _ENDING.search(between) or _ENDING.search(phrase):
            needed = min(needed, 3)
        if between in (b"", b"-", b","):
            needed = max(needed, 4)
        if b"," in between or b"\n" in between:
            needed = max(needed, 4)
        return needed

    def _listed(self, latin: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
        """Yield the further values of "123, 456 and 789"."""
        first = latin[start:end]
        owned = _OWNED.match(latin, end, min(len(latin), end + 32))
        value = read_value(latin, owned.end()) if owned else None
        if value is not None and is_plausible(latin, *value, 4):
            yield value
        while (separator := _LIST.match(latin, end, min(len(latin), end + 24))) is not None:
            value = read_value(latin, separator.end())
            if value is None or not _alike(first, latin[value[0] : value[1]]):
                return
            if not is_plausible(latin, *value, 2):
                return
            yield value
            end = value[1]


def _is_public(value: bytes) -> bool:
    """Tell whether a value is the name of a scale or standard, or a share."""
    return _PUBLIC.fullmatch(value) is not None


def _announced(latin: bytes, end: int) -> bool:
    """Tell whether a value is not itself a caption glued to its number, as in "Bal1,204.18"."""
    return not (latin[end : end + 1] == b"," and latin[end + 1 : end + 4].isdigit())


def _phrase(phrase: str) -> str:
    """Let dots, dashes, underscores and line ends stand where a phrase has a space."""
    return phrase.replace(" ", r"[\s._-]{0,3}")


def _alike(first: bytes, other: bytes) -> bool:
    """Tell whether two values may stand in one list: of one length, and letters or signs in both or in neither."""
    if first.isdigit() or other.isdigit():
        return first.isdigit() and other.isdigit() and abs(len(first) - len(other)) <= 1
    return abs(len(first) - len(other)) <= 3 and abs(count_digits(first) - count_digits(other)) <= 2


def siblings(latin: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield what follows soon and is made alike: of one shape ("merge with 7702418"), or all but the last signs."""
    first = latin[start:end]
    digits = count_digits(first)
    if digits < 2 or len(first) < 5:
        return
    shaped = digits >= 3 and (not first.isdigit() or digits >= 6)
    wanted, stem = shape(first), first[: max(4, len(first) - 3)]
    count = 0
    for token in _TOKEN.finditer(latin, end, min(len(latin), end + SIBLING_REACH)):
        value = token.group()
        alike = shaped and len(value) == len(first) and shape(value) == wanted
        related = value.startswith(stem) and abs(len(value) - len(first)) <= 2 and count_digits(value) >= 2
        if (alike or related) and not follows(_NO_CAPTION, latin, token.start(), 20):
            yield token.start(), token.end()
            count += 1
            if count == MOST_SIBLINGS:
                return
