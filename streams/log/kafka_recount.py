"""Reading again what a group has already committed: how the monitor rebuilds the windows that were open.

No group is joined and nothing is committed; only committed transactions are read.
"""

from collections.abc import Iterator, Sequence

from confluent_kafka import Consumer, KafkaException
from confluent_kafka import TopicPartition as Place

from streams.config import Settings
from streams.log.client import consumer_settings, consuming
from streams.log.kafka_places import ADMIN_SECONDS, committed_offsets, partitions_of
from streams.log.kafka_range import ends_of, read_range
from streams.log.ports import Record

#: How far back a partition is looked at to see of which time it is.
_LOOK_BACK = 500


def read_again(settings: Settings, group: str, topic: str, window_ms: int) -> Iterator[Record]:
    """Yield what *group* has committed of the windows that may still be open, partition by partition.

    These are the windows of the last committed records, of every partition alike, and the one before the earliest.
    """
    with consuming(consumer_settings(settings.kafka, group)) as consumer:
        places = partitions_of(consumer, topic)
        ends = [place for place in committed_offsets(consumer, places) if place.offset > 0]
        since = _open_since(consumer, ends, window_ms)
        if since is None:
            return
        for end in ends:
            yield from read_range(consumer, end, _begin(consumer, end, since), end.offset)


def _open_since(consumer: Consumer, ends: Sequence[Place], window_ms: int) -> int | None:
    """Return when the earliest window began that may be open, in milliseconds, or None where nothing was committed."""
    stamps = []
    for end in ends:
        first = max(ends_of(consumer, end)[0], end.offset - _LOOK_BACK)
        stamps += [record.timestamp_ms for record in read_range(consumer, end, first, end.offset)]
    if not stamps:
        return None
    earliest = min(stamps)
    return max(0, earliest - earliest % window_ms - window_ms)


def _begin(consumer: Consumer, end: Place, since_ms: int) -> int:
    """Return the first offset of a partition with a record of that time or later, or the end where there is none."""
    wanted = Place(end.topic, end.partition, since_ms)
    found = consumer.offsets_for_times([wanted], timeout=ADMIN_SECONDS)[0]
    if found.error is not None:
        raise KafkaException(found.error)
    return int(found.offset if found.offset >= 0 else end.offset)
