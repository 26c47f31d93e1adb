"""People come and go: adding an account, offboarding, and the access review that somebody signs off."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import orjson
from sqlalchemy import select

from schemas.access import APPROVERS, Identity, Person, Role
from schemas.audit_terms import Action, Reason, Result
from schemas.errors import AccessDenied, ConfigError
from schemas.vault import TenantId
from streams.breakglass.identity.accounts import Accounts, NewAccount
from streams.breakglass.identity.registry import Registry, actor_of, end, one_at_a_time, record_of, roles_of
from streams.breakglass.identity.separation import administers
from streams.breakglass.identity.services import ServiceAccount, service_line
from streams.breakglass.identity.tables import ACCOUNTS, PERSONS, ROLES
from streams.clock import rfc3339

_SIGN_OFF = APPROVERS | {Role.AUDITOR}


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One line of an access review: who may do what, and when they were last seen."""

    person: Person
    name: str | None
    roles: dict[TenantId, frozenset[Role]]
    last_seen: str | None
    offboarded: str | None


@dataclass(frozen=True, slots=True)
class People:
    """Everyone in one registry."""

    accounts: Accounts

    def add(self, identity: Identity, new: NewAccount, now: float) -> Person:
        """Enrol a person without any role: roles take two persons. Raises AccessDenied for who may not."""
        registry = self.accounts.registry
        identity = _administrator(registry, identity, Action.ACCOUNT_CREATE, (), now)
        enrolment = self.accounts.enrol((new,), now)
        intent = record_of(Action.ACCOUNT_CREATE, actor_of(identity), enrolment.people, tenant=registry.home, now=now)
        with registry.acting(intent), registry.engine.begin() as connection:
            one_at_a_time(connection)
            enrolment.write(connection)
        return enrolment.people[0]

    def offboard(self, identity: Identity, person: Person, now: float, on_offboarded: Callable[[Person], None]) -> None:
        """See the function of this name."""
        offboard(self.accounts.registry, identity, person, now, on_offboarded)

    def review(self) -> Sequence[Reviewed]:
        """Return everyone known here, with and without roles, those who left among them."""
        with self.accounts.registry.engine.connect() as connection:
            names = {row.subject: row.name for row in connection.execute(select(ACCOUNTS.c.subject, ACCOUNTS.c.name))}
            seen = {Person(row.issuer, row.subject): row for row in connection.execute(select(PERSONS))}
            given = {
                Person(row.issuer, row.subject)
                for row in connection.execute(select(ROLES.c.issuer, ROLES.c.subject).distinct())
            }
            roles = {person: roles_of(connection, person) for person in {*seen, *given}}
        return [
            Reviewed(
                person,
                names.get(person.subject) if person.issuer == self.accounts.registry.issuer else None,
                roles[person],
                _moment(seen[person].last_seen_at) if person in seen else None,
                _moment(seen[person].offboarded_at) if person in seen else None,
            )
            for person in sorted(roles, key=lambda each: (each.issuer, each.subject))
        ]

    def sign_off(
        self, identity: Identity, reviewed: Sequence[Reviewed], services: Sequence[ServiceAccount], now: float
    ) -> str:
        """Record that a person examined this review; return its digest, which the record holds."""
        registry = self.accounts.registry
        identity = registry.current(identity, now)
        record = record_of(Action.ACCESS_REVIEW, actor_of(identity), (), tenant=registry.home, now=now)
        if not identity.roles.get(registry.home, frozenset()) & _SIGN_OFF:
            registry.tell(record, Result.DENIED, Reason.ROLE_MISSING)
            raise AccessDenied("signing off needs a role that approves or audits")
        lines = [*map(line_of, reviewed), *map(service_line, services)]
        digest = hashlib.sha256(orjson.dumps(lines)).hexdigest()
        registry.tell(replace(record, request_mac=digest), Result.SUCCESS)
        return digest


def offboard(
    registry: Registry, identity: Identity, person: Person, now: float, on_offboarded: Callable[[Person], None]
) -> None:
    """End sign-in and roles of a person, at one administrator's word: taking away waits for nobody.

    *on_offboarded* then revokes their open grants; cut short before it, the same again goes on. Raises AccessDenied for
    who may not, and for oneself.
    """
    identity = _administrator(registry, identity, Action.ACCOUNT_DISABLE, (person,), now)
    if identity.person == registry.known_as(person):
        raise AccessDenied("another person offboards one")
    intent = record_of(Action.ACCOUNT_DISABLE, actor_of(identity), (person,), tenant=registry.home, now=now)
    with registry.acting(intent):
        with registry.engine.begin() as connection:
            one_at_a_time(connection)
            end(connection, person, now)
        on_offboarded(person)


def _administrator(
    registry: Registry, identity: Identity, action: Action, people: tuple[Person, ...], now: float
) -> Identity:
    identity = registry.current(identity, now)
    if not administers(identity, registry.home):
        record = record_of(action, actor_of(identity), people, tenant=registry.home, now=now)
        registry.tell(record, Result.DENIED, Reason.ROLE_MISSING)
        raise AccessDenied("people are added and offboarded by who holds a role that approves")
    return identity


def line_of(reviewed: Reviewed) -> dict[str, object]:
    """Return one line of a review as it is written for those who keep it."""
    return {
        "issuer": reviewed.person.issuer,
        "subject": reviewed.person.subject,
        "name": reviewed.name,
        "roles": {tenant: sorted(roles) for tenant, roles in sorted(reviewed.roles.items())},
        "last_seen": reviewed.last_seen,
        "offboarded": reviewed.offboarded,
    }


def person_of(accounts: Accounts, text: str) -> Person:
    """Read a person: the name of an account, or ISSUER|SUBJECT of somebody with none."""
    issuer, bar, subject = text.rpartition("|")
    if not bar:
        return accounts.person_of(text)
    if not issuer or not subject:
        raise ConfigError("a person is a name, or ISSUER|SUBJECT")
    return Person(issuer, subject)


def _moment(seconds: float | None) -> str | None:
    return None if seconds is None else rfc3339(int(seconds * 1000))
