"""Intake with the rights of its role alone: TLS, SCRAM and ACLs."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.errors import LogRefused
from schemas.topics import KEYED, Role
from streams.composition import Slot
from streams.config import Settings
from streams.intake.main import build_intake
from streams.intake.origins import believed
from streams.log.admin import apply_acls
from streams.log.kafka import connect_slot, read_whole_topic
from streams.log.kafka_inlet import KafkaInlet
from streams.log.kafka_intake import connect_intake
from streams.log.kafka_sight import KafkaSight
from streams.log.startup import INTAKES, REDACTORS, begin_group, refuse_unfit
from tests.contracts.log import heard, hears, read
from tests.e2e.deployment import TENANT_HEADER, Deployment, deployed, logged_in
from tests.stack.grants import await_grants
from tests.stack.required import required_stack

pytestmark = [pytest.mark.integration, pytest.mark.secure]

PRINCIPALS = {role: f"User:{role}" for role in Role}


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    """Return a deployment with the grants of the table."""
    with deployed(required_stack(secure=True), tmp_path) as made:
        apply_acls(made.admin, PRINCIPALS)
        await_grants(made.stack.kafka_options())
        yield made


def test_the_rights_of_its_role_are_enough(deployment: Deployment) -> None:
    """Intake begins its group and writes records on; who writes them sees how far it is."""
    intake_as, producer_as = (_as_role(deployment, role) for role in (Role.INTAKE, Role.PRODUCER))
    with KafkaInlet(producer_as, deployment.topic, ((TENANT_HEADER, deployment.tenants[0].encode()),)) as inlet:
        inlet.append([b'{"note": "one"}', b"no JSON", b""])
        begin_group(intake_as.kafka, INTAKES, [deployment.topic], "earliest")
        before = inlet.waiting()
        deployment.run_folder.mkdir()
        with connect_intake(intake_as) as log:
            build_intake(intake_as, log, Slot(0, deployment.run_folder, lambda: False)).run(until_drained=True)
        after = inlet.waiting()
    deployment.await_markers()
    found = map(believed, read_whole_topic(deployment.admin, KEYED))
    moved = [each for each in found if each.origin is not None and each.origin.topic == deployment.topic]

    assert (before, after) == (3, 0)
    assert sorted(each.value or b"" for each in moved) == [b"", b"no JSON", b'{"note": "one"}']
    assert {each.origin.tenant for each in moved if each.origin is not None} == {deployment.tenants[0]}


def test_a_redactor_sees_how_far_intake_is(deployment: Deployment) -> None:
    """With the rights of its role a worker proves by when all was read; elsewhere, without them, it does not begin."""
    intake_as, redactor_as, producer_as = (
        _as_role(deployment, role) for role in (Role.INTAKE, Role.REDACTOR, Role.PRODUCER)
    )
    begin_group(intake_as.kafka, INTAKES, [deployment.topic], "earliest")
    begin_group(redactor_as.kafka, REDACTORS, [KEYED], "latest")
    deployment.run_folder.mkdir()
    with KafkaInlet(producer_as, deployment.topic) as inlet, connect_slot(redactor_as, 0) as log:
        partitions = len(KafkaSight(redactor_as.kafka).ends([KEYED]))
        assert hears(log, time.monotonic(), partitions)
        inlet.append([b"no JSON"])
        written = time.monotonic()
        assert max(heard(log).values()) < written
        with connect_intake(intake_as) as intake:
            build_intake(intake_as, intake, Slot(0, deployment.run_folder, lambda: False)).run(until_drained=True)
        assert read(log, 1)

        assert hears(log, written, partitions)
    nowhere = redactor_as.kafka.model_copy(update={"environment": "nowhere"})
    with pytest.raises(LogRefused, match=r"right is missing.*phistream\.nowhere\.intake"):
        refuse_unfit(redactor_as.model_copy(update={"kafka": nowhere}))


def _as_role(deployment: Deployment, role: Role) -> Settings:
    """Return the settings with which a role logs in; the raw topic is intake's."""
    settings = logged_in(deployment.admin, deployment.stack, role)
    topics = {name: topic.model_copy(update={"keyed_by": "none"}) for name, topic in settings.topics.items()}
    return settings.model_copy(update={"topics": topics})
