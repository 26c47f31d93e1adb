"""Reading a range of one partition on Kafka, beside any group: nothing is joined, nothing is committed."""
# ruff: noqa: SLF001 - the client's own error codes begin with an underscore.

import time
from collections.abc import Iterator

from confluent_kafka import Consumer, KafkaError
from confluent_kafka import TopicPartition as Place

from schemas.errors import LogUnavailable
from streams.log.client import translated
from streams.log.kafka_places import ADMIN_SECONDS, as_record
from streams.log.ports import Record

#: How long nothing may come: longer than a transaction may stay open, whose end a reader of committed records awaits.
_SILENT_SECONDS = 60.0
_WAIT_SECONDS = 0.5
_READ = 500


def ends_of(consumer: Consumer, place: Place) -> tuple[int, int]:
    """Return where a partition begins and where it ends now, as far as the consumer may see it."""
    low, end = consumer.get_watermark_offsets(place, timeout=ADMIN_SECONDS)
    return int(low), int(end)


def read_range(consumer: Consumer, place: Place, first: int, end: int) -> Iterator[Record]:
    """Yield the records of a partition from *first* up to *end*, which may be behind markers or what is gone.

    Raises LogUnavailable where nothing comes for longer than a transaction may stay open.
    """
    if first >= end:
        return
    consumer.assign([Place(place.topic, place.partition, first)])
    reached, until = first, time.monotonic() + _SILENT_SECONDS
    while reached < end:
        messages = consumer.consume(_READ, _WAIT_SECONDS)
        if not messages and time.monotonic() > until:
            raise LogUnavailable("log gives nothing of what it holds", topic=place.topic, partition=place.partition)
        for message in messages:
            error, offset = message.error(), message.offset() or 0
            if error is None and offset < end:
                yield as_record(message)
            elif error is not None and error.code() != KafkaError._PARTITION_EOF:
                raise translated(error)
            moved = offset + (error is None)
            until = time.monotonic() + _SILENT_SECONDS if moved > reached else until
            reached = max(reached, moved)
