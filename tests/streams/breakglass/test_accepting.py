"""Weakening a policy takes two persons: one proposes, another confirms, and both are on record."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from schemas.access import Identity, Role
from schemas.audit_terms import Action, Phase, Reason, Result
from schemas.errors import AccessDenied, AuditUnavailable, ConfigError
from streams.accepted_policy import AcceptedFile, accepted_file, posture_of_settings, refuse_weaker
from streams.breakglass.accepting import Accepting
from streams.breakglass.identity.registry import end
from streams.composition import embedded_settings
from streams.embedded.state import EmbeddedState
from tests.streams.breakglass.people import START
from tests.streams.breakglass.rig import Rig, rig_over
from tests.streams.embedded_rig import EmbeddedRig


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    """Return a state folder with people and nothing in it."""
    state = EmbeddedState(tmp_path / "state")
    state.prepare()
    state.open_store().close()
    with rig_over(state) as rig:
        yield rig


def _accepting(rig: Rig) -> Accepting:
    return Accepting(rig.desk.registry)


def _file(rig: Rig) -> AcceptedFile:
    return accepted_file(embedded_settings(rig.desk.state, "default"))


def _first(rig: Rig) -> None:
    posture = posture_of_settings(embedded_settings(rig.desk.state, "default"))
    _accepting(rig).begin((rig.bo().person, rig.ada().person), _file(rig), posture, START)


def _propose(rig: Rig, who: Identity, policy: str = "joinable") -> str:
    state = rig.desk.state
    posture = posture_of_settings(embedded_settings(state, policy))
    return _accepting(rig).propose(who, _file(rig), posture, rig.clock.seconds).id


def test_a_weaker_policy_runs_once_two_persons_said_so(rig: Rig) -> None:
    """Refused, proposed and still refused, confirmed: then it runs, and the log tells that it is weaker."""
    weaker = embedded_settings(rig.desk.state, "joinable")
    _first(rig)
    bo, cy = rig.bo(), rig.person("cy", Role.SECURITY)
    redactor = EmbeddedRig(rig.desk.state)
    redactor.settings = weaker
    with pytest.raises(ConfigError, match="weaker than what two persons accepted"):
        redactor.worker()
    proposal = _propose(rig, bo)
    with pytest.raises(ConfigError):
        refuse_weaker(weaker)
    _accepting(rig).confirm(cy, proposal, rig.clock.seconds)
    refuse_weaker(weaker)

    accepted = _file(rig).read()
    told = rig.recorded.records[-1]
    assert accepted is not None
    assert tuple(f"{each.person.issuer}|{each.person.subject}" for each in (bo, cy)) == accepted.by
    assert (Action.POLICY_CHANGE, Phase.OUTCOME, Result.SUCCESS) == (told.action, told.phase, told.result)
    assert (Reason.WEAKENING, (accepted.posture.digest,)) == (told.reason, told.resource.ids)
    assert () == tuple(_accepting(rig).pending(rig.clock.seconds))
    with pytest.raises(ConfigError):
        _accepting(rig).confirm(cy, proposal, rig.clock.seconds)


def test_one_person_is_not_two(rig: Rig) -> None:
    """Nobody confirms their own proposal, nor that of who left; requesters have no part; a week is enough."""
    _first(rig)
    bo, cy = rig.bo(), rig.person("cy", Role.SECURITY)
    proposal = _propose(rig, bo)
    for who in (bo, rig.ada(), replace(cy, authenticated_at=START - 3600)):
        with pytest.raises(AccessDenied):
            _accepting(rig).confirm(who, proposal, rig.clock.seconds)
    with pytest.raises(AccessDenied):
        _propose(rig, rig.ada())
    with pytest.raises(ConfigError):
        _accepting(rig).confirm(replace(cy, authenticated_at=START + 8 * 86_400), proposal, START + 8 * 86_400)
    with rig.desk.registry.engine.begin() as connection:
        end(connection, bo.person, START)
    with pytest.raises(AccessDenied):
        _accepting(rig).confirm(cy, proposal, rig.clock.seconds)

    assert Reason.OFFBOARDED == rig.recorded.records[-1].reason
    with pytest.raises(ConfigError):
        refuse_weaker(embedded_settings(rig.desk.state, "joinable"))


def test_nothing_is_accepted_before_it_is_on_record(rig: Rig) -> None:
    """A log that takes no record leaves the accepted policy as it was."""
    _first(rig)
    proposal = _propose(rig, rig.bo())
    before = rig.desk.state.accepted_policy.read_bytes()
    rig.recorded.refuse = lambda record: record.phase is Phase.INTENT
    with pytest.raises(AuditUnavailable):
        _accepting(rig).confirm(rig.person("cy", Role.SECURITY), proposal, rig.clock.seconds)

    assert before == rig.desk.state.accepted_policy.read_bytes()


def test_the_ceremony_accepts_once(rig: Rig) -> None:
    """What was accepted stands, whoever holds a ceremony again."""
    _first(rig)
    before = rig.desk.state.accepted_policy.read_bytes()
    posture = posture_of_settings(embedded_settings(rig.desk.state, "joinable"))
    _accepting(rig).begin((rig.bo().person,), _file(rig), posture, START)

    assert before == rig.desk.state.accepted_policy.read_bytes()


@pytest.mark.parametrize("forged", ["nonsense", '{"v": 2}'])
def test_a_file_of_another_hand_counts_as_none(rig: Rig, forged: str) -> None:
    """What somebody put there before the ceremony is replaced by it, and later by what two persons confirm."""
    rig.desk.state.accepted_policy.write_text(forged)
    _first(rig)
    refuse_weaker(embedded_settings(rig.desk.state, "default"))
    rig.desk.state.accepted_policy.write_text(forged)
    with pytest.raises(ConfigError):
        refuse_weaker(embedded_settings(rig.desk.state, "default"))
    _accepting(rig).confirm(rig.person("cy", Role.SECURITY), _propose(rig, rig.bo(), "default"), rig.clock.seconds)
    refuse_weaker(embedded_settings(rig.desk.state, "default"))

    assert Reason.WEAKENING == rig.recorded.records[-1].reason
