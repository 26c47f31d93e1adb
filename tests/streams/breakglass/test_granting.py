"""Grants from request to review: judged, sealed, told; changed by one hand at a time."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from schemas.access import (
    Grant,
    GrantMode,
    GrantRequest,
    GrantState,
    GrantTerms,
    Person,
    Purpose,
    Role,
    Scope,
    View,
)
from schemas.audit import AuditRecord
from schemas.audit_terms import Action, Phase, Reason, Result
from schemas.errors import AccessDenied, AuditUnavailable, ConfigError
from schemas.identifiers import IdentifierType
from schemas.vault import TenantId
from streams.breakglass.desk import HOME
from streams.breakglass.granting import refuse_terms
from streams.breakglass.identity.changes import Change, ChangeKind, Changes
from streams.breakglass.policy import GrantEvent
from tests.streams.breakglass import people
from tests.streams.breakglass import rig as rigs
from tests.streams.breakglass.rig import Rig
from tests.streams.embedded_rig import rig_at

_SCOPE = Scope(tokens=frozenset({people.TOKEN}))
_HOUR = 3600


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    """Open break-glass over a state folder without events."""
    state = rig_at(tmp_path / "s").state
    state.open_store().close()
    with rigs.rig_over(state, clean=lambda text: text.replace("patient", "[PERSON]")) as rig:
        yield rig


def test_a_reason_is_cleaned_sealed_and_told_as_a_digest(rig: Rig) -> None:
    """What the requester writes stands, without identifiers, in no file and no record; who judges reads it."""
    grant = rig.request(_SCOPE)
    rig.desk.registry.engine.dispose()
    files = [path.read_bytes() for path in rig.desk.state.folder.rglob("*") if path.is_file()]
    told = rig.recorded.records[-1]

    assert "The [PERSON] has to be called back." == rig.desk.granting.show(rig.bo(), grant.id)[1]
    assert not [data for data in files if b"called back" in data]
    assert "called" not in repr(rig.recorded.records)
    assert 64 == len(told.justification_mac or "")


def test_only_those_concerned_see_a_grant(rig: Rig) -> None:
    """Requester, approvers and auditors of its tenant; for everybody else it is not there."""
    grant = rig.request(_SCOPE)
    for stranger in (rig.person("eve", Role.REQUESTER), rig.person("kim", Role.KEY_ADMIN)):
        assert () == tuple(rig.desk.granting.list(stranger))
        with pytest.raises(AccessDenied):
            rig.desk.granting.show(stranger, grant.id)

    assert [grant.id] == [each.id for each in rig.desk.granting.list(rig.bo())]
    assert [grant.id] == [each.id for each in rig.desk.granting.list(rig.ada())]


def test_a_word_is_told_before_it_counts(rig: Rig) -> None:
    """Without an intent in the log an approval is none; a refused one is told, too."""
    grant = rig.request(_SCOPE)

    def refuse(record: AuditRecord) -> bool:
        return record.action is Action.GRANT_APPROVE and record.phase is Phase.INTENT

    rig.recorded.refuse = refuse
    with pytest.raises(AuditUnavailable):
        rig.desk.granting.word(rig.bo(), grant.id, GrantEvent.APPROVE)

    assert GrantState.REQUESTED is rig.desk.granting.settled(grant.id).state


def test_a_refusal_is_told(rig: Rig) -> None:
    """Who approves their own request is on record."""
    grant = rig.request(_SCOPE)
    ada = rig.person("ada", Role.REQUESTER, Role.PRIVACY_OFFICER)
    with pytest.raises(AccessDenied):
        rig.desk.granting.word(ada, grant.id, GrantEvent.APPROVE)
    told = rig.recorded.records[-1]

    assert (Phase.SINGLE, Result.DENIED, Reason.SELF_APPROVAL) == (told.phase, told.result, told.reason)


def test_two_words_at_once_are_one(rig: Rig) -> None:
    """Who was slower looks again: a grant is changed from the version that was judged, or not at all."""
    grant = rig.request(_SCOPE)
    rig.desk.granting.word(rig.bo(), grant.id, GrantEvent.DENY)
    with pytest.raises(AccessDenied):
        rig.desk.granting.store.change(grant, replace(grant, version=grant.version + 1, state=GrantState.APPROVED))


def test_an_incident_blocks_and_a_review_frees(rig: Rig) -> None:
    """An emergency that nobody ratified opens an incident, once; the requester asks for nothing until it is closed."""
    rig.active(_SCOPE, GrantMode.EMERGENCY)
    rig.clock.seconds += 5 * _HOUR
    with pytest.raises(AccessDenied) as caught:
        rig.request(_SCOPE)
    rig.desk.granting.settle_all()
    rig.desk.granting.settle_all()
    opened = [each for each in rig.recorded.records if each.action is Action.INCIDENT_OPEN]
    grant = rig.desk.granting.list(rig.bo())[0]
    rig.desk.granting.word(rig.person("di", Role.AUDITOR), grant.id, GrantEvent.FIND)

    assert Reason.BLOCKED == caught.value.facts["code"]
    assert [Reason.NOT_RATIFIED] == [each.reason for each in opened]
    assert (grant.id, Action.INCIDENT_OPEN) in rig.told
    assert GrantState.REQUESTED is rig.request(_SCOPE).state


def test_everyone_is_told_of_an_emergency(rig: Rig) -> None:
    """Request and activation reach those who notify."""
    grant = rig.active(_SCOPE, GrantMode.EMERGENCY)

    assert {Action.GRANT_REQUEST, Action.GRANT_ACTIVATE} <= {action for id_, action in rig.told if id_ == grant.id}


def test_a_tenant_may_demand_two(rig: Rig) -> None:
    """Two approvals, of different roles, where the tenant says so."""
    rig.desk.granting.store.set_tenants({HOME: 2})
    grant = rig.request(_SCOPE)
    rig.desk.granting.word(rig.bo(), grant.id, GrantEvent.APPROVE)
    with pytest.raises(AccessDenied):
        rig.desk.granting.word(rig.ada(), grant.id, GrantEvent.ACTIVATE)
    rig.desk.granting.word(rig.person("cy", Role.SECURITY), grant.id, GrantEvent.APPROVE)

    assert GrantState.ACTIVE is rig.desk.granting.word(rig.ada(), grant.id, GrantEvent.ACTIVATE).state


def test_a_stale_sign_in_asks_for_nothing(rig: Rig) -> None:
    """A request and an activation take a sign-in of the last five minutes; so does no revocation."""
    ada = rig.ada()
    grant = rig.request(_SCOPE)
    rig.clock.seconds += 301
    with pytest.raises(AccessDenied):
        rig.desk.granting.request(ada, people.request(_terms()))
    rig.desk.granting.word(rig.bo(), grant.id, GrantEvent.APPROVE)
    with pytest.raises(AccessDenied):
        rig.desk.granting.word(ada, grant.id, GrantEvent.ACTIVATE)

    assert GrantState.REVOKED is rig.desk.granting.word(ada, grant.id, GrantEvent.REVOKE).state


def test_another_tenant_is_off(rig: Rig) -> None:
    """A role in a tenant in which break-glass is off asks for nothing there."""
    other = TenantId("laboratory")
    ada = people.identity("eve", Role.REQUESTER, tenant=other)
    with pytest.raises(AccessDenied) as caught:
        rig.desk.granting.request(ada, people.request(replace(_terms(), tenant=other)))

    assert Reason.TENANT_OFF == caught.value.facts["code"]


def _terms(mode: GrantMode = GrantMode.NORMAL, scope: Scope = _SCOPE) -> GrantTerms:
    return GrantTerms(HOME, mode, Purpose.TREATMENT, scope, View.FULL, 1800)


def _many(count: int) -> frozenset[str]:
    return frozenset(f"e-{number}" for number in range(count))


@pytest.mark.parametrize(
    "wanted",
    [
        people.request(replace(_terms(), scope=Scope())),
        people.request(replace(_terms(), scope=Scope(types=frozenset({IdentifierType.NAME})))),
        people.request(replace(_terms(), scope=Scope(events=_many(51)))),
        people.request(replace(_terms(), seconds=4 * _HOUR + 1)),
        people.request(replace(_terms(), purpose=Purpose.QUALITY_ENGINEERING)),
        people.request(replace(_terms(GrantMode.EMERGENCY), seconds=1801)),
        people.request(_terms(GrantMode.EMERGENCY, Scope(lookup=True))),
        people.request(_terms(GrantMode.EMERGENCY, Scope(conversations=_many(2)))),
        GrantRequest(_terms(), "because"),
        GrantRequest(_terms(), "b" * 2001),
    ],
)
def test_terms_that_no_grant_has(wanted: GrantRequest) -> None:
    """Empty, too wide, too long, unmasked where it must be, without a reason: refused before anybody is asked."""
    with pytest.raises(ConfigError):
        refuse_terms(wanted)


def test_a_used_grant_is_told_once_when_it_expires(rig: Rig) -> None:
    """Expiry is one record, however often somebody looks."""
    grant: Grant = rig.active(_SCOPE)
    rig.clock.seconds += _HOUR
    states = [rig.desk.granting.settled(grant.id).state for _ in range(3)]

    assert [GrantState.REVIEW_DUE] * 3 == states
    assert 1 == sum(each.action is Action.GRANT_EXPIRE for each in rig.recorded.records)


def _join(rig: Rig, account: Person, person: Person) -> int:
    """Say that two accounts are one person's; return how many grants ended."""
    ended: list[int] = []
    changes = Changes(rig.desk.registry, lambda *two: ended.append(rig.desk.granting.end_joined(*two)))
    di, ed = rig.person("di", Role.SECURITY), rig.person("ed", Role.PRIVACY_OFFICER)
    change = Change(ChangeKind.SAME_PERSON, account.issuer, account.subject, rig.tenant, None, person)
    changes.confirm(ed, changes.propose(di, change, rig.clock.seconds).id, rig.clock.seconds)
    return sum(ended)


@pytest.mark.parametrize("activated", [False, True])
def test_one_person_by_two_accounts_ends_what_they_agreed_to(rig: Rig, *, activated: bool) -> None:
    """A grant that its requester turns out to have approved ends with the joining, on record, and opens nothing."""
    grant = rig.request(_SCOPE)
    rig.desk.granting.word(rig.bo(), grant.id, GrantEvent.APPROVE)
    if activated:
        rig.desk.granting.word(rig.ada(), grant.id, GrantEvent.ACTIVATE)
    unconcerned = rig.request(_SCOPE)

    assert 1 == _join(rig, rig.bo().person, rig.ada().person)

    assert GrantState.REVOKED is rig.desk.granting.settled(grant.id).ended_as
    assert GrantState.REQUESTED is rig.desk.granting.settled(unconcerned.id).state
    told = [each for each in rig.recorded.records if each.action is Action.GRANT_REVOKE and each.result]
    assert [(grant.id, Reason.SELF_APPROVAL)] == [(each.grant_id, each.reason) for each in told]
    with pytest.raises(AccessDenied):
        rig.desk.granting.openable(rig.ada(), grant.id)


def test_one_person_by_two_accounts_cannot_approve_themself(rig: Rig) -> None:
    """Whoever asks by one account and approves by the other has asked and approved: refused, on record."""
    _join(rig, rig.bo().person, rig.ada().person)
    rig.person("ada", Role.REQUESTER, Role.PRIVACY_OFFICER)
    grant = rig.request(_SCOPE)

    with pytest.raises(AccessDenied) as refusal:
        rig.desk.granting.word(rig.bo(), grant.id, GrantEvent.APPROVE)
    assert Reason.SELF_APPROVAL.value == refusal.value.facts["code"]
    assert Reason.SELF_APPROVAL is rig.recorded.records[-1].reason


def test_a_requester_who_is_somebody_else_loses_what_is_open(rig: Rig) -> None:
    """What an account asked for ends when it becomes another person's: that one asks anew, under their own name."""
    grant = rig.active(_SCOPE)

    assert 1 == _join(rig, rig.ada().person, rig.person("ann", Role.REQUESTER).person)
    assert GrantState.REVOKED is rig.desk.granting.settled(grant.id).ended_as


def test_an_emergency_ratified_by_oneself_is_an_incident(rig: Rig) -> None:
    """Used and ratified by one person: nobody else agreed, and the person is blocked until somebody examines it."""
    grant = rig.active(_SCOPE, GrantMode.EMERGENCY)
    rig.desk.granting.word(rig.bo(), grant.id, GrantEvent.RATIFY)
    rig.desk.granting.word(rig.ada(), grant.id, GrantEvent.RELEASE)

    assert 1 == _join(rig, rig.bo().person, rig.ada().person)

    assert "contested" == rig.desk.granting.settled(grant.id).incident
    with pytest.raises(AccessDenied):
        rig.request(_SCOPE)
