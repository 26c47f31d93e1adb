"""What `phistream redact` writes: redacted.jsonl, quarantined.jsonl and summary.json, from the log."""

import base64
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from schemas.codec import decode_redacted
from schemas.events import RedactedEvent, Withheld
from schemas.topics import REDACTED
from streams.embedded.runs import Run
from streams.log.ports import TopicPartition
from streams.log.sqlite_store import SqliteStore

_PLACE = TopicPartition(REDACTED, 0)
_PAGE = 500


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts of one run; `share` is that of quarantined inputs, in 0..1."""

    inputs: int
    redacted: int
    quarantined: int
    reasons: dict[str, int]
    identifiers: dict[str, int]
    sources: dict[str, int]
    share: float


def export(store: SqliteStore, run: Run, folder: Path) -> Summary:
    """Write the three files of a run, in the order in which records were settled; each appears whole or not at all."""
    counts = _Counts()
    with _whole(folder / "redacted.jsonl") as redacted, _whole(folder / "quarantined.jsonl") as quarantined:
        for value in _values(store, run.redacted_first):
            outcome = decode_redacted(value)
            lines = [line for offset in _offsets(outcome) if (line := run.line_of(offset)) is not None]
            if not lines:
                continue
            counts.add(outcome)
            if isinstance(outcome, RedactedEvent):
                redacted.write(orjson.dumps(_redacted(lines, outcome)) + b"\n")
            else:
                quarantined.write(orjson.dumps({"inputs": lines, "reason": outcome.reason}) + b"\n")
    summary = counts.summary(run)
    with _whole(folder / "summary.json") as file:
        file.write(orjson.dumps(summary, option=orjson.OPT_INDENT_2) + b"\n")
    return summary


@dataclass(slots=True)
class _Counts:
    redacted: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    identifiers: Counter[str] = field(default_factory=Counter)
    sources: Counter[str] = field(default_factory=Counter)

    def add(self, outcome: RedactedEvent | Withheld) -> None:
        if isinstance(outcome, Withheld):
            self.reasons[outcome.reason] += 1
            return
        self.redacted += 1
        self.identifiers.update(outcome.phi.counts)
        self.sources[outcome.source] += 1

    def summary(self, run: Run) -> Summary:
        quarantined = self.reasons.total()
        return Summary(
            inputs=run.lines,
            redacted=self.redacted,
            quarantined=quarantined,
            reasons=dict(self.reasons),
            identifiers=dict(self.identifiers.most_common()),
            sources=dict(self.sources),
            share=quarantined / run.lines if run.lines else 0.0,
        )


def _values(store: SqliteStore, position: int) -> Iterator[bytes]:
    while records := store.fetch(_PLACE, position, _PAGE):
        position = records[-1].offset + 1
        yield from (record.value for record in records if record.value is not None)


def _offsets(outcome: RedactedEvent | Withheld) -> Iterator[int]:
    """Yield the offsets of the records that an outcome settles: of a joined stream, those of its pieces."""
    assembly = outcome.assembly if isinstance(outcome, RedactedEvent) else None
    if assembly is None or not assembly.offsets:
        yield outcome.coordinates.offset
        return
    for first, last in assembly.offsets:
        yield from range(first, last + 1)


def _redacted(lines: list[int], event: RedactedEvent) -> dict[str, Any]:
    headers = {name: None if value is None else _base64(value) for name, value in event.headers.items()}
    return {"event_id": event.event_id, "inputs": lines, "key": event.key, "headers": headers, "value": event}


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@contextmanager
def _whole(path: Path) -> Iterator[BinaryIO]:
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as file:
        yield file
    fresh.replace(path)
