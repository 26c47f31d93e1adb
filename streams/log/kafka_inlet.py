"""The way into a raw topic on Kafka. Contracts stand in inlet.py."""

import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Self

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer

from schemas.codec import FILE_POSITION
from schemas.errors import LogRefused, LogUnavailable, PhistreamError
from schemas.ingest import FilePosition
from schemas.topics import INGESTED
from streams.config import Settings, intake_topics
from streams.log.admin import describe_cluster
from streams.log.client import (
    client_settings,
    consumer_settings,
    make_consumer,
    make_producer,
    producer_settings,
    translated,
    translating,
)
from streams.log.inlet import at_start, position_key, publication_of, raw_records
from streams.log.kafka import read_whole_topic
from streams.log.kafka_places import ADMIN_SECONDS, committed_offsets, partitions_of
from streams.log.kafka_producer import commit, discard, produce
from streams.log.our_records import read_own
from streams.log.ports import Headers
from streams.log.startup import INTAKES, REDACTORS

_GROUP = "ingest"
_INIT_SECONDS = 20.0
_OVERHEAD = 1_024
_DELIVERY_SECONDS = 20.0
#: As much of a digest as tells files apart in a transactional id.
_MARK = 32


class KafkaInlet:
    """Writes one raw topic, with the headers that every record shall carry."""

    def __init__(self, settings: Settings, topic: str, headers: Headers = ()) -> None:
        """Connect; raises LogRefused where a topic does not exist or may not be seen."""
        self._settings = settings
        self._headers = headers
        self._readers = INTAKES if topic in intake_topics(settings) else REDACTORS
        self.topic = topic
        self.max_record_bytes = describe_cluster(settings.kafka, [topic, INGESTED]).max_record_bytes - _OVERHEAD
        self._file: Producer | None = None
        self._plain: Producer | None = None
        self._consumer: Consumer | None = None

    def begin(self, digest: str) -> FilePosition:
        """Take a file and return how far it is."""
        kafka = self._settings.kafka
        name = f"{kafka.group}-{kafka.environment}-ingest-{digest[:_MARK]}"
        self._file = make_producer(producer_settings(kafka, name))
        with translating():
            # First, because it settles what another process may have left open: only then the position is final.
            self._file.init_transactions(_INIT_SECONDS)
        key, last = position_key(digest, self.topic), None
        for record in read_whole_topic(self._settings, INGESTED, _GROUP):
            last = record if record.key == key else last
        if last is None or last.value is None:
            return at_start(digest, self.topic)
        position: FilePosition = read_own(FILE_POSITION, last)
        return position

    def append_file(self, values: Sequence[bytes], position: FilePosition) -> None:
        """Write records and position in one transaction."""
        if self._file is None:
            raise LogUnavailable("file is not taken")
        producer = self._file
        try:
            producer.begin_transaction()
            for publication in (*raw_records(self.topic, values, self._headers), publication_of(position)):
                produce(producer, publication)
            commit(producer, self._settings.kafka.transaction_timeout_ms / 1000)
        except (KafkaException, PhistreamError) as error:
            # Its outcome is unknown until a producer of the same name fences it.
            self._file = None
            discard(producer)
            raise (translated(error) if isinstance(error, KafkaException) else error) from None

    def append(self, values: Sequence[bytes]) -> None:
        """Write records and wait until every replica that must has them."""
        if self._plain is None:
            self._plain = make_producer(_plain_settings(self._settings))
        try:
            self._deliver(self._plain, values)
        except (KafkaException, PhistreamError) as error:
            discard(self._plain)
            self._plain = None  # A producer that lost a record takes no more.
            raise (translated(error) if isinstance(error, KafkaException) else error) from None

    def _deliver(self, producer: Producer, values: Sequence[bytes]) -> None:
        told: list[KafkaError | None] = []
        until = time.monotonic() + _DELIVERY_SECONDS
        for publication in raw_records(self.topic, values, self._headers):
            produce(producer, publication, lambda error, _: told.append(error))
        while len(told) < len(values) and time.monotonic() < until:
            producer.poll(0.05)
        wrong = next((error for error in told if error is not None), None)
        if wrong is not None:
            raise KafkaException(wrong)
        if len(told) < len(values):
            raise LogUnavailable("log does not confirm")

    @translating()
    def waiting(self) -> int:
        """Return what the group that reads the topic has not committed; one that never began waits for everything."""
        if self._consumer is None:
            self._consumer = make_consumer(consumer_settings(self._settings.kafka, self._readers))
        return sum(map(self._left, committed_offsets(self._consumer, partitions_of(self._consumer, self.topic))))

    def _left(self, place: Any) -> int:
        if self._consumer is None:
            raise LogRefused("inlet is closed")
        low, end = self._consumer.get_watermark_offsets(place, timeout=ADMIN_SECONDS)
        return max(0, int(end) - max(int(low), int(place.offset)))

    def close(self) -> None:
        """Leave the brokers."""
        self._file = self._plain = None
        if self._consumer is not None:
            with suppress(KafkaException):
                self._consumer.close()
            self._consumer = None

    def __enter__(self) -> Self:
        """Return the inlet itself."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Close the inlet."""
        self.close()


def _plain_settings(settings: Settings) -> dict[str, Any]:
    """Return the settings of a producer without transactions: in order, confirmed by all replicas that must."""
    return client_settings(settings.kafka) | {
        "acks": "all",
        "enable.idempotence": True,
        "compression.type": "zstd",
        "linger.ms": 5,
        "delivery.timeout.ms": round(_DELIVERY_SECONDS * 1000) - 1_000,
        "partitioner": "murmur2_random",
    }
