"""One batch: everything that one transaction writes, in the order in which it is written."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from schemas.audit import BatchRecord, OffsetRange
from schemas.codec import BATCH_RECORD, encode
from schemas.topics import BATCHES, REDACTED, VAULT
from schemas.vault import VaultEntry
from streams.clock import Clock, rfc3339
from streams.log.ports import Publication, Record, TopicPartition, size_of
from streams.pipeline import Outcome, Quarantined, Redacted
from streams.quarantine import QuarantineWriter
from streams.tenants import Tenants


@dataclass(frozen=True, slots=True)
class Step:
    """What came of one record, or of time that passed: outcomes, and pointers to open streams to be written.

    `mark` is the position in the journal of changes to the open streams, up to which a commit keeps them.
    """

    record: Record | None
    outcomes: tuple[Outcome, ...]
    pointers: tuple[Publication, ...] = field(default=(), repr=False)
    mark: int = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """What one transaction holds: publications, and the raw records whose offsets it commits.

    Where only time passed, these are the last committed ones of their partitions: committing them again fails if the
    partition belongs to another worker by now.
    """

    batch_id: str
    records: tuple[Record, ...] = field(repr=False)
    publications: tuple[Publication, ...] = field(repr=False)
    entries: tuple[VaultEntry, ...] = field(repr=False)
    summary: BatchRecord

    def fits(self, limit_bytes: int) -> bool:
        """Tell whether the log takes each publication; the batch record too, which grows with the entries it lists."""
        return all(size_of(publication) <= limit_bytes for publication in self.publications)


@dataclass(frozen=True, slots=True)
class BatchBuilder:
    """Builds batches; `policy` and `detector` are the fingerprints that every event of the run carries."""

    slot: str
    policy: str
    detector: str
    quarantine: QuarantineWriter
    tenants: Tenants
    clock: Clock

    def build(self, batch_id: str, steps: Sequence[Step], anchors: Sequence[Record] = ()) -> Batch:
        """Put the outcomes of *steps* into one batch: entries, events and `Withheld` records, the batch record last.

        *anchors* are the records whose offsets are committed where no step has one.
        """
        records = tuple(step.record for step in steps if step.record is not None)
        outcomes = [outcome for step in steps for outcome in step.outcomes]
        settled = {_place(record) for outcome in outcomes for record in _records(outcome)}
        entries: list[VaultEntry] = []
        publications: list[Publication] = []
        reasons: Counter[str] = Counter()
        identifiers: Counter[str] = Counter()
        tenants: Counter[str] = Counter()
        for outcome in outcomes:
            if isinstance(outcome, Quarantined):
                publications += self.quarantine.publications(outcome, batch_id)
                reasons[outcome.reason.value] += 1
                tenants[outcome.tenant.id] += 1
            else:
                entries += outcome.entries
                publications.append(_redacted(outcome))
                identifiers.update(outcome.event.phi.counts)
                tenants[outcome.event.tenant] += 1
        sealed = _distinct(entries)
        summary = BatchRecord(
            v=BATCH_RECORD.version,
            batch_id=batch_id,
            tenant_counts=dict(tenants),
            slot=self.slot,
            written_at=rfc3339(self.clock.now_ms()),
            inputs=ranges(records),
            redacted=len(outcomes) - reasons.total(),
            quarantined=reasons.total(),
            held=sum(_place(record) not in settled for record in records),
            released=len(settled - {_place(record) for record in records}),
            reasons=dict(reasons),
            identifiers=dict(identifiers),
            entries=tuple(self._entry_digest(entry) for entry in sealed),
            events_digest=digest(item.value or b"" for item in publications if item.topic == REDACTED),
            policy=self.policy,
            detector=self.detector,
        )
        vault = [Publication(VAULT, entry_key(entry), encode(entry)) for entry in sealed]
        batch_record = Publication(BATCHES, self.slot.encode(), encode(summary))
        everything = (*vault, *publications, *_pointers(steps), batch_record)
        return Batch(batch_id, records or tuple(anchors), everything, sealed, summary)

    def _entry_digest(self, entry: VaultEntry) -> str:
        """Return 16 bytes, in hex, of the tenant's keyed digest of an entry's record key."""
        return self.tenants.by_id[entry.tenant].minter.digest(entry_key(entry))[:32]


def entry_key(entry: VaultEntry) -> bytes:
    """Return the record key of a vault entry: tenant, token and unit, so that compaction keeps one a unit."""
    return f"{entry.tenant}|{entry.token}|{entry.unit}".encode()


def digest(values: Iterable[bytes]) -> str:
    """Return SHA-256, in hex, over values that are each preceded by their length as four bytes."""
    running = hashlib.sha256()
    for value in values:
        running.update(len(value).to_bytes(4, "big"))
        running.update(value)
    return running.hexdigest()


def ranges(records: Iterable[Record]) -> tuple[OffsetRange, ...]:
    """Return the first and last offset of each partition among *records*."""
    found: dict[TopicPartition, tuple[int, int]] = {}
    for record in records:
        place = TopicPartition(record.topic, record.partition)
        first, last = found.get(place, (record.offset, record.offset))
        found[place] = min(first, record.offset), max(last, record.offset)
    return tuple(OffsetRange(place.topic, place.partition, *ends) for place, ends in found.items())


def cut(records: Sequence[Record], limit_bytes: int) -> Iterable[Sequence[Record]]:
    """Cut records into runs of at most *limit_bytes*, each with at least one record."""
    run: list[Record] = []
    size = 0
    for record in records:
        length = len(record.value or b"")
        if run and size + length > limit_bytes:
            yield run
            run, size = [], 0
        run.append(record)
        size += length
    if run:
        yield run


def _records(outcome: Outcome) -> Sequence[Record]:
    return (outcome.record,) if isinstance(outcome, Quarantined) else outcome.records


def _place(record: Record) -> tuple[str, int, int]:
    return record.topic, record.partition, record.offset


def _pointers(steps: Sequence[Step]) -> list[Publication]:
    """Return the last pointer of each stream; none for one that opened and closed within the batch."""
    last: dict[bytes | None, Publication] = {}
    for pointer in (pointer for step in steps for pointer in step.pointers):
        known = last.pop(pointer.key, None)
        if known is None or pointer.value is not None:
            last[pointer.key] = pointer
    return list(last.values())


def _redacted(outcome: Redacted) -> Publication:
    event = outcome.event
    key = (event.key or event.event_id).encode()
    return Publication(REDACTED, key, outcome.value, timestamp_ms=event.coordinates.timestamp_ms)


def _distinct(entries: Iterable[VaultEntry]) -> tuple[VaultEntry, ...]:
    return tuple({entry_key(entry): entry for entry in entries}.values())
