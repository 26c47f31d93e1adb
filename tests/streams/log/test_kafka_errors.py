"""Whatever the Kafka client fails at is told in the error tree, so that a worker knows what to do about it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from confluent_kafka import KafkaError, KafkaException, Producer

from schemas.errors import Disposition, Fenced, LogError, LogRefused, LogUnavailable, TransactionFailed
from streams.config import KafkaSettings
from streams.log.admin import Cluster
from streams.log.client import consumer_settings, consuming, make_consumer, make_producer, producer_settings, translated
from streams.log.heard import Heard
from streams.log.kafka import Beside, KafkaTransactionalLog
from streams.log.kafka_again import KafkaAgain
from streams.log.kafka_reader import KafkaReader
from streams.log.kafka_sight import KafkaSight
from streams.log.ports import Publication, TopicPartition
from streams.worker import disposition
from tests.contracts.log import read
from tests.streams.log.failing_client import PARTITIONS, TOPIC, FailingConsumer, FailingProducer, Fault, broker, write

_PLACE = TopicPartition(TOPIC, 0)
_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Slot:
    """A slot over clients that fail, its reader, and what makes them fail."""

    log: KafkaTransactionalLog
    reader: KafkaReader
    fault: Fault
    write: Callable[[int], None]


@pytest.fixture(scope="module")
def kafka() -> Iterator[tuple[KafkaSettings, Producer]]:
    """Return the settings of a broker in this process, and a producer of it."""
    with broker() as (servers, producer):
        yield KafkaSettings(bootstrap_servers=servers), producer


@contextmanager
def _opened(kafka: tuple[KafkaSettings, Producer], group: str) -> Iterator[Slot]:
    settings, producer = kafka
    fault, consumer = Fault(), consumer_settings(settings, group)
    reader = KafkaReader(FailingConsumer(consumer, fault), [TOPIC])
    log = KafkaTransactionalLog(
        reader,
        lambda: FailingProducer(producer_settings(settings, group), fault),
        Cluster("test", {}, 1_000_000),
        5.0,
        Beside(KafkaAgain(consumer), Heard(KafkaSight(settings), [TOPIC])),
    )
    yield Slot(log, reader, fault, lambda records: write(producer, records))


@pytest.fixture(scope="module")
def lasting(kafka: tuple[KafkaSettings, Producer]) -> Iterator[Slot]:
    """Return a slot that many tests fail one after another."""
    with _opened(kafka, "lasting") as slot:
        yield slot
        slot.fault.calls = _NOTHING
        slot.log.close()


def _publish(slot: Slot) -> None:
    slot.log.publish([Publication("test.out.v1", None, b"out")], slot.log.read(1, 5.0))


def _drain(slot: Slot) -> None:
    calls, slot.fault.calls = slot.fault.calls, _NOTHING
    slot.log.rewind()
    while records := slot.log.read(1_000, 0.2):
        slot.reader.commit(records)
    slot.fault.calls = calls
    slot.log.drained()


_DONE: dict[str, tuple[Callable[[Slot], object], tuple[str, ...]]] = {
    "read": (lambda slot: slot.log.read(10, 0.1), ("consume",)),
    "publish": (
        _publish,
        ("assignment", "begin_transaction", "produce", "consumer_group_metadata", "send_offsets_to_transaction",
         "commit_transaction"),
    ),
    "publish anew": (_publish, ("init_transactions",)),
    "rewind": (lambda slot: slot.log.rewind(), ("assignment", "committed", "resume", "seek")),
    "lag": (lambda slot: slot.log.lag(), ("assignment", "position", "offsets_for_times")),
    "heard": (lambda slot: slot.log.heard(), ("assignment", "position")),
    "drained": (_drain, ("list_topics", "committed")),
    "settled": (lambda slot: list(slot.log.settled(_PLACE, 0)), ("committed",)),
    "commit": (lambda slot: slot.reader.commit(slot.log.read(1, 5.0)), ("commit",)),
    "wait": (lambda slot: slot.reader.wait(0.1), ("pause", "consume", "assignment", "resume")),
}  # fmt: skip


@pytest.mark.parametrize(("done", "call"), [(done, call) for done, (_, calls) in _DONE.items() for call in calls])
def test_whatever_call_fails_is_told_in_our_terms(lasting: Slot, done: str, call: str) -> None:
    """A broker that goes away in any call of the client is an error of the tree that is tried again, and goes by."""
    lasting.write(2)
    lasting.reader.read(1, 5.0)
    lasting.fault.calls = frozenset({call})
    if done == "publish anew":
        lasting.fault.calls |= {"begin_transaction"}
    with pytest.raises(LogError) as raised:
        _DONE[done][0](lasting)
    lasting.fault.calls = _NOTHING

    assert call in lasting.fault.seen
    assert disposition(raised.value) is Disposition.RETRY
    lasting.log.rewind()
    lasting.write(1)
    assert read(lasting.log, 1)


@pytest.mark.parametrize("call", ["consume", "close"])
def test_closing_goes_by_whatever_fails(kafka: tuple[KafkaSettings, Producer], call: str) -> None:
    """A slot that ends does so without an error: its session ends by itself."""
    with _opened(kafka, f"closed-{call}") as slot:
        slot.fault.calls = frozenset({call})
        slot.log.close()

        assert call in slot.fault.seen


def test_a_producer_that_fails_while_it_is_given_up_hides_nothing(lasting: Slot) -> None:
    """A failed transaction is told as such, whatever the client says when its rest is dropped."""
    lasting.write(1)
    records = read(lasting.log, 1)
    lasting.fault.calls = frozenset({"begin_transaction", "purge"})
    with pytest.raises(LogUnavailable):
        lasting.log.publish([], records)
    lasting.fault.calls = _NOTHING

    assert "purge" in lasting.fault.seen


def test_partitions_that_came_while_the_broker_was_away_are_known(kafka: tuple[KafkaSettings, Producer]) -> None:
    """Partitions whose offsets could not be asked for when they came are assigned all the same, and read from them."""
    with _opened(kafka, "away") as slot:
        slot.write(2)
        slot.fault.calls = frozenset({"committed"})
        with pytest.raises(LogUnavailable):
            slot.log.read(10, 1.0)
        assert len(slot.log.assigned()) == PARTITIONS
        slot.fault.calls = _NOTHING

        assert {record.offset for record in slot.log.read(1_000, 5.0)} >= {0}
        slot.log.close()


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (KafkaError._ALL_BROKERS_DOWN, LogUnavailable),
        (KafkaError.NOT_COORDINATOR, LogUnavailable),
        (KafkaError.UNKNOWN_TOPIC_OR_PART, LogRefused),
        (KafkaError.GROUP_AUTHORIZATION_FAILED, LogRefused),
        (KafkaError._FATAL, Fenced),
        (KafkaError.FENCED_INSTANCE_ID, Fenced),
        (KafkaError.INVALID_TXN_STATE, TransactionFailed),
    ],
)
def test_codes_have_their_disposition(lasting: Slot, code: int, kind: type[LogError]) -> None:
    """What passes is tried again, what no retry mends stops the worker, and a slot that was taken over ends it."""
    lasting.fault.calls, passing, lasting.fault.code = frozenset({"committed"}), lasting.fault.code, code
    with pytest.raises(LogError) as raised:
        lasting.reader.committed(_PLACE)
    lasting.fault.calls, lasting.fault.code = _NOTHING, passing

    assert type(raised.value) is kind


def test_settings_that_the_client_refuses_are_refused(tmp_path: Path) -> None:
    """A certificate that is not there is told as such before anything is read, for every kind of client."""
    wrong = KafkaSettings(bootstrap_servers="127.0.0.1:1").model_copy(
        update={"security_protocol": "SSL", "ca_file": tmp_path / "missing.pem"}
    )
    with pytest.raises(LogRefused):
        make_consumer(consumer_settings(wrong, "test"))
    with pytest.raises(LogRefused):
        make_producer(producer_settings(wrong, "test"))
    with pytest.raises(LogRefused), consuming(consumer_settings(wrong, "test")):
        pass


def test_an_error_without_a_code_is_told() -> None:
    """An exception of the client's that says nothing is an error of the tree too."""
    assert type(translated(KafkaException())) is TransactionFailed
