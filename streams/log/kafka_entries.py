"""Reading topics on Kafka from offsets that the reader keeps itself: no group is joined, nothing is committed there."""
# ruff: noqa: SLF001 - the client's own error codes begin with an underscore.

from collections.abc import Mapping, Sequence
from threading import Lock

from confluent_kafka import KafkaError, Message
from confluent_kafka import TopicPartition as Place

from schemas.errors import LogUnavailable
from streams.config import Settings
from streams.log.admin import describe_cluster
from streams.log.client import consumer_settings, make_consumer, translated, translating
from streams.log.kafka_places import as_record, partitions_of
from streams.log.kafka_range import ends_of
from streams.log.ports import Record, TopicPartition

#: The group whose rights are used; it is named, never joined.
_GROUP = "breakglass"
_PAGE = 500


class KafkaEntries:
    """Committed records of every partition of some topics. Contracts stand in streams/breakglass/followed.py."""

    def __init__(self, settings: Settings, topics: Sequence[str]) -> None:
        self._kafka = settings.kafka
        self._topics = tuple(topics)
        self._ids: dict[str, str] = {}
        self._consumer = make_consumer(consumer_settings(settings.kafka, _GROUP))
        # Asked by any thread while the other one is read: a client of its own, so that none waits for the other.
        self._asked = make_consumer(consumer_settings(settings.kafka, _GROUP))
        self._lock = Lock()
        self._reached: dict[TopicPartition, int] = {}

    def topic_ids(self) -> Mapping[str, str]:
        """Return the ids of the topics, asked for once."""
        if not self._ids:
            self._ids = dict(describe_cluster(self._kafka, self._topics).topic_ids)
        return self._ids

    @translating()
    def seek(self, positions: Mapping[TopicPartition, int]) -> None:
        """Read on from these offsets, where the log still has them."""
        self._reached = {place: max(low, positions.get(place, 0)) for place, (low, _) in self._bounds().items()}
        self._consumer.assign([Place(place.topic, place.partition, start) for place, start in self._reached.items()])

    def read(self, timeout: float) -> Sequence[Record]:
        """Return the next records."""
        with translating():
            messages = self._consumer.consume(_PAGE, timeout)
        return [as_record(message) for message in messages if self._is_record(message)]

    def reached(self) -> Mapping[TopicPartition, int]:
        """Return how far each partition was read."""
        return dict(self._reached)

    @translating()
    def ends(self) -> Mapping[TopicPartition, int]:
        """Return where each partition ends now."""
        return {place: high for place, (_, high) in self._bounds().items()}

    def close(self) -> None:
        """Stop reading."""
        with self._lock, translating():
            self._consumer.close()
            self._asked.close()

    def _bounds(self) -> dict[TopicPartition, tuple[int, int]]:
        with self._lock:
            places = [place for topic in self._topics for place in partitions_of(self._asked, topic)]
            return {TopicPartition(place.topic, place.partition): ends_of(self._asked, place) for place in places}

    def _is_record(self, message: Message) -> bool:
        """Tell a record from the end of a partition, and note how far each was read."""
        error = message.error()
        place = TopicPartition(message.topic() or "", message.partition() or 0)
        if error is None or error.code() == KafkaError._PARTITION_EOF:
            self._reached[place] = (message.offset() or 0) + (1 if error is None else 0)
            return error is None
        if error.retriable() or error.code() == KafkaError._ALL_BROKERS_DOWN:
            raise LogUnavailable("log cannot be reached", code=error.name())
        raise translated(error)
