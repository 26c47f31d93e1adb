"""Overlapping spans into disjoint ones, so that no letter or digit once covered is ever uncovered."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from detectors.doubt import Doubted
from schemas.identifiers import IdentifierType
from schemas.spans import Span

# What stands between two parts of one name: a blank, a hyphen, or an initial.
_INSIDE_NAME = re.compile(r"[ \t]|[ \t]?-[ \t]?|[ \t]?[^\W\d_]\.?[ \t]")
_LONGEST_JOINT = 4
_EDGES = " \t\r\n\f\v\xa0\"'`.,;:!?*_|<>=~&"
_BRACKETS = {"(": ")", "[": "]", "{": "}"}
_CLOSING = {closing: opening for opening, closing in _BRACKETS.items()}


def resolve(text: str, spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return disjoint spans in order that cover every letter and digit that *spans* cover.

    Of spans that overlap the type, score and recognizer of the best survive: the highest score, then the longest,
    whatever the order they came in.
    """
    trimmed = (trim(text, span) for span in spans)
    ordered = sorted((span for span in trimmed if span is not None), key=lambda span: (span.start, span.end))
    return tuple(_joined(text, _merged(ordered)))


def trim(text: str, span: Span) -> Span | None:
    """Return *span* without blanks, quotes and stray punctuation at its edges, or None where nothing else is in it."""
    start, end = span.start, span.end
    if text[start].isalnum() and text[end - 1].isalnum():
        return span
    while start < end and (text[start] in _EDGES or _unpaired(text, start, end, text[start])):
        start += 1
    while start < end and (text[end - 1] in _EDGES or _unpaired(text, start, end, text[end - 1])):
        end -= 1
    if start == end:
        return None
    return span if (start, end) == (span.start, span.end) else replace(span, start=start, end=end)


def _unpaired(text: str, start: int, end: int, char: str) -> bool:
    other = _BRACKETS.get(char) or _CLOSING.get(char)
    return other is not None and text.find(other, start, end) < 0


def _merged(ordered: Sequence[Span]) -> list[Span]:
    merged: list[Span] = []
    best: list[Span] = []
    for span in ordered:
        if merged and span.start < merged[-1].end:
            best[-1] = max(best[-1], span, key=_rank)
            merged[-1] = _spread(best[-1], merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
            best.append(span)
    return merged


def _joined(text: str, spans: Sequence[Span]) -> list[Span]:
    joined: list[Span] = []
    for span in spans:
        last = joined[-1] if joined else None
        if last is not None and _one_name(text, last, span):
            joined[-1] = _spread(max(last, span, key=_rank), last.start, span.end)
        else:
            joined.append(span)
    return joined


def _one_name(text: str, left: Span, right: Span) -> bool:
    if not left.type is right.type is IdentifierType.NAME or right.start - left.end > _LONGEST_JOINT:
        return False
    return left.end == right.start or _INSIDE_NAME.fullmatch(text, left.end, right.start) is not None


def _spread(span: Span, start: int, end: int) -> Span:
    return span if (start, end) == (span.start, span.end) else replace(span, start=start, end=end)


def _rank(span: Span) -> tuple[bool, float, int, str, str]:
    """Return what the best of two spans has more of; the last two only make an order of equals."""
    return not isinstance(span, Doubted), span.score, len(span), span.type, span.recognizer
