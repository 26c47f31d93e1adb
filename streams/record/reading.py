"""How a raw record is read: its format, and what of it is text and what is not; paths and classes, never values."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from detectors.patterns.structured import holds_structured
from schemas.errors import Malformed, QuarantineReason
from schemas.events import LLMEvent, TextField
from schemas.raw import Bounds
from schemas.sources.all import recognise
from schemas.sources.generic import GENERIC
from schemas.sources.otel_rules import is_known_attribute
from streams.record.decode import Decoder
from streams.record.leaves import Leaf, Reading
from streams.record.novelty import any_index, is_unknown_name
from streams.walk import Walker

#: What is analysed of a record.
READ = frozenset({Reading.TEXT, Reading.NUMBER, Reading.KEY})


@dataclass(frozen=True, slots=True)
class RecordReading:
    """How one record is read: its format and leaves, or why it would be quarantined; `keys` are the unknown ones."""

    position: int
    source: str | None
    reason: str | None
    leaves: tuple[Leaf, ...] = ()
    keys: tuple[TextField, ...] = ()

    @property
    def counts(self) -> dict[str, int]:
        """How many leaves are read in which way."""
        return dict(Counter(leaf.reading.value for leaf in self.leaves))


def read_record(position: int, value: bytes, bounds: Bounds) -> RecordReading:
    """Tell how one record's value is read; never raises for what it holds."""
    try:
        tree = Decoder(holds_structured, bounds).read(value, text=False).document
        source = recognise(tree)
        event = LLMEvent("", "", source.name, tree)
        walker = Walker(source, holds_structured, lambda _: "", bounds)
        keys = tuple(text for text in walker.texts(event) if is_unknown_name(text))
        return RecordReading(position, source.name, None, walker.leaves(event), keys)
    except Malformed as error:
        return RecordReading(position, None, error.reason.value)


def as_row(reading: RecordReading) -> dict[str, Any]:
    """Return a reading as JSON."""
    if reading.source is None:
        return {"record": reading.position, "format": None, "reason": reading.reason}
    leaves = [_leaf_row(leaf) for leaf in reading.leaves]
    return {"record": reading.position, "format": reading.source, "counts": reading.counts, "leaves": leaves}


def _leaf_row(leaf: Leaf) -> dict[str, str]:
    row = {"path": leaf.pointer, "reading": leaf.reading.value, "why": leaf.why}
    return row | {"attribute": leaf.attribute} if is_known_attribute(leaf.attribute) else row


def as_lines(reading: RecordReading) -> Iterator[str]:
    """Yield a reading for eyes: a line for the record, and one for each of its leaves."""
    if reading.source is None:
        piece = reading.reason == QuarantineReason.STREAM_PIECE.value
        fate = "it waits for the rest of its stream" if piece else "it would go sealed into quarantine"
        yield f"record {reading.position}: not read, {reading.reason}: {fate}"
        return
    counts = ", ".join(f"{number} {name}" for name, number in reading.counts.items())
    known = "" if reading.source != GENERIC.name else ", no format that `phistream sources` lists: everything is text"
    yield f"record {reading.position}: {reading.source} ({counts or 'nothing in it'}){known}"
    rows = [_leaf_row(leaf) for leaf in reading.leaves]
    width = max((len(row["path"]) for row in rows), default=0)
    for row in rows:
        name = f"  [{row['attribute']}]" if "attribute" in row else ""
        yield f"  {row['path']:{width}}  {row['reading']:8}  {row['why']}{name}"


@dataclass(frozen=True, slots=True)
class UnknownField:
    """An object key that no format knows, first seen in the record at *first*; `name` is None where it may be text."""

    source: str
    parent: str
    name: str | None
    first: int
    records: int


@dataclass(frozen=True, slots=True)
class FormatReport:
    """Which formats some records have, which are quarantined and why, and the fields that no format knows."""

    records: int
    formats: dict[str, int]
    reasons: dict[str, int]
    unknown: tuple[UnknownField, ...]


def report_of(readings: Iterable[RecordReading], may_show: Callable[[str], bool]) -> FormatReport:
    """Sum up how records are read; `may_show` tells whether a key may be named."""
    formats: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    first: dict[tuple[str, str, str | None], int] = {}
    seen: Counter[tuple[str, str, str | None]] = Counter()
    for reading in readings:
        if reading.source is None:
            reasons[reading.reason or ""] += 1
            continue
        formats[reading.source] += 1
        fields = {
            (reading.source, any_index(key.path), key.text if may_show(key.text) else None) for key in reading.keys
        }
        seen.update(fields)
        for field in fields:
            first.setdefault(field, reading.position)
    unknown = tuple(UnknownField(*field, position, seen[field]) for field, position in first.items())
    ordered = tuple(sorted(unknown, key=lambda each: (each.first, each.source, each.parent, each.name or "")))
    return FormatReport(formats.total() + reasons.total(), dict(formats), dict(reasons), ordered)
