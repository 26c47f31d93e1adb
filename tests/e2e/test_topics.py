"""`phistream topics` against a real broker: made from the one table, checked against it, granted by role."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from confluent_kafka.admin import AdminClient, ConfigResource

from schemas.topics import RAW, REDACTED, VAULT, Role
from streams.log.admin import check_topics, rights
from tests.e2e.deployment import Deployment, deployed, logged_in
from tests.stack.grants import await_grants
from tests.stack.required import required_stack
from tests.stack.topics import delete_topic, set_topic_config

pytestmark = pytest.mark.integration

PHISTREAM = [sys.executable, "-c", "from streams.cli import main; main()"]


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    """Return a deployment."""
    with deployed(required_stack(), tmp_path) as made:
        yield made


def topics(deployment: Deployment, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command."""
    command = [*PHISTREAM, "topics", *arguments, "--config", str(deployment.config)]
    return subprocess.run(
        command, capture_output=True, check=False, text=True, timeout=300, env={**os.environ, **environment}
    )


def test_what_is_missing_is_made(deployment: Deployment) -> None:
    """A configured raw topic that is not there is made, once; then all is as the table says."""
    delete_topic(deployment.stack.kafka_options(), deployment.topic)
    first, second, check = topics(deployment, "create"), topics(deployment, "create"), topics(deployment, "check")

    assert (first.returncode, second.returncode, check.returncode) == (0, 0, 0)
    assert deployment.topic in first.stdout
    assert second.stdout.startswith("0 topics created")


def test_a_difference_is_named(deployment: Deployment) -> None:
    """A topic that is otherwise than the table says is named with its setting, and the status says so."""
    set_topic_config(deployment.stack.kafka_options(), deployment.topic, "retention.ms", "1000")
    done = topics(deployment, "check")

    assert done.returncode == 1
    assert f"{deployment.topic}: retention.ms is 1000, should be {3 * 86_400_000}" in done.stdout


def test_raw_records_always_fit_into_quarantine(deployment: Deployment) -> None:
    """Topics that hold clear text take smaller records than those that hold them sealed."""
    admin = AdminClient(deployment.stack.kafka_options())
    limits = {}
    for name in (deployment.topic, RAW, VAULT, REDACTED):
        resource = ConfigResource(ConfigResource.Type.TOPIC, name)
        limits[name] = int(admin.describe_configs([resource])[resource].result(60)["max.message.bytes"].value or 0)

    assert limits[deployment.topic] * 4 / 3 < limits[VAULT] == limits[REDACTED]
    assert check_topics(deployment.admin) == ()


def test_a_broker_that_is_away_is_named(deployment: Deployment) -> None:
    """Where no broker answers the command says so and ends, with no trace of its inside."""
    done = topics(deployment, "check", PHISTREAM__KAFKA__BOOTSTRAP_SERVERS="127.0.0.1:1")

    assert done.returncode not in (0, 1)
    assert "Traceback" not in done.stderr
    assert "log cannot be reached" in done.stderr


@pytest.mark.secure
def test_grants_are_made_by_role(tmp_path: Path) -> None:
    """What the command grants is what a role can then do, for the configured topics too."""
    with deployed(required_stack(secure=True), tmp_path, user="admin") as made:
        done = topics(made, "create", "--acl", "redactor=User:redactor", "--acl", "producer=User:producer")
        await_grants(made.stack.kafka_options())
        redactor = rights(logged_in(made.settings, made.stack, Role.REDACTOR), [made.topic, VAULT])
        refused = topics(made, "create", "--acl", "nobody=User:redactor")

    assert done.returncode == 0, done.stderr
    assert "grants made" in done.stdout
    assert redactor[made.topic] & {"READ", "WRITE"} == {"READ"}
    assert redactor[VAULT] & {"READ", "WRITE"} == {"WRITE"}
    assert refused.returncode == 2
