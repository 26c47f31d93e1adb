"""Overlapping windows over a long row of words, so that memory stays bounded and no result changes."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Window:
    """The tagger reads words `[start, end)` and its answer counts for `[first, last)`."""

    start: int
    end: int
    first: int
    last: int


def windows(count: int, size: int, reach: int) -> Iterator[Window]:
    """Cut *count* words into windows; *reach* is how far, in words, a word's answer depends on others.

    >>> [(window.start, window.end) for window in windows(10, 6, 1)]
    [(0, 7), (5, 10)]
    """
    for first in range(0, count, size):
        last = min(count, first + size)
        yield Window(max(0, first - reach), min(count, last + reach), first, last)
