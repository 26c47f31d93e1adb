"""Following topics on Kafka from their end: partitions are assigned, no group is joined, nothing is committed."""
# ruff: noqa: SLF001 - the client's own error codes begin with an underscore.

import time
from collections.abc import Sequence
from contextlib import suppress

from confluent_kafka import KafkaError, KafkaException, Message
from confluent_kafka import TopicPartition as Place

from schemas.errors import LogError, LogUnavailable
from streams.config import Settings
from streams.log.client import consumer_settings, make_consumer, translated, translating
from streams.log.kafka_places import ADMIN_SECONDS, as_record, partitions_of
from streams.log.ports import Record, TopicPartition

#: The group whose rights are used; it is named, never joined.
_GROUP = "tail"
_PAGE = 500


class KafkaFollower:
    """Follows every partition of some topics. Contracts stand in follow.py."""

    def __init__(self, settings: Settings, topics: Sequence[str]) -> None:
        self._consumer = make_consumer(consumer_settings(settings.kafka, _GROUP))
        self._ends: dict[TopicPartition, int] = {}
        self._reached: dict[TopicPartition, int] = {}
        try:
            for topic in topics:
                self._find(topic)
        except LogError:
            self.close()
            raise

    @translating()
    def history(self, count: int) -> Sequence[Record]:
        """Return the last records of each partition; offsets of transaction markers are allowed for."""
        back = 2 * count + 10 if count else 0
        starts = {place: max(self._low(place), end - back) for place, end in self._ends.items()}
        self._reached = dict(starts)
        self._consumer.assign([Place(place.topic, place.partition, start) for place, start in starts.items()])
        records: list[Record] = []
        until = time.monotonic() + ADMIN_SECONDS
        while time.monotonic() < until and any(self._reached[place] < end for place, end in self._ends.items()):
            records += self._consume(1.0)
        return records

    def read(self, timeout: float) -> Sequence[Record]:
        """Return what came since."""
        return self._consume(timeout)

    def close(self) -> None:
        """Stop following."""
        with suppress(KafkaException):
            self._consumer.close()

    @translating()
    def _find(self, topic: str) -> None:
        for place in partitions_of(self._consumer, topic):
            high = self._consumer.get_watermark_offsets(place, timeout=ADMIN_SECONDS)[1]
            self._ends[TopicPartition(place.topic, place.partition)] = high

    def _low(self, place: TopicPartition) -> int:
        return int(self._consumer.get_watermark_offsets(Place(place.topic, place.partition), timeout=ADMIN_SECONDS)[0])

    def _consume(self, timeout: float) -> list[Record]:
        with translating():
            messages = self._consumer.consume(_PAGE, timeout)
        return [as_record(message) for message in messages if self._is_record(message)]

    def _is_record(self, message: Message) -> bool:
        """Tell a record from the end of a partition, and note how far each was read."""
        error = message.error()
        place = TopicPartition(message.topic() or "", message.partition() or 0)
        if error is None or error.code() == KafkaError._PARTITION_EOF:
            self._reached[place] = (message.offset() or 0) + (1 if error is None else 0)
            return error is None
        if error.retriable():
            raise LogUnavailable("log cannot be reached", code=error.name())
        raise translated(error)
