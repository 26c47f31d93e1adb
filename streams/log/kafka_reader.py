"""A member of a consumer group on Kafka: records, positions, offsets. Contracts stand in ports.py."""
# ruff: noqa: SLF001 - the client's own error codes begin with an underscore.

import threading
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress

import structlog
from confluent_kafka import OFFSET_BEGINNING, OFFSET_END, Consumer, KafkaError, KafkaException, Message
from confluent_kafka import TopicPartition as Place

from streams.log.client import commit_offsets, member_error, translating
from streams.log.kafka_places import ADMIN_SECONDS, as_record, committed_offsets, partitions_of, places
from streams.log.kafka_unowned import Unowned
from streams.log.offsets import after
from streams.log.ports import Record, TopicPartition

_SLICE_SECONDS = 0.05
_JOIN_SECONDS = 5.0
_CLOSE_SECONDS = 10.0

log = structlog.get_logger(__name__)


class KafkaReader:
    """A member of a consumer group; a partition without an offset begins at *start*.

    With *unowned* it joins anew where a partition belongs to no member for long: only a static member needs that.
    """

    def __init__(
        self, consumer: Consumer, topics: Sequence[str], *, start: str = "earliest", unowned: Unowned | None = None
    ) -> None:
        self.consumer = consumer
        self._unowned = unowned
        self._topics = tuple(topics)
        self._start = OFFSET_END if start == "latest" else OFFSET_BEGINNING
        self._ends: dict[TopicPartition, int] = {}
        self._returned: dict[TopicPartition, int] = {}
        self._assignments = 0
        self._assigned: dict[TopicPartition, int] = {}
        self._held: set[TopicPartition] = set()
        self._unplaced: set[TopicPartition] = set()
        self._stale = False
        self._join()

    def read(self, limit: int, timeout: float) -> Sequence[Record]:
        """Return the next records."""
        until = time.monotonic() + timeout
        if self._unowned is not None and self._unowned.lasting(self._wanted):
            self._rejoin()
        while True:
            if self._stale:
                self.rewind()
            records = self._consume(limit, max(0.0, min(_SLICE_SECONDS, until - time.monotonic())))
            if records or time.monotonic() >= until:
                return records

    @translating(member_error)
    def commit(self, records: Sequence[Record]) -> None:
        """Commit the offsets after *records*."""
        if records:
            commit_offsets(self.consumer, places(records))

    @translating(member_error)
    def wait(self, seconds: float) -> None:
        """Poll with every partition paused."""
        until = time.monotonic() + seconds
        stale, self._stale = self._stale, True  # An error in between leaves partitions paused: rewinding resumes them.
        while (left := until - time.monotonic()) > 0:
            self.consumer.pause(self.consumer.assignment())
            # A partition that came just now was not paused: what it gave is left, and read again from the offsets.
            stale |= bool(list(self._records(self.consumer.consume(1, min(_SLICE_SECONDS, left)))))
        self.consumer.resume(self.consumer.assignment())
        self._held.clear()
        self._stale = stale

    @translating(member_error)
    def hold(self, held: Collection[TopicPartition]) -> None:
        """Pause some partitions and let all others go on; a call for one that is so already would cost its buffer."""
        wanted = {place for place in self._assigned if place in held}
        self.consumer.pause([Place(place.topic, place.partition) for place in wanted - self._held])
        self.consumer.resume([Place(place.topic, place.partition) for place in self._held - wanted])
        self._held = wanted

    @translating(member_error)
    def rewind(self) -> None:
        """Go back to the committed offsets; where there is none, to where the group begins."""
        self._stale = True
        self._ends.clear()
        self._returned.clear()
        self._held.clear()
        assigned = self.consumer.assignment()
        self.consumer.resume(assigned)
        for place in committed_offsets(self.consumer, assigned):
            self._seek(place if place.offset >= 0 else Place(place.topic, place.partition, self._start))
        self._stale = False

    @translating(member_error)
    def lag(self) -> Mapping[TopicPartition, int]:
        """Return what stands after the positions."""
        reached = self.reached()
        asked = [Place(where.topic, where.partition, OFFSET_END) for where in reached]
        # All at once: intake asks at each read, and catches up with a backlog no faster than it is answered.
        ends = self.consumer.offsets_for_times(asked, timeout=ADMIN_SECONDS) if asked else []
        for place in ends:
            if place.error is not None:
                raise KafkaException(place.error)
        return {
            where: max(0, end.offset - reached[where])
            for end in ends
            for where in [TopicPartition(end.topic, end.partition)]
        }

    @translating(member_error)
    def reached(self) -> Mapping[TopicPartition, int]:
        """Return up to where each assigned partition was read, or begins to be."""
        found = {}
        for place in self.consumer.position(self.consumer.assignment()):
            where = TopicPartition(place.topic, place.partition)
            # Markers of transactions take offsets too: the end of a partition is told apart from the last record.
            reached = max(place.offset, self._ends.get(where, -1))
            found[where] = reached if reached >= 0 else self._committed(place)
        return found

    @translating(member_error)
    def drained(self) -> bool:
        """Tell whether the group has settled everything."""
        if any(self.lag().values()):
            return False
        self._commit_ends()
        wanted = [Place(place.topic, place.partition) for place in self._wanted()]
        return all(self._is_settled(place) for place in committed_offsets(self.consumer, wanted))

    def assigned(self) -> Mapping[TopicPartition, int]:
        """Return the assigned partitions, each with the number of the assignment that brought it."""
        return dict(self._assigned)

    @translating(member_error)
    def committed(self, place: TopicPartition) -> int:
        """Return the committed offset of a partition, negative where there is none."""
        return int(committed_offsets(self.consumer, [Place(place.topic, place.partition)])[0].offset)

    @translating(member_error)
    def holds(self, records: Sequence[Record]) -> bool:
        """Tell whether the partitions of *records* are still assigned."""
        assigned = {(place.topic, place.partition) for place in self.consumer.assignment()}
        return all((record.topic, record.partition) in assigned for record in records)

    def close(self) -> None:
        """Leave the group.

        The client waits for ever when it is closed while an assignment waits to be heard of, so that is heard first.
        """
        until = time.monotonic() + _JOIN_SECONDS
        with suppress(KafkaException):
            while not self._assignments and time.monotonic() < until:
                self.consumer.consume(1, _SLICE_SECONDS)
            self.consumer.consume(1, 0.0)
        closing = threading.Thread(target=self._close, daemon=True)
        closing.start()
        closing.join(_CLOSE_SECONDS)

    def _close(self) -> None:
        """Close the client; what goes wrong then is nobody's any more, and the broker ends the session."""
        with suppress(KafkaException):
            self.consumer.close()

    @translating(member_error)
    def _join(self) -> None:
        """Subscribe; a member that had joined before joins anew."""
        self.consumer.subscribe(
            list(self._topics), on_assign=self._assign, on_revoke=self._revoke, on_lost=self._revoke
        )

    @translating(member_error)
    def _rejoin(self) -> None:
        """Give up every partition and join anew: the brokers rebalance a group whose leader does."""
        log.warning("partitions_without_member")
        self.consumer.unsubscribe()
        self._join()

    @translating(member_error)
    def _wanted(self) -> Sequence[TopicPartition]:
        """Return every partition of the topics."""
        found = [place for topic in self._topics for place in partitions_of(self.consumer, topic)]
        return [TopicPartition(place.topic, place.partition) for place in found]

    @translating(member_error)
    def _consume(self, limit: int, timeout: float) -> Sequence[Record]:
        """Return what one call to the client gives; whatever an error leaves unread is read again."""
        assignments, self._stale = self._assignments, True
        records = list(self._records(self.consumer.consume(limit, timeout)))
        # Across a change of partitions some may have been read twice: they are left, and read again from the offsets.
        self._stale = bool(records) and assignments != self._assignments
        if self._stale:
            return []
        self._returned.update(after(records))
        return records

    def _records(self, messages: Sequence[Message]) -> Iterator[Record]:
        """Yield records, and note where partitions end; any other error is raised, never taken for an empty one."""
        for message in messages:
            error = message.error()
            if error is None:
                yield as_record(message)
            elif error.code() == KafkaError._PARTITION_EOF:
                self._ends[TopicPartition(message.topic() or "", message.partition() or 0)] = message.offset() or 0
            else:
                raise member_error(error)

    def _seek(self, place: Place) -> None:
        """Move to a place; a partition that was assigned a moment ago begins at its committed offset by itself."""
        where = TopicPartition(place.topic, place.partition)
        try:
            self.consumer.seek(place)
        except KafkaException as error:
            if error.args[0].code() != KafkaError._STATE or where in self._unplaced:
                raise
        self._unplaced.discard(where)

    def _committed(self, place: Place) -> int:
        return self._begin(committed_offsets(self.consumer, [place])[0])[0]

    def _is_settled(self, committed: Place) -> bool:
        begin, end = self._begin(committed)
        return begin >= end

    def _begin(self, committed: Place) -> tuple[int, int]:
        """Return where a new member would begin to read a partition, and where the partition ends."""
        low, high = self.consumer.get_watermark_offsets(committed, timeout=ADMIN_SECONDS)
        begin = committed.offset if committed.offset >= 0 else high if self._start == OFFSET_END else low
        return int(begin), int(high)

    def _commit_ends(self) -> None:
        """Commit past the markers of transactions behind the last records, which others would take for unread ones.

        Only where what was returned is committed: what stands before the end then is markers alone.
        """
        reached = [Place(where.topic, where.partition, end) for where, end in self._ends.items()]
        behind = []
        for end, known in zip(reached, committed_offsets(self.consumer, reached), strict=True):
            returned = self._returned.get(TopicPartition(end.topic, end.partition), known.offset)
            if returned <= known.offset < end.offset:
                behind.append(end)
        if behind:
            commit_offsets(self.consumer, behind)

    def _assign(self, consumer: Consumer, assigned: Sequence[Place]) -> None:
        """Take partitions at their committed offsets; one without begins at the group's start, explicitly.

        Where the brokers do not tell the offsets, the partitions are taken all the same, nowhere yet: the error is
        raised by the call that brought them, and nothing is read before a rewind has found their places.
        """
        self._assignments += 1
        self._forget(assigned)
        self._assigned |= {TopicPartition(place.topic, place.partition): self._assignments for place in assigned}
        try:
            committed = committed_offsets(consumer, assigned)
        except KafkaException:
            self._unplaced |= {TopicPartition(place.topic, place.partition) for place in assigned}
            # Left to itself the client would look for the offsets, and take a group without one for an error.
            consumer.incremental_assign([Place(place.topic, place.partition, OFFSET_END) for place in assigned])
            raise
        without = {(place.topic, place.partition) for place in committed if place.offset < 0}
        for place in assigned:
            if (place.topic, place.partition) in without:
                place.offset = self._start
        consumer.incremental_assign(list(assigned))
        # One that was lost while it was paused comes back paused.
        consumer.resume(list(assigned))

    def _revoke(self, _: Consumer, revoked: Sequence[Place]) -> None:
        self._assignments += 1
        for place in revoked:
            self._assigned.pop(TopicPartition(place.topic, place.partition), None)
        self._forget(revoked)

    def _forget(self, changed: Sequence[Place]) -> None:
        for place in changed:
            where = TopicPartition(place.topic, place.partition)
            self._ends.pop(where, None)
            self._returned.pop(where, None)
            self._unplaced.discard(where)
            self._held.discard(where)
