"""Records that intake may not read, since they killed two processes of it, and the pieces that come after them.

Nobody can tell whose stream such a record is a piece of before its pieces say their id. So each later piece that the
record may belong to goes on with the mark of a gap: its stream is no whole, and its worker seals it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from schemas.sources.streamed.part import Part, is_begin
from streams.assembly.gaps import holds_ids, may_be_piece
from streams.log.ports import Record, TopicPartition, TransactionalLog


@dataclass(slots=True)
class _Gap:
    """One record; once another stream has begun under its record key, it is `over` for pieces without an id."""

    record: Record
    over: bool = False


@dataclass(slots=True)
class UnreadRecords:
    """The unread records of the partitions that intake has, as far as they may be pieces."""

    _gaps: dict[tuple[str, int, int], _Gap] = field(default_factory=dict)
    _known: dict[TopicPartition, int] = field(default_factory=dict)

    def follow(self, log: TransactionalLog, doomed: Iterable[str]) -> None:
        """Learn of the records that an earlier process forwarded unread, in the partitions that came."""
        assigned = log.assigned()
        fresh = {place for place, epoch in assigned.items() if self._known.get(place) != epoch}
        self._known = dict(assigned)
        for topic, partition, offset in (where.rsplit("/", 2) for where in (doomed if fresh else ())):
            place = TopicPartition(topic, int(partition))
            record = next(iter(log.settled(place, int(offset))), None) if place in fresh else None
            if record is not None and record.offset == int(offset):
                self.add(record)

    def add(self, record: Record) -> None:
        """Remember a record that stays unread."""
        if may_be_piece(record.value or b""):
            self._gaps[record.topic, record.partition, record.offset] = _Gap(record)

    def miss_in(self, record: Record, part: Part) -> bool:
        """Tell whether an unread record may be a piece of the stream that *part*, of a later *record*, belongs to."""
        found = [self._is_in(gap, record, part) for gap in self._gaps.values()]
        return any(found)

    def forget(self) -> None:
        """Drop everything: the log was moved back to what is committed."""
        self._gaps.clear()
        self._known.clear()

    @staticmethod
    def _is_in(gap: _Gap, record: Record, part: Part) -> bool:
        """Tell it of one; pieces without an id are of what began last under their record key, or in their partition."""
        if gap.record.topic != record.topic:
            return False
        if part.stream is not None:
            return holds_ids(gap.record.value or b"", part.stream)
        if _belongs(record) != _belongs(gap.record):
            return False
        gap.over = gap.over or is_begin(part)
        return not gap.over


def _belongs(record: Record) -> bytes | int:
    return record.partition if record.key is None else record.key
