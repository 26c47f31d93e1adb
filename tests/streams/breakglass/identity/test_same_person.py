"""Two accounts of one human being: said once by two others, they count as one person from then on."""

from dataclasses import replace
from pathlib import Path

import pytest

from schemas.access import Identity, Person, Role
from schemas.errors import AccessDenied, ConfigError
from streams.breakglass.identity.changes import Change, ChangeKind, Changes
from streams.breakglass.identity.people import People
from streams.breakglass.identity.registry import roles_of
from tests.streams.breakglass.identity.rig import HOME, NOW, two_enrolled

LATER = NOW + 60
#: Cat, as the provider knows her.
CAT = Person("https://id.example.org", "f3b1c2")


class Office:
    """Ada and Ben, who administer; Cat with an account here for emergencies and one of the provider, both approving."""

    def __init__(self, folder: Path) -> None:
        self.people = two_enrolled(folder)
        self.registry = self.people.registry
        self.local = self.people.add("cat")
        self.ada, self.ben = self.people.sign_in("ada", LATER), self.people.sign_in("ben", LATER)
        self.changes = Changes(self.registry)
        for person in (self.local, CAT):
            self.change(Change(ChangeKind.GRANT_ROLE, person.issuer, person.subject, HOME, Role.SECURITY))

    def change(self, change: Change) -> None:
        """Change at the word of two persons."""
        self.changes.confirm(self.ben, self.changes.propose(self.ada, change, LATER).id, LATER)

    def join(self, account: Person, person: Person) -> None:
        """Say that an account is a person's, too."""
        self.change(Change(ChangeKind.SAME_PERSON, account.issuer, account.subject, HOME, None, person))

    def by_token(self) -> Identity:
        """Return Cat as her provider's token brings her."""
        return self.registry.current(Identity(CAT, {}, frozenset({"mfa"}), LATER), LATER)


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """Return an office of two, and somebody with two accounts."""
    return Office(tmp_path)


AUDITOR = Change(ChangeKind.MAP_GROUP, CAT.issuer, "auditors", HOME, Role.AUDITOR)


def test_one_person_cannot_agree_with_themself_by_two_accounts(office: Office) -> None:
    """Proposed by one account, confirmed by the other: nobody else has agreed."""
    office.join(office.local, CAT)
    proposal = office.changes.propose(office.by_token(), AUDITOR, LATER)

    with pytest.raises(AccessDenied, match="another person"):
        office.changes.confirm(office.people.sign_in("cat", LATER), proposal.id, LATER)


def test_both_accounts_come_as_one_person(office: Office) -> None:
    """Whoever signs in here is who the provider knows; what the account held by itself has ended."""
    office.join(office.local, CAT)

    assert CAT == office.people.sign_in("cat", LATER).person == office.by_token().person
    with office.registry.engine.connect() as connection:
        assert {} == roles_of(connection, office.local)
    assert {HOME: frozenset({Role.SECURITY})} == office.people.sign_in("cat", LATER + 30).roles


def test_two_accounts_of_a_provider_come_as_one_person(office: Office) -> None:
    """Somebody's second account there is the first one here, with its roles, and nobody besides."""
    second = Person(CAT.issuer, "a9d8e7")
    office.join(second, CAT)
    identity = office.registry.current(Identity(second, {}, frozenset({"mfa"}), LATER), LATER)

    assert office.by_token() == identity
    proposal = office.changes.propose(identity, AUDITOR, LATER)
    with pytest.raises(AccessDenied, match="another person"):
        office.changes.confirm(office.by_token(), proposal.id, LATER)


def test_a_role_for_the_account_is_one_of_the_person(office: Office) -> None:
    """Key admin for one account and approval for the other would be both for one person."""
    office.join(office.local, CAT)
    keys = Change(ChangeKind.GRANT_ROLE, office.local.issuer, office.local.subject, HOME, Role.KEY_ADMIN)

    with pytest.raises(AccessDenied, match="key_admin"):
        office.change(keys)


def test_nobody_changes_their_other_account(office: Office) -> None:
    """A change of the roles of one account concerns the person behind it."""
    office.join(office.local, CAT)
    own = Change(ChangeKind.GRANT_ROLE, office.local.issuer, office.local.subject, HOME, Role.AUDITOR)

    with pytest.raises(AccessDenied, match="own roles"):
        office.changes.propose(office.by_token(), own, LATER)
    with pytest.raises(AccessDenied, match="own roles"):
        office.changes.propose(office.by_token(), replace(own, issuer=CAT.issuer, target=CAT.subject), LATER)


@pytest.mark.parametrize("which", ["account", "person"])
def test_offboarding_one_ends_both(office: Office, which: str) -> None:
    """Whichever of the two was offboarded, nobody comes by the account any more."""
    office.join(office.local, CAT)
    left = office.local if which == "account" else CAT
    People(office.people.accounts).offboard(office.ada, left, LATER, lambda _: None)

    with pytest.raises(AccessDenied):
        office.people.sign_in("cat", LATER)
    assert (which == "account") == office.registry.is_active(CAT)


def test_joining_takes_two_others(office: Office) -> None:
    """Nobody says of their own account whose it is."""
    own = Change(ChangeKind.SAME_PERSON, office.local.issuer, office.local.subject, HOME, None, CAT)

    with pytest.raises(AccessDenied, match="own roles"):
        office.changes.propose(office.by_token(), own, LATER)
    assert office.local == office.registry.known_as(office.local)


def test_no_chains_and_no_circles(office: Office) -> None:
    """One account is one person's: not of two, not of itself, not of an account that is somebody's."""
    office.join(office.local, CAT)

    for account, person in ((office.local, Person(CAT.issuer, "other")), (CAT, CAT)):
        with pytest.raises(ConfigError, match="linked"):
            office.join(account, person)
    with pytest.raises(ConfigError, match="linked"):
        office.join(CAT, Person(CAT.issuer, "other"))
    with pytest.raises(ConfigError, match="not the other way"):
        office.join(Person(CAT.issuer, "other"), office.local)


def test_a_change_is_of_a_role_or_of_an_account() -> None:
    """Nothing half of each can be made."""
    with pytest.raises(ConfigError):
        Change(ChangeKind.SAME_PERSON, CAT.issuer, CAT.subject, HOME, Role.AUDITOR, CAT)
    with pytest.raises(ConfigError):
        Change(ChangeKind.GRANT_ROLE, CAT.issuer, CAT.subject, HOME, None)
