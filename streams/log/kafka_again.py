"""Reading again on Kafka what was read before, beside the group and without a word to it."""

import time
from collections.abc import Iterator, Mapping
from typing import Any

from confluent_kafka import Consumer, KafkaError
from confluent_kafka import TopicPartition as Place

from schemas.errors import LogUnavailable
from streams.log.client import consuming, translated
from streams.log.kafka_reader import ADMIN_SECONDS, as_record, partitions_of
from streams.log.ports import Record, TopicPartition

#: How long nothing may come: longer than a transaction may stay open, whose end a reader of committed records awaits.
_SILENT_SECONDS = 60.0
_READ = 500


class KafkaAgain:
    """Reads ranges of partitions and whole topics; *settings* are those of a consumer without a name in the group."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = dict(settings)

    def between(self, place: TopicPartition, first: int, end: int) -> Iterator[Record]:
        """Yield the records of a partition from *first*, or where the log begins, up to *end*."""
        with consuming(self._settings) as consumer:
            low = consumer.get_watermark_offsets(Place(place.topic, place.partition), timeout=ADMIN_SECONDS)[0]
            yield from _between(consumer, place, max(first, low), end)

    def everything(self, topic: str) -> Iterator[Record]:
        """Yield what a topic holds by now.

        The ends are those of all records: where a transaction is open, its end is awaited, since it may be one that
        was committed already and only waits for its marker.
        """
        with consuming(self._settings | {"isolation.level": "read_uncommitted"}) as consumer:
            ends = {
                TopicPartition(place.topic, place.partition): consumer.get_watermark_offsets(
                    place, timeout=ADMIN_SECONDS
                )
                for place in partitions_of(consumer, topic)
            }
        with consuming(self._settings) as consumer:
            for place, (low, end) in ends.items():
                yield from _between(consumer, place, low, end)


def _between(consumer: Consumer, place: TopicPartition, first: int, end: int) -> Iterator[Record]:
    if first >= end:
        return
    consumer.assign([Place(place.topic, place.partition, first)])
    reached, until = first, time.monotonic() + _SILENT_SECONDS
    while reached < end:
        messages = consumer.consume(_READ, 0.5)
        if not messages and time.monotonic() > until:
            raise LogUnavailable("log gives nothing of what it holds", topic=place.topic, partition=place.partition)
        for message in messages:
            error = message.error()
            if error is None and (message.offset() or 0) < end:
                yield as_record(message)
            elif error is not None and error.code() != KafkaError._PARTITION_EOF:  # noqa: SLF001 - a public constant.
                raise translated(error)
            moved = (message.offset() or 0) + (error is None)
            until = time.monotonic() + _SILENT_SECONDS if moved > reached else until
            reached = max(reached, moved)
