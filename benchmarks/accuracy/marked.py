"""Read hand-marked exam texts and print them as gold lines for the scorer.

An exam file holds texts, each after a header line `=== ID tag,tag`; an identifier stands in it as `[[LABEL|value]]`.
Use: `python -m benchmarks.accuracy.marked FILE... > gold.jsonl`.
"""

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

LABELS = frozenset(
    {
        "A_NAME",
        "B_GEO",
        "C_DATE",
        "C_AGE",
        "D_PHONE",
        "E_FAX",
        "F_EMAIL",
        "G_SSN",
        "H_MRN",
        "I_HEALTH_PLAN",
        "J_ACCOUNT",
        "K_LICENSE",
        "L_VEHICLE",
        "M_DEVICE",
        "N_URL",
        "O_IP",
        "P_BIOMETRIC",
        "Q_PHOTO",
        "R_OTHER",
        "NEUTRAL",
    }
)
HEADER = re.compile(r"=== (\S+)(?: (\S+))?\s*")
OPENING = re.compile(r"\[\[[A-Z]+(?:_[A-Z]+)*\|")
MARK = re.compile(r"\[\[([A-Z]+(?:_[A-Z]+)*)\|(.+?)\]\]", re.DOTALL)


class MarkError(ValueError):
    """A marked file is malformed; the message holds the file, the id or line, never the text."""


@dataclass(frozen=True, slots=True)
class MarkedSpan:
    """One marked identifier, half-open in code points of the bare text."""

    start: int
    end: int
    label: str


@dataclass(frozen=True, slots=True)
class MarkedText:
    """One exam text without its marks, and the spans that the marks named."""

    id: str
    text: str = field(repr=False)
    tags: tuple[str, ...]
    spans: tuple[MarkedSpan, ...]

    def gold(self) -> dict[str, object]:
        """Return the line that the scorer reads."""
        spans = [{"start": span.start, "end": span.end, "label": span.label} for span in self.spans]
        return {"id": self.id, "text": self.text, "tags": list(self.tags), "spans": spans}


def parse_marks(marked: str) -> tuple[str, tuple[MarkedSpan, ...]]:
    """Return *marked* without its marks, and their spans in order; raise *MarkError* at an unknown or broken mark."""
    pieces: list[str] = []
    spans: list[MarkedSpan] = []
    length = end = 0
    for mark in MARK.finditer(marked):
        label, value = mark.groups()
        if label not in LABELS or "[[" in value:
            raise MarkError(f"mark {len(spans) + 1} is broken or has an unknown label")
        before = marked[end : mark.start()]
        start = length + len(before)
        length = start + len(value)
        pieces += before, value
        spans.append(MarkedSpan(start, length, label))
        end = mark.end()
    pieces.append(marked[end:])
    if OPENING.search(marked, end):
        raise MarkError("the last mark has no end")
    return "".join(pieces), tuple(spans)


def read_marked(path: Path) -> Iterator[MarkedText]:
    """Yield the texts of one exam file; ids are unique in it, and blank lines around a text are dropped."""
    seen: set[str] = set()
    for text_id, tags, lines in _split(path):
        if text_id in seen:
            raise MarkError(f"{path.name}: id {text_id} stands twice")
        seen.add(text_id)
        try:
            text, spans = parse_marks("\n".join(lines).strip("\n"))
        except MarkError as error:
            raise MarkError(f"{path.name}: id {text_id}: {error}") from None
        if not text:
            raise MarkError(f"{path.name}: id {text_id} has no text")
        yield MarkedText(text_id, text, tags, spans)


def _split(path: Path) -> Iterator[tuple[str, tuple[str, ...], list[str]]]:
    """Yield id, tags and the marked lines of each text."""
    text_id, tags, lines = "", tuple[str, ...](), list[str]()
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        header = HEADER.fullmatch(line)
        if header is None and (line.startswith("=== ") or (line and not text_id)):
            raise MarkError(f"{path.name}: line {number} is no header")
        if header is None:
            lines.append(line)
            continue
        if text_id:
            yield text_id, tags, lines
        text_id, tags, lines = header[1], tuple((header[2] or "").split(",")) if header[2] else (), []
    if text_id:
        yield text_id, tags, lines


def main() -> None:
    """Print the gold lines of the files named on the command line."""
    for name in sys.argv[1:]:
        for marked in read_marked(Path(name)):
            print(json.dumps(marked.gold(), ensure_ascii=False))


if __name__ == "__main__":
    main()
