"""Rows that a statement inserts: "INSERT INTO coverage (mrn, member_id) VALUES ('QMC0082217', 'R0004417')"."""

import re
from collections.abc import Iterator

from detectors.gazetteers.lookup import Gazetteers
from detectors.patterns.scanning import compile_latin
from detectors.recognizer import Passage
from detectors.structured.headings import Heading, heading_of
from detectors.structured.values import Values
from schemas.spans import Span

_GATE = compile_latin(r"\b(?:insert|replace)\s+(?:ignore\s+)?into\b")
_INSERT = re.compile(
    r"\b(?:INSERT|REPLACE)\s+(?:IGNORE\s+)?INTO\s+[\w.\"`\[\]]{1,80}\s*\(([^()]{1,2000})\)\s*VALUES\s*", re.IGNORECASE
)
_ROW = re.compile(r"\s*,?\s*\(")
#: A value between quotes, where a doubled quote stands for one, or anything to the next comma.
_VALUE = re.compile(
    r"\s*(?:(?:DATE|TIMESTAMP|N|E)?\s*'((?:[^']|'')*)'|([^,()']*(?:\([^()]*\))?[^,()']*))\s*", re.IGNORECASE
)
_PLANS = frozenset({"grp", "group", "plan", "policy"})


class SqlRecognizer:
    """Finds the identifying values of inserted rows by the names of their columns."""

    name = "sql"

    def __init__(self, gazetteers: Gazetteers) -> None:
        self._values = Values(gazetteers)

    def recognize(self, passage: Passage) -> list[Span]:
        """Return the values under columns that say what they hold."""
        if _GATE.search(passage.latin) is None:
            return []
        return [span for cell in _cells(passage.text) for span in self._values.read(passage.text, *cell, self.name)]


def _cells(text: str) -> Iterator[tuple[int, int, Heading]]:
    """Yield each value's range with what its column says of it."""
    for found in _INSERT.finditer(text):
        names = [name.strip(' \t\r\n"`[]') for name in found[1].split(",")]
        columns = [Heading.PLAN if name.lower() in _PLANS else heading_of(name) for name in names]
        at = found.end()
        while (opened := _ROW.match(text, at)) is not None:
            at = opened.end()
            for column in columns:
                value = _VALUE.match(text, at)
                if value is None:
                    return
                low, high = value.span(1) if value[1] is not None else value.span(2)
                if column is not None and low < high:
                    yield low, high, column
                at = value.end() + 1
