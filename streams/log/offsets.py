"""Offsets after a batch: of this batch, never of what was merely fetched."""

from collections.abc import Sequence

from streams.log.ports import Record, TopicPartition


def after(records: Sequence[Record]) -> dict[TopicPartition, int]:
    """Return the offset after the last of *records* in each partition."""
    ends: dict[TopicPartition, int] = {}
    for record in records:
        place = TopicPartition(record.topic, record.partition)
        ends[place] = max(ends.get(place, 0), record.offset + 1)
    return ends
