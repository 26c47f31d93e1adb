"""`phistream ingest` over Kafka: killed at any moment and begun again, each record of a file stands there once."""

import gzip
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.topics import REDACTED
from streams.log.kafka import read_whole_topic
from streams.telemetry.metrics import Metrics
from tests.e2e.deployment import TENANT_HEADER, Deployment, deployed
from tests.stack.ports import free_port
from tests.stack.required import required_stack
from tests.stack.topics import await_markers
from tests.streams.ingest.test_listening import Standing, wait_for_port

pytestmark = pytest.mark.integration
RECORDS = 30_000


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Deployment]:
    """Return a deployment of its own."""
    with deployed(required_stack(), tmp_path / "made") as found:
        yield found


def command(made: Deployment, *arguments: str) -> list[str]:
    """Return the command line of one ingestion."""
    whose = ["--config", str(made.config), "--tenant", made.tenants[0]]
    return [sys.executable, "-m", "streams.cli", "ingest", *arguments, *whose]


def test_killed_and_begun_again_each_record_is_there_once(tmp_path: Path, made: Deployment) -> None:
    """Killed three times inside its transactions, the command leaves every line once, with its tenant."""
    lines = [b'{"n": %d, "pad": "%s"}' % (number, b"x" * 200) for number in range(RECORDS)]
    file = tmp_path / "in.jsonl.gz"
    file.write_bytes(gzip.compress(b"\n".join(lines)))
    rng = random.Random(7)  # noqa: S311 - when to kill, no secret.

    for _ in range(3):
        before = _seen(made)
        with subprocess.Popen(command(made, str(file)), stderr=subprocess.DEVNULL) as process:
            until = time.monotonic() + 120
            while process.poll() is None and _seen(made) == before and time.monotonic() < until:
                time.sleep(0.05)
            time.sleep(rng.random() * 0.2)
            process.send_signal(signal.SIGKILL)
    subprocess.run(command(made, str(file)), check=True, capture_output=True)
    again = subprocess.run(command(made, str(file)), check=True, capture_output=True, text=True)

    await_markers(made.stack.kafka_options(), [made.topic])
    found = list(read_whole_topic(made.admin, made.topic))
    assert sorted(lines) == sorted(record.value or b"" for record in found)
    assert {((TENANT_HEADER, made.tenants[0].encode()),) == record.headers for record in found} == {True}
    assert f"0 records of 1 file taken in, {RECORDS} were there before" in again.stderr


def _seen(made: Deployment) -> int:
    return sum(1 for _ in read_whole_topic(made.admin, made.topic))


def test_the_door_writes_to_kafka(tmp_path: Path, made: Deployment) -> None:
    """What the door answered 200 is redacted by a worker; SIGTERM ends it well."""
    port = free_port()
    token = tmp_path / "token"
    listening = command(made, "--listen", f"127.0.0.1:{port}", "--token-file", str(token))
    with subprocess.Popen(listening, stderr=subprocess.PIPE, text=True) as service:
        try:
            wait_for_port(port)
            door = Standing(None, port, Metrics(), token=token.read_bytes().strip())
            assert 200 == door.ask("/v1/events", b'{"note": "mail ada@example.org"}\n{"note": "x"}')[0]
            assert 200 == door.ask("/readyz")[0]
        finally:
            service.send_signal(signal.SIGTERM)
            printed = service.communicate(timeout=120)[1]
    made.drain()

    assert 0 == service.returncode, printed
    mailed, other = sorted(tree["record"]["note"] for _, tree in made.read(REDACTED))
    assert "x" == other
    assert mailed.startswith("mail phi_email_")
