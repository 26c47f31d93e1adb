"""The same texts in another dress: lower-cased, or with invented names in place of the marked ones."""

import random
import re
from collections.abc import Iterator

from benchmarks.accuracy.marked import MarkedSpan, MarkedText

_WORD = re.compile(r"[^\W\d_]{3,}")
_KEPT = frozenset({"mrs", "miss", "van", "von", "del", "der", "and", "the", "iii"})
_HEADS = (
    "Bra",
    "Che",
    "Dzu",
    "Eki",
    "Fyo",
    "Gha",
    "Hlo",
    "Ibe",
    "Jya",
    "Kwe",
    "Luo",
    "Mbo",
    "Nge",
    "Oya",
    "Pru",
    "Quo",
)
_MIDDLES = ("ba", "dre", "ki", "lo", "mna", "ri", "shu", "ta", "ve", "zo")
_TAILS = ("dek", "lin", "mara", "nko", "quist", "rova", "sai", "tun", "vich", "wen")


def lowered(texts: list[MarkedText]) -> Iterator[MarkedText]:
    """Yield the texts in lower case, those left out whose length would change."""
    for text in texts:
        low = text.text.lower()
        if len(low) == len(text.text):
            yield MarkedText(text.id, low, text.tags, text.spans)


def renamed(texts: list[MarkedText], seed: int = 1) -> Iterator[MarkedText]:
    """Yield the texts with each word of a marked name replaced by an invented one, the same one throughout a text."""
    for text in texts:
        rng = random.Random(f"{seed} {text.id}")
        given: dict[str, str] = {}
        pieces, spans, at, length = list[str](), list[MarkedSpan](), 0, 0
        for span in text.spans:
            value = text.text[span.start : span.end]
            new = _renamed(value, given, rng) if span.label == "A_NAME" else value
            length += span.start - at
            pieces += text.text[at : span.start], new
            spans.append(MarkedSpan(length, length + len(new), span.label))
            length, at = length + len(new), span.end
        pieces.append(text.text[at:])
        yield MarkedText(text.id, "".join(pieces), text.tags, tuple(spans))


def _renamed(value: str, given: dict[str, str], rng: random.Random) -> str:
    return _WORD.sub(lambda word: _invented(word[0], given, rng), value)


def _invented(word: str, given: dict[str, str], rng: random.Random) -> str:
    if word.lower() in _KEPT:
        return word
    name = given.setdefault(word.lower(), rng.choice(_HEADS) + rng.choice(_MIDDLES) + rng.choice(_TAILS))
    return name.upper() if word.isupper() else name.lower() if word.islower() else name
