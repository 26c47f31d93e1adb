"""The open streams of one worker: what a batch does to them is kept with its transaction, or undone without it."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from itertools import islice

from streams.assembly.gaps import Gap
from streams.assembly.ordering import in_order
from streams.assembly.partition import Partition
from streams.assembly.pointers import pointer_key, pointing, unread_key, withdrawn
from streams.assembly.stream import AssemblyLimits, Closed, Held, OpenStream, Progress, StreamKey, Why, place_of, under
from streams.clock import Clock
from streams.log.ports import Publication, Record, TopicPartition
from streams.tenants import Tenant

#: How many ended streams are remembered, so that a piece that comes after the end opens none.
_REMEMBERED = 100_000
#: How many streams one record, or one look at the clock, closes at most, and no more than one may be large: the log
#: must hear of the worker in time.
_MOST_CLOSED = 50

Undo = Callable[[], None]


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
        self._partitions: dict[TopicPartition, Partition] = {}
        self._journal: list[Undo] = []
        self._pointers: list[Publication] = []

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
        self._partitions[place] = Partition(epoch)

    def restore(self, held: Held, *, begins: bool) -> None:
        """Take a part again that was committed before, where it begins a stream that is open, or goes on with one.

        Nothing of it is ever undone, and its pointer stands in the log.
        """
        key = held.key
        self.restore_record(held.record)
        stream = self._streams.get(key)
        if stream is None and begins:
            stream = self._begun(key, held)
        if stream is not None:
            self._grow(stream, held)

    def restore_record(self, record: Record) -> Partition:
        """Pass a record again that was committed before: the last of them is where its partition stands."""
        partition = self._partitions[place_of(record.topic, record.partition)]
        partition.see(record, self._clock.now_ms(), self.limits.step_ms)
        return partition

    def restore_unread(self, record: Record, tenant: Tenant) -> None:
        """Pass over a record again that was committed before as one that nobody may read."""
        self._tear(self.restore_record(record), record, tenant)

    def standing(self) -> frozenset[bytes]:
        """Return the record keys of the pointers to what is open or unread."""
        unread = (unread_key(gap.record) for partition in self._partitions.values() for gap in partition.gaps)
        return frozenset((*unread, *(pointer_key(stream.records.first) for stream in self._streams.values())))

    def withdraw(self, pointer: bytes) -> None:
        """Withdraw a pointer to what cannot be found again."""
        self._pointers.append(withdrawn(pointer))

    def awaits(self, held: Held) -> bool:
        """Tell whether a part that may stand alone belongs to a stream: one that is open, has ended, or lost its begin.

        What intake brought from several partitions may come before the pieces that it is the last of.
        """
        if held.record.origin is not None or held.key in self._streams or held.key in self._ended:
            return True
        return self._partitions[held.key.place].has_lost_begin(held, held.key, self.limits)

    def take(self, held: Held) -> list[Closed]:
        """Take one part; return the streams that are closed by it, or by the time that its record tells."""
        self._see(held.record)
        key = self._key_of(held)
        closed = self._overdue(key, held)
        if key not in self._streams and (self._has_ended(key, held) or not held.part.trees):
            closed.append(Closed((held.record,), held.tenant, Why.LATE))
        else:
            stream = self._append(key, held)
            if stream.progress.size > self.limits.joined_bytes:
                closed.append(self._close(stream, Why.TOO_LARGE))
            elif stream.progress.ended and held.record.origin is None:
                closed.append(self._close(stream, Why.ENDED))
        return closed + self._due(self._partitions[key.place])

    def _overdue(self, key: StreamKey, held: Held) -> list[Closed]:
        """Return the stream of a key, closed, where a part comes too late to be of it, or begins another."""
        if (stream := self._streams.get(key)) is None:
            return []
        partition = self._partitions[key.place]
        skipped_ms = stream.progress.skipped_ms if held.part.begins or held.part.alone else partition.skipped_ms
        is_late = stream.deadline_ms(self.limits, skipped_ms) < partition.now_ms
        return [self._close(stream, Why.WAITED)] if is_late else []

    def pass_unread(self, record: Record, tenant: Tenant) -> list[Closed]:
        """Pass over a record that nobody may read; streams that it may be a piece of, open or to come, are torn.

        Return the streams that waited long enough.
        """
        self._see(record)
        partition = self._partitions[place_of(record.topic, record.partition)]
        gap = self._tear(partition, record, tenant)
        self._pointers.append(pointing(unread_key(record), record, gap.until_ms))
        return self._due(partition)

    def pass_record(self, record: Record) -> list[Closed]:
        """Let the time of a record's partition pass; return the streams that waited long enough."""
        self._see(record)
        return self._due(self._partitions[place_of(record.topic, record.partition)])

    def pass_time(self, passed: Mapping[TopicPartition, int]) -> list[Closed]:
        """Let milliseconds pass in partitions; return the streams that waited long enough in any."""
        closed: list[Closed] = []
        for place, partition in self._partitions.items():
            self._journal.append(partition.as_it_is())
            partition.now_ms += passed.get(place, 0)
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
        return self._chats.get(under(held.key, held.record), held.key)

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
        partition = self._partitions[stream.key.place]
        stream.progress = stream.progress.after(held, partition.now_ms, partition.skipped_ms)
        partition.wait(stream, self.limits)

    def _take_back(self, stream: OpenStream, before: Progress) -> None:
        stream.records.pop()
        stream.progress = before
        if stream.records:
            self._partitions[stream.key.place].wait(stream, self.limits)

    def _begun(self, key: StreamKey, held: Held) -> OpenStream:
        torn = self._partitions[key.place].has_lost_begin(held, key, self.limits)
        stream = self._streams[key] = OpenStream(key, held.tenant, progress=Progress(torn=torn))
        if key.format == "chat":
            self._chats[under(key, held.record)] = key
        return stream

    def _open(self, key: StreamKey, held: Held) -> OpenStream:
        stream = self._begun(key, held)
        self._journal.append(partial(self._streams.__delitem__, key))
        deadline = self._partitions[key.place].now_ms + self.limits.total_ms
        self._pointers.append(pointing(pointer_key(held.record), held.record, deadline))
        return stream

    def _close(self, stream: OpenStream, why: Why) -> Closed:
        del self._streams[stream.key]
        self._chats.pop(under(stream.key, stream.records.first), None)
        self._journal.append(lambda: self._open_again(stream))
        if stream.key.named and (len(stream.records) > 1 or stream.key.format != "gemini"):
            self._remember(stream.key)
        self._pointers.append(withdrawn(pointer_key(stream.records.first)))
        records = tuple(stream.records)
        ordered = in_order(records, numbered=stream.progress.numbered)
        if ordered is None:
            return Closed(records, stream.tenant, Why.DISORDERED)
        return Closed(ordered, stream.tenant, Why.TORN if stream.progress.torn else why)

    def _open_again(self, stream: OpenStream) -> None:
        self._streams[stream.key] = stream
        self._chats[under(stream.key, stream.records.first)] = stream.key
        self._ended.pop(stream.key, None)
        self._partitions[stream.key.place].wait(stream, self.limits)

    def _remember(self, key: StreamKey) -> None:
        self._ended[key] = None
        if len(self._ended) > _REMEMBERED:
            self._ended.popitem(last=False)

    def _has_ended(self, key: StreamKey, held: Held) -> bool:
        """Tell whether a part comes after its stream's end; one that begins says that a server used an id again."""
        return key in self._ended and not held.part.begins

    def _tear(self, partition: Partition, record: Record, tenant: Tenant) -> Gap:
        """Note a record that nobody may read, and that the open streams have a gap which it may be a piece of."""
        gap = Gap(record, tenant.id, partition.now_ms, partition.now_ms + 2 * self.limits.total_ms)
        partition.gaps.append(gap)
        self._journal.append(partial(partition.gaps.remove, gap))
        place = place_of(record.topic, record.partition)
        for stream in self._streams.values():
            if stream.key.place == place and gap.is_in(stream.key):
                self._journal.append(partial(setattr, stream, "progress", stream.progress))
                stream.progress = stream.progress._replace(torn=True)
        return gap

    def _see(self, record: Record) -> None:
        """Let a partition's time be that of its latest record, and forget the gaps that nothing can lie around now."""
        partition = self._partitions[place_of(record.topic, record.partition)]
        self._journal.append(partition.as_it_is())
        partition.see(record, self._clock.now_ms(), self.limits.step_ms)
        if partition.gaps and partition.gaps[0].until_ms <= partition.now_ms:
            gap = partition.gaps.pop(0)
            self._journal.append(partial(partition.gaps.insert, 0, gap))
            self._pointers.append(withdrawn(unread_key(gap.record)))

    def _due(self, partition: Partition) -> list[Closed]:
        closed: list[Closed] = []
        size = 0
        while (next_size := partition.next_size()) is not None and len(closed) < _MOST_CLOSED:
            size += next_size
            if closed and size > self.limits.joined_bytes:
                break
            stream = partition.next_due()
            if self._streams.get(stream.key) is not stream:
                continue
            if stream.deadline_ms(self.limits, partition.skipped_ms) <= partition.now_ms:
                closed.append(self._close(stream, Why.WAITED))
            else:
                partition.wait(stream, self.limits)
        return closed
