"""Text as people disguise or encode it into plain text, with the way back to where it stood."""

import bisect
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from detectors.resolve import resolve
from schemas.spans import Span


@dataclass(frozen=True, slots=True)
class Normalized:
    """A normalised text and where its characters stood.

    `starts[i]` and `sources[i]` tell that from code point `starts[i]` on the text was taken from the original's code
    point `sources[i]` on; both are empty where nothing was moved.
    """

    text: str = field(repr=False)
    starts: tuple[int, ...] = field(default=(), repr=False)
    sources: tuple[int, ...] = field(default=(), repr=False)

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return the smallest range of the original that holds `[start, end)`, removed characters inside included."""
        if not self.starts:
            return start, end
        return self._source(start), self._source(end - 1) + 1

    def restored(self, text: str, spans: Sequence[Span]) -> tuple[Span, ...]:
        """Return spans of the plain text as spans of the original *text*, disjoint again."""
        if not self.starts:
            return tuple(spans)
        ranges = (self.original(span.start, span.end) for span in spans)
        moved = (replace(span, start=start, end=end) for span, (start, end) in zip(spans, ranges, strict=True))
        return resolve(text, moved)

    def _source(self, position: int) -> int:
        index = bisect.bisect_right(self.starts, position) - 1
        return self.sources[index] + position - self.starts[index]


def normalize(text: str) -> Normalized:
    """Return *text* in plain form."""
    return Normalized(text)
