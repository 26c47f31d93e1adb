"""Looking at Kafka beside any group: how far partitions are, and how far a group is."""

from collections.abc import Mapping, Sequence

from confluent_kafka import ConsumerGroupTopicPartitions, IsolationLevel, KafkaException
from confluent_kafka import TopicPartition as Place
from confluent_kafka.admin import AdminClient, OffsetSpec

from streams.config import KafkaSettings
from streams.log.client import client_settings, group_id, translating
from streams.log.kafka_places import partitions_of
from streams.log.ports import TopicPartition

#: How long one question may take: a worker asks in its loop, and is to hear soon that it shall end.
_SECONDS = 5.0


class KafkaSight:
    """Contracts stand in heard.py; few requests, however many partitions there are. Connects when first asked."""

    def __init__(self, kafka: KafkaSettings) -> None:
        self._kafka = kafka
        self._client: AdminClient | None = None

    @translating()
    def ends(self, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        """Return the end of every partition of some topics, those that were added meanwhile too."""
        admin = self._admin()
        places = [place for topic in topics for place in partitions_of(admin, topic)]
        found = admin.list_offsets(
            {place: OffsetSpec.latest() for place in places},  # type: ignore[no-untyped-call]
            isolation_level=IsolationLevel.READ_UNCOMMITTED,
            request_timeout=_SECONDS,
        )
        return {
            TopicPartition(place.topic, place.partition): int(future.result().offset) for place, future in found.items()
        }

    @translating()
    def settled(self, consumers: str, places: Sequence[TopicPartition]) -> Mapping[TopicPartition, int]:
        """Return the committed offsets of a group; raises LogRefused where we may not know them."""
        name = group_id(self._kafka, consumers)
        wanted = [Place(place.topic, place.partition) for place in places] or None
        asked = [ConsumerGroupTopicPartitions(name, wanted)]
        found = self._admin().list_consumer_group_offsets(asked, request_timeout=_SECONDS)[name].result()
        for place in found.topic_partitions:
            if place.error is not None:
                raise KafkaException(place.error)
        return {TopicPartition(place.topic, place.partition): int(place.offset) for place in found.topic_partitions}

    def _admin(self) -> AdminClient:
        if self._client is None:
            settings = client_settings(self._kafka)
            del settings["message.max.bytes"]
            self._client = AdminClient(settings)
        return self._client
