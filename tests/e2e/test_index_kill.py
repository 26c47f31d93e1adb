"""The indexer as a process: killed at any time, it loses nothing and duplicates nothing."""

import sys
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from confluent_kafka import Producer

from schemas.codec import encode
from schemas.events import RedactedEvent
from schemas.topics import ALERTS, REDACTED
from streams.log.kafka import connect_reader
from streams.log.startup import begin_group
from streams.siem.opensearch import connect
from streams.siem.ports import Query
from streams.siem.searching import ask, open_index
from tests.contracts.siem_samples import chat
from tests.e2e.deployment import Deployment, deployed
from tests.stack.required import required_stack

pytestmark = pytest.mark.integration

COMMAND = [sys.executable, "-c", "from streams.cli import main; main()", "indexer", "--config"]
EVENTS = 2_000


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    """Return a deployment with an index of a new name, whose indexer begins at the end of the topics."""
    prefix = f"phistream-test-{uuid.uuid4().hex[:12]}"
    stack = required_stack()
    with deployed(stack, tmp_path, siem={"index_prefix": prefix, "bulk_documents": 50}) as made:
        begin_group(made.admin.kafka, "indexer", [REDACTED, ALERTS], "latest")
        yield made
        client = connect(made.settings.siem)
        client.indices.delete(index=f"{prefix}-*")
        client.close()


def events(deployment: Deployment) -> list[RedactedEvent]:
    """Return the events of one test."""
    return [
        replace(chat(number % 600, "words"), event_id=str(uuid.uuid4()), tenant=deployment.tenants[0])
        for number in range(EVENTS)
    ]


def publish(deployment: Deployment, values: list[RedactedEvent]) -> None:
    """Write events to the redacted topic."""
    producer = Producer({**deployment.stack.kafka_options(), "linger.ms": 5})
    for value in values:
        producer.produce(REDACTED, key=value.event_id.encode(), value=encode(value))
        producer.poll(0)
    assert producer.flush(120) == 0


def indexed(deployment: Deployment) -> int:
    """Return how many documents a search finds."""
    return ask(open_index(None, deployment.settings), Query(tenant=deployment.tenants[0], limit=1)).total


def test_killed_and_restarted_it_indexes_everything_once(deployment: Deployment) -> None:
    """After kills with -9 in the middle of the work, the ids in the index are those on the topic."""
    values = events(deployment)
    publish(deployment, values)
    for share in (0.2, 0.6):
        with deployment.started([*COMMAND, str(deployment.config)]):
            deployment.wait_for(lambda share=share: indexed(deployment) > share * EVENTS)  # type: ignore[misc]
    with deployment.started([*COMMAND, str(deployment.config)]):
        deployment.wait_for(lambda: indexed(deployment) >= EVENTS)
    found: set[str] = set()
    after = None
    while True:
        page = ask(open_index(None, deployment.settings), Query(tenant=deployment.tenants[0], limit=1000, after=after))
        found |= {hit["event_id"] for hit in page.hits}
        if page.more is None:
            break
        after = page.more

    assert indexed(deployment) == EVENTS
    assert {value.event_id for value in values} == found


def test_waiting_keeps_the_place(deployment: Deployment) -> None:
    """A reader that waits for its outlet stays a member, and goes on where it was, with nothing lost or twice."""
    values = events(deployment)[:300]
    publish(deployment, values)
    reader = connect_reader(deployment.settings, "indexer", [REDACTED])
    ids: list[str] = []
    while len(ids) < len(values):
        records = reader.read(40, 120.0)
        assert records
        ids += [(record.key or b"").decode() for record in records]
        reader.wait(0.3)
        reader.commit(records)
    reader.close()

    assert sorted(value.event_id for value in values) == sorted(ids)
