"""Intake on a real broker: streams scattered over partitions, intake and workers killed, and each is one event."""

import sys
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from confluent_kafka import Producer

from schemas.assembly import StreamPointer
from schemas.errors import LogRefused
from schemas.topics import ASSEMBLY, BY_NAME, KEYED, QUARANTINE, REDACTED, Role
from streams.assembly.pointers import open_pointers
from streams.config import load_settings
from streams.intake.origins import believed
from streams.log.kafka import read_whole_topic
from streams.log.ports import Record
from streams.log.startup import INTAKES, REDACTORS, begin_group, refuse_unfit
from tests.e2e.deployment import TENANT_HEADER, Deployment, deployed, logged_in
from tests.schemas.sources.streamed.streams import chat, cut
from tests.stack.required import required_stack
from tests.stack.topics import set_topic_config
from tests.streams.intake.test_loop import values
from tests.streams.intake_rig import settled

pytestmark = pytest.mark.integration

_INTAKE = [sys.executable, "-c", "from streams.cli import main; main()", "intake"]
_WORKER = "tests.e2e.rule_worker"
_STREAMS = 12
_PARTITIONS = 4
#: Longer than a stream waits, and than the pieces after its last choice are waited for.
_OUTAGE_SECONDS = 12.0
_CUTS = [9, 17, 24, 31, 40]


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    """Return a deployment whose raw topic is not keyed by conversation."""
    with _not_keyed(tmp_path) as made:
        yield made


@contextmanager
def _not_keyed(folder: Path, limits: Mapping[str, Any] = MappingProxyType({})) -> Iterator[Deployment]:
    with deployed(required_stack(), folder, limits=limits) as made:
        text = made.config.read_text()
        declared = f'"tenant_header" = "{TENANT_HEADER}"\n'
        made.config.write_text(text.replace(declared, declared + '"keyed_by" = "none"\n'))
        settings = load_settings(made.config)
        admin = logged_in(settings, made.stack, "admin")
        begin_group(admin.kafka, INTAKES, [made.topic], "earliest")
        begin_group(admin.kafka, REDACTORS, [KEYED], "latest")  # Other tests' records are other tests'.
        yield replace(made, settings=settings, admin=admin)


def test_scattered_streams_outlive_killed_processes(deployment: Deployment) -> None:
    """After kill -9 of intake and worker each raw record was written on once, and each stream is one event."""
    pieces = _turns(_canary(deployment))
    half, config = len(pieces) // 2, ["--config", str(deployment.config)]
    _produce(deployment, pieces[:half])
    folder = ["--run-folder", str(deployment.folder / "intake")]
    with (
        deployment.started([sys.executable, "-m", "streams.intake.main", *folder, *config]),
        deployment.worker(0, module=_WORKER),
    ):
        deployment.wait_for(lambda: len(_moved(deployment)) >= half // 2)
    _produce(deployment, pieces[half:])
    with deployment.started([*_INTAKE, *config]), deployment.worker(0, module=_WORKER):
        deployment.wait_for(lambda: len(list(deployment.read(REDACTED))) >= _STREAMS)
    events = [tree for _, tree in deployment.read(REDACTED)]
    moved = _moved(deployment)
    origins = {(each.origin.partition, each.origin.offset) for each in moved if each.origin is not None}

    assert len(origins) == len(moved) == len(pieces)
    assert settled(events) == sorted(origins)
    assert len(events) == _STREAMS
    assert {event["phi"]["counts"]["EMAIL"] for event in events} == {1}
    assert not list(deployment.read(QUARANTINE))
    assert _clear_topics(deployment) == {deployment.topic, KEYED}


def test_an_outage_of_intake_tears_no_stream(tmp_path: Path) -> None:
    """However long intake is away, a stream whose rest stands in the raw topic waits; then it is one event."""
    with _not_keyed(tmp_path, limits={"stream_idle_seconds": 2.0}) as deployment:
        pieces, began = _turns(_canary(deployment))[::_STREAMS], time.time_ns() // 1_000_000
        half, folder = len(pieces) // 2, str(deployment.folder / "intake")
        intake = [sys.executable, "-m", "streams.intake.main", "--run-folder", folder, "--config"]
        with deployment.started([*intake, str(deployment.config)]):
            _produce(deployment, pieces[:half], began)
            deployment.wait_for(lambda: len(_moved(deployment)) == half)
        _produce(deployment, pieces[half:], began + half)
        with deployment.worker(0, module=_WORKER):
            deployment.wait_for(lambda: len(_open(deployment)) == 1)
            time.sleep(_OUTAGE_SECONDS)
            assert list(deployment.read(REDACTED)) == []
            with deployment.started([*intake, str(deployment.config)]):
                deployment.wait_for(lambda: any(deployment.read(REDACTED)) and not _open(deployment))
        deployment.await_markers()
        ((_, event),) = deployment.read(REDACTED)
        moved = _moved(deployment)

    assert len(moved) == event["assembly"]["pieces"] == len(pieces)
    assert event["assembly"]["whole"]
    assert event["phi"]["counts"]["EMAIL"] == 1


@pytest.mark.parametrize(
    ("hours", "role", "refused"), [(12, Role.REDACTOR, True), (12, Role.INTAKE, True), (13, Role.INTAKE, False)]
)
def test_a_raw_topic_that_forgets_too_soon_is_refused(
    deployment: Deployment, hours: int, role: Role, *, refused: bool
) -> None:
    """What waits for the rest of its stream, and what an outage leaves unread, must not be gone when it is needed."""
    retention = str(hours * 3_600_000)
    set_topic_config(deployment.stack.kafka_options(), deployment.topic, "retention.ms", retention)
    with pytest.raises(LogRefused, match="retention") if refused else nullcontext():
        refuse_unfit(deployment.settings, role)


def _canary(deployment: Deployment) -> str:
    """Return a word that stands nowhere else on the broker, in no name of a topic either."""
    return deployment.topic.split(".")[2][::-1]


def _turns(canary: str) -> list[bytes]:
    """Return the pieces of all streams in turns."""
    streams = [
        values(
            chat(cut(f"Write to {canary}.quintana{number}@example.org before noon", _CUTS), id_=f"chatcmpl-{number}")
        )
        for number in range(_STREAMS)
    ]
    return [piece for turn in zip(*streams, strict=True) for piece in turn]


def _produce(deployment: Deployment, pieces: list[bytes], began: int | None = None) -> None:
    """Write each piece to the next partition, a millisecond after the one before, as a producer without keys does.

    It does so in a transaction: each partition ends in its marker, which no reader is given.
    """
    now = time.time_ns() // 1_000_000 - len(pieces) if began is None else began
    options = deployment.stack.kafka_options() | {"acks": "all", "transactional.id": f"test-{uuid.uuid4()}"}
    producer = Producer(options)
    producer.init_transactions(120)
    producer.begin_transaction()
    for number, value in enumerate(pieces):
        producer.produce(
            deployment.topic,
            value,
            partition=number % _PARTITIONS,
            timestamp=now + number,
            headers=[(TENANT_HEADER, deployment.tenants[0].encode())],
        )
    producer.commit_transaction(120)


def _open(deployment: Deployment) -> list[StreamPointer]:
    """Return the pointers to open streams of the deployment, as the log tells."""
    places = {(record.partition, record.offset) for record in _moved(deployment)}
    pointers = open_pointers(read_whole_topic(deployment.admin, ASSEMBLY)).values()
    return [each for each in pointers if each.topic == KEYED and (each.partition, each.first) in places]


def _moved(deployment: Deployment) -> list[Record]:
    """Return what intake has written on of the deployment's topic."""
    records = map(believed, read_whole_topic(deployment.admin, KEYED))
    return [record for record in records if record.origin and record.origin.topic == deployment.topic]


def _clear_topics(deployment: Deployment) -> set[str]:
    """Return the topics of the table, and raw ones, in which a part of the streams' addresses stands."""
    canary = _canary(deployment)
    return {
        topic
        for topic in (deployment.topic, *BY_NAME)
        for record in read_whole_topic(deployment.admin, topic)
        if canary in repr((record.key, record.value, record.headers))
    }
