"""Partitions read as one: records in the order of their time, as far as nothing earlier can be unread.

Pieces of one stream may stand in several partitions of a raw topic. Whoever read these one after the other would let
the time of a stream run away from its own pieces.
"""

import heapq
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from streams.clock import Clock
from streams.log.ports import Record, TopicPartition, TransactionalLog

#: As much of one partition waits for the others at most; then it is not read for a while.
_MOST_BYTES = 4 * 1024 * 1024
_MOST_RECORDS = 2_000


@dataclass(slots=True)
class _Waiting:
    """What was read of a partition and not given out; `time_ms` is that of the last one read, and never goes back."""

    epoch: int
    records: deque[tuple[int, Record]] = field(default_factory=deque, repr=False)
    size: int = 0
    time_ms: int = 0
    read: int = -1

    @property
    def is_full(self) -> bool:
        return self.size > _MOST_BYTES or len(self.records) > _MOST_RECORDS


class Merging:
    """Reads a log whose partitions are all assigned to it, each topic in the order of its records' timestamps."""

    def __init__(self, log: TransactionalLog, clock: Clock) -> None:
        self._log = log
        self._clock = clock
        self._places: dict[TopicPartition, _Waiting] = {}

    def __len__(self) -> int:
        """Return how many records were read and not given out."""
        return sum(len(waiting.records) for waiting in self._places.values())

    def read(self, limit: int, timeout: float) -> Sequence[Record]:
        """Return what comes next; of each partition a run without a gap. Waits only where nothing is ready."""
        self._log.hold([place for place, waiting in self._places.items() if waiting.is_full])
        records = self._log.read(limit, 0.0 if len(self) else timeout)
        self._follow()
        for record in records:
            self._take(record)
        return list(self._ready())

    def forget(self) -> None:
        """Drop everything: the log was moved back to what is committed."""
        self._places.clear()

    def _follow(self) -> None:
        """Drop what was read of partitions that went; one that came back is read again from its committed offset."""
        assigned = self._log.assigned()
        known = self._places
        self._places = {
            place: known[place] if place in known and known[place].epoch == epoch else _Waiting(epoch)
            for place, epoch in assigned.items()
        }

    def _take(self, record: Record) -> None:
        """Take a record, unless it was read before: the log may move back at any time."""
        waiting = self._places.get(TopicPartition(record.topic, record.partition))
        if waiting is None or record.offset <= waiting.read:
            return
        waiting.read = record.offset
        waiting.time_ms = max(waiting.time_ms, min(record.timestamp_ms, self._clock.now_ms()))
        waiting.records.append((waiting.time_ms, record))
        waiting.size += len(record.value or b"")

    def _ready(self) -> Iterator[Record]:
        """Yield what no unread record of the same topic can come before."""
        lags = self._log.lag()
        for topic in sorted({place.topic for place in self._places}):
            places = {place: waiting for place, waiting in self._places.items() if place.topic == topic}
            yield from _merged(places, {place for place in places if lags.get(place)})


def _merged(places: dict[TopicPartition, _Waiting], unread: set[TopicPartition]) -> Iterator[Record]:
    """Yield the records of one topic; of an unread partition nothing earlier will come than what came last."""
    heads = [(waiting.records[0][0], place.partition, place) for place, waiting in places.items() if waiting.records]
    heapq.heapify(heads)
    bounds = [places[place].time_ms for place in unread if not places[place].records]
    until = min(bounds) if bounds else None
    while heads and (until is None or heads[0][0] <= until):
        _, _, place = heapq.heappop(heads)
        waiting = places[place]
        time_ms, record = waiting.records.popleft()
        waiting.size -= len(record.value or b"")
        yield record
        if waiting.records:
            heapq.heappush(heads, (waiting.records[0][0], place.partition, place))
        elif place in unread:
            until = time_ms if until is None else min(until, time_ms)
