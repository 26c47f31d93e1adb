"""The indexer, the monitor and tail with the rights of their roles alone: TLS, SCRAM, ACLs."""

import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka import Producer

from schemas.codec import encode
from schemas.topics import ALERTS, BATCHES, REDACTED, Role
from streams.log.admin import apply_acls
from streams.log.startup import begin_group
from streams.siem.opensearch import OpenSearchSink, connect
from streams.siem.ports import Query
from streams.siem.searching import ask
from tests.contracts.siem_samples import chat, withheld
from tests.e2e.deployment import Deployment, deployed
from tests.e2e.test_monitor import counts
from tests.stack.grants import await_grants
from tests.stack.ports import free_port
from tests.stack.required import required_stack

pytestmark = [pytest.mark.integration, pytest.mark.secure]

PHISTREAM = [sys.executable, "-c", "from streams.cli import main; main()"]


@pytest.fixture
def role(request: pytest.FixtureRequest) -> str:
    """Return the role that the services log in as."""
    return str(request.param)


@pytest.fixture
def deployment(tmp_path: Path, role: str) -> Iterator[Deployment]:
    """Return a deployment that logs in as one role, with the grants of the table and no others."""
    stack = required_stack(secure=True)
    prefix = f"phistream-test-{uuid.uuid4().hex[:12]}"
    sections: dict[str, Any] = {
        "siem": {
            "index_prefix": prefix,
            "username": "indexer",
            "password": stack.opensearch_passwords["indexer"],
            "ca_file": str(stack.ca),
        },
        "monitor": {"web_port": free_port(), "quarantine_least_events": 10},
    }
    with deployed(stack, tmp_path, user=role, **sections) as made:
        apply_acls(made.admin, {Role(role): f"User:{role}"})
        await_grants(stack.kafka_options())
        for group, topics in (("indexer", [REDACTED, ALERTS]), ("monitor", [REDACTED, BATCHES])):
            begin_group(made.admin.kafka, group, topics, "latest")
        yield made
        administrator(made)._client.indices.delete(index=f"{prefix}-*")


def administrator(deployment: Deployment) -> OpenSearchSink:
    """Return the index as its administrator reaches it."""
    stack = deployment.stack
    certificate = {"certificate_file": Path(str(stack.admin_certificate)), "key_file": Path(str(stack.admin_key))}
    siem = deployment.settings.siem.model_copy(update={"username": None, "password": None, **certificate})
    return OpenSearchSink(connect(siem), siem.index_prefix)


def publish(deployment: Deployment) -> set[str]:
    """Write some events, half of them withheld; return their ids."""
    producer = Producer(deployment.stack.kafka_options())
    ids = set()
    for number in range(20):
        plain = withheld(number) if number % 2 else chat(number, "words")
        place = chat(1, "x").coordinates
        event = replace(plain, event_id=str(uuid.uuid4()), tenant=deployment.tenants[0], coordinates=place)
        ids.add(event.event_id)
        producer.produce(REDACTED, key=event.event_id.encode(), value=encode(event))
    assert producer.flush(120) == 0
    return ids


@pytest.mark.parametrize("role", ["indexer"], indirect=True)
def test_the_indexer_needs_no_more(deployment: Deployment) -> None:
    """Events go from a broker to an index that both ask who is there."""
    ids = publish(deployment)
    sink = administrator(deployment)
    query = Query(tenant=deployment.tenants[0], limit=100)
    with deployment.started([*PHISTREAM, "indexer", "--config", str(deployment.config)]):
        deployment.wait_for(lambda: {hit["event_id"] for hit in ask(sink, query).hits} == ids)


@pytest.mark.parametrize("role", ["monitor"], indirect=True)
def test_the_monitor_needs_no_more(deployment: Deployment) -> None:
    """Events are counted and an alert is raised with the monitor's rights."""
    publish(deployment)
    with deployment.started([*PHISTREAM, "monitor", "--config", str(deployment.config)]):
        deployment.wait_for(lambda: counts(deployment).get("events_seen", 0) >= 20)
        deployment.wait_for(lambda: bool(counts(deployment).get("alerts")))


@pytest.mark.parametrize("role", ["observability"], indirect=True)
def test_tail_needs_no_more(deployment: Deployment) -> None:
    """Whoever may watch follows the redacted topic, in no group, and reads back some of it."""
    ids = publish(deployment)
    command = [*PHISTREAM, "tail", "--config", str(deployment.config), "--json", "-n", "1000", "--no-follow"]
    shown = subprocess.run(
        [*command, "--tenant", deployment.tenants[0]], capture_output=True, text=True, timeout=300, check=True
    ).stdout

    assert ids == {line.split('"event_id":"')[1].split('"')[0] for line in shown.splitlines()}


@pytest.mark.parametrize("role", ["producer"], indirect=True)
@pytest.mark.parametrize("command", ["indexer", "monitor", "tail"])
def test_without_rights_they_end(deployment: Deployment, command: str) -> None:
    """A principal without the role's grants gets an error that says so, and no events."""
    publish(deployment)
    more = ["--no-follow"] if command == "tail" else []
    with deployment.started([*PHISTREAM, command, "--config", str(deployment.config), *more]) as process:
        assert process.wait(300) != 0
