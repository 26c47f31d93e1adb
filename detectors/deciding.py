"""What decided that a recognizer reports a span: words beside it, a check digit; found by taking each away.

A recognizer is asked again about the same passage without a word, or with another last digit. What makes the span go,
or its score fall by a step, decided; so the answer is true of any recognizer, ours or not.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from detectors.checks import CHECKS, passes
from detectors.recognizer import Passage
from schemas.spans import Span

Read = Callable[[Sequence[Passage]], Sequence[Sequence[Span]]]
Range = tuple[int, int]

_WORD = re.compile(r"[^\W_]+")
_BEFORE, _AFTER = 64, 32
_MOST_WORDS = 24
_AROUND, _FURTHEST = 256, 768  # What of a passage is read again, some fifty times, where that is enough.
_MOST_TEXT = 8 * 1024  # A longer passage is not, where it is not.
_STEP = 0.04  # The smallest difference that recognizers make between two signs.
_NEARLY = 1e-9
_FEWEST_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Decided:
    """The words that a span hangs on, as ranges of the passage, and the check that its value passed."""

    words: tuple[Range, ...] = ()
    validator: str | None = None


def decided(read: Read, passage: Passage, span: Span) -> Decided:
    """Return what decided that *read* reports *span* in *passage*; nothing where the passage is too long to ask."""
    near = _Trial.near(read, passage, span) or _Trial.of(read, passage, span)
    if near is None:
        return Decided()
    bare = near.without_words()  # A word may say the same as the check.
    words = tuple((start + near.offset, end + near.offset) for start, end in near.words())
    return Decided(words, near.validator() or (bare.validator() if bare is not None else None))


class _Trial:
    """Asks one recognizer about one span again and again."""

    def __init__(self, read: Read, passage: Passage, span: Span, lost_at: float, offset: int = 0) -> None:
        self._read, self._passage, self._span, self._lost_at = read, passage, span, lost_at
        self.offset = offset

    @classmethod
    def of(cls, read: Read, passage: Passage, span: Span, offset: int = 0) -> "_Trial | None":
        """Return a trial, or None where the passage is too long, or the recognizer does not report the span in it."""
        if len(passage.text) > _MOST_TEXT:
            return None
        score = max((found.score for found in read([passage])[0] if _same(found, span)), default=None)
        return None if score is None else cls(read, passage, span, score - _STEP + _NEARLY, offset)

    @classmethod
    def near(cls, read: Read, passage: Passage, span: Span) -> "_Trial | None":
        """Return a trial over the lines around the span, where the recognizer reports it there too."""
        text = passage.text
        start = text.rfind("\n", 0, max(0, span.start - _AROUND)) + 1
        start = max(start, span.start - _FURTHEST)
        end = text.find("\n", min(len(text), span.end + _AROUND))
        end = min(len(text) if end < 0 else end, span.end + _FURTHEST)
        if (start, end) == (0, len(text)):
            return None
        piece = Passage(text[start:end], passage.hint)
        return cls.of(read, piece, replace(span, start=span.start - start, end=span.end - start), start)

    def without_words(self) -> "_Trial | None":
        """Return the trial without the words around the span."""
        return _Trial.of(self._read, Passage(self._without(self._near()), self._passage.hint), self._span)

    def words(self) -> tuple[Range, ...]:
        """Return each word without which the span goes; where none is alone, the fewest that are together."""
        near = self._near()
        alone = [
            word for word, lost in zip(near, self._lost([self._without([word]) for word in near]), strict=True) if lost
        ]
        return tuple(sorted(alone or self._together(near)))

    def validator(self) -> str | None:
        """Return the name of the check that the value passes and must pass: no other last digit will do."""
        text, span = self._passage.text, self._span
        value = text[span.start : span.end]
        passed = [name for name in CHECKS if passes(name, value)]
        digits = [index for index, char in enumerate(value) if char.isascii() and char.isdigit()]
        if not passed or len(digits) < _FEWEST_DIGITS:
            return None
        at = span.start + digits[-1]
        others = [text[:at] + digit + text[at + 1 :] for digit in "0123456789" if digit != text[at]]
        return passed[0] if all(self._lost(others)) else None

    def _near(self) -> list[Range]:
        """Return the words around the span, the nearest first."""
        text, span = self._passage.text, self._span
        least, most = max(0, span.start - _BEFORE), min(len(text), span.end + _AFTER)
        words = [found.span() for found in _WORD.finditer(text, least, most)]
        outside = [word for word in words if word[1] <= span.start or word[0] >= span.end]
        return sorted(outside, key=lambda word: max(span.start - word[1], word[0] - span.end))[:_MOST_WORDS]

    def _together(self, near: Sequence[Range]) -> Sequence[Range]:
        sets = [near[: count + 1] for count in range(1, len(near))]
        lost = self._lost([self._without(words) for words in sets])
        if not any(lost):
            return ()
        kept = list(sets[lost.index(True)])
        for word in tuple(kept):
            fewer = [other for other in kept if other != word]
            if fewer and self._lost([self._without(fewer)])[0]:
                kept = fewer
        return kept

    def _without(self, words: Sequence[Range]) -> str:
        text = self._passage.text
        for start, end in words:
            text = text[:start] + " " * (end - start) + text[end:]
        return text

    def _lost(self, texts: Sequence[str]) -> list[bool]:
        """Tell of each altered text whether the span is gone, or its score a step lower."""
        found = self._read([Passage(text, self._passage.hint) for text in texts]) if texts else ()
        best = [max((span.score for span in spans if _same(span, self._span)), default=-1.0) for spans in found]
        return [score <= self._lost_at for score in best]


def _same(one: Span, other: Span) -> bool:
    return (one.start, one.end, one.type) == (other.start, other.end, other.type)
