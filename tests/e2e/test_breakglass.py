"""Re-identifying over a real broker: the view follows the topics, and without the broker says what it does not know."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from schemas.access import ItemStatus, Scope
from schemas.audit_terms import Reason
from schemas.errors import AccessDenied, LogUnavailable
from schemas.topics import REDACTED, VAULT
from schemas.vault import Token
from streams.breakglass.deployment import deployment
from streams.breakglass.desk import Elsewhere
from streams.breakglass.scoping import Asked
from streams.clock import SystemClock
from streams.config import Settings, TenantSettings
from streams.embedded.state import EmbeddedState
from streams.log.kafka import read_whole_topic
from streams.log.kafka_tombstones import bury
from tests.e2e.deployment import Deployment, deployed
from tests.stack.control import start_kafka, stop_kafka
from tests.stack.required import required_stack
from tests.streams.breakglass.rig import Rig, rig_over

pytestmark = pytest.mark.integration

_MAIL = "ada.lovelace@example.org"
_NEVER = Token("phi_email_ca_bcdfghjklmnpqrstvwxz")


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Deployment]:
    """Redact one call over the broker."""
    with deployed(required_stack(), tmp_path / "deployment") as made:
        message = {"role": "user", "content": f"Write to {_MAIL}, SSN 219-09-9999."}
        made.produce([json.dumps({"messages": [message]}).encode()])
        made.drain()
        yield made


def _settings(made: Deployment) -> Settings:
    """Return the deployment's settings with break-glass on for its tenant."""
    vault = made.admin.vault.model_copy(update={"ledger": made.folder / "erasures.jsonl"})
    on = {made.tenants[0]: TenantSettings(breakglass=True)}
    return made.admin.model_copy(update={"vault": vault, "tenants": on})


def _state(folder: Path) -> EmbeddedState:
    state = EmbeddedState(folder)
    state.prepare()
    state.open_store().close()
    return state


def _wait(until: Callable[[], bool], seconds: float = 240.0) -> None:
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end
        time.sleep(0.2)


def _is_kept_up(elsewhere: Elsewhere) -> bool:
    """Tell whether the view has read its log to the end; being behind, or not there yet, is waited out."""
    try:
        elsewhere.entries.keep_up()
    except LogUnavailable:
        return False
    except AccessDenied as error:
        if error.facts["code"] != Reason.BEHIND:
            raise
        return False
    return True


def test_reveal_over_kafka_and_without_it(made: Deployment, tmp_path: Path) -> None:
    """An event is revealed from the topics; cut off, what is known is served as stale and nothing is "not found"."""
    event_id, token = next(
        (tree["event_id"], Token(tree["record"]["messages"][0]["content"].split()[2].rstrip(".,")))
        for _, tree in made.read(REDACTED)
    )
    state = _state(tmp_path / "state")
    with (
        deployment(_settings(made), state, SystemClock()) as elsewhere,
        rig_over(state, elsewhere=elsewhere) as rig,
    ):
        assert elsewhere is not None
        grant = rig.active(Scope(events=frozenset({event_id}), tokens=frozenset({_NEVER})))
        asked = Asked(events=(event_id,), tokens=(_NEVER,))
        _wait(lambda: _is_kept_up(elsewhere))  # A view that begins is behind, and says so.
        items = rig.reveal(rig.desk.granting.settled(grant.id), asked).items

        assert (_MAIL, "input") in [(item.value, item.side) for item in items]
        assert [ItemStatus.NOT_FOUND] == [item.status for item in items if item.token == _NEVER]

        stop_kafka()
        try:
            _without_kafka(rig, elsewhere, grant.id, token)
        finally:
            start_kafka()
        _wait(lambda: elsewhere.entries.stale_since is None)
        _wait(lambda: _is_kept_up(elsewhere))
        again = rig.reveal(rig.desk.granting.settled(grant.id), Asked(tokens=(_NEVER,))).items

        assert [(ItemStatus.NOT_FOUND, None)] == [(item.status, item.stale_since) for item in again]


def _without_kafka(rig: Rig, elsewhere: Elsewhere, grant_id: str, token: Token) -> None:
    _wait(lambda: elsewhere.entries.stale_since is not None)
    grant = rig.desk.granting.settled(grant_id)
    known = rig.reveal(grant, Asked(tokens=(token,))).items[0]

    assert (ItemStatus.OK, _MAIL, elsewhere.entries.stale_since) == (known.status, known.value, known.stale_since)
    with pytest.raises(LogUnavailable):
        rig.reveal(rig.desk.granting.settled(grant_id), Asked(tokens=(_NEVER,)))


def test_one_record_is_erased_over_kafka(made: Deployment) -> None:
    """The entry of one token is buried in its own partition, every other one stays, and nothing is left to bury."""
    entries = {tree["token"]: record for record, tree in made.read(VAULT)}
    token, record = next(iter(entries.items()))
    admin, tenant = made.admin, made.tenants[0]

    assert [1, 0, 0] == [bury(admin, tenant, token), bury(admin, tenant, token), bury(admin, "nobody", token)]

    last = {(each.partition, each.key): each.value for each in read_whole_topic(admin, VAULT)}
    assert last[record.partition, record.key] is None
    assert not [other for other in entries.values() if other is not record and not last[other.partition, other.key]]
