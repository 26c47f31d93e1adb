"""One stream while it is open: its records, how far it is, and when waiting for more ends."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from schemas.origin import Mark
from schemas.sources.streamed.part import Part
from streams.assembly.kept import KeptRecords
from streams.log.ports import Record, TopicPartition
from streams.tenants import Tenant


@dataclass(frozen=True, slots=True)
class AssemblyLimits:
    """How long a stream may stay open, in milliseconds of its partition's record time, and how large it may become.

    After the last choice has ended, usage and end mark may follow within `linger_ms`. Of what lies between two records
    no more than `step_ms` counts for that: else the log stood still, and writers with it. With `keep_unended` a stream
    whose end never came is redacted as far as it came; else it goes to quarantine.
    """

    idle_ms: int = 60_000
    total_ms: int = 900_000
    linger_ms: int = 5_000
    step_ms: int = 2_500
    joined_bytes: int = 8 * 1024 * 1024
    keep_unended: bool = True


@lru_cache(maxsize=1024)
def place_of(topic: str, partition: int) -> TopicPartition:
    """Return a partition, one object for all of its records."""
    return TopicPartition(topic, partition)


class Why(Enum):
    """Why a stream is closed."""

    ENDED = "ended"
    WAITED = "waited"
    TOO_LARGE = "too_large"
    LATE = "late"
    DISORDERED = "disordered"
    TORN = "torn"


class StreamKey(NamedTuple):
    """What the pieces of one stream have in common; `named` tells that they name it, else the record key does."""

    place: TopicPartition
    tenant: str
    format: str
    name: str
    named: bool

    @property
    def id(self) -> str:
        """Return the id by which the pieces name their stream."""
        return f" {self.name}".partition(" id ")[2]

    def __repr__(self) -> str:
        """Print nothing of the name, which may be anything."""
        return f"StreamKey({self.place}, {self.format})"


@dataclass(frozen=True, slots=True)
class Held:
    """A record that holds pieces and waits for the rest of its stream."""

    record: Record
    tenant: Tenant
    part: Part

    @property
    def key(self) -> StreamKey:
        """Return the key of its stream."""
        name, named = key_under(self.record, self.part.stream), self.part.stream is not None
        place = place_of(self.record.topic, self.record.partition)
        return StreamKey(place, self.tenant.id, self.part.format, name, named)


def key_under(record: Record, stream: str | None) -> str:
    """Return the name of a stream by its id, or by its record key where its pieces give none.

    Records of intake tell apart what stood in other topics, and, without a record key, in other partitions.
    """
    name = f"key {record.key!r}" if stream is None else f"id {stream}"
    if record.origin is None:
        return name
    unkeyed = stream is None and record.key is None
    return f"{record.origin.topic} {record.origin.partition if unkeyed else ''} {name}"


def under(key: StreamKey, record: Record) -> tuple[TopicPartition, str]:
    """Return where a lone end mark finds its stream: the same partition, tenant and record key."""
    return key.place, f"{key.tenant} {record.key!r}"


class Progress(NamedTuple):
    """How far an open stream is: a value, so that a step can be undone. `torn` tells that a piece stays unread.

    `skipped_ms` is how much time its partition had skipped when its last piece came.
    """

    size: int = 0
    first_ms: int = 0
    last_ms: int = 0
    opened: frozenset[int] = frozenset()
    closed: frozenset[int] = frozenset()
    ended: bool = False
    lingers: bool = False
    numbered: bool = True
    torn: bool = False
    skipped_ms: int = 0

    def after(self, held: Held, now_ms: int, skipped_ms: int) -> "Progress":
        """Return the progress with one more part, that came when its partition's record time was *now_ms*."""
        part = held.part
        opened, closed = _together(self.opened, part.opened), _together(self.closed, part.closed)
        finished = bool(opened) and opened <= closed
        ended = self.ended or part.done or (part.ends and (finished or part.format not in ("chat", "gemini")))
        size = self.size + len(held.record.value or b"")
        first = self.first_ms or now_ms
        # Pieces that intake brought together from several partitions may follow after the one that is the last.
        lingers = finished or part.format == "rows" or (ended and held.record.origin is not None)
        numbered = self.numbered and part.numbered
        torn = self.torn or held.record.mark is Mark.GAP
        return Progress(size, first, now_ms, opened, closed, ended, lingers, numbered, torn, skipped_ms)


@lru_cache(maxsize=256)
def _together(some: frozenset[int], more: frozenset[int]) -> frozenset[int]:
    """Return the union of some choices; most streams have the same few, and share one object."""
    return some | more


@dataclass(slots=True)
class OpenStream:
    """A stream whose end has not come; `noted_ms` is the earliest time at which somebody looks whether it is due."""

    key: StreamKey
    tenant: Tenant
    records: KeptRecords = field(default_factory=KeptRecords, repr=False)
    progress: Progress = field(default_factory=Progress)
    noted_ms: int | None = None

    def deadline_ms(self, limits: AssemblyLimits, skipped_ms: int) -> int:
        """Return the record time at which waiting ends, where its partition has skipped *skipped_ms* by now.

        Pieces that do not name their stream may be of the next one, after however long a step.
        """
        wait = limits.idle_ms
        if self.progress.lingers:
            skipped = skipped_ms - self.progress.skipped_ms if self.key.named else 0
            wait = min(wait, limits.linger_ms + skipped)
        return min(self.latest_ms(limits), self.progress.last_ms + wait)

    def latest_ms(self, limits: AssemblyLimits) -> int:
        """Return the record time at which waiting ends, however many pieces come."""
        return self.progress.first_ms + limits.total_ms


@dataclass(frozen=True, slots=True)
class Closed:
    """A stream that waits no longer: its records in the order in which they came, and why."""

    records: tuple[Record, ...] = field(repr=False)
    tenant: Tenant
    why: Why


def as_one(records: Sequence[Record]) -> Record:
    """Return the records of a stream as one: where and when the first stands, with the values of all, line by line."""
    if len(records) == 1:
        return records[0]
    return replace(records[0], value=b"\n".join(record.value or b"" for record in records))
