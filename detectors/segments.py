"""Long texts cut into parts that are read one by one and remembered, each with enough around it to be understood.

A part has a core, and the cores tile the text; around the core stands context. A span belongs to each core that it
touches, so an identifier across a cut is found from both sides, as it is written, as long as it is no longer than the
context. Cuts depend only on what stands before them: a text that grows at its end keeps its parts.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Flag

from detectors.recognizer import Passage
from schemas.spans import Span

CORE = 4096  # Short texts, most of all, are one part.
CONTEXT = 384  # Longer than any identifier that a pattern finds, with the caption before it.
WINDOW = 2 * 1024 * 1024
OVERLAP = 64 * 1024
_BREAKS = ("\n\n", "\n", ". ", " ")


class Reach(Flag):
    """How much of a text a layer has to see: all of it (tables, messages), or an identifier and what stands around."""

    DOCUMENT = 1
    SEGMENT = 2
    BOTH = 3


@dataclass(frozen=True, slots=True)
class Part:
    """A passage cut out of a text at `offset`; only spans that touch `[core_start, core_end)` of it are its own."""

    passage: Passage
    reach: Reach
    offset: int
    core_start: int
    core_end: int

    def own(self, spans: tuple[Span, ...]) -> tuple[Span, ...]:
        """Return the spans that touch the core."""
        if self.core_start == 0 and self.core_end == len(self.passage.text):
            return spans
        return tuple(span for span in spans if span.start < self.core_end and span.end > self.core_start)

    def placed(self, spans: tuple[Span, ...]) -> tuple[Span, ...]:
        """Return spans of the passage where they stand in the text."""
        if not self.offset:
            return spans
        return tuple(replace(span, start=span.start + self.offset, end=span.end + self.offset) for span in spans)


def parts(passage: Passage) -> Iterator[Part]:
    """Cut a passage: one part where it is short, else windows for whole documents and segments for everything else."""
    length = len(passage.text)
    if length <= CORE + CONTEXT:
        yield Part(passage, Reach.BOTH, 0, 0, length)
        return
    yield from _tiled(passage, Reach.DOCUMENT, WINDOW, OVERLAP)
    yield from _tiled(passage, Reach.SEGMENT, CORE, CONTEXT)


def _tiled(passage: Passage, reach: Reach, size: int, context: int) -> Iterator[Part]:
    text, length = passage.text, len(passage.text)
    start = 0
    while start < length:
        end = _cut(text, start, start + size) if start + size + context < length else length
        left = _word_edge(text, max(0, start - context), start)
        right = _word_edge(text, min(length, end + context), min(length, end + 2 * context))
        piece = passage if (left, right) == (0, length) else Passage(text[left:right], passage.hint)
        yield Part(piece, reach, left, start - left, end - left)
        start = end


def _cut(text: str, start: int, limit: int) -> int:
    """Return the best place to cut in the last quarter before *limit*: a paragraph, a line, a sentence, a word."""
    earliest = limit - (limit - start) // 4
    for mark in _BREAKS:
        at = text.rfind(mark, earliest, limit)
        if at >= 0:
            return at + len(mark)
    return limit


def _word_edge(text: str, position: int, limit: int) -> int:
    """Return the first place from *position* on, up to *limit*, that is in no word."""
    while 0 < position < limit and not text[position - 1].isspace():
        position += 1
    return position
