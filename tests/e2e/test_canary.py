"""A canary through the distributed path: in clear in the raw topic alone, in no other topic, index, log or metric."""

import json
import signal
import sys
import urllib.request
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from schemas.topics import ALERTS, BATCHES, QUARANTINE, REDACTED, VAULT
from streams.log.kafka import read_whole_topic
from streams.log.ports import Record
from streams.log.startup import begin_group
from streams.siem.opensearch import connect
from tests.canary import found_in, planted_records
from tests.e2e.deployment import TENANT_HEADER, Deployment, deployed
from tests.e2e.test_monitor import free_port
from tests.stack.required import required_stack

pytestmark = pytest.mark.integration

PHISTREAM = [sys.executable, "-c", "from streams.cli import main; main()"]


@dataclass(frozen=True, slots=True)
class Run:
    """What the planted records went through, and what its services said over HTTP."""

    deployment: Deployment
    metrics: bytes


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """Send every planted record through a worker and an indexer once."""
    prefix, port = f"phistream-canary-{uuid.uuid4().hex[:12]}", free_port()
    with deployed(required_stack(), tmp_path_factory.mktemp("canary"), siem={"index_prefix": prefix}) as made:
        begin_group(made.admin.kafka, "indexer", [REDACTED, ALERTS], "latest")
        header = (TENANT_HEADER, made.tenants[0].encode())
        planted = list(planted_records())
        made.produce_records([(one.key, one.value, (header, *one.headers)) for one in planted])
        with ExitStack() as services:
            environment = {"PHISTREAM__METRICS_PORT": str(port)}
            for command in (["worker"], ["indexer"]):
                full = [*PHISTREAM, *command, "--config", str(made.config)]
                service = services.enter_context(made.started(full, environment))
                services.callback(service.wait, 40)
                services.callback(service.send_signal, signal.SIGTERM)
            made.wait_for(lambda: len(list(made.read(REDACTED))) == len(planted) == _indexed(made), 120)
            metrics = b"".join(_get(f"http://127.0.0.1:{number}/metrics") for number in (port, port + 1))
        yield Run(made, metrics)
        client = connect(made.settings.siem)
        client.indices.delete(index=f"{prefix}-*")
        client.close()


@pytest.mark.parametrize("topic", [VAULT, REDACTED, QUARANTINE, BATCHES])
def test_no_record_of_another_topic_is_clear(run: Run, topic: str) -> None:
    """Record keys, values and headers of every topic of ours but the raw one are free of canaries."""
    records = list(read_whole_topic(run.deployment.admin, topic))
    leaks = Counter(kind for record in records for kind in found_in(_bytes(record)))

    assert records
    assert leaks == Counter()


def test_the_raw_topic_holds_them(run: Run) -> None:
    """Every canary did go in."""
    raw = b"".join(_bytes(record) for record in read_whole_topic(run.deployment.admin, run.deployment.topic))

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
    """Phase maps, lists of deadly records, key files and the key store are free of canaries."""
    files = [path for path in run.deployment.folder.rglob("*") if path.is_file()]

    assert len(files) > 5
    assert {path.name: found for path in files if (found := found_in(path.read_bytes()))} == {}


def _bytes(record: Record) -> bytes:
    headers = b"\n".join(name.encode() + b"\n" + (value or b"") for name, value in record.headers)
    return b"\n".join((record.key or b"", record.value or b"", headers))


def _documents(deployment: Deployment) -> bytes:
    client = connect(deployment.settings.siem)
    index = f"{deployment.settings.siem.index_prefix}-*"
    client.indices.refresh(index=index)
    found = client.search(index=index, body={"size": 10_000, "query": {"match_all": {}}})
    client.close()
    return json.dumps(found["hits"]["hits"], ensure_ascii=False).encode()


def _indexed(deployment: Deployment) -> int:
    return len(json.loads(_documents(deployment)))


def _get(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - loopback.
        body: bytes = answer.read()
    return body
