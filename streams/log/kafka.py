"""The distributed log: confluent-kafka, with transactions that hold outputs and offsets together.

Contracts stand in ports.py; with client.py and admin.py the only users of confluent_kafka.
"""

import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Self, TypeVar, cast

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer
from confluent_kafka import TopicPartition as Place

from schemas.errors import Fenced, LogError, LogRefused, LogUnavailable, TransactionFailed
from streams.config import Settings
from streams.log.admin import Cluster, describe_cluster
from streams.log.client import consumer_settings, producer_settings, translated
from streams.log.offsets import after
from streams.log.ports import Publication, Reader, Record, TopicPartition

_COMMIT_SECONDS = 25.0
_ABORT_SECONDS = 10.0
_INIT_SECONDS = 60.0
_BUFFER_SECONDS = 20.0
#: What a record costs beside key and value (KIP-98 record batch format, with room for headers' lengths).
_OVERHEAD = 1_024


class KafkaReader:
    """A member of a consumer group."""

    def __init__(self, settings: Mapping[str, Any], topics: Sequence[str]) -> None:
        self.consumer = Consumer(dict(settings))
        self._generation = 0
        self._assigned: set[TopicPartition] = set()
        self.consumer.subscribe(list(topics), on_assign=self._assign, on_revoke=self._revoke, on_lost=self._revoke)

    def read(self, limit: int, timeout: float) -> Sequence[Record]:
        """Return the next records."""
        until = time.monotonic() + timeout
        while True:
            generation = self._generation
            try:
                messages = self.consumer.consume(limit, max(0.0, min(0.05, until - time.monotonic())))
            except KafkaException as error:
                raise translated(error) from None
            if generation != self._generation and messages:
                # Some may have been read before a partition went and came back: they would be read twice.
                raise TransactionFailed("partitions changed while reading")
            records = [_record(message) for message in messages if _is_record(message)]
            if records or time.monotonic() >= until:
                return records

    def commit(self, records: Sequence[Record]) -> None:
        """Commit the offsets after *records*."""
        if not records:
            return
        try:
            self.consumer.commit(offsets=_places(records), asynchronous=False)
        except KafkaException as error:
            raise translated(error) from None

    def rewind(self) -> None:
        """Go back to the committed offsets; where there is none, to where the group began."""
        assigned = self.consumer.assignment()
        if not assigned:
            return
        try:
            for place in self.consumer.committed(assigned, timeout=_INIT_SECONDS):
                if place.offset < 0:
                    place.offset = self.consumer.get_watermark_offsets(place, timeout=_INIT_SECONDS)[0]
                self.consumer.seek(place)
        except KafkaException as error:
            raise translated(error) from None

    def lag(self) -> Mapping[TopicPartition, int]:
        """Return what stands after the positions."""
        lags = {}
        try:
            for place in self.consumer.position(self.consumer.assignment()):
                low, high = self.consumer.get_watermark_offsets(place, timeout=_INIT_SECONDS)
                start = place.offset if place.offset >= 0 else self._start(place, low)
                lags[TopicPartition(place.topic, place.partition)] = max(0, high - start)
        except KafkaException as error:
            raise translated(error) from None
        return lags

    def holds(self, records: Sequence[Record]) -> bool:
        """Tell whether the partitions of *records* are still assigned."""
        return all(TopicPartition(record.topic, record.partition) in self._assigned for record in records)

    def close(self) -> None:
        """Leave the group."""
        self.consumer.close()

    def _start(self, place: Place, low: int) -> int:
        committed = self.consumer.committed([place], timeout=_INIT_SECONDS)[0].offset
        return int(committed) if committed >= 0 else low

    def _assign(self, _: Consumer, places: Sequence[Place]) -> None:
        self._assigned |= {TopicPartition(place.topic, place.partition) for place in places}
        self._generation += 1

    def _revoke(self, _: Consumer, places: Sequence[Place]) -> None:
        self._assigned -= {TopicPartition(place.topic, place.partition) for place in places}
        self._generation += 1


class KafkaTransactionalLog:
    """One slot: a static member of the group and a transactional producer of the same name.

    Ten rules are kept here; the first is that only an OK from commit_transaction is success. After anything else the
    producer is thrown away, one of the same identity fences what it may have left, and reading begins again at the
    committed offsets.
    """

    def __init__(self, reader: KafkaReader, make_producer: Callable[[], Producer], cluster: Cluster) -> None:
        self._reader = reader
        self._make_producer = make_producer
        self._cluster = cluster
        self._producer: Producer | None = self._ready_producer()

    def read(self, limit: int, timeout: float) -> Sequence[Record]:
        """Return the next records."""
        return self._reader.read(limit, timeout)

    def publish(self, publications: Sequence[Publication], records: Sequence[Record]) -> None:
        """Write publications and offsets in one transaction."""
        self._refuse_oversize(publications)
        if not self._reader.holds(records):
            self.rewind()
            raise TransactionFailed("partitions were taken away")
        try:
            self._transact(publications, records)
        except Fenced:
            raise  # Another holds the slot: a new producer of this name would fence it in turn.
        except LogError:
            self._poisoned()
            raise

    def rewind(self) -> None:
        """Go back to the committed offsets."""
        self._reader.rewind()

    @property
    def max_record_bytes(self) -> int:
        """The broker's limit, less what a record costs beside its parts."""
        return self._cluster.max_record_bytes - _OVERHEAD

    @property
    def cluster_id(self) -> str:
        """The cluster's id."""
        return self._cluster.id

    def topic_id(self, topic: str) -> str:
        """Return the broker's id of a topic."""
        return self._cluster.topic_ids[topic]

    def lag(self) -> Mapping[TopicPartition, int]:
        """Return what stands after the positions."""
        return self._reader.lag()

    def close(self) -> None:
        """Abort what is open and leave the group."""
        self._producer = None
        self._reader.close()

    def __enter__(self) -> Self:
        """Return the log itself."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Close the log."""
        self.close()

    def _refuse_oversize(self, publications: Sequence[Publication]) -> None:
        """Refuse before anything is produced: produce() rejects an oversize record, and the rest would still commit."""
        for publication in publications:
            headers = sum(len(name) + len(value or b"") for name, value in publication.headers)
            size = len(publication.key or b"") + len(publication.value or b"") + headers
            if size > self.max_record_bytes:
                raise LogRefused("publication is too large", topic=publication.topic, size=size)

    def _transact(self, publications: Sequence[Publication], records: Sequence[Record]) -> None:
        try:
            if self._producer is None:
                self._producer = self._ready_producer()
            producer = self._producer
            # Step 1: open the transaction.
            producer.begin_transaction()
            # Step 2: write everything; any failure aborts all of it.
            for publication in publications:
                _produce(producer, publication)
            # Step 3: the offsets after this batch, under the group's generation of this very moment.
            metadata = self._reader.consumer.consumer_group_metadata()
            producer.send_offsets_to_transaction(_places(records), metadata, _COMMIT_SECONDS)
            # Step 4: commit; a local timeout leaves the outcome open, so the same call is made again.
            _commit(producer)
        except KafkaException as error:
            raise translated(error) from None

    def _poisoned(self) -> None:
        """Throw the producer away and read again: its transaction's outcome is unknown until another fences it."""
        producer, self._producer = self._producer, None
        if producer is not None:
            producer.purge()
        del producer
        self._producer = self._ready_producer()
        self._reader.rewind()

    def _ready_producer(self) -> Producer:
        producer = self._make_producer()
        try:
            producer.init_transactions(_INIT_SECONDS)
        except KafkaException as error:
            raise translated(error) from None
        return producer


def connect_slot(settings: Settings, slot: int, *, start: str | None) -> KafkaTransactionalLog:
    """Connect one worker slot; *start* says where a group without offsets begins ("earliest" or "latest")."""
    kafka = settings.kafka
    topics = sorted(settings.topics)
    name = f"{kafka.group}-{kafka.environment}-{slot}"
    cluster = describe_cluster(kafka, topics)
    reader = KafkaReader(consumer_settings(kafka, "redactor", start=start, member=name), topics)
    return KafkaTransactionalLog(reader, lambda: Producer(producer_settings(kafka, name)), cluster)


def connect_reader(
    settings: Settings, group: str, topics: Sequence[str], *, start: str | None = "earliest"
) -> KafkaReader:
    """Connect an at-least-once reader of a group."""
    return KafkaReader(consumer_settings(settings.kafka, group, start=start), topics)


Item = TypeVar("Item")


def read_whole_topic(settings: Settings, topic: str, read: Callable[[Reader], Iterator[Item]]) -> Iterator[Item]:
    """Read a topic from its begin to what was its end, in a group of its own that leaves nothing behind."""
    group = f"look-{uuid.uuid4()}"
    reader = KafkaReader(consumer_settings(settings.kafka, group, start="earliest"), [topic])
    try:
        yield from read(reader)
    finally:
        reader.close()


def _produce(producer: Producer, publication: Publication) -> None:
    until = time.monotonic() + _BUFFER_SECONDS
    arguments: dict[str, Any] = {"key": publication.key, "value": publication.value}
    if publication.headers:
        arguments["headers"] = list(publication.headers)
    if publication.timestamp_ms is not None:
        arguments["timestamp"] = publication.timestamp_ms
    if publication.partition is not None:
        arguments["partition"] = publication.partition
    while True:
        try:
            producer.produce(publication.topic, **arguments)
        except BufferError:
            if time.monotonic() >= until:
                raise LogUnavailable("producer's buffer stays full") from None
            producer.poll(0.05)
        else:
            return


def _commit(producer: Producer) -> None:
    until = time.monotonic() + _COMMIT_SECONDS
    while True:
        try:
            producer.commit_transaction(max(1.0, until - time.monotonic()))
        except KafkaException as error:
            if not error.args[0].retriable() or time.monotonic() >= until:
                raise
        else:
            return


def _is_record(message: Message) -> bool:
    """Tell a record from the end of a partition; any other error is raised, never taken for an empty partition."""
    error = message.error()
    if error is None:
        return True
    if error.code() == KafkaError._PARTITION_EOF:  # noqa: SLF001 - the client's public constant.
        return False
    raise translated(error)


def _record(message: Message) -> Record:
    return Record(
        topic=message.topic() or "",
        partition=message.partition() or 0,
        offset=message.offset() or 0,
        timestamp_ms=message.timestamp()[1],
        key=_raw(message.key()),
        value=_raw(message.value()),
        headers=tuple((name, _raw(value)) for name, value in cast(list[tuple[str, Any]], message.headers() or [])),
    )


def _raw(value: str | bytes | None) -> bytes | None:
    return value.encode() if isinstance(value, str) else value


def _places(records: Sequence[Record]) -> list[Place]:
    return [Place(place.topic, place.partition, offset) for place, offset in after(records).items()]
