"""People come, are reviewed, and go for good."""

from pathlib import Path

import pytest

from schemas.access import Identity, Person, Role
from schemas.audit import Actor
from schemas.audit_terms import Action, ActorType, Reason, Result
from schemas.errors import AccessDenied, ConfigError
from schemas.topics import Role as KafkaRole
from streams.breakglass.identity.changes import Change, ChangeKind, Changes
from streams.breakglass.identity.people import People, line_of, person_of
from streams.breakglass.identity.services import services_of
from tests.streams.audit.samples import record
from tests.streams.breakglass.identity.rig import HOME, NOW, two_enrolled
from tests.streams.breakglass.identity.rig import People as Rig

LATER = NOW + 60


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    """Return a registry after the ceremony."""
    return two_enrolled(tmp_path)


@pytest.fixture
def ada(rig: Rig) -> Identity:
    """Return the privacy officer, signed in."""
    return rig.sign_in("ada", LATER)


def nothing(person: Person) -> None:
    """Revoke nothing: there are no grants."""


def test_a_new_person_may_do_nothing(rig: Rig, ada: Identity) -> None:
    """An account comes without a role: the next two persons give them."""
    person = People(rig.accounts).add(ada, rig.new("cat", LATER), LATER)
    cat = rig.sign_in("cat", LATER + 30)

    assert person == cat.person
    assert {} == cat.roles


def test_only_approvers_add_people(rig: Rig, ada: Identity) -> None:
    """Somebody without such a role adds nobody, and that is audited."""
    People(rig.accounts).add(ada, rig.new("cat", LATER), LATER)

    with pytest.raises(AccessDenied):
        People(rig.accounts).add(rig.sign_in("cat", LATER + 30), rig.new("dan", LATER), LATER)
    assert (Action.ACCOUNT_CREATE, Result.DENIED, Reason.ROLE_MISSING) == (
        rig.audit.records[-1].action,
        rig.audit.records[-1].result,
        rig.audit.records[-1].reason,
    )


def test_offboarding_ends_everything(rig: Rig, ada: Identity) -> None:
    """Sign-in, roles, what one proposed, sessions under way: all of it ends, and the grants' store is told."""
    ben, told = rig.sign_in("ben", LATER), list[Person]()
    cat = People(rig.accounts).add(ada, rig.new("cat", LATER), LATER)
    changes = Changes(rig.registry)
    auditor = Change(ChangeKind.GRANT_ROLE, cat.issuer, cat.subject, HOME, Role.AUDITOR)
    changes.propose(ben, auditor, LATER)

    People(rig.accounts).offboard(ada, ben.person, LATER, told.append)

    assert [ben.person] == told
    assert not rig.registry.is_active(ben.person)
    assert [] == changes.pending(LATER)
    with pytest.raises(AccessDenied):
        rig.sign_in("ben", LATER + 60)
    with pytest.raises(AccessDenied, match="offboarded"):
        rig.registry.current(ben, LATER)


def test_offboarding_goes_on_after_a_crash(rig: Rig, ada: Identity) -> None:
    """Cut short before the grants were revoked, the same command revokes them."""
    ben, told = rig.accounts.person_of("ben"), list[Person]()

    def crash(_: Person) -> None:
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011 - ours.
        People(rig.accounts).offboard(ada, ben, LATER, crash)
    assert Result.ERROR == rig.audit.records[-1].result

    People(rig.accounts).offboard(ada, ben, LATER, told.append)

    assert [ben] == told


def test_who_was_offboarded_gets_no_role(rig: Rig, ada: Identity) -> None:
    """A proposal for somebody who left in between comes to nothing."""
    cat = People(rig.accounts).add(ada, rig.new("cat", LATER), LATER)
    changes = Changes(rig.registry)
    role = Change(ChangeKind.GRANT_ROLE, cat.issuer, cat.subject, HOME, Role.AUDITOR)
    proposal = changes.propose(ada, role, LATER)
    People(rig.accounts).offboard(ada, cat, LATER, nothing)

    with pytest.raises(AccessDenied):
        changes.confirm(rig.sign_in("ben", LATER), proposal.id, LATER)
    with pytest.raises(ConfigError, match="offboarded"):
        changes.propose(ada, role, LATER)


def test_nobody_offboards_themself(rig: Rig, ada: Identity) -> None:
    """The last administrator does not lock everybody out by mistake."""
    with pytest.raises(AccessDenied):
        People(rig.accounts).offboard(ada, ada.person, LATER, nothing)


def test_a_person_of_a_provider_is_offboarded_too(rig: Rig, ada: Identity) -> None:
    """Somebody whose account is elsewhere is turned away here from then on, whatever their token says."""
    outsider = Person("https://id.example.org", "f3b1")
    People(rig.accounts).offboard(ada, outsider, LATER, nothing)

    assert not rig.registry.is_active(outsider)
    assert outsider == person_of(rig.accounts, "https://id.example.org|f3b1")


def test_a_review_shows_everyone(rig: Rig, ada: Identity) -> None:
    """Who holds what and was seen when, those who left among them; signed off by its digest."""
    people = People(rig.accounts)
    cat = people.add(ada, rig.new("cat", LATER), LATER)
    people.offboard(ada, cat, LATER, nothing)
    lines = {each.name: line_of(each) for each in people.review()}

    assert {"ada", "ben", "cat"} == set(lines)
    assert {HOME: ["privacy_officer", "requester"]} == lines["ada"]["roles"]
    assert "2026-09-21T14:14:20.000Z" == lines["ada"]["last_seen"]
    assert None is lines["ben"]["last_seen"]
    assert "2026-09-21T14:14:20.000Z" == lines["cat"]["offboarded"]

    digest = people.sign_off(ada, people.review(), (), LATER)

    assert (Action.ACCESS_REVIEW, digest) == (rig.audit.records[-1].action, rig.audit.records[-1].request_mac)


def test_a_review_is_signed_off_by_who_may(rig: Rig, ada: Identity) -> None:
    """Somebody without a role that approves or audits signs nothing off."""
    people = People(rig.accounts)
    people.add(ada, rig.new("cat", LATER), LATER)

    with pytest.raises(AccessDenied):
        people.sign_off(rig.sign_in("cat", LATER + 30), people.review(), (), LATER)


def test_service_accounts_are_reviewed_beside_people(rig: Rig, ada: Identity) -> None:
    """Programs, accounts of the host and slots, each with its last use; no person among them; the digest has both."""
    service, host = Actor("service", "breakglass", ActorType.SERVICE), Actor("local", "host-ops")
    told = [
        record(actor=actor, ts=f"2026-09-0{day}T00:00:00.000Z")
        for day, actor in ((2, service), (1, service), (3, host))
    ]
    found = services_of([*told, record(actor=Actor("local", "ada"))], {"default-0": "2026-09-04T00:00:00.000Z"})
    people = People(rig.accounts)
    digests = [people.sign_off(ada, people.review(), services, LATER) for services in ((), found, found[:1], found)]

    assert ["local|host-ops", "redactor|default-0", "service|breakglass"] == [each.name for each in found]
    assert ["03", "04", "02"] == [str(each.last_used)[8:10] for each in found]
    assert digests[1] == digests[3]
    assert 3 == len(set(digests))


def test_a_deployment_lists_every_service_with_its_rights() -> None:
    """Each role with a Kafka account is there, used or not, with what it reads and writes."""
    found = {each.name: each.may for each in services_of((), {}, deployed=True)}

    assert {f"role|{role.value}" for role in KafkaRole} == set(found)
    assert "phi.vault.entries.v1" in found["role|redactor"].partition("; writes")[2]
    assert "phi.vault.entries.v1" not in found["role|redactor"].partition("; writes")[0]
