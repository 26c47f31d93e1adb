"""The second log: what every batch of the pipeline wrote, so that deleting or changing a batch record shows."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
import rfc8785

from schemas.audit import BatchRecord
from schemas.codec import BATCH_RECORD, decode
from schemas.errors import AuditAltered
from streams.audit.merkle_log import MerkleLog
from streams.audit.reading import entries_of
from streams.log.ports import Record

#: What the names of such logs begin with.
ORIGIN = "phistream-batches"
_VERSION = 1
_MOST_NAMED = 20
Place = tuple[str, int, int]


@dataclass(frozen=True, slots=True)
class LoggedBatch:
    """One entry: where a batch record stands in its topic, and the digest of its value."""

    topic: str
    partition: int
    offset: int
    batch_id: str
    written_at: str
    entries: int
    sha256: str

    @property
    def place(self) -> Place:
        """Return where the record stands."""
        return self.topic, self.partition, self.offset

    def leaf(self) -> bytes:
        """Return the entry's bytes: RFC 8785."""
        tree = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return rfc8785.dumps({"v": _VERSION, **tree})


@dataclass(frozen=True, slots=True)
class Compared:
    """What a comparison of log and topic found; `batches` names some of the batches that are missing or changed."""

    logged: int
    present: int
    expired: int
    missing: int
    changed: int
    batches: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Tell whether the topic still holds what was logged."""
        return not (self.missing or self.changed)


@dataclass(slots=True)
class BatchLog:
    """A Merkle log of batch records; each stands in it once, in the order of its partition."""

    log: MerkleLog
    _next: dict[tuple[str, int], int] = field(default_factory=dict, init=False)

    def __post_init__(self) -> None:
        """Find out how far each partition was logged."""
        self.log.sign_checkpoint()
        for batch in self.batches():
            self._next[batch.topic, batch.partition] = batch.offset + 1

    def take(self, records: Iterable[Record]) -> int:
        """Append the batch records that are new; return how many. Raises AuditUnavailable where one cannot be kept."""
        taken = 0
        for record in records:
            at = record.topic, record.partition
            if record.offset < self._next.get(at, 0):
                continue
            self.log.append(logged(record).leaf())
            self._next[at] = record.offset + 1
            taken += 1
            if self.log.checkpoint_due():
                self.log.sign_checkpoint()
        return taken

    def batches(self) -> Iterator[LoggedBatch]:
        """Yield what was logged, as the newest checkpoint shows it."""
        for entry in entries_of(self.log.folder, 0, self.log.checkpoint.size):
            yield read_batch(entry)

    def compare(self, records: Iterable[Record], retention_ms: int, now_ms: int) -> Compared:
        """Compare the log with the topic: what was logged and is younger than the retention must still be there."""
        found = {(each.topic, each.partition, each.offset): _sha256(each.value or b"") for each in records}
        return _compared(list(self.batches()), found, now_ms - retention_ms)


def logged(record: Record) -> LoggedBatch:
    """Return the entry of a batch record."""
    value = record.value or b""
    batch: BatchRecord = decode(BATCH_RECORD, value)
    place = record.topic, record.partition, record.offset
    return LoggedBatch(*place, batch.batch_id, batch.written_at, len(batch.entries), _sha256(value))


def read_batch(entry: bytes) -> LoggedBatch:
    """Read an entry; raises AuditAltered unless it is one, in the one way to write it."""
    try:
        tree: dict[str, Any] = orjson.loads(entry)
        batch = LoggedBatch(**{name: value for name, value in tree.items() if name != "v"})
        same = batch.leaf() == entry
    except (orjson.JSONDecodeError, TypeError, AttributeError, rfc8785.CanonicalizationError):
        same = False
    if not same:
        raise AuditAltered("entry is no batch")
    return batch


def _compared(batches: list[LoggedBatch], found: Mapping[Place, str], since_ms: int) -> Compared:
    expired = [each for each in batches if each.place not in found and _ms(each.written_at) < since_ms]
    missing = [each for each in batches if each.place not in found and _ms(each.written_at) >= since_ms]
    changed = [each for each in batches if found.get(each.place, each.sha256) != each.sha256]
    present = len(batches) - len(expired) - len(missing)
    named = tuple(each.batch_id for each in (*missing, *changed))[:_MOST_NAMED]
    return Compared(len(batches), present, len(expired), len(missing), len(changed), named)


def _sha256(value: bytes) -> str:
    return hashlib.sha256(value).hexdigest()


def _ms(text: str) -> int:
    try:
        return round(datetime.fromisoformat(text).timestamp() * 1000)
    except ValueError:
        raise AuditAltered("entry has no time") from None
