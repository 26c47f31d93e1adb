"""Tables inside a text: Markdown, and values between commas, semicolons, tabs or bars, under a row of headings."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from detectors.gazetteers.lookup import Gazetteers
from detectors.recognizer import Passage
from detectors.structured.columns import Short, last_four_column, read_rest, read_short, short_column
from detectors.structured.headings import Heading, heading_of
from detectors.structured.values import Values
from schemas.spans import Span

_LINE = re.compile(r"[^\r\n]+")
_SEPARATORS = ("|", "\t", ",", ";")
_RULE = re.compile(r"[\s|:+=-]+")
_QUOTED_CELL = re.compile(r'\s*"((?:[^"\n]|"")*)"\s*')
_FIGURES = re.compile(r"\d{3}|\d.*\d.*\d")
_NAME_PART = re.compile(r"[^\W\d_][^\W\d_'’ .-]*(?:[ '’.-]+[^\W\d_]+){0,3}\.?")
_CONTINUED = re.compile(r'\W*(?:cont\w*|"|same|ditto)?\W*', re.IGNORECASE)
_SHORT_HEADINGS = {"last": Heading.PERSON, "first": Heading.PERSON, "middle": Heading.PERSON}
_LONGEST_HEADING = 40
_FEWEST_CELLS = 2
_MOST_WORDS = 5
_LONGEST_LINE = 20_000
_NUMBER_COLUMNS = frozenset({"id", "no", "no.", "number", "#", "ref", "group", "grp"})


@dataclass(frozen=True, slots=True)
class _Header:
    """A row of headings: what separates its cells, and what stands under each."""

    separator: str
    columns: tuple[Heading | None, ...]
    short: tuple[Short | None, ...]


class TableRecognizer:
    """Finds cells under headings that say what they hold."""

    name = "tables"

    def __init__(self, gazetteers: Gazetteers) -> None:
        self._values = Values(gazetteers)

    def recognize(self, passage: Passage) -> list[Span]:
        """Return the identifying cells of every table."""
        text, spans = passage.text, list[Span]()
        if not any(text.count(separator) >= _FEWEST_CELLS for separator in _SEPARATORS):
            return spans
        header: _Header | None = None
        last: Heading | None = None
        above: list[tuple[int, int]] = []
        begun: list[Span] = []
        for line in _LINE.finditer(text):
            start, end = line.span()
            if end - start > _LONGEST_LINE or (header is not None and _RULE.fullmatch(line[0])):
                above = []
                continue
            found = _read_header(text, start, end)
            if found is not None:
                header, above = found, []
                continue
            pair = _read_pair(text, start, end, last) if header is None else None
            last = pair[2] if pair is not None else None
            if pair is not None:
                spans += self._values.read(text, *pair, self.name)
                continue
            cells = _read_row(text, start, end, header) if header is not None else []
            if header is None or not _fits(header, cells):
                header, above = None, []
                continue
            row = self._of_row(text, header, cells)
            for upper, cell in zip(above, cells, strict=False):
                row += read_rest(text, upper, cell, begun, self.name)
            above, begun = cells if header.separator == "|" else [], row
            spans += row
        return spans

    def _of_row(self, text: str, header: _Header, cells: Sequence[tuple[int, int]]) -> list[Span]:
        """Return the identifiers in the cells of a row."""
        spans: list[Span] = []
        for (low, high), heading, short in zip(cells, header.columns, header.short, strict=False):
            if heading is not None:
                spans += self._values.read(text, low, high, heading, self.name)
            if short is not None:
                spans += read_short(short, text, low, high, self.name)
        return spans


def _read_header(text: str, start: int, end: int) -> _Header | None:
    """Return the headings of a row that is one: short words without digits, some of which are known."""
    separator = next((mark for mark in _SEPARATORS if text.count(mark, start, end) >= _FEWEST_CELLS - 1), None)
    if separator is None:
        return None
    cells = [text[low:high] for low, high in _cells(text, start, end, separator)]
    if len(cells) < _FEWEST_CELLS or not all(map(_may_head, cells)):
        return None
    columns = tuple(heading_of(cell) or last_four_column(cell) for cell in cells)
    if {"first", "last"} <= {cell.lower() for cell in cells}:
        columns = tuple(
            column or _SHORT_HEADINGS.get(cell.lower()) for column, cell in zip(columns, cells, strict=True)
        )
    short = tuple(map(short_column, cells))
    known = sum(column is not None or kind is not None for column, kind in zip(columns, short, strict=True))
    plain = separator == "|" or len(cells) == _FEWEST_CELLS or all(len(cell.split()) == 1 for cell in cells)
    if known < (1 if plain else _FEWEST_CELLS):
        return None
    owned = Short.INITIALS in short or any(column in (Heading.PERSON, Heading.PLAN) for column in columns)
    numbers = (Heading.NUMBER if owned and cell.lower() in _NUMBER_COLUMNS else None for cell in cells)
    return _Header(separator, tuple(column or number for column, number in zip(columns, numbers, strict=True)), short)


def _read_pair(text: str, start: int, end: int, above: Heading | None) -> tuple[int, int, Heading] | None:
    """Return the value of a row of two cells, the first of which is a heading, or goes on with the one *above*."""
    for separator in ("|", "\t"):
        if text.find(separator, start, end) >= 0:
            cells = list(_cells(text, start, end, separator))
            if len(cells) == _FEWEST_CELLS:
                caption = text[slice(*cells[0])]
                heading = heading_of(caption) or _SHORT_HEADINGS.get(caption.lower().strip(" *:"))
                heading = above if _CONTINUED.fullmatch(caption) else heading
                return None if heading is None else (*cells[1], heading)
    return None


def _may_head(cell: str) -> bool:
    return (
        len(cell) <= _LONGEST_HEADING
        and len(cell.split()) <= _MOST_WORDS
        and not cell[:1].isdigit()
        and ":" not in cell
        and _FIGURES.search(cell) is None
    )


def _read_row(text: str, start: int, end: int, header: _Header) -> list[tuple[int, int]]:
    """Return the cells of a row, the name joined that a comma without quotes has cut in two: "Lund, Ada,3/3/1950"."""
    cells = list(_cells(text, start, end, header.separator))
    at = next((index for index, heading in enumerate(header.columns) if heading is Heading.PERSON), None)
    if header.separator != "," or at is None or len(cells) != len(header.columns) + 1:
        return cells
    (start, end), (low, high) = cells[at], cells[at + 1]
    parts = text[start:end], text[low:high]
    if not all(_NAME_PART.fullmatch(part) for part in parts):
        return cells
    return [*cells[:at], (start, high), *cells[at + 2 :]]


def _fits(header: _Header, cells: Sequence[tuple[int, int]]) -> bool:
    """Tell whether a row may belong under the headings; rows lose and gain a cell in practice."""
    return len(cells) >= _FEWEST_CELLS and abs(len(cells) - len(header.columns)) <= max(1, len(header.columns) // 4)


def _cells(text: str, start: int, end: int, separator: str) -> Iterator[tuple[int, int]]:
    """Yield the trimmed ranges of the cells of a row."""
    if separator == "|":
        while start < end and text[start] in " \t>|":
            start += 1
            if text[start - 1] == "|":
                break
        while end > start and text[end - 1] in " \t":
            end -= 1
        end -= text[end - 1 : end] == "|"
    at = start
    while at <= end:
        quoted = _QUOTED_CELL.match(text, at, end) if separator != "|" else None
        stop = text.find(separator, quoted.end() if quoted else at, end)
        stop = stop if stop >= 0 else end
        yield quoted.span(1) if quoted and quoted.end() == stop else _trimmed(text, at, stop)
        at = stop + 1


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
