"""The redactor with the rights of its role alone: TLS, SCRAM and ACLs, and what each role may do with each topic."""

import json
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka import Consumer, KafkaError, KafkaException, Producer
from confluent_kafka import TopicPartition as Place

from schemas.errors import LogRefused
from schemas.topics import BY_NAME, QUARANTINE, RAW, REDACTED, TOPICS, VAULT, Role
from streams.config import Settings, load_settings
from streams.log.admin import apply_acls, rights
from streams.log.kafka import read_whole_topic
from streams.log.startup import refuse_unfit
from tests.e2e.deployment import TENANT_HEADER, Deployment, deployed, logged_in
from tests.stack.grants import await_grants
from tests.stack.required import required_stack

pytestmark = [pytest.mark.integration, pytest.mark.secure]

PHISTREAM = [sys.executable, "-c", "from streams.cli import main; main()"]
PRINCIPALS = {role: f"User:{role}" for role in Role}


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    """Return a deployment whose workers log in as the redactor, with the grants of the table."""
    with deployed(required_stack(secure=True), tmp_path, user="redactor") as made:
        apply_acls(made.admin, PRINCIPALS)
        await_grants(made.stack.kafka_options())
        yield made


def as_role(deployment: Deployment, role: Role) -> Settings:
    """Return the settings with which a role logs in."""
    return logged_in(deployment.admin, deployment.stack, role)


def produce_as(deployment: Deployment, role: Role, topic: str, value: bytes) -> None:
    """Write one record as a role; raises KafkaException where the broker does not let it."""
    errors: list[KafkaException] = []
    producer = Producer({**deployment.stack.kafka_options(role), "message.timeout.ms": 60_000})
    producer.produce(
        topic,
        value,
        headers=[(TENANT_HEADER, deployment.tenants[0].encode())],
        on_delivery=lambda error, _: errors.append(KafkaException(error)) if error else None,
    )
    assert producer.flush(120) == 0
    if errors:
        raise errors[0]


def test_redactor_end_to_end(deployment: Deployment) -> None:
    """What a producer writes is redacted and sealed by a worker with the redactor's rights, over TLS and SCRAM."""
    for number in range(20):
        produce_as(deployment, Role.PRODUCER, deployment.topic, json.dumps({"to": f"a{number}@example.org"}).encode())
    produce_as(deployment, Role.PRODUCER, deployment.topic, b"{cut")
    with deployment.started([*PHISTREAM, "worker", "--config", str(deployment.config)]) as service:
        deployment.wait_for(lambda: len(list(deployment.read(REDACTED))) == 21)
        service.send_signal(signal.SIGTERM)
        status = service.wait(120)
    tokens = {tree["record"]["to"] for _, tree in deployment.read(REDACTED) if "record" in tree}

    assert status == 0
    assert len(tokens) == 20
    assert {tree["token"] for _, tree in deployment.read(VAULT)} >= tokens
    assert len(list(deployment.read(QUARANTINE))) == 1


@pytest.mark.parametrize("role", list(Role))
def test_rights_are_those_of_the_table(deployment: Deployment, role: Role) -> None:
    """The broker lets each role read and write what the table says, and nothing else."""
    specs = {**{spec.name: spec for spec in TOPICS}, deployment.topic: BY_NAME[RAW]}
    found = {name: _rights(as_role(deployment, role), name) & {"READ", "WRITE"} for name in specs}

    assert found == {
        name: {*(["READ"] if role in spec.readers else []), *(["WRITE"] if role in spec.writers else [])}
        for name, spec in specs.items()
    }


@pytest.mark.parametrize(
    ("role", "topic"),
    [(Role.REDACTOR, VAULT), (Role.REDACTOR, QUARANTINE), (Role.REDACTOR, REDACTED), (Role.PRODUCER, RAW)],
)
def test_reading_is_refused(deployment: Deployment, role: Role, topic: str) -> None:
    """Who may write a topic and not read it is refused when it tries."""
    consumer = Consumer({**deployment.stack.kafka_options(role), "group.id": f"phistream.test.{role}"})
    consumer.assign([Place(deployment.topic if topic == RAW else topic, 0, 0)])
    codes: set[int | None] = set()
    until = time.monotonic() + 120
    while KafkaError.TOPIC_AUTHORIZATION_FAILED not in codes and time.monotonic() < until:
        if (message := consumer.poll(0.5)) is not None:
            error = message.error()
            codes.add(None if error is None else error.code())
    consumer.close()

    assert KafkaError.TOPIC_AUTHORIZATION_FAILED in codes
    assert None not in codes


@pytest.mark.parametrize(
    ("role", "topic"),
    [
        (Role.INDEXER, VAULT),
        (Role.INDEXER, QUARANTINE),
        (Role.INDEXER, RAW),
        (Role.MONITOR, RAW),
        (Role.MONITOR, VAULT),
        (Role.OBSERVABILITY, VAULT),
    ],
)
def test_a_topic_that_may_not_be_seen_is_refused(deployment: Deployment, role: Role, topic: str) -> None:
    """A topic that a role may not even see is refused, never taken for an empty one."""
    with pytest.raises(LogRefused, match="AUTHORIZATION_FAILED"):
        list(read_whole_topic(as_role(deployment, role), deployment.topic if topic == RAW else topic, role))


@pytest.mark.parametrize(
    ("role", "topic"),
    [(Role.PRODUCER, VAULT), (Role.PRODUCER, REDACTED), (Role.INDEXER, REDACTED), (Role.REDACTOR, RAW)],
)
def test_writing_is_refused(deployment: Deployment, role: Role, topic: str) -> None:
    """Who may not write a topic is refused when it tries."""
    name = deployment.topic if topic == RAW else topic

    with pytest.raises(KafkaException, match="authorization"):
        produce_as(deployment, role, name, b"{}")


def test_a_worker_without_its_rights_does_not_begin(tmp_path: Path) -> None:
    """Where the redactor may not read what it is to read, a worker says so before it joins."""
    with (
        deployed(required_stack(secure=True), tmp_path, user="redactor") as made,
        pytest.raises(LogRefused, match=made.topic),
    ):
        refuse_unfit(load_settings(made.config))


def _rights(settings: Settings, topic: str) -> frozenset[str]:
    try:
        return rights(settings, [topic])[topic]
    except LogRefused:
        return frozenset()
