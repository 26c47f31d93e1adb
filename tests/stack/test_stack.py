"""The plain stack is the real thing: transactions on Kafka, documents and analysis on OpenSearch."""

import json
import os
import uuid
from collections.abc import Iterator

import pytest
from confluent_kafka import Consumer, KafkaException, Message, Producer
from confluent_kafka.admin import (
    AdminClient,
    ConfigResource,
    ResourceType,
)

from tests.stack import control, daemon, kafka
from tests.stack.requests import request
from tests.stack.running import Stack
from tests.stack.settings import StackSettings
from tests.stack.topics import fresh_topic

pytestmark = pytest.mark.integration
_SECONDS = 90.0


@pytest.fixture
def topic(plain_stack: Stack) -> Iterator[str]:
    """Return a topic of this test's own."""
    with fresh_topic(plain_stack.kafka_options()) as name:
        yield name


@pytest.fixture
def index(plain_stack: Stack) -> Iterator[str]:
    """Return the name of an index that is removed afterwards."""
    name = f"phistream-test-{uuid.uuid4().hex[:12]}"
    yield name
    request(plain_stack.opensearch_port, "DELETE", f"/{name}")


def _transactional(stack: Stack, transactional_id: str) -> Producer:
    options = stack.kafka_options() | {"transactional.id": transactional_id, "retry.backoff.ms": "5"}
    producer = Producer(options)
    producer.init_transactions(_SECONDS)
    return producer


def _committed(stack: Stack, topic: str, count: int) -> list[bytes | None]:
    options = {"group.id": uuid.uuid4().hex, "isolation.level": "read_committed", "auto.offset.reset": "earliest"}
    consumer = Consumer(stack.kafka_options() | options)
    try:
        consumer.subscribe([topic])
        messages: list[Message] = []
        while len(messages) < count:
            batch = consumer.consume(count - len(messages), timeout=_SECONDS)
            assert batch, "the broker gave nothing in time"
            messages += batch
        return [message.value() for message in messages]
    finally:
        consumer.close()


def test_reader_sees_committed_records_only(plain_stack: Stack, topic: str) -> None:
    """An aborted transaction is invisible to a `read_committed` reader, the committed one after it is not."""
    producer = _transactional(plain_stack, uuid.uuid4().hex)
    for value, commit in ((b"aborted", False), (b"committed", True)):
        producer.begin_transaction()
        producer.produce(topic, value)
        if commit:
            producer.commit_transaction(_SECONDS)
        else:
            producer.flush(_SECONDS)
            producer.abort_transaction(_SECONDS)
    assert _committed(plain_stack, topic, 1) == [b"committed"]


def test_zombie_is_fenced(plain_stack: Stack, topic: str) -> None:
    """A second producer with the same transactional id fences the first, whose commit fails for good."""
    transactional_id = uuid.uuid4().hex
    first = _transactional(plain_stack, transactional_id)
    first.begin_transaction()
    first.produce(topic, b"zombie")
    first.flush(_SECONDS)
    second = _transactional(plain_stack, transactional_id)
    second.begin_transaction()
    second.produce(topic, b"successor")
    second.commit_transaction(_SECONDS)
    with pytest.raises(KafkaException) as refusal:
        first.commit_transaction(_SECONDS)
    assert refusal.value.args[0].fatal()
    assert _committed(plain_stack, topic, 1) == [b"successor"]


def test_topics_are_never_created_by_accident(plain_stack: Stack) -> None:
    """Asking for an unknown topic leaves the broker as it was."""
    client = AdminClient(plain_stack.kafka_options())
    name = f"test.stack.{uuid.uuid4().hex}"
    client.list_topics(name, timeout=_SECONDS)
    assert name not in client.list_topics(timeout=_SECONDS).topics


def test_broker_takes_the_largest_record(plain_stack: Stack, topic: str) -> None:
    """A record of 16 MiB passes, as a redacted one of 8 MiB raw may be that large."""
    client = AdminClient(plain_stack.kafka_options())
    resource = ConfigResource(ResourceType.BROKER, "1")
    limits = client.describe_configs([resource])[resource].result(_SECONDS)
    assert int(limits["message.max.bytes"].value) == kafka.LARGEST_RECORD_BYTES
    producer = Producer(plain_stack.kafka_options() | {"message.max.bytes": str(kafka.LARGEST_RECORD_BYTES)})
    outcomes: list[object] = []
    producer.produce(topic, os.urandom(16 * 1024 * 1024), on_delivery=lambda error, _: outcomes.append(error))
    assert producer.flush(_SECONDS) == 0
    assert outcomes == [None]


def test_records_outlive_a_killed_broker(plain_stack: Stack, topic: str) -> None:
    """A broker that is killed and started again still has what was committed, on the same port."""
    producer = _transactional(plain_stack, uuid.uuid4().hex)
    producer.begin_transaction()
    producer.produce(topic, b"kept")
    producer.commit_transaction(_SECONDS)
    before = daemon.running_pid(StackSettings.from_environment(secure=False).state, kafka.NAME)
    control.restart_kafka(kill=True)
    after = daemon.running_pid(StackSettings.from_environment(secure=False).state, kafka.NAME)
    assert None not in {before, after}
    assert before != after
    assert _committed(plain_stack, topic, 1) == [b"kept"]


def test_index_keeps_a_document(plain_stack: Stack, index: str) -> None:
    """What is indexed is found again by its id, and an older external version is refused."""
    port = plain_stack.opensearch_port
    path = f"/{index}/_doc/event-1?version_type=external_gte&version="
    for version, expected in ((1, 201), (1, 200), (2, 200), (1, 409)):
        status, _ = request(port, "PUT", f"{path}{version}", {"revision": version})
        assert status == expected
    status, answer = request(port, "GET", f"/{index}/_doc/event-1")
    assert (status, json.loads(answer)["_source"]) == (200, {"revision": 2})


def test_core_modules_are_there(plain_stack: Stack) -> None:
    """The possessive filter that keeps a token findable beside `'s` belongs to the analysis module, which is loaded."""
    status, answer = request(
        plain_stack.opensearch_port, "POST", "/_analyze",
        {"tokenizer": "standard", "filter": [{"type": "stemmer", "language": "possessive_english"}], "text": "phi_x's"},
    )  # fmt: skip
    assert status == 200
    assert [item["token"] for item in json.loads(answer)["tokens"]] == ["phi_x"]


def test_documents_outlive_an_outage(plain_stack: Stack, index: str) -> None:
    """A stopped index refuses connections and comes back with its documents."""
    port = plain_stack.opensearch_port
    request(port, "PUT", f"/{index}/_doc/event-1", {"revision": 0})
    control.stop_opensearch()
    with pytest.raises(OSError, match="refused"):
        request(port, "GET", "/")
    control.start_opensearch()
    status, _ = request(port, "GET", f"/{index}/_doc/event-1")
    assert status == 200
