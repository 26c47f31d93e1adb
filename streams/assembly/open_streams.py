"""The open streams of one worker: what a batch does to them is kept with its transaction, or undone without it."""

import heapq
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice

from schemas.assembly import StreamPointer
from schemas.codec import STREAM_POINTER, encode
from schemas.topics import ASSEMBLY
from streams.assembly.ordering import in_order
from streams.assembly.stream import AssemblyLimits, Closed, Held, OpenStream, Progress, StreamKey, Why, place_of
from streams.clock import Clock
from streams.log.ports import Publication, Record, TopicPartition

#: How many ended streams are remembered, so that a piece that comes after the end opens none.
_REMEMBERED = 100_000
#: How many streams one record, or one look at the clock, closes at most, and no more than one may be large: the log
#: must hear of the worker in time.
_MOST_CLOSED = 50

Undo = Callable[[], None]


@dataclass(slots=True)
class _Partition:
    """What is known of one partition: its record time, its last record, and when its streams are due."""

    epoch: int
    now_ms: int = 0
    last: Record | None = None
    due: list[tuple[int, int, OpenStream]] = field(default_factory=list)


class OpenStreams:
    """The streams that wait for pieces, by what their pieces have in common.

    Every change notes how it is undone: keep() makes those before a mark lasting, and undoes the others.
    """

    def __init__(self, limits: AssemblyLimits, clock: Clock) -> None:
        self.limits = limits
        self._clock = clock
        self._streams: dict[StreamKey, OpenStream] = {}
        self._chats: dict[tuple[TopicPartition, str], StreamKey] = {}
        self._ended: OrderedDict[StreamKey, None] = OrderedDict()
        self._partitions: dict[TopicPartition, _Partition] = {}
        self._journal: list[Undo] = []
        self._pointers: list[Publication] = []
        self._count = 0

    def __len__(self) -> int:
        """Return how many streams are open."""
        return len(self._streams)

    def epochs(self) -> dict[TopicPartition, int]:
        """Return the partitions whose streams are known, each with the number of its assignment."""
        return {place: partition.epoch for place, partition in self._partitions.items()}

    def forget(self, place: TopicPartition) -> None:
        """Drop what is known of a partition that is another's now."""
        self._partitions.pop(place, None)
        for key in [key for key in self._streams if key.place == place]:
            del self._streams[key]
        self._chats = {where: key for where, key in self._chats.items() if where[0] != place}

    def forget_all(self) -> None:
        """Drop everything: what is open is to be read from the log."""
        for place in list(self._partitions):
            self.forget(place)
        self._ended.clear()
        self._journal.clear()
        self._pointers.clear()

    def begin(self, place: TopicPartition, epoch: int) -> None:
        """Know a partition from now on."""
        self._partitions[place] = _Partition(epoch)

    def restore(self, held: Held, *, begins: bool) -> None:
        """Take a part again that was committed before, where it begins a stream that is open, or goes on with one.

        Nothing of it is ever undone, and its pointer stands in the log.
        """
        key = held.key
        partition = self._partitions[key.place]
        partition.now_ms, partition.last = self._time_at(partition, held.record), held.record
        stream = self._streams.get(key)
        if stream is None and begins:
            stream = self._begun(key, held)
        if stream is not None:
            self._grow(stream, held)

    def open_pointers(self) -> frozenset[bytes]:
        """Return the record keys of the pointers to the streams that are open."""
        return frozenset(pointer_key(stream.records.first) for stream in self._streams.values())

    def withdraw(self, pointer: bytes) -> None:
        """Withdraw a pointer to a stream that cannot be read again."""
        self._pointers.append(Publication(ASSEMBLY, pointer, None))

    def awaits(self, held: Held) -> bool:
        """Tell whether a part that may stand alone belongs to a stream: one that is open, or has ended already.

        What intake brought from several partitions may come before the pieces that it is the last of.
        """
        return held.record.origin is not None or held.key in self._streams or held.key in self._ended

    def take(self, held: Held) -> list[Closed]:
        """Take one part; return the streams that are closed by it, or by the time that its record tells."""
        self._see(held.record)
        key = self._key_of(held)
        closed = []
        if key not in self._streams and (self._has_ended(key, held) or not held.part.trees):
            closed.append(Closed((held.record,), held.tenant, Why.LATE))
        else:
            stream = self._append(key, held)
            if stream.progress.size > self.limits.joined_bytes:
                closed.append(self._close(stream, Why.TOO_LARGE))
            elif stream.progress.ended and held.record.origin is None:
                closed.append(self._close(stream, Why.ENDED))
        return closed + self._due(self._partitions[key.place])

    def pass_record(self, record: Record) -> list[Closed]:
        """Let the time of a record's partition pass; return the streams that waited long enough."""
        self._see(record)
        return self._due(self._partitions[place_of(record.topic, record.partition)])

    def pass_time(self, milliseconds: int) -> list[Closed]:
        """Let time pass in every partition, of which nothing is unread; return the streams that waited long enough."""
        closed = []
        for partition in self._partitions.values():
            self._set_time(partition, partition.now_ms + milliseconds, partition.last)
            closed += self._due(partition)
        return closed

    def end_waiting(self) -> list[Closed]:
        """Return some streams, closed because nothing more will come."""
        closed: list[Closed] = []
        size = 0
        for stream in list(islice(self._streams.values(), _MOST_CLOSED)):
            size += stream.progress.size
            if closed and size > self.limits.joined_bytes:
                break
            closed.append(self._close(stream, Why.WAITED))
        return closed

    def mark(self) -> int:
        """Return a mark of what was done by now."""
        return len(self._journal)

    def pointers(self) -> tuple[Publication, ...]:
        """Return what is to be written of streams that were opened and closed since the last call."""
        pointers, self._pointers = tuple(self._pointers), []
        return pointers

    def keep(self, mark: int) -> None:
        """Keep what was done before *mark*, whose transaction is committed, and undo what was done after it."""
        for undo in reversed(self._journal[mark:]):
            undo()
        self._journal.clear()
        self._pointers.clear()

    def anchors(self, closed: Iterable[Closed]) -> tuple[Record, ...]:
        """Return the last record of each partition of some streams: its offset, committed again, holds the place."""
        places = {place_of(each.records[0].topic, each.records[0].partition) for each in closed}
        found = (self._partitions[place].last for place in places if place in self._partitions)
        return tuple(record for record in found if record is not None)

    def _key_of(self, held: Held) -> StreamKey:
        """Return the key of a part's stream; a lone end mark belongs to the last chat under its record key.

        From a topic that is not keyed by conversation it may be anybody's, and so is nobody's.
        """
        if held.part.trees or held.part.format != "chat" or held.record.origin is not None:
            return held.key
        return self._chats.get(_under(held.key, held.record), held.key)

    def _append(self, key: StreamKey, held: Held) -> OpenStream:
        stream = self._streams.get(key)
        if stream is None:
            stream = self._open(key, held)
        before = stream.progress
        self._grow(stream, held)
        self._journal.append(lambda: self._take_back(stream, before))
        return stream

    def _grow(self, stream: OpenStream, held: Held) -> None:
        stream.records.append(held.record)
        stream.progress = stream.progress.after(held, self._partitions[stream.key.place].now_ms)
        self._wait(stream)

    def _take_back(self, stream: OpenStream, before: Progress) -> None:
        stream.records.pop()
        stream.progress = before
        if stream.records:
            self._wait(stream)

    def _begun(self, key: StreamKey, held: Held) -> OpenStream:
        stream = self._streams[key] = OpenStream(key, held.tenant)
        if key.format == "chat":
            self._chats[_under(key, held.record)] = key
        return stream

    def _open(self, key: StreamKey, held: Held) -> OpenStream:
        stream = self._begun(key, held)
        self._journal.append(lambda: self._drop(key))
        place, record = key.place, held.record
        deadline = self._partitions[place].now_ms + self.limits.total_ms
        pointer = StreamPointer(STREAM_POINTER.version, place.topic, place.partition, record.offset, deadline)
        self._pointers.append(Publication(ASSEMBLY, pointer_key(record), encode(pointer)))
        return stream

    def _drop(self, key: StreamKey) -> None:
        del self._streams[key]

    def _close(self, stream: OpenStream, why: Why) -> Closed:
        del self._streams[stream.key]
        self._chats.pop(_under(stream.key, stream.records.first), None)
        self._journal.append(lambda: self._open_again(stream))
        if stream.key.named and (len(stream.records) > 1 or stream.key.format != "gemini"):
            self._remember(stream.key)
        self._pointers.append(Publication(ASSEMBLY, pointer_key(stream.records.first), None))
        records = tuple(stream.records)
        ordered = in_order(records, numbered=stream.progress.numbered)
        if ordered is None:
            return Closed(records, stream.tenant, Why.DISORDERED)
        return Closed(ordered, stream.tenant, why)

    def _open_again(self, stream: OpenStream) -> None:
        self._streams[stream.key] = stream
        self._chats[_under(stream.key, stream.records.first)] = stream.key
        self._ended.pop(stream.key, None)
        self._wait(stream)

    def _remember(self, key: StreamKey) -> None:
        self._ended[key] = None
        if len(self._ended) > _REMEMBERED:
            self._ended.popitem(last=False)

    def _has_ended(self, key: StreamKey, held: Held) -> bool:
        """Tell whether a part comes after its stream's end; one that begins says that a server used an id again."""
        return key in self._ended and not held.part.begins

    def _see(self, record: Record) -> None:
        """Let a partition's time be that of its latest record, whatever producers with wrong clocks wrote."""
        partition = self._partitions[place_of(record.topic, record.partition)]
        self._set_time(partition, self._time_at(partition, record), record)

    def _time_at(self, partition: _Partition, record: Record) -> int:
        return max(partition.now_ms, min(record.timestamp_ms, self._clock.now_ms()))

    def _set_time(self, partition: _Partition, now_ms: int, last: Record | None) -> None:
        before = partition.now_ms, partition.last

        def undo() -> None:
            partition.now_ms, partition.last = before

        self._journal.append(undo)
        partition.now_ms, partition.last = now_ms, last

    def _wait(self, stream: OpenStream) -> None:
        """Note when a stream is due, unless somebody looks before; a note that came too early is renewed."""
        deadline = stream.deadline_ms(self.limits)
        if stream.noted_ms is None or deadline < stream.noted_ms:
            stream.noted_ms = deadline
            self._count += 1
            heapq.heappush(self._partitions[stream.key.place].due, (deadline, self._count, stream))

    def _due(self, partition: _Partition) -> list[Closed]:
        closed: list[Closed] = []
        size = 0
        while partition.due and partition.due[0][0] <= partition.now_ms and len(closed) < _MOST_CLOSED:
            size += partition.due[0][2].progress.size
            if closed and size > self.limits.joined_bytes:
                break
            _, _, stream = heapq.heappop(partition.due)
            stream.noted_ms = None
            if self._streams.get(stream.key) is not stream:
                continue
            if stream.deadline_ms(self.limits) <= partition.now_ms:
                closed.append(self._close(stream, Why.WAITED))
            else:
                self._wait(stream)
        return closed


def _under(key: StreamKey, record: Record) -> tuple[TopicPartition, str]:
    """Return where a lone end mark finds its stream: the same partition, tenant and record key."""
    return key.place, f"{key.tenant} {record.key!r}"


def pointer_key(first: Record) -> bytes:
    """Return the record key of the pointer to a stream: where its first record stands."""
    return f"{first.topic}/{first.partition}/{first.offset}".encode()
