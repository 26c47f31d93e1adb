"""Clients of Kafka that fail when a test says so; what they do not fail at they ask a broker in this process.

The broker is the one that librdkafka brings for tests. No group is joined: a member is given its partitions at its
first look at the log.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, cast

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer
from confluent_kafka import TopicPartition as Place

TOPIC = "test.raw.v1"
PARTITIONS = 4

_ASKED = (
    "assignment", "close", "commit", "committed", "consume", "consumer_group_metadata", "get_watermark_offsets",
    "incremental_assign", "list_topics", "offsets_for_times", "pause", "position", "resume", "seek", "subscribe",
)  # fmt: skip
_TOLD = (
    "begin_transaction",
    "commit_transaction",
    "init_transactions",
    "produce",
    "purge",
    "send_offsets_to_transaction",
)


@dataclass(slots=True)
class Fault:
    """What fails from now on: some calls of the client, with one code; `seen` are the calls that were made."""

    calls: frozenset[str] = frozenset()
    code: int = KafkaError._TRANSPORT
    seen: set[str] = field(default_factory=set)

    def strike(self, call: str) -> None:
        """Note a call, and fail if it is the one."""
        self.seen.add(call)
        if call in self.calls:
            raise KafkaException(KafkaError(self.code))


def _failing(kind: type, calls: Sequence[str]) -> type:
    """Return a kind of client whose calls fail where its fault says so."""

    def wrapped(call: str) -> Callable[..., Any]:
        def made(client: Any, *args: Any, **named: Any) -> Any:
            client.fault.strike(call)
            return getattr(kind, call)(client, *args, **named)

        return made

    return type(f"Failing{kind.__name__}", (kind,), {call: wrapped(call) for call in calls})


class FailingConsumer(cast(type[Consumer], _failing(Consumer, _ASKED))):  # type: ignore[misc]
    """A consumer that is given every partition of the topic when it first consumes."""

    def __init__(self, settings: Mapping[str, Any], fault: Fault) -> None:
        super().__init__(dict(settings))
        self.fault = fault
        self._on_assign: Callable[[Consumer, list[Place]], None] | None = None

    def subscribe(self, topics: Sequence[str], *, on_assign: Callable[[Consumer, list[Place]], None], **_: Any) -> None:
        """Note who wants to hear of partitions."""
        self.fault.strike("subscribe")
        self._on_assign = on_assign

    def consume(self, *args: Any, **named: Any) -> Any:
        """Give the partitions, then consume; a callback that fails leaves them assigned, as the client does."""
        hear, self._on_assign = self._on_assign, None
        if hear is not None:
            given = [Place(TOPIC, number) for number in range(PARTITIONS)]
            try:
                hear(self, given)
            except KafkaException:
                if not self.assignment():
                    Consumer.incremental_assign(self, given)
                raise
        return super().consume(*args, **named)


class FailingProducer(cast(type[Producer], _failing(Producer, _TOLD))):  # type: ignore[misc]
    """A producer that fails where its fault says so."""

    def __init__(self, settings: Mapping[str, Any], fault: Fault) -> None:
        super().__init__(dict(settings))
        self.fault = fault


@contextmanager
def broker() -> Iterator[tuple[str, Producer]]:
    """Run a broker in this process; give its address, and a producer that ends it."""
    producer = Producer({"test.mock.num.brokers": 1, "bootstrap.servers": "", "log_level": 2, "linger.ms": 0})
    found = producer.list_topics(TOPIC, timeout=10)
    yield ",".join(f"{each.host}:{each.port}" for each in found.brokers.values()), producer
    producer.flush(1)


def write(producer: Producer, records: int) -> None:
    """Write records, one partition after the other."""
    for number in range(records):
        producer.produce(TOPIC, b"%d" % number, partition=number % PARTITIONS)
    assert producer.flush(10) == 0
