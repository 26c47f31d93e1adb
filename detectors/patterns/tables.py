"""Tables inside a text: Markdown, CSV, semicolons and tabs, whose header row names the columns."""

from collections.abc import Iterator, Sequence

from detectors.patterns.hints import classify, hinted_range
from detectors.patterns.scanning import compile_latin
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

SCORE = 0.95
_GATE = compile_latin(r"\n[^\n]*[|,;\t]|\|[^\n]*\n")
_RULE = compile_latin(r"[\s|:-]+")
_HEADER_CELL = compile_latin(r"[A-Z][A-Z0-9 _./#()-]{0,40}")
_CAPTION = compile_latin(r"^[a-z ]{2,20}: ")

Cell = tuple[int, int]


class TableRecognizer:
    """Finds the cells of columns whose header names an identifier."""

    name = "table"

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return each such cell without its padding."""
        latin = passage.latin
        if _GATE.search(latin) is None:
            return []
        return [Span(start, end, type_, SCORE, self.name) for start, end, type_ in dict.fromkeys(_cells(latin)) if start < end]


def _cells(latin: bytes) -> Iterator[tuple[int, int, IdentifierType]]:
    header: list[IdentifierType | None] = []
    sign, width = b"", 0
    for start, end in _lines(latin):
        found = sign if sign and latin.count(sign, start, end) >= width - 1 > 0 else _separator(latin, start, end)
        if not found:
            header, sign, width = [], b"", 0
            continue
        row = _split(latin, start, end, found)
        if found == sign and header and abs(len(row) - width) <= 1:
            yield from _typed(latin, row, header)
        elif not _RULE.fullmatch(latin, start, end):
            header, sign, width = _types(latin, row), found, len(row)


def _lines(latin: bytes) -> Iterator[Cell]:
    start = 0
    while start < len(latin):
        end = latin.find(b"\n", start)
        end = len(latin) if end < 0 else end
        yield start, end
        start = end + 1


def _separator(latin: bytes, start: int, end: int) -> bytes:
    for sign in (b"|", b"\t", b";", b","):
        if latin.count(sign, start, end) >= (2 if sign == b"|" else 1):
            return sign
    return b""


def _split(latin: bytes, start: int, end: int, sign: bytes) -> list[Cell]:
    """Split a row at its sign; quoted cells of a CSV may hold it."""
    row: list[Cell] = []
    begin, quoted = start, False
    for index in range(start, end):
        byte = latin[index : index + 1]
        if byte == b'"':
            quoted = not quoted
        elif byte == sign and not quoted:
            row.append((begin, index))
            begin = index + 1
    row.append((begin, end))
    return [cell for cell in row if sign != b"|" or latin[slice(*cell)].strip() or cell not in (row[0], row[-1])]


def _types(latin: bytes, row: Sequence[Cell]) -> list[IdentifierType | None]:
    """Return what each header names; a row whose cells are no words is no header."""
    texts = [_CAPTION.search(latin[slice(*cell)].strip()) for cell in row]
    names = [latin[slice(*cell)].strip()[(caption.end() if caption else 0) :] for cell, caption in zip(row, texts, strict=True)]
    if not all(_HEADER_CELL.fullmatch(name) or not name for name in names):
        return []
    types = [_column(name) for name in names]
    return types if any(types) else []


def _column(name: bytes) -> IdentifierType | None:
    plain = name.lower().strip(b" *#").decode("latin-1")
    return _COLUMNS.get(plain) or classify(plain)


def _typed(latin: bytes, row: Sequence[Cell], header: Sequence[IdentifierType | None]) -> Iterator[tuple[int, int, IdentifierType]]:
    for cell, type_ in zip(row, header, strict=False):
        value = None if type_ is None else hinted_range(type_, latin, *cell)
        if value is not None and type_ is not None:
            yield *value, type_


_COLUMNS = {
    "name": IdentifierType.NAME, "patient": IdentifierType.NAME, "pt": IdentifierType.NAME, "nurse": IdentifierType.NAME, "provider": IdentifierType.NAME, "id": IdentifierType.OTHER_ID,
    "group": IdentifierType.HEALTH_PLAN, "suffix": IdentifierType.HEALTH_PLAN, "serial": IdentifierType.DEVICE, "template": IdentifierType.BIOMETRIC, "template no.": IdentifierType.BIOMETRIC,
    "license": IdentifierType.LICENSE, "collected": IdentifierType.DATE, "seen": IdentifierType.DATE, "visit": IdentifierType.DATE, "when": IdentifierType.DATE, "user": IdentifierType.OTHER_ID,
    "contact": IdentifierType.PHONE,
}  # fmt: skip
