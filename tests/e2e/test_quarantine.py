"""Putting quarantined records back and destroying them over a real broker: once each, whatever dies when."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from schemas.access import ItemStatus, Scope
from schemas.audit_terms import Reason
from schemas.errors import LogUnavailable
from schemas.topics import KEYED, QUARANTINE
from streams.breakglass.deployment import deployment
from streams.breakglass.replay_desk import served_replayer
from streams.breakglass.replaying import Replayer
from streams.clock import SystemClock
from streams.config import Settings, TenantSettings
from streams.embedded.state import EmbeddedState
from streams.log.kafka import read_whole_topic
from streams.log.kafka_quarantine import KafkaQuarantine
from streams.log.ports import Publication
from tests.e2e.deployment import Deployment, deployed
from tests.stack.required import required_stack
from tests.streams.breakglass.rig import Rig, rig_over

pytestmark = pytest.mark.integration


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Deployment]:
    """Seal three records that are no JSON."""
    with deployed(required_stack(), tmp_path / "deployment") as made:
        made.produce([b"no JSON", b"nor this", b"nor that"])
        made.drain()
        yield made


@pytest.fixture
def settings(made: Deployment) -> Settings:
    """Return the deployment's settings with break-glass on for its tenant."""
    vault = made.admin.vault.model_copy(update={"ledger": made.folder / "erasures.jsonl"})
    on = {made.tenants[0]: TenantSettings(breakglass=True)}
    return made.admin.model_copy(update={"vault": vault, "tenants": on})


@pytest.fixture
def rig(settings: Settings, tmp_path: Path) -> Iterator[Rig]:
    """Open break-glass over the deployment."""
    state = EmbeddedState(tmp_path / "state")
    state.prepare()
    state.open_store().close()
    with (
        deployment(settings, state, SystemClock()) as elsewhere,
        rig_over(state, elsewhere=elsewhere) as rig,
    ):
        yield rig


class _Dying(KafkaQuarantine):
    """A log whose user dies before its transaction, or after it."""

    def __init__(self, settings: Settings, *, after: bool) -> None:
        super().__init__(settings)
        self.after = after

    def publish(self, attempt: int, publications: Sequence[Publication]) -> None:
        """Publish or not, and say that nothing is known of it."""
        if self.after:
            super().publish(attempt, publications)
        raise LogUnavailable("cut off")


def _replay(rig: Rig, replayer: Replayer, *events: str) -> list[tuple[ItemStatus, str | None]]:
    grant = rig.active(Scope(replays=frozenset(events)))
    return [(each.status, each.code) for each in replayer.replay(rig.ada(), grant.id, events)]


def _put_back(made: Deployment, event: str) -> int:
    """Return how often an event's record went back."""
    made.await_markers()
    return sum(event.encode() in b"".join(value or b"" for _, value in record.headers)
               for record in read_whole_topic(made.admin, KEYED))  # fmt: skip


def test_each_goes_back_once_and_the_destroyed_never(made: Deployment, settings: Settings, rig: Rig) -> None:
    """Cut short before or after its transaction, a record goes back once; what was destroyed opens no more."""
    first, second, third = (tree["event_id"] for _, tree in made.read(QUARANTINE))
    replayer = served_replayer(rig.desk, settings, None)

    for event, after, then in (
        (first, False, (ItemStatus.OK, None)),
        (second, True, (ItemStatus.DENIED, Reason.REPEATED.value)),
    ):
        with pytest.raises(LogUnavailable):
            _replay(rig, replace(replayer, log=_Dying(settings, after=after)), event)
        assert [then] == _replay(rig, replayer, event)
        assert 1 == _put_back(made, event)
    assert replayer.log.noted() == KafkaQuarantine(settings).noted() > 0

    grant = rig.active(Scope(destructions=frozenset({third})))
    destroyed = replayer.destroy(rig.ada(), grant.id, [third])
    assert [ItemStatus.OK] == [each.status for each in destroyed.events]
    assert any(QUARANTINE in sentence for sentence in destroyed.remains)
    assert [(ItemStatus.SHREDDED, None)] == _replay(rig, replayer, third)
    assert 0 == _put_back(made, third)
