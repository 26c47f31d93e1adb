"""The distributed log: confluent-kafka, with transactions that hold outputs and offsets together.

Contracts stand in ports.py; this folder alone uses confluent_kafka.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Self

from confluent_kafka import Producer

from schemas.errors import Fenced, LogError, LogRefused, TransactionFailed
from schemas.topics import KEYED
from streams.config import KafkaSettings, Settings, intake_topics, redactor_topics
from streams.log.admin import Cluster, describe_cluster
from streams.log.client import (
    consumer_settings,
    consuming,
    make_consumer,
    make_producer,
    producer_settings,
    translating,
)
from streams.log.heard import Heard, Upstream
from streams.log.kafka_again import KafkaAgain
from streams.log.kafka_places import partitions_of, places
from streams.log.kafka_producer import bounded, commit, discard, produce
from streams.log.kafka_range import ends_of, read_range
from streams.log.kafka_reader import KafkaReader
from streams.log.kafka_sight import KafkaSight
from streams.log.kafka_unowned import watch_group
from streams.log.ports import Publication, Record, TopicPartition, size_of
from streams.log.startup import INTAKES, REDACTORS, most_seconds_between_reads, refuse_unfit

_INIT_SECONDS = 20.0
#: What a record costs beside key and value (KIP-98 record batch format, with room for headers' lengths).
_OVERHEAD = 1_024
#: How often the brokers are asked at most how far others are.
_LOOK_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Member:
    """Who joins a group, under which name, and for how long it may be away; *upstream* feeds a topic of its."""

    group: str
    name: str
    away_seconds: float
    upstream: Upstream | None = None


@dataclass(frozen=True, slots=True)
class Beside:
    """What a slot sees of the log beside its group."""

    again: KafkaAgain
    heard: Heard


class KafkaTransactionalLog:
    """One slot: a static member of the group and a transactional producer of the same name.

    Ten rules are kept here; the first is that only an OK from commit_transaction is success. After anything else the
    producer is thrown away, one of the same identity fences what it may have left, and reading begins again at the
    committed offsets.
    """

    def __init__(
        self,
        reader: KafkaReader,
        make_producer: Callable[[], Producer],
        cluster: Cluster,
        seconds: float,
        beside: Beside,
    ) -> None:
        """Make the slot; *seconds* is how long a transaction may take before the broker aborts it."""
        self._seconds = seconds
        self._reader = reader
        self._make_producer = make_producer
        self._cluster = cluster
        self._beside = beside
        self._producer: Producer | None = None
        try:
            self._producer = self._ready_producer()
        except BaseException:
            reader.close()  # A consumer that nobody closes keeps the process from ending.
            raise

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
        if self._producer is None:
            # First, because it settles what the one before it may have left open.
            self._producer = self._ready_producer()
        self._reader.rewind()

    def hold(self, places: Collection[TopicPartition]) -> None:
        """Return nothing of some partitions."""
        self._reader.hold(places)

    def assigned(self) -> Mapping[TopicPartition, int]:
        """Return the assigned partitions."""
        return self._reader.assigned()

    def settled(self, place: TopicPartition, first: int) -> Iterator[Record]:
        """Yield what was settled of a partition."""
        return self._beside.again.between(place, first, self._reader.committed(place))

    def everything(self, topic: str) -> Iterator[Record]:
        """Yield what a topic holds."""
        return self._beside.again.everything(topic)

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

    def heard(self) -> Mapping[TopicPartition, float]:
        """Return up to which moment partitions were read."""
        return self._beside.heard.moments(self._reader.reached)

    def drained(self) -> bool:
        """Tell whether the group has settled everything."""
        return self._reader.drained()

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
            size = size_of(publication)
            if size > self.max_record_bytes:
                raise LogRefused("publication is too large", topic=publication.topic, size=size)

    @translating()
    def _transact(self, publications: Sequence[Publication], records: Sequence[Record]) -> None:
        if self._producer is None:
            self._producer = self._ready_producer()
        producer = self._producer
        # Step 1: open the transaction.
        producer.begin_transaction()
        # Step 2: write everything; any failure aborts all of it.
        for publication in publications:
            produce(producer, publication)
        # Step 3: the offsets after this batch, under the group's generation of this very moment.
        metadata = self._reader.consumer.consumer_group_metadata()
        offsets = places(records)
        bounded(lambda: producer.send_offsets_to_transaction(offsets, metadata, self._seconds), self._seconds)
        # Step 4: commit; a local timeout leaves the outcome open, so the same call is made again.
        commit(producer, self._seconds)

    def _poisoned(self) -> None:
        """Throw the producer away and read again: its transaction's outcome is unknown until another fences it."""
        producer, self._producer = self._producer, None
        if producer is not None:
            discard(producer)
        del producer
        self.rewind()

    @translating()
    def _ready_producer(self) -> Producer:
        producer = self._make_producer()
        producer.init_transactions(_INIT_SECONDS)
        return producer


def connect_slot(settings: Settings, slot: int, *, reading_seconds: float = 30.0) -> KafkaTransactionalLog:
    """Connect one worker slot; raises LogRefused or ConfigError where a worker must not begin.

    *reading_seconds* is how long a worker settles what one read returned before it reads again.
    """
    refuse_unfit(settings)
    cluster = describe_cluster(settings.kafka, redactor_topics(settings))
    away = most_seconds_between_reads(settings, reading_seconds)
    raw = tuple(intake_topics(settings))
    upstream = Upstream(INTAKES, raw, KEYED) if raw else None
    member = Member(REDACTORS, slot_name(settings.kafka, slot), away, upstream)
    return connect_member(settings.kafka, member, cluster)


def connect_member(kafka: KafkaSettings, member: Member, cluster: Cluster) -> KafkaTransactionalLog:
    """Connect a static member of a group over the cluster's topics, and the transactional producer of its name."""
    consumer = consumer_settings(kafka, member.group, member=member.name, max_poll_seconds=member.away_seconds)
    producer = producer_settings(kafka, member.name) | {"message.max.bytes": cluster.max_record_bytes}
    topics = sorted(cluster.topic_ids)
    reader = KafkaReader(make_consumer(consumer), topics, unowned=watch_group(kafka, member.group))
    heard = Heard(KafkaSight(kafka), topics, member.upstream, pause=_LOOK_SECONDS)
    beside = Beside(KafkaAgain(consumer_settings(kafka, member.group)), heard)
    seconds = kafka.transaction_timeout_ms / 1000
    return KafkaTransactionalLog(reader, lambda: make_producer(producer), cluster, seconds, beside)


def slot_name(kafka: KafkaSettings, slot: int) -> str:
    """Return the name of a slot: its transactional id and its name in the group."""
    return f"{kafka.group}-{kafka.environment}-{slot}"


def connect_reader(settings: Settings, group: str, topics: Sequence[str], *, start: str = "earliest") -> KafkaReader:
    """Connect an at-least-once reader of a group; partitions without an offset begin at *start*."""
    return KafkaReader(make_consumer(consumer_settings(settings.kafka, group)), topics, start=start)


def read_whole_topic(settings: Settings, topic: str, group: str = "breakglass") -> Iterator[Record]:
    """Yield what a topic holds by now, partition by partition; the group is named for its rights and never joined."""
    with consuming(consumer_settings(settings.kafka, group)) as consumer:
        for place in partitions_of(consumer, topic):
            yield from read_range(consumer, place, *ends_of(consumer, place))
