"""Read the hand-written vectors of tests/vectors/identifiers: texts with marked identifiers, and near misses."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from schemas.spans import Span

FOLDER = Path(__file__).parents[1] / "vectors" / "identifiers"
_MARK = re.compile(r"\[\[(?:([A-Z_]+)\|)?(.*?)\]\](?!\])", re.DOTALL)
_WORD = re.compile(r"\w+")
#: What may stay of a date: the year in full and the words that carry no number.
_REMAINS = re.compile(r"(?:19|20)\d\d|the|of|on|at|st|nd|rd|th", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a vector file; *marks* are the ranges that its file is about, other labels left out."""

    text: str
    marks: tuple[tuple[int, int], ...]


def vector_files() -> list[Path]:
    """Return every vector file, in order of its name."""
    return sorted(FOLDER.glob("*.txt"))


def read_lines(path: Path, sign: str) -> list[Line]:
    """Return the lines that begin with *sign*: `+` for identifiers, `-` for near misses."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [parse(line[2:]) for line in lines if line.startswith(f"{sign} ")]


def parse(marked: str) -> Line:
    r"""Take the marks out of a line; `\n` in it stands for a line break."""
    marked = marked.replace("\\n", "\n")
    text, marks, end = "", [], 0
    for found in _MARK.finditer(marked):
        text += marked[end : found.start()]
        if found[1] is None:
            marks.append((len(text), len(text) + len(found[2])))
        text, end = text + found[2], found.end()
    return Line(text + marked[end:], tuple(marks))


def is_covered(line: Line, mark: tuple[int, int], spans: Sequence[Span], *, dates: bool) -> bool:
    """Tell whether each word of a mark lies in spans, save what may stay of a date."""
    inside = {at for span in spans for at in range(span.start, span.end)}
    left = [
        word[0] for word in _WORD.finditer(line.text, *mark) if not inside.issuperset(range(word.start(), word.end()))
    ]
    return all(dates and _REMAINS.fullmatch(word) for word in left)
