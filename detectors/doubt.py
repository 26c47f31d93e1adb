"""Doubtful spans: what a tagger or a list only guesses counts where the event holds something surer, and else not.

Identifiers stand together: who writes of a person writes a name, a place, a date. So the same probability means an
identifier in an event that holds others, and a near miss (an eponym, a dish, a product) in one that holds none. The
longer a text, the likelier is some word of it a near miss, and the surer has one to be that stands alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from detectors.scoring import LIKELY
from schemas.spans import Span

#: How many words, marks included, a text may have, and from which probability a span of it needs nothing beside it.
_ALONE = ((36, 0.25), (72, 0.55))
_ALONE_IN_LONG = 0.7
_SHORT = 30  # Words without marks.


@dataclass(frozen=True, slots=True)
class Doubted(Span):
    """A span that counts only where its event holds one that is not doubted."""


def sure_from(words: int) -> float:
    """Return from which probability a tagger's span counts alone in a text of so many words.

    >>> sure_from(8) < sure_from(50) < sure_from(500)
    True
    """
    return next((least for most, least in _ALONE if words <= most), _ALONE_IN_LONG)


def guesses(text: str, spans: Sequence[Span]) -> Sequence[Span]:
    """Return what lists of names found in a text, in a longer one doubted where no word beside it bears it out."""
    unsure = any(span.score < LIKELY for span in spans)
    if not unsure or len(text.split()) <= _SHORT:
        return spans
    return [_doubted(span) if span.score < LIKELY else span for span in spans]


def settled(found: Sequence[Sequence[Span]]) -> list[tuple[Span, ...]]:
    """Return the spans of an event's texts, the doubted ones believed where one is not doubted, else left out."""
    if not any(isinstance(span, Doubted) for spans in found for span in spans):
        return [tuple(spans) for spans in found]
    if all(isinstance(span, Doubted) for spans in found for span in spans):
        return [() for _ in found]
    return [tuple(map(_believed, spans)) for spans in found]


def _doubted(span: Span) -> Doubted:
    return Doubted(span.start, span.end, span.type, span.score, span.recognizer)


def _believed(span: Span) -> Span:
    if not isinstance(span, Doubted):
        return span
    return Span(span.start, span.end, span.type, span.score, span.recognizer)
