"""Tables whose columns are kept apart by blanks: printouts, schedules and screens that somebody pasted."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from detectors.gazetteers.lookup import Gazetteers
from detectors.recognizer import Passage
from detectors.structured.columns import Short, last_four_column, lists_parts, read_short, short_column, study_column
from detectors.structured.headings import Heading, heading_of
from detectors.structured.values import Values
from schemas.spans import Span

_LINE = re.compile(r"[^\r\n]+")
_WORD = re.compile(r"\S+")
_CELL = re.compile(r"\S+(?: \S+)*")
_FIGURES = re.compile(r"\d\D*\d")
_COUNT = re.compile(r"\d{1,6}")
_HINT = re.compile(r"\S {2,}\S[^\r\n]* {2,}\S")
_FEWEST_CELLS = 3
_FEWEST_KNOWN = 2
_LONGEST_HEADING = 24
_LONGEST_LINE = 400
_SLACK = 2  # A cell may begin so much before its heading.


@dataclass(frozen=True, slots=True)
class _Column:
    """Where a column begins in its line, and what stands in it."""

    at: int
    heading: Heading | None
    short: Short | None


class AlignedRecognizer:
    """Finds cells under headings in columns that blanks keep apart."""

    name = "aligned"

    def __init__(self, gazetteers: Gazetteers) -> None:
        self._values = Values(gazetteers)

    def recognize(self, passage: Passage) -> list[Span]:
        """Return the identifying cells of every such table."""
        text, spans = passage.text, list[Span]()
        if "  " not in text or _HINT.search(text) is None:
            return spans
        columns: list[_Column] = []
        last = 0
        for line in _LINE.finditer(text):
            if text.count("\n", last, line.start()) > 1:  # An empty line ends a table.
                columns = []
            last = line.end()
            if len(line[0]) > _LONGEST_LINE:
                columns = []
                continue
            cells = [found.span() for found in _CELL.finditer(text, *line.span())]
            if (header := _read_header(text, line.start(), cells)) is not None:
                columns = header if not lists_parts([text[slice(*cell)] for cell in cells]) else []
            elif columns and len(cells) > 1:
                spans += self._of_row(text, line.start(), columns, cells)
            elif any(column.short is Short.INITIALS for column in columns):
                spans += self._of_narrow_row(
                    text, columns, [word.span() for word in _WORD.finditer(text, *line.span())]
                )
            else:
                columns = []
        return spans

    def _of_row(self, text: str, begin: int, columns: list[_Column], cells: list[tuple[int, int]]) -> Iterator[Span]:
        """Yield the identifiers of a row."""
        if (
            len(cells) == len(columns) + 1
            and _COUNT.fullmatch(text, *cells[0])
            and columns[0].at >= cells[0][1] - begin
        ):
            cells = cells[1:]  # The number of the row, which has no heading.
        for index, (start, end) in enumerate(cells):
            column = columns[index] if len(cells) == len(columns) else _above(columns, start - begin)
            if column.heading is not None:
                yield from self._values.read(text, start, end, column.heading, self.name)
            if column.short is not None:
                yield from read_short(column.short, text, start, end, self.name)

    def _of_narrow_row(self, text: str, columns: list[_Column], words: list[tuple[int, int]]) -> list[Span]:
        """Return the identifiers of a row of a study whose cells are words, where initials stand under theirs."""
        at = next(at for at, column in enumerate(columns) if column.short is Short.INITIALS)
        if at >= len(words):
            return []
        initials = read_short(Short.INITIALS, text, *words[at], self.name)
        numbers = [
            span
            for column, word in zip(columns, words, strict=False)
            if column.heading is Heading.NUMBER
            for span in self._values.read(text, *word, column.heading, self.name)
        ]
        return [*initials, *numbers] if initials else []


def _read_header(text: str, begin: int, cells: list[tuple[int, int]]) -> list[_Column] | None:
    """Return the columns of a line of headings: short words, of which two are known."""
    words = [text[start:end] for start, end in cells]
    if len(cells) < _FEWEST_CELLS or any(len(word) > _LONGEST_HEADING or _FIGURES.search(word) for word in words):
        return None
    short = list(map(short_column, words))
    studied = Short.INITIALS in short
    columns = [
        _Column(start - begin, heading_of(word) or last_four_column(word) or _of_study(word, studied=studied), kind)
        for (start, _), word, kind in zip(cells, words, short, strict=True)
    ]
    known = sum(column.heading is not None or column.short is not None for column in columns)
    return columns if known >= _FEWEST_KNOWN else None


def _of_study(word: str, *, studied: bool) -> Heading | None:
    return Heading.NUMBER if studied and study_column(word) else None


def _above(columns: list[_Column], at: int) -> _Column:
    """Return the last column that begins before an offset."""
    return next((column for column in reversed(columns) if column.at <= at + _SLACK), columns[0])
