"""Reading again on Kafka what was read before, beside the group and without a word to it."""

from collections.abc import Iterator, Mapping
from typing import Any

from confluent_kafka import TopicPartition as Place

from streams.log.client import consuming
from streams.log.kafka_places import partitions_of
from streams.log.kafka_range import ends_of, read_range
from streams.log.ports import Record, TopicPartition


class KafkaAgain:
    """Reads ranges of partitions and whole topics; *settings* are those of a consumer without a name in the group."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = dict(settings)

    def between(self, place: TopicPartition, first: int, end: int) -> Iterator[Record]:
        """Yield the records of a partition from *first*, or where the log begins, up to *end*."""
        with consuming(self._settings) as consumer:
            where = Place(place.topic, place.partition)
            yield from read_range(consumer, where, max(first, ends_of(consumer, where)[0]), end)

    def everything(self, topic: str) -> Iterator[Record]:
        """Yield what a topic holds by now.

        The ends are those of all records: where a transaction is open, its end is awaited, since it may be one that
        was committed already and only waits for its marker.
        """
        with consuming(self._settings | {"isolation.level": "read_uncommitted"}) as consumer:
            ends = [(place, *ends_of(consumer, place)) for place in partitions_of(consumer, topic)]
        with consuming(self._settings) as consumer:
            for place, low, end in ends:
                yield from read_range(consumer, place, low, end)
