"""What another hand writes into the database of people gives nobody a role, and is noticed by everybody."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, Table, delete, event, insert, select, update

from schemas.access import Person, Role
from schemas.audit_terms import Reason
from schemas.errors import AccessDenied
from streams.breakglass.database import database_in, registry_in
from streams.breakglass.identity.accounts import Accounts
from streams.breakglass.identity.registry import end, give_role
from streams.breakglass.identity.tables import ACCOUNTS, ALIASES, GROUPS, PERSONS, POLICY_PROPOSALS, PROPOSALS, ROLES
from streams.breakglass.identity.totp import TotpSeal
from tests.streams.breakglass.identity.rig import CHEAP, HOME, NOW, MemoryAudit, People

EVE = {"issuer": "https://id.example.org", "subject": "eve"}
_PROPOSED = {
    "proposal": "p",
    "kind": "grant_role",
    "issuer": "https://id.example.org",
    "tenant": HOME,
    "role": "security",
    "proposed_at": NOW,
}
_BY = {"by_issuer": "local", "by_subject": "ben"}


class Office:
    """Ada, who is security; Bo, who left; and somebody with the right to write their database."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.people = self.open()
        self.ada, self.bo = self.people.add("ada"), self.people.add("ben")
        with self.people.registry.engine.begin() as connection:
            give_role(connection, self.ada, HOME, Role.SECURITY, NOW)
        with self.people.registry.engine.begin() as connection:
            end(connection, self.bo, NOW)
        self.intruder: Engine = database_in(folder)

    def open(self) -> People:
        """Open the people as another command does."""
        audit = MemoryAudit()
        accounts = Accounts(registry_in(self.folder, audit, HOME), TotpSeal.load(self.folder / "totp.key"), CHEAP)
        return People(accounts, audit)

    def roles(self, people: People) -> object:
        """Return the roles that Ada signs in with."""
        people.secrets = self.people.secrets
        return people.sign_in("ada", NOW + 60).roles

    def write(self, act: Callable[[Connection], object]) -> None:
        """Write to the database past everybody."""
        with self.intruder.begin() as connection:
            act(connection)


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Return an office."""
    folder = tmp_path / "breakglass"
    folder.mkdir(mode=0o700)
    office = Office(folder)
    yield office
    office.intruder.dispose()
    office.people.registry.engine.dispose()


def test_what_we_changed_is_ours(office: Office) -> None:
    """Changes of our own are right at once, for us and for the next command, and one state is right at a time."""
    again = office.open()

    assert {HOME: frozenset({Role.SECURITY})} == office.roles(again)
    assert 1 == len((office.folder / "people.seal").read_text().split())
    again.registry.engine.dispose()


def _copy(office: Office, table: Table) -> Callable[[Connection], None]:
    with office.intruder.begin() as connection:
        rows = [row._asdict() for row in connection.execute(select(table))]

    def put_back(connection: Connection) -> None:
        connection.execute(delete(table))
        connection.execute(insert(table), rows)

    return put_back


BY_HAND: dict[str, Callable[[Connection], object]] = {
    "a role": lambda it: it.execute(insert(ROLES).values(**EVE, tenant=HOME, role="security", since=NOW)),
    "another role": lambda it: it.execute(update(ROLES).values(role="privacy_officer")),
    "a group": lambda it: it.execute(
        insert(GROUPS).values(issuer="https://id.example.org", name="all", tenant=HOME, role="security", since=NOW)
    ),
    "an alias": lambda it: it.execute(insert(ALIASES).values(**EVE, of_issuer="x", of_subject="y", since=NOW)),
    "a password": lambda it: it.execute(update(ACCOUNTS).values(password_hash="other")),
    "back from leaving": lambda it: it.execute(update(PERSONS).values(offboarded_at=None)),
    "never left": lambda it: it.execute(delete(PERSONS)),
    "a policy": lambda it: it.execute(
        insert(POLICY_PROPOSALS).values(
            proposal="p", file="f", token_keys="k", policy="joinable-1", facts="{}", proposed_at=NOW, **_BY
        )
    ),
    "a proposal": lambda it: it.execute(insert(PROPOSALS).values(**_PROPOSED, target="eve", **_BY)),
}


@pytest.mark.parametrize("what", BY_HAND)
def test_another_hand_gives_nobody_anything(office: Office, what: str) -> None:
    """Whatever decides who may do what: changed past us, nobody signs in or acts any more, with one reason."""
    values = BY_HAND[what]
    office.write(values)

    for people in (office.people, office.open()):
        with pytest.raises(AccessDenied) as refused:
            people.registry.known_as(Person("https://id.example.org", "eve"))
        assert Reason.INCONSISTENT.value == refused.value.facts["code"]


def test_an_older_state_is_not_ours_any_more(office: Office) -> None:
    """A role that was taken away does not come back with the rows of yesterday."""
    yesterday = _copy(office, ROLES)
    with office.people.registry.engine.begin() as connection:
        connection.execute(delete(ROLES))
    office.write(yesterday)

    with pytest.raises(AccessDenied):
        office.people.registry.is_active(office.ada)


def test_a_change_that_failed_changes_nothing(office: Office) -> None:
    """After a rollback the state before it is the right one, and the one that did not come about is not."""

    def fail() -> None:
        with office.people.registry.engine.begin() as connection:
            give_role(connection, office.bo, HOME, Role.AUDITOR, NOW)
            raise KeyError("something")

    with pytest.raises(KeyError):
        fail()

    assert {HOME: frozenset({Role.SECURITY})} == office.roles(office.people)
    assert 1 == len((office.folder / "people.seal").read_text().split())


def test_a_commit_that_failed_changes_nothing(office: Office) -> None:
    """Where the database refuses at the last moment the state before it stays the only right one."""
    before = (office.folder / "people.seal").read_text()

    def refuse(_: Connection) -> None:
        raise KeyError("disk")

    def change() -> None:
        with office.people.registry.engine.begin() as connection:
            give_role(connection, office.ada, HOME, Role.AUDITOR, NOW)

    event.listen(office.people.registry.engine, "commit", refuse)
    with pytest.raises(KeyError):
        change()
    event.remove(office.people.registry.engine, "commit", refuse)

    assert before == (office.folder / "people.seal").read_text()
    assert {HOME: frozenset({Role.SECURITY})} == office.roles(office.people)


@pytest.mark.parametrize("committed", [False, True])
def test_killed_between_file_and_database(office: Office, committed: bool) -> None:
    """After a kill at the commit either state is taken up, whichever the disk has, and from then on it alone."""
    before = (office.folder / "people.seal").read_text()
    with office.people.registry.engine.begin() as connection:
        give_role(connection, office.ada, HOME, Role.REQUESTER, NOW)
    after = (office.folder / "people.seal").read_text()
    if not committed:
        office.write(lambda it: it.execute(delete(ROLES).where(ROLES.c.role == "requester")))
    (office.folder / "people.seal").write_text(before + after)

    assert office.people.registry.is_active(office.ada)
    assert (after if committed else before) == (office.folder / "people.seal").read_text()


def test_being_seen_changes_nothing(office: Office) -> None:
    """Sign-ins and failures, the commonest writes, leave the seal as it is."""
    before = (office.folder / "people.seal").stat().st_mtime_ns
    office.roles(office.people)
    with pytest.raises(AccessDenied):
        office.people.accounts.sign_in("ada", "wrong", "000000", NOW + 90)

    assert before == (office.folder / "people.seal").stat().st_mtime_ns
