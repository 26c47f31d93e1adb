"""Partitions read as one: records in the order of their time, as far as nothing earlier can be unread.

Pieces of one stream may stand in several partitions of a raw topic. Whoever read these one after the other would let
the time of a stream run away from its own pieces. So would who caught up with one topic before another, since streams
of both pass through the same partitions of intake's topic.
"""

import heapq
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from streams.clock import Clock
from streams.log.ports import Record, TopicPartition, TransactionalLog

#: As much of one partition waits for the others at most; then it is not read for a while.
_MOST_BYTES = 4 * 1024 * 1024
_MOST_RECORDS = 2_000


@dataclass(slots=True)
class _Waiting:
    """What was read of a partition and not given out; `time_ms` is that of the last one read, and never goes back.

    `is_late` says that what stood in it when it came is not read yet.
    """

    epoch: int
    records: deque[tuple[int, Record]] = field(default_factory=deque, repr=False)
    size: int = 0
    time_ms: int = 0
    read: int = -1
    is_late: bool = True

    @property
    def is_full(self) -> bool:
        return self.size > _MOST_BYTES or len(self.records) > _MOST_RECORDS


class Merging:
    """Reads a log whose partitions are all assigned to it, each topic in the order of its records' timestamps.

    Until it has caught up all topics are read as one; after that none waits for the records of another.
    """

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
        """Yield what no unread record of the same topic, or of any while one is late, can come before."""
        lags = self._log.lag()
        unread = {place for place in self._places if lags.get(place)}
        for place, waiting in self._places.items():
            waiting.is_late &= place in unread
        together = any(waiting.is_late for waiting in self._places.values())
        yield from _merged(self._places, unread, lambda place: "" if together else place.topic)


def _merged(
    places: dict[TopicPartition, _Waiting], unread: set[TopicPartition], group: Callable[[TopicPartition], str]
) -> Iterator[Record]:
    """Yield records in their order; of an unread partition nothing earlier will come than what came last.

    No record of a *group* comes before what may still come of the same.
    """
    heads = [
        (each.records[0][0], place.topic, place.partition, place) for place, each in places.items() if each.records
    ]
    heapq.heapify(heads)
    until: dict[str, int] = {}
    for place in unread:
        if not places[place].records:
            until[group(place)] = min(until.get(group(place), places[place].time_ms), places[place].time_ms)
    while heads:
        head_ms, _, _, place = heapq.heappop(heads)
        if head_ms > until.get(group(place), head_ms):
            continue
        waiting = places[place]
        time_ms, record = waiting.records.popleft()
        waiting.size -= len(record.value or b"")
        yield record
        if waiting.records:
            heapq.heappush(heads, (waiting.records[0][0], place.topic, place.partition, place))
        elif place in unread:
            until[group(place)] = min(until.get(group(place), time_ms), time_ms)
