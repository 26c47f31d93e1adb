"""Streams that go over several records, on a real broker: killed workers tear none, and each is one event."""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest

from schemas.topics import ASSEMBLY, REDACTED, VAULT
from streams.assembly.pointers import open_pointers
from streams.log.kafka import read_whole_topic
from tests.e2e.deployment import TENANT_HEADER, Deployment, deployed
from tests.schemas.sources.streamed.streams import chat, cut
from tests.stack.required import required_stack

pytestmark = pytest.mark.integration

_WORKER = [sys.executable, "-c", "from streams.cli import main; main()", "worker", "--slots", "0-1", "--config"]
_STREAMS = 24
_CUTS = [9, 17, 24, 31, 40]


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    """Return a deployment."""
    with deployed(required_stack(), tmp_path) as made:
        yield made


def test_streams_outlive_killed_workers(deployment: Deployment) -> None:
    """Open streams are read again from the log: after kill -9 and a restart each is joined whole, and settled once."""
    early, late = _halves()
    with deployment.started([*_WORKER, str(deployment.config)]):
        _produce(deployment, early)
        deployment.wait_for(lambda: _open(deployment) == _STREAMS)
    assert _events(deployment) == []
    with deployment.started([*_WORKER, str(deployment.config)]):
        _produce(deployment, late)
        deployment.wait_for(lambda: len(_events(deployment)) >= _STREAMS and not _open(deployment))
    deployment.await_markers()
    events = _events(deployment)
    texts = [event["record"]["choices"][0]["message"]["content"] for event in events]

    assert len(_settled(events)) == len(early) + len(late)
    assert set(_settled(events).values()) == {1}
    assert {event["phi"]["counts"]["EMAIL"] for event in events} == {1}
    assert not any("@" in text or "quintana" in text for text in texts)
    assert {tree["token"] for _, tree in deployment.read(VAULT)} >= {text.split()[2] for text in texts}


def _halves() -> tuple[list[tuple[bytes, bytes]], list[tuple[bytes, bytes]]]:
    """Return the pieces of all streams in turns, as record keys and values: before and after the kill."""
    streams = []
    for number in range(_STREAMS):
        parts = cut(f"Write to maria.quintana{number}@example.org before noon", _CUTS)
        pieces = chat(parts, id_=f"chatcmpl-{number}")
        streams.append([(f"chat-{number}".encode(), json.dumps(piece).encode()) for piece in pieces])
    turns = [piece for turn in zip_longest(*streams) for piece in turn if piece is not None]
    return turns[: len(turns) // 2], turns[len(turns) // 2 :]


def _produce(deployment: Deployment, pieces: list[tuple[bytes, bytes]]) -> None:
    headers = ((TENANT_HEADER, deployment.tenants[0].encode()),)
    deployment.produce_records([(key, value, headers) for key, value in pieces])


def _events(deployment: Deployment) -> list[dict[str, Any]]:
    return [tree for _, tree in deployment.read(REDACTED)]


def _open(deployment: Deployment) -> int:
    """Return how many streams of the deployment are open, as the log tells."""
    pointers = open_pointers(read_whole_topic(deployment.admin, ASSEMBLY))
    return sum(pointer.topic == deployment.topic for pointer in pointers.values())


def _settled(events: list[dict[str, Any]]) -> Counter[tuple[int, int]]:
    """Return how often each raw record is part of an event."""
    return Counter(
        (event["coordinates"]["partition"], offset)
        for event in events
        for first, last in event["assembly"]["offsets"]
        for offset in range(first, last + 1)
    )
