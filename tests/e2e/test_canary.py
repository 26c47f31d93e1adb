"""A canary through the distributed path: in clear in the raw topic alone, in no other topic, index, log or metric."""

import json
import signal
import sys
import urllib.request
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from confluent_kafka.admin import AdminClient
from opensearchpy.exceptions import TransportError

from schemas.topics import ALERTS, BATCHES, QUARANTINE, REDACTED, VAULT
from streams.log.kafka import read_whole_topic
from streams.log.ports import Record
from streams.log.startup import begin_group
from streams.siem.opensearch import connect
from tests.canary import found_in, planted_records
from tests.e2e.deployment import TENANT_HEADER, Deployment, deployed
from tests.stack.ports import free_port
from tests.stack.required import required_stack

pytestmark = pytest.mark.integration

PHISTREAM = [sys.executable, "-c", "from streams.cli import main; main()"]


@dataclass(frozen=True, slots=True)
class Run:
    """What the planted records went through, what its services said over HTTP, and files seen clear meanwhile."""

    deployment: Deployment
    metrics: bytes
    clear_files: Mapping[str, Sequence[str]]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Send every planted record through a worker and an indexer, whose temporary files go where we look."""
    # The indexer tells at the port that is set, the worker at the next one.
    prefix, port = f"phistream-canary-{uuid.uuid4().hex[:12]}", free_port(2)
    with deployed(required_stack(), tmp_path_factory.mktemp("canary"), siem={"index_prefix": prefix}) as made:
        begin_group(made.admin.kafka, "indexer", [REDACTED, ALERTS], "latest")
        temporary = made.folder / "tmp"
        temporary.mkdir()
        count, clear = _plant(made), dict[str, list[str]]()
        with ExitStack() as services:
            environment = {"PHISTREAM__METRICS_PORT": str(port), "TMPDIR": str(temporary)}
            for command in (["worker"], ["indexer"]):
                full = [*PHISTREAM, *command, "--config", str(made.config)]
                service = services.enter_context(made.started(full, environment))
                services.callback(service.wait, 120)
                services.callback(service.send_signal, signal.SIGTERM)

            def settled() -> bool:
                clear.update(_clear_files(made.folder))
                return len(list(made.read(REDACTED))) == count == _indexed(made)

            made.wait_for(settled)
            metrics = b"".join(_get(f"http://127.0.0.1:{number}/metrics") for number in (port, port + 1))
        yield Run(made, metrics, clear)
        client = connect(made.settings.siem)
        client.indices.delete(index=f"{prefix}-*")
        client.close()


@pytest.mark.parametrize("topic", [VAULT, REDACTED, QUARANTINE, BATCHES])
def test_each_topic_of_ours_is_written(run: Run, topic: str) -> None:
    """The topics that are searched below hold something of this run: the search would prove nothing otherwise."""
    assert next(run.deployment.read(topic), None) is not None


def test_no_record_of_another_topic_is_clear(run: Run) -> None:
    """Keys, values and headers of every topic of the broker but the raw one are free of canaries, Kafka's own too."""
    topics = AdminClient(run.deployment.stack.kafka_options()).list_topics(timeout=120).topics
    others = sorted(set(topics) - {run.deployment.topic})
    leaks = {
        topic: dict(found)
        for topic in others
        if (found := Counter(kind for record in _records(run, topic) for kind in found_in(_bytes(record))))
    }

    assert {"__consumer_offsets", "__transaction_state", VAULT, REDACTED, QUARANTINE, BATCHES} <= set(others)
    assert leaks == {}


def test_the_raw_topic_holds_them(run: Run) -> None:
    """Every canary did go in."""
    raw = b"".join(_bytes(record) for record in _records(run, run.deployment.topic))

    assert sorted(found_in(raw)) == ["email", "name", "phone", "ssn"]


def test_no_document_of_the_index_is_clear(run: Run) -> None:
    """Sources and ids of documents are free of canaries."""
    assert found_in(_documents(run.deployment)) == []


def test_no_log_line_and_no_metric_is_clear(run: Run) -> None:
    """What the services printed and what their metrics say is free of canaries."""
    printed = run.deployment.worker_log.read_bytes()

    assert b"phistream_redactor_events_total" in run.metrics
    assert b"phistream_indexer_documents_total" in run.metrics
    assert found_in(printed + run.metrics) == []


def test_no_file_is_clear(run: Run) -> None:
    """Phase maps, temporary files, key files and the key store are free of canaries, at the end and meanwhile."""
    files = [path for path in run.deployment.folder.rglob("*") if path.is_file()]

    assert len(files) > 5
    assert {**run.clear_files, **_clear_files(run.deployment.folder)} == {}


def test_a_worker_that_logs_record_keys_is_found(tmp_path: Path) -> None:
    """The search can fail: a worker with one log line too many tells every kind of canary."""
    with deployed(required_stack(), tmp_path) as made:
        _plant(made)
        made.drain(module="tests.e2e.telling_worker")

        assert sorted(found_in(made.worker_log.read_bytes())) == ["email", "name", "phone", "ssn"]
        assert _clear_files(tmp_path) == {"worker.log": ["email", "phone", "ssn", "name"]}


def _plant(deployment: Deployment) -> int:
    """Write every planted record to the raw topic; return how many there are."""
    header = (TENANT_HEADER, deployment.tenants[0].encode())
    planted = list(planted_records())
    deployment.produce_records([(one.key, one.value, (header, *one.headers)) for one in planted])
    return len(planted)


def _records(run: Run, topic: str) -> Iterator[Record]:
    return read_whole_topic(run.deployment.admin, topic)


def _clear_files(folder: Path) -> dict[str, list[str]]:
    """Return which canaries lie in which file; one that goes meanwhile is passed over."""
    clear = {}
    for path in folder.rglob("*"):
        with suppress(OSError):
            if path.is_file() and (found := found_in(path.read_bytes())):
                clear[path.relative_to(folder).as_posix()] = found
    return clear


def _bytes(record: Record) -> bytes:
    headers = b"\n".join(name.encode() + b"\n" + (value or b"") for name, value in record.headers)
    return b"\n".join((record.key or b"", record.value or b"", headers))


def _documents(deployment: Deployment) -> bytes:
    client = connect(deployment.settings.siem)
    index = f"{deployment.settings.siem.index_prefix}-*"
    try:
        client.indices.refresh(index=index)
        whole = {"allow_partial_search_results": "false"}
        found = client.search(index=index, body={"size": 10_000, "query": {"match_all": {}}}, params=whole)
    finally:
        client.close()
    return json.dumps(found["hits"]["hits"], ensure_ascii=False).encode()


def _indexed(deployment: Deployment) -> int:
    """Return how many documents there are; none while the index, just made, cannot be searched yet."""
    try:
        return len(json.loads(_documents(deployment)))
    except TransportError:
        return 0


def _get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=60) as answer:  # noqa: S310 - loopback.
        body: bytes = answer.read()
    return body
