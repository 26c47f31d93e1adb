"""The log contract over SQLite and over a real Kafka broker, and what only one of them can show."""

import contextlib
import json
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from confluent_kafka import Producer
from confluent_kafka import TopicPartition as Place
from confluent_kafka.admin import AdminClient

from schemas.errors import Fenced, LogError, LogRefused
from streams.log.admin import describe_cluster
from streams.log.client import consumer_settings, group_id, make_consumer
from streams.log.heard import Upstream
from streams.log.kafka import KafkaTransactionalLog, Member, connect_member, connect_reader, connect_slot, slot_name
from streams.log.kafka_again import KafkaAgain
from streams.log.kafka_reader import KafkaReader
from streams.log.kafka_unowned import Unowned
from streams.log.ports import Publication, Reader, Record, TransactionalLog
from streams.log.seal import LogSeal
from streams.log.sqlite import SqliteReader, SqliteTransactionalLog
from streams.log.sqlite_store import SqliteStore
from streams.log.startup import INTAKES, REDACTORS, begin_group
from tests.contracts.log import PARTITIONS, LogBench, LogContract, catches_up, copies, drains, read, values
from tests.e2e.deployment import Deployment, deployed
from tests.stack.required import required_stack
from tests.stack.topics import fresh_topic

_KEY = bytes(range(32))
#: What is waited for comes at once where little else runs, and in a fraction of this elsewhere.
_SECONDS = 180.0


@dataclass(slots=True)
class SqliteBench:
    """One file, one store for each that opens it, as processes have."""

    path: Path
    raw: str = "test.raw.v1"
    out: str = "test.out.v1"
    more: str = "test.more.v1"
    _stores: list[SqliteStore] = field(default_factory=list)

    def store(self) -> SqliteStore:
        """Open the file once more."""
        store = SqliteStore(self.path, LogSeal(_KEY))
        for topic in (self.raw, self.out, self.more):
            store.create_topic(topic, PARTITIONS)
        self._stores.append(store)
        return store

    def write(self, values: Sequence[bytes], partition: int = 0, topic: str | None = None) -> None:
        """See LogBench."""
        store = self.store()
        with store.transaction():
            store.append([Publication(topic or self.raw, None, value, partition=partition) for value in values])

    def open(self) -> TransactionalLog:
        """See LogBench."""
        return SqliteTransactionalLog(self.store(), REDACTORS, [self.raw])

    def fed(self) -> TransactionalLog:
        """See LogBench."""
        return SqliteTransactionalLog(self.store(), REDACTORS, [self.raw], Upstream(INTAKES, (self.more,), self.raw))

    def intake(self) -> TransactionalLog:
        """See LogBench."""
        return SqliteTransactionalLog(self.store(), INTAKES, [self.more])

    def reader(self, consumers: str, *, start: str = "earliest") -> Reader:
        """See LogBench."""
        return SqliteReader(self.store(), consumers, [self.raw], earliest=start == "earliest")

    def visible(self, topic: str) -> list[Record]:
        """See LogBench."""
        store = self.store()
        return [record for place in store.places([topic]) for record in store.fetch(place, 0, 10_000)]

    def close(self) -> None:
        """Close every connection."""
        for store in self._stores:
            store.close()


class TestSqliteLog(LogContract):
    """The embedded log."""

    @pytest.fixture
    def bench(self, tmp_path: Path) -> Iterator[LogBench]:
        """Return a bench over one file."""
        bench = SqliteBench(tmp_path / "log.db")
        yield bench
        bench.close()


@dataclass(slots=True)
class KafkaBench:
    """One deployment on the running broker."""

    deployment: Deployment
    out: str
    more: str

    @property
    def raw(self) -> str:
        """The deployment's input topic."""
        return self.deployment.topic

    def write(self, values: Sequence[bytes], partition: int = 0, topic: str | None = None) -> None:
        """See LogBench."""
        producer = Producer(self.deployment.stack.kafka_options())
        for value in values:
            producer.produce(topic or self.raw, value, partition=partition)
        assert producer.flush(_SECONDS) == 0

    def open(self, slot: int = 0) -> KafkaTransactionalLog:
        """See LogBench."""
        return connect_slot(self.deployment.settings, slot)

    def fed(self) -> KafkaTransactionalLog:
        """See LogBench."""
        kafka, upstream = self.deployment.settings.kafka, Upstream(INTAKES, (self.more,), self.raw)
        member = Member(REDACTORS, slot_name(kafka, 0), 60.0, upstream)
        return connect_member(kafka, member, describe_cluster(kafka, [self.raw]))

    def intake(self) -> KafkaTransactionalLog:
        """See LogBench."""
        kafka = self.deployment.settings.kafka
        return connect_member(kafka, Member(INTAKES, "test-intake-0", 60.0), describe_cluster(kafka, [self.more]))

    def reader(self, consumers: str, *, start: str = "earliest") -> KafkaReader:
        """See LogBench."""
        return connect_reader(self.deployment.settings, consumers, [self.raw], start=start)

    def visible(self, topic: str) -> list[Record]:
        """See LogBench; a transaction whose marker is still on its way is waited for."""
        return list(KafkaAgain(consumer_settings(self.deployment.settings.kafka, REDACTORS)).everything(topic))


@pytest.mark.integration
class TestKafkaLog(LogContract):
    """The distributed log, on a real broker."""

    @pytest.fixture
    def bench(self, tmp_path: Path) -> Iterator[KafkaBench]:
        """Return a bench over topics of its own."""
        stack = required_stack()
        with (
            fresh_topic(stack.kafka_options(), partitions=PARTITIONS) as out,
            fresh_topic(stack.kafka_options(), partitions=PARTITIONS) as more,
            deployed(stack, tmp_path, kafka={"partitions": PARTITIONS}) as deployment,
        ):
            yield KafkaBench(deployment, out, more)

    def test_aborted_and_open_records_are_never_read(self, bench: KafkaBench) -> None:
        """What another's transaction aborted is skipped; what is not decided yet holds back what follows it."""
        producer = Producer({**bench.deployment.stack.kafka_options(), "transactional.id": f"test-{uuid.uuid4()}"})
        producer.init_transactions(_SECONDS)
        producer.begin_transaction()
        producer.produce(bench.raw, b"aborted", partition=0)
        producer.flush(_SECONDS)
        producer.abort_transaction(_SECONDS)
        producer.begin_transaction()
        producer.produce(bench.raw, b"open", partition=0)
        producer.flush(_SECONDS)
        bench.write([b"behind"])
        with bench.open() as log:
            assert not log.read(10, 2.0)
            producer.commit_transaction(_SECONDS)

            assert [record.value for record in read(log, 2)] == [b"open", b"behind"]

    def test_markers_of_transactions_are_no_lag(self, bench: KafkaBench) -> None:
        """A partition that ends in a transaction's marker counts as read."""
        _write_in_transaction(bench, 0)
        with bench.open() as log:
            records = read(log, 1)
            log.publish([], records)

            assert catches_up(log)

    def test_nobody_ends_over_the_records_of_another(self, bench: KafkaBench) -> None:
        """A slot whose own partitions are settled is not drained while another has records left; markers are none."""
        with bench.open(0) as first, bench.open(1) as second:
            own, others = _share(first, second)
            for partition in range(PARTITIONS):
                _write_in_transaction(bench, partition)
            first.publish([], read(first, own))
            assert catches_up(first)
            assert not first.drained()
            second.publish([], read(second, others))

            assert drains(second, first)

    def test_partitions_taken_away_are_not_published(self, bench: KafkaBench) -> None:
        """A partition that went to another slot between read and publish is published by that one alone."""
        for partition in range(PARTITIONS):
            bench.write([f"{partition}".encode()], partition)
        with bench.open(0) as first:
            records = read(first, PARTITIONS)
            with bench.open(1) as second:
                taken = _read_in_turns(second, first)
                with pytest.raises(LogError):
                    first.publish(copies(bench.out, records), records)
                _work_in_turns(bench, first, second, taken)

        assert values(bench.visible(bench.out)) == [b"0", b"1", b"2"]

    def test_a_group_without_offsets_needs_a_start(self, bench: KafkaBench) -> None:
        """A group that never began is refused without a start, and keeps the one it was given."""
        kafka = bench.deployment.settings.kafka
        with pytest.raises(LogRefused):
            begin_group(kafka, "another", [bench.raw], None)
        bench.write([b"old"])
        begin_group(kafka, "another", [bench.raw], "latest")
        begin_group(kafka, "another", [bench.raw], "earliest")
        begin_group(kafka, "another", [bench.raw], None)
        bench.write([b"new"])
        reader = bench.reader("another")

        assert values(read(reader, 1)) == [b"new"]
        reader.close()

    def test_partitions_that_nobody_owns_are_taken(self, bench: KafkaBench) -> None:
        """A member killed after it gave partitions up, and come back under its name, leaves none without an owner."""
        settings = consumer_settings(bench.deployment.settings.kafka, "another")
        dying = [sys.executable, "-c", _DIE_GIVING_UP, json.dumps(settings | {"group.instance.id": "0"}), bench.raw]
        for partition in range(PARTITIONS):
            bench.write([f"{partition}".encode()], partition)
        with subprocess.Popen(dying, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "owns\n"
            members = [_impatient(bench, "1")]
            until = time.monotonic() + _SECONDS
            while process.poll() is None:
                assert time.monotonic() < until, "the first member never gave a partition up"
                members[0].read(1, 0.1)
        members.append(_impatient(bench, "0"))
        found: set[bytes | None] = set()
        while len(found) < PARTITIONS:
            assert time.monotonic() < until + _SECONDS, f"{len(found)} of {PARTITIONS} partitions are read"
            found |= {record.value for member in members for record in member.read(10, 0.1)}
        for member in members:
            member.close()

    def test_an_offset_that_is_gone_is_refused(self, bench: KafkaBench) -> None:
        """A committed offset that the log no longer holds is an error, never a jump."""
        bench.write([b"a", b"b", b"c"])
        kafka = bench.deployment.settings.kafka
        begin_group(kafka, "slow", [bench.raw], "earliest")
        _delete_before(bench, 2)
        reader = bench.reader("slow")
        with pytest.raises(LogRefused):
            read(reader, 1)
        reader.close()


def test_killed_in_a_transaction_leaves_nothing(tmp_path: Path) -> None:
    """A process that dies by kill -9 between its writes and its commit leaves no record and no offset behind."""
    bench = SqliteBench(tmp_path / "log.db")
    bench.write([b"a"])
    with _holder(tmp_path / "log.db") as process:
        process.send_signal(signal.SIGKILL)
        process.wait(_SECONDS)
    with bench.open() as log:
        records = read(log, 1)
        assert bench.visible(bench.out) == []
        log.publish(copies(bench.out, records), records)

    assert values(bench.visible(bench.out)) == [b"a"]
    bench.close()


def test_the_lease_outlives_its_process(tmp_path: Path) -> None:
    """A holder in another process is fenced by a later one, and its commit writes nothing."""
    bench = SqliteBench(tmp_path / "log.db")
    bench.write([b"a"])
    first = bench.open()
    records = read(first, 1)
    subprocess.run([sys.executable, "-c", _TAKE_OVER, str(tmp_path / "log.db")], check=True, timeout=_SECONDS)
    with pytest.raises(Fenced):
        first.publish(copies(bench.out, records), records)

    assert bench.visible(bench.out) == []
    bench.close()


_OPEN = """
import sys
from pathlib import Path
from streams.log.ports import Publication
from streams.log.seal import LogSeal
from streams.log.sqlite import SqliteTransactionalLog
from streams.log.sqlite_store import SqliteStore
store = SqliteStore(Path(sys.argv[1]), LogSeal(bytes(range(32))))
log = SqliteTransactionalLog(store, "redactor", ["test.raw.v1"])
records = log.read(10, 60.0)
assert len(records) == 1
"""
_DIE = (
    _OPEN
    + """
import time
with store.transaction():
    store.append([Publication("test.out.v1", None, b"never")])
    log._reader.write_offsets(records)
    print("written", flush=True)
    time.sleep(60)
"""
)
_TAKE_OVER = _OPEN


_DIE_GIVING_UP = """
import json, os, sys
from confluent_kafka import Consumer
from confluent_kafka import TopicPartition as Place
consumer = Consumer(json.loads(sys.argv[1]))
def own(_, given):
    consumer.incremental_assign([Place(place.topic, place.partition, 0) for place in given])
    print("owns", flush=True)
consumer.subscribe([sys.argv[2]], on_assign=own, on_revoke=lambda *_: os._exit(9))
while True:
    consumer.poll(0.1)
"""


def _impatient(bench: KafkaBench, name: str) -> KafkaReader:
    """Return a static member that waits three seconds for somebody to own a partition."""
    kafka = bench.deployment.settings.kafka
    consumer = make_consumer(consumer_settings(kafka, "another", member=name))
    admin, group = AdminClient(bench.deployment.stack.kafka_options()), group_id(kafka, "another")
    unowned = Unowned(lambda: admin.describe_consumer_groups([group])[group], 3.0)
    return KafkaReader(consumer, [bench.raw], unowned=unowned)


@contextlib.contextmanager
def _holder(path: Path) -> Iterator[subprocess.Popen[str]]:
    """Run a process that has written and not committed."""
    with subprocess.Popen([sys.executable, "-c", _DIE, str(path)], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "written\n"
        yield process


def _share(first: TransactionalLog, second: TransactionalLog) -> tuple[int, int]:
    """Poll until both slots hold partitions and none is on its way; return how many each holds."""
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until:
        first.read(10, 0.1)
        second.read(10, 0.1)
        held = len(first.lag()), len(second.lag())
        if all(held) and sum(held) == PARTITIONS:
            return held
    pytest.fail("the slots never shared the partitions")


def _write_in_transaction(bench: KafkaBench, partition: int) -> None:
    producer = Producer({**bench.deployment.stack.kafka_options(), "transactional.id": f"test-{uuid.uuid4()}"})
    producer.init_transactions(_SECONDS)
    producer.begin_transaction()
    producer.produce(bench.raw, b"a", partition=partition)
    producer.commit_transaction(_SECONDS)


def _read_in_turns(wanting: TransactionalLog, giving: TransactionalLog) -> list[Record]:
    """Let a new member come in: both poll until it has read something."""
    until = time.monotonic() + _SECONDS
    while time.monotonic() < until:
        records = list(wanting.read(10, 0.2))
        if records:
            return records
        giving.read(10, 0.2)
    pytest.fail("the second slot was never given a partition")


def _work_in_turns(bench: KafkaBench, first: TransactionalLog, second: TransactionalLog, taken: list[Record]) -> None:
    """Let both slots work until everything was published and, for a while more, nothing comes."""
    pending = {id(first): list[Record](), id(second): taken}
    quiet, until = 0, time.monotonic() + _SECONDS
    while quiet < 5 or len(bench.visible(bench.out)) < PARTITIONS:
        assert time.monotonic() < until, "a record was not published"
        quiet += 1
        for log in (first, second):
            with contextlib.suppress(LogError):
                if pending[id(log)]:
                    quiet = 0
                    records, pending[id(log)] = pending[id(log)], []
                    log.publish(copies(bench.out, records), records)
                pending[id(log)] = list(log.read(10, 0.3))


def _delete_before(bench: KafkaBench, offset: int) -> None:
    """Let the broker forget the first records of partition 0."""
    admin = AdminClient(bench.deployment.stack.kafka_options())
    place = Place(bench.raw, 0, offset)
    admin.delete_records([place])[place].result(_SECONDS)
