"""Places on Kafka and the records that stand there, in the client's words and in ours."""

from collections.abc import Sequence
from typing import Any, cast

from confluent_kafka import Consumer, KafkaException, Message
from confluent_kafka import TopicPartition as Place
from confluent_kafka.admin import AdminClient

from streams.log.offsets import after
from streams.log.ports import Record

#: How long one question to the brokers may take; a worker that waits longer does not hear that it shall end.
ADMIN_SECONDS = 10.0


def committed_offsets(consumer: Consumer, wanted: Sequence[Place]) -> list[Place]:
    """Return the committed offsets of some partitions, negative where there is none; raises KafkaException."""
    found = consumer.committed(list(wanted), timeout=ADMIN_SECONDS) if wanted else []
    for place in found:
        if place.error is not None:
            raise KafkaException(place.error)
    return found


def partitions_of(client: Consumer | AdminClient, topic: str) -> list[Place]:
    """Return the partitions of a topic; one that is not there, or may not be seen, raises KafkaException."""
    found = client.list_topics(topic, timeout=ADMIN_SECONDS).topics[topic]
    if found.error is not None:
        raise KafkaException(found.error)
    return [Place(topic, number) for number in sorted(found.partitions)]


def as_record(message: Message) -> Record:
    """Return a message of the client as a record."""
    return Record(
        topic=message.topic() or "",
        partition=message.partition() or 0,
        offset=message.offset() or 0,
        timestamp_ms=message.timestamp()[1],
        key=_raw(message.key()),
        value=_raw(message.value()),
        headers=tuple((name, _raw(value)) for name, value in cast(list[tuple[str, Any]], message.headers() or [])),
    )


def places(records: Sequence[Record]) -> list[Place]:
    """Return the offsets after *records* as the client wants them."""
    return [Place(place.topic, place.partition, offset) for place, offset in after(records).items()]


def _raw(value: str | bytes | None) -> bytes | None:
    return value.encode() if isinstance(value, str) else value
