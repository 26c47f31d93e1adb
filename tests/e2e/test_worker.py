"""Workers as an operator starts them, on a real broker: restarts, outages, refusals to begin."""

import base64
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from schemas.errors import ConfigError, LogRefused
from schemas.topics import BATCHES, REDACTED, VAULT
from streams.log.startup import refuse_unfit
from streams.supervisor import RunFolder, Supervisor
from tests.e2e.deployment import Deployment, deployed
from tests.stack import control
from tests.stack.required import required_stack
from tests.stack.topics import set_topic_config

pytestmark = pytest.mark.integration

PHISTREAM = [sys.executable, "-c", "from streams.cli import main; main()"]
#: A service ends in a few seconds; beside other tests on few cores it may take far longer.
_END_SECONDS = 120.0


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    """Return a deployment."""
    with deployed(required_stack(), tmp_path) as made:
        yield made


def events(first: int, count: int) -> list[bytes | None]:
    """Return raw events with one identifier each."""
    return [
        json.dumps({"prompt": f"write to a{number}@example.org"}).encode() for number in range(first, first + count)
    ]


def settled(deployment: Deployment) -> Counter[tuple[int, int]]:
    """Return how often each raw record has an outcome."""
    places = (tree["coordinates"] for _, tree in deployment.read(REDACTED))
    return Counter((place["partition"], place["offset"]) for place in places)


def is_settled(deployment: Deployment, count: int) -> bool:
    """Tell whether so many raw records have an outcome."""
    return len(settled(deployment)) == count


def slots(deployment: Deployment) -> set[str]:
    """Return the slots that have settled something."""
    return {tree["slot"] for _, tree in deployment.read(BATCHES)}


def test_two_slots_end_to_end_through_a_killed_broker(deployment: Deployment) -> None:
    """Two slots go on after the broker was killed and came back; each record has one outcome."""
    command = [*PHISTREAM, "worker", "--config", str(deployment.config), "--slots", "0-1"]
    both = {f"{deployment.settings.kafka.environment}-{slot}" for slot in (0, 1)}
    with deployment.started(command) as service:
        deployment.produce(events(0, 400))
        deployment.wait_for(lambda: len(settled(deployment)) >= 100)
        control.restart_kafka(kill=True)
        count = 800
        deployment.produce(events(400, 400))
        deployment.wait_for(partial(is_settled, deployment, count))
        while slots(deployment) != both:  # The one that was up first may have been alone so far.
            assert count < 8_000, deployment.worker_log.read_text()
            deployment.produce(events(count, 20))
            count += 20
            deployment.wait_for(partial(is_settled, deployment, count))
        service.send_signal(signal.SIGTERM)
        status = service.wait(_END_SECONDS)
    trees = [tree for _, tree in deployment.read(REDACTED)]
    tokens = {tree["record"]["prompt"].split()[-1] for tree in trees}

    assert status == 0
    assert set(settled(deployment).values()) == {1}
    assert {len(tokens), *(tree["phi"]["counts"]["EMAIL"] for tree in trees)} == {count, 1}
    assert {tree["token"] for _, tree in deployment.read(VAULT)} >= tokens
    assert slots(deployment) == both


def test_asked_to_end_while_the_broker_is_away(deployment: Deployment) -> None:
    """A worker that cannot reach the broker waits for it, and ends when it is asked to."""
    command = [*PHISTREAM, "worker", "--config", str(deployment.config)]
    with deployment.started(command) as service:
        deployment.produce(events(0, 10))
        deployment.wait_for(lambda: len(settled(deployment)) == 10)
        control.stop_kafka(kill=True)
        try:
            with pytest.raises(subprocess.TimeoutExpired):
                service.wait(5)
            service.send_signal(signal.SIGTERM)

            assert service.wait(_END_SECONDS) == 0
        finally:
            control.start_kafka()


def test_records_at_the_bounds_pass_through_the_broker(deployment: Deployment) -> None:
    """The largest record that may be redacted, the largest that the raw topic takes, and one full of identifiers."""
    mib = 1024 * 1024
    words = b'{"a": "' + b"word " * ((8 * mib - 16) // 5) + b'"}'
    mails = json.dumps({"a": " ".join(f"a{number}@example.org" for number in range(20_000))}).encode()
    random = base64.b64encode(os.urandom(mib))
    deployment.produce([words, b"x" * (17 * mib), mails], keys=[b"same"] * 3)
    deployment.produce([random * 27, b'{"last": 1}'], keys=[b"same"] * 2, compression="zstd")
    deployment.drain(module="tests.e2e.rule_worker", seconds=300)
    found = {tree["coordinates"]["offset"]: tree for _, tree in deployment.read(REDACTED)}

    assert [found[offset].get("reason") for offset in range(5)] == [None, "too_large", None, "too_large", None]
    assert found[0]["record"] == json.loads(words)
    assert found[2]["phi"]["counts"] == {"EMAIL": 20_000}
    assert sum(1 for _ in deployment.read(VAULT)) >= 20_000


def test_a_deadly_record_holds_back_nobody(deployment: Deployment) -> None:
    """A record that kills its worker is quarantined after two deaths; both slots settle everything else."""
    folder = RunFolder(deployment.run_folder)
    folder.path.mkdir()
    command = [sys.executable, "-m", "tests.streams.deadly_worker", "--run-folder", str(folder.path)]
    command += ["--config", str(deployment.config), "--drain"]
    supervised = partial(Supervisor, folder, [0, 1], lambda slot: [*command, "--slot", str(slot)])
    deployment.produce(events(0, 8))
    supervised().run()  # Both slots have their partitions: a death between two rounds of a rebalance is another matter.
    values = events(8, 60)
    values[30] = b'{"prompt": "crash"}'
    deployment.produce(values)
    status = supervised().run()
    deployment.await_markers()
    reasons = Counter(tree.get("reason") for _, tree in deployment.read(REDACTED))

    assert status == 0
    assert reasons == {None: 67, "killed_worker": 1}
    assert list(folder.deaths().values()) == [2]


def test_quarantine_is_listed_without_content(deployment: Deployment) -> None:
    """The list of quarantine over Kafka says where from and why, and nothing of what."""
    deployment.produce([b"{cut a@example.org", b'{"fine": 1}', b'{"x": NaN}'])
    deployment.drain()
    command = [*PHISTREAM, "quarantine", "list", "--json", "--config", str(deployment.config)]
    printed = subprocess.run(command, capture_output=True, check=True, text=True, timeout=300).stdout
    ours = [json.loads(line) for line in printed.splitlines() if json.loads(line)["topic"] == deployment.topic]

    assert sorted(row["reason"] for row in ours) == ["not_finite", "not_json"]
    assert "sealed" not in ours[0]
    assert "example.org" not in printed


def test_a_fit_deployment_may_begin(deployment: Deployment) -> None:
    """What `topics create` made passes."""
    refuse_unfit(deployment.settings)


def test_records_that_quarantine_would_not_take_are_refused(deployment: Deployment) -> None:
    """A raw topic that takes records which would not fit into quarantine keeps workers from beginning."""
    _alter(deployment, "max.message.bytes", "30000000")

    with pytest.raises(LogRefused, match=r"max\.message\.bytes"):
        refuse_unfit(deployment.settings)


def test_an_unclean_leader_is_refused(deployment: Deployment) -> None:
    """A topic whose leader may lose what was acknowledged keeps workers from beginning."""
    _alter(deployment, "unclean.leader.election.enable", "true")

    with pytest.raises(LogRefused, match="unclean"):
        refuse_unfit(deployment.settings)


@pytest.mark.parametrize(
    ("section", "changes", "named"),
    [
        ("kafka", {"transaction_timeout_ms": 8_000}, "transaction_timeout_ms"),
        ("kafka", {"max_record_bytes": 8 * 1024 * 1024}, "max_record_bytes"),
        ("limits", {"record_bytes": 20 * 1024 * 1024}, "max_record_bytes"),
    ],
)
def test_settings_that_contradict_are_refused(
    deployment: Deployment, section: str, changes: dict[str, int], named: str
) -> None:
    """A transaction that outlives its session, or a bound whose records do not fit, keeps workers from beginning."""
    changed = getattr(deployment.settings, section).model_copy(update=changes)

    with pytest.raises(ConfigError, match=named):
        refuse_unfit(deployment.settings.model_copy(update={section: changed}))


def test_a_missing_topic_is_refused(deployment: Deployment) -> None:
    """A worker that is to read a topic that is not there says which."""
    topics = {**deployment.settings.topics, "test.missing.v1": next(iter(deployment.settings.topics.values()))}

    with pytest.raises(LogRefused, match=r"test\.missing\.v1"):
        refuse_unfit(deployment.settings.model_copy(update={"topics": topics}))


def _alter(deployment: Deployment, name: str, value: str) -> None:
    """Set a topic's configuration as an administrator might."""
    set_topic_config(deployment.stack.kafka_options(), deployment.topic, name, value)
