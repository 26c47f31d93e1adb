"""Roles and groups change at the word of two persons, and nobody collects what should stay apart."""

from collections.abc import Callable
from pathlib import Path

import pytest

from schemas.access import Identity, Person, Role
from schemas.audit_terms import Action, Phase, Reason, Result
from schemas.errors import AccessDenied, AuditUnavailable, ConfigError
from schemas.vault import TenantId
from streams.breakglass.identity.changes import Change, ChangeKind, Changes, Proposal
from streams.breakglass.identity.registry import give_role, roles_of
from tests.streams.breakglass.identity.rig import HOME, NOW, People, two_enrolled

LATER = NOW + 60
GROUP = Change(ChangeKind.MAP_GROUP, "https://id.example.org", "clinic-privacy", HOME, Role.PRIVACY_OFFICER)


class Office:
    """Ada (privacy officer) and Ben (security), signed in, and Cat, who has no role yet."""

    def __init__(self, folder: Path) -> None:
        self.people: People = two_enrolled(folder)
        self.cat: Person = self.people.add("cat")
        self.ada: Identity = self.people.sign_in("ada", LATER)
        self.ben: Identity = self.people.sign_in("ben", LATER)
        self.changes = Changes(self.people.registry)

    def role(self, person: Person, role: Role, kind: ChangeKind = ChangeKind.GRANT_ROLE) -> Change:
        """Return a change of one role in the home tenant."""
        return Change(kind, person.issuer, person.subject, HOME, role)

    def give(self, person: Person, role: Role) -> None:
        """Give a role as two persons do."""
        self.changes.confirm(self.ben, self.changes.propose(self.ada, self.role(person, role), LATER).id, LATER)

    def roles(self, person: Person) -> frozenset[Role]:
        """Return the roles in the home tenant."""
        with self.people.registry.engine.connect() as connection:
            return roles_of(connection, person).get(HOME, frozenset())


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """Return an office of two, and a third person."""
    return Office(tmp_path)


def test_a_role_takes_two_persons(office: Office) -> None:
    """Proposed by one it is nothing yet; confirmed by another one it is there, and all of it is audited."""
    proposal = office.changes.propose(office.ada, office.role(office.cat, Role.KEY_ADMIN), LATER)
    assert frozenset() == office.roles(office.cat)

    office.changes.confirm(office.ben, proposal.id, LATER)

    assert frozenset({Role.KEY_ADMIN}) == office.roles(office.cat)
    told = [(each.action, each.phase, each.role) for each in office.people.audit.records[-4:]]
    assert [
        (Action.ROLE_REQUEST, Phase.INTENT, Role.KEY_ADMIN),
        (Action.ROLE_REQUEST, Phase.OUTCOME, Role.KEY_ADMIN),
        (Action.ROLE_CHANGE, Phase.INTENT, Role.KEY_ADMIN),
        (Action.ROLE_CHANGE, Phase.OUTCOME, Role.KEY_ADMIN),
    ] == told


def test_taking_a_role_takes_two_persons(office: Office) -> None:
    """Nobody alone takes an approver's role away either."""
    office.give(office.cat, Role.SECURITY)
    change = office.role(office.cat, Role.SECURITY, ChangeKind.REVOKE_ROLE)
    proposal = office.changes.propose(office.ada, change, LATER)
    assert frozenset({Role.SECURITY}) == office.roles(office.cat)

    office.changes.confirm(office.ben, proposal.id, LATER)

    assert frozenset() == office.roles(office.cat)


def _signed_in_as_cat(office: Office) -> Identity:
    return office.people.sign_in("cat", LATER)


def _in_a_tenant_of(office: Office, others: int) -> Proposal:
    """Propose a role in a tenant in which so many others approve."""
    tenant = TenantId("other")
    with office.people.registry.engine.begin() as connection:
        for number in range(others):
            give_role(connection, Person(office.cat.issuer, f"{number:032x}"), tenant, Role.SECURITY, NOW)
    wanted = Change(ChangeKind.GRANT_ROLE, office.cat.issuer, office.cat.subject, tenant, Role.AUDITOR)
    return office.changes.propose(office.ada, wanted, LATER)


REFUSED: dict[str, Callable[[Office], object]] = {
    "confirmed by who proposed it": lambda office: office.changes.confirm(
        office.ada, office.changes.propose(office.ada, office.role(office.cat, Role.AUDITOR), LATER).id, LATER
    ),
    "proposed for oneself": lambda office: office.changes.propose(
        office.ada, office.role(office.ada.person, Role.AUDITOR), LATER
    ),
    "confirmed for oneself": lambda office: office.changes.confirm(
        office.ben, office.changes.propose(office.ada, office.role(office.ben.person, Role.AUDITOR), LATER).id, LATER
    ),
    "proposed without a role": lambda office: office.changes.propose(
        _signed_in_as_cat(office), office.role(office.ada.person, Role.AUDITOR), LATER
    ),
    "confirmed without a role": lambda office: office.changes.confirm(
        _signed_in_as_cat(office), office.changes.propose(office.ada, GROUP, LATER).id, LATER
    ),
    "in a tenant of others": lambda office: _in_a_tenant_of(office, 2),
}


@pytest.mark.parametrize("why", REFUSED)
def test_who_may_not_changes_nothing(office: Office, why: str) -> None:
    """Two persons are two, neither of them the one whose role it is, both of a role that approves; audited."""
    with pytest.raises(AccessDenied):
        REFUSED[why](office)

    assert Result.DENIED == office.people.audit.records[-1].result
    assert frozenset() == office.roles(office.cat)
    assert Role.AUDITOR not in office.roles(office.ada.person) | office.roles(office.ben.person)


@pytest.mark.parametrize("others", [0, 1])
def test_a_tenant_gets_its_first_roles_from_home(office: Office, others: int) -> None:
    """Until two people approve in a tenant of a deployment, the two of the folder's own give roles there."""
    office.changes.confirm(office.ben, _in_a_tenant_of(office, others).id, LATER)

    assert _signed_in_as_cat(office).holds(TenantId("other"), Role.AUDITOR)


def test_a_key_admin_administers_nobody(office: Office) -> None:
    """Who holds the keys does not choose who may use them."""
    office.give(office.cat, Role.KEY_ADMIN)

    with pytest.raises(AccessDenied):
        office.changes.propose(_signed_in_as_cat(office), GROUP, LATER)


@pytest.mark.parametrize("approver", [Role.PRIVACY_OFFICER, Role.SECURITY])
@pytest.mark.parametrize("other_tenant", [False, True])
def test_nobody_holds_keys_and_approves(office: Office, approver: Role, *, other_tenant: bool) -> None:
    """Key admin and a role that approves never meet in one person, in whichever order and tenants."""
    office.give(office.cat, approver)
    tenant = TenantId("other") if other_tenant else HOME
    if other_tenant:
        _give_directly(office, tenant)
    change = Change(ChangeKind.GRANT_ROLE, office.cat.issuer, office.cat.subject, tenant, Role.KEY_ADMIN)
    proposal = office.changes.propose(office.ada, change, LATER)

    with pytest.raises(AccessDenied, match="key_admin"):
        office.changes.confirm(office.ben, proposal.id, LATER)
    assert Reason.ROLES_CONFLICT == office.people.audit.records[-1].reason
    assert frozenset({approver}) == office.roles(office.cat)
    assert [proposal.id] == [each.id for each in office.changes.pending(LATER)]


def _give_directly(office: Office, tenant: TenantId) -> None:
    """Let both administer another tenant, as a ceremony there would."""
    with office.people.registry.engine.begin() as connection:
        for identity in (office.ada, office.ben):
            give_role(connection, identity.person, tenant, Role.SECURITY, NOW)


def test_a_group_brings_no_keys_beside_approval(office: Office) -> None:
    """One group of a provider is never mapped to key admin and to a role that approves."""
    office.changes.confirm(office.ben, office.changes.propose(office.ada, GROUP, LATER).id, LATER)
    keys = Change(ChangeKind.MAP_GROUP, GROUP.issuer, GROUP.target, HOME, Role.KEY_ADMIN)
    proposal = office.changes.propose(office.ada, keys, LATER)

    with pytest.raises(AccessDenied, match="key_admin"):
        office.changes.confirm(office.ben, proposal.id, LATER)


def test_a_change_is_confirmed_once(office: Office) -> None:
    """What was settled cannot be settled again: a role that was taken away does not come back by an old word."""
    change = office.role(office.cat, Role.AUDITOR)
    proposal = office.changes.propose(office.ada, change, LATER)
    office.changes.confirm(office.ben, proposal.id, LATER)

    with pytest.raises(ConfigError, match="nothing waits"):
        office.changes.confirm(office.ben, proposal.id, LATER)


def test_an_old_proposal_is_over(office: Office) -> None:
    """After a week nobody confirms what somebody once proposed."""
    proposal = office.changes.propose(office.ada, office.role(office.cat, Role.AUDITOR), LATER)

    with pytest.raises(ConfigError, match="nothing waits"):
        office.changes.confirm(office.ben, proposal.id, LATER + 8 * 24 * 3600)


def test_roles_are_judged_as_they_stand(office: Office) -> None:
    """Who lost the role since signing in confirms nothing any more."""
    proposal = office.changes.propose(office.ada, office.role(office.cat, Role.AUDITOR), LATER)
    office.give(office.cat, Role.SECURITY)
    cat = _signed_in_as_cat(office)
    lost = office.role(office.ben.person, Role.SECURITY, ChangeKind.REVOKE_ROLE)
    office.changes.confirm(cat, office.changes.propose(office.ada, lost, LATER).id, LATER)

    with pytest.raises(AccessDenied):
        office.changes.confirm(office.ben, proposal.id, LATER)


def test_no_change_without_its_record(office: Office) -> None:
    """Where a change cannot be audited, nothing changes."""
    proposal = office.changes.propose(office.ada, office.role(office.cat, Role.AUDITOR), LATER)
    office.people.audit.full = True

    with pytest.raises(AuditUnavailable):
        office.changes.confirm(office.ben, proposal.id, LATER)
    assert frozenset() == office.roles(office.cat)
