"""The registry of people: their roles as they stand, whether they are still with us, and what is told of them."""

import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Self

from sqlalchemy import Connection, Engine, delete, insert, select, update

from schemas.access import Identity, Person, Role
from schemas.audit import Actor, AuditRecord, Resource
from schemas.audit_terms import Action, Phase, Reason, ResourceKind, Result
from schemas.errors import AccessDenied
from schemas.vault import TenantId
from streams.audit.ports import Audit
from streams.breakglass.identity.separation import ADMINISTRATORS, refuse_conflict
from streams.breakglass.identity.tables import ALIASES, ISSUER, PERSONS, PROPOSALS, ROLES, create_tables
from streams.clock import rfc3339

_ID_BYTES = 16
_SEEN_SECONDS = 60.0
_BUILD = version("phistream")


def new_subject() -> str:
    """Return a random immutable id: it says nothing about whom it stands for."""
    return secrets.token_hex(_ID_BYTES)


@dataclass(frozen=True, slots=True)
class Registry:
    """What is known of people in one database; `home` is the tenant under which accounts are audited."""

    engine: Engine
    audit: Audit
    home: TenantId
    issuer: str

    @classmethod
    def open(cls, engine: Engine, audit: Audit, home: TenantId) -> Self:
        """Open the registry, with an issuer of its own where the database is new."""
        create_tables(engine)
        with engine.begin() as connection:
            found = connection.execute(select(ISSUER.c.issuer)).scalar()
            if found is None:
                found = f"local:{secrets.token_hex(_ID_BYTES)}"
                connection.execute(insert(ISSUER).values(one=1, issuer=found, split=False, changes=0))
        return cls(engine, audit, home, found)

    def is_active(self, person: Person) -> bool:
        """Tell whether the person was not offboarded; one who was never seen is."""
        with self.engine.connect() as connection:
            return not is_offboarded(connection, person)

    def current(self, identity: Identity, now: float) -> Identity:
        """Return the identity with its roles as they stand now; raises AccessDenied for who was offboarded.

        Whoever has several accounts is one person. Roles that an identity provider gave with its token stay; those
        given here are read again.
        """
        given = identity.roles if identity.person.issuer != self.issuer else {}
        with self.engine.begin() as connection:
            person = known_as(connection, identity.person)
            if is_offboarded(connection, identity.person) or is_offboarded(connection, person):
                raise AccessDenied("person was offboarded", code=Reason.OFFBOARDED.value)
            here = roles_of(connection, person)
            _saw(connection, person, now)
        roles = {tenant: here.get(tenant, frozenset()) | given.get(tenant, frozenset()) for tenant in {*here, *given}}
        refuse_conflict(roles)
        return replace(identity, person=person, roles=roles)

    def known_as(self, person: Person) -> Person:
        """Return the one person behind an account: most are behind one only."""
        with self.engine.connect() as connection:
            return known_as(connection, person)

    @contextmanager
    def acting(self, intent: AuditRecord) -> Iterator[None]:
        """Record that something begins, let it happen, and record how it ended.

        Raises AuditUnavailable before anything happens where the intent cannot be recorded.
        """
        index = self.audit.append(intent).index
        outcome = replace(intent, phase=Phase.OUTCOME, intent=index, result=Result.SUCCESS)
        try:
            yield
        except AccessDenied:
            self.audit.append(replace(outcome, result=Result.DENIED, reason=Reason.ROLES_CONFLICT))
            raise
        except Exception:
            self.audit.append(replace(outcome, result=Result.ERROR, reason=Reason.INTERNAL))
            raise
        self.audit.append(outcome)

    def tell(self, intent: AuditRecord, result: Result, reason: Reason | None = None) -> None:
        """Record in one what is over; raises AuditUnavailable where it cannot be."""
        self.audit.append(replace(intent, phase=Phase.SINGLE, result=result, reason=reason))


def known_as(connection: Connection, person: Person) -> Person:
    """Return the one person behind an account."""
    mine = (ALIASES.c.issuer == person.issuer, ALIASES.c.subject == person.subject)
    row = connection.execute(select(ALIASES).where(*mine)).one_or_none()
    return person if row is None else Person(row.of_issuer, row.of_subject)


def is_offboarded(connection: Connection, person: Person) -> bool:
    """Tell whether the person was offboarded."""
    ended = select(PERSONS.c.offboarded_at).where(
        PERSONS.c.issuer == person.issuer, PERSONS.c.subject == person.subject
    )
    return connection.execute(ended).scalar() is not None


def roles_of(connection: Connection, person: Person) -> dict[TenantId, frozenset[Role]]:
    """Return the roles given to the person here."""
    query = select(ROLES.c.tenant, ROLES.c.role).where(
        ROLES.c.issuer == person.issuer, ROLES.c.subject == person.subject
    )
    roles: dict[TenantId, frozenset[Role]] = {}
    for tenant, role in connection.execute(query):
        roles[TenantId(tenant)] = roles.get(TenantId(tenant), frozenset()) | {Role(role)}
    return roles


def administrators_of(connection: Connection, tenant: TenantId) -> int:
    """Return how many people hold, by roles given here, one that changes the roles of others in a tenant."""
    held = (ROLES.c.tenant == tenant, ROLES.c.role.in_(sorted(ADMINISTRATORS)))
    return len(connection.execute(select(ROLES.c.issuer, ROLES.c.subject).where(*held).distinct()).all())


def give_role(connection: Connection, person: Person, tenant: TenantId, role: Role, now: float) -> None:
    """Give one role; raises AccessDenied where the person would hold roles that nobody holds together."""
    roles = roles_of(connection, person)
    if role in roles.get(tenant, frozenset()):
        return
    roles[tenant] = roles.get(tenant, frozenset()) | {role}
    refuse_conflict(roles)
    connection.execute(
        insert(ROLES).values(issuer=person.issuer, subject=person.subject, tenant=tenant, role=role.value, since=now)
    )


def take_role(connection: Connection, person: Person, tenant: TenantId, role: Role) -> None:
    """Take one role away."""
    mine = (ROLES.c.issuer == person.issuer, ROLES.c.subject == person.subject)
    connection.execute(delete(ROLES).where(*mine, ROLES.c.tenant == tenant, ROLES.c.role == role.value))


def end(connection: Connection, person: Person, now: float) -> None:
    """Offboard: roles, and what the person proposed and nobody confirmed, end with it; the row stays for good."""
    if is_offboarded(connection, person):
        return
    _saw(connection, person, None)
    where = (PERSONS.c.issuer == person.issuer, PERSONS.c.subject == person.subject)
    connection.execute(update(PERSONS).where(*where).values(offboarded_at=now))
    connection.execute(delete(ROLES).where(ROLES.c.issuer == person.issuer, ROLES.c.subject == person.subject))
    connection.execute(
        update(PROPOSALS)
        .where(
            PROPOSALS.c.by_issuer == person.issuer,
            PROPOSALS.c.by_subject == person.subject,
            PROPOSALS.c.settled_at.is_(None),
        )
        .values(settled_at=now, outcome="withdrawn")
    )


def one_at_a_time(connection: Connection) -> None:
    """Let no other change of roles or accounts judge the same state: the row is locked until this transaction ends."""
    connection.execute(update(ISSUER).values(changes=ISSUER.c.changes + 1))


def _saw(connection: Connection, person: Person, now: float | None) -> None:
    where = (PERSONS.c.issuer == person.issuer, PERSONS.c.subject == person.subject)
    if connection.execute(select(PERSONS.c.subject).where(*where)).scalar() is None:
        connection.execute(insert(PERSONS).values(issuer=person.issuer, subject=person.subject, last_seen_at=now))
    elif now is not None:
        # To the minute: a write to the disk at each reveal would tell nobody more.
        old = PERSONS.c.last_seen_at.is_(None) | (PERSONS.c.last_seen_at < now - _SEEN_SECONDS)
        connection.execute(update(PERSONS).where(*where, old).values(last_seen_at=now))


def actor_of(identity: Identity) -> Actor:
    """Return the actor of an audit record: who, in which roles, proven how and when."""
    roles = frozenset[Role]().union(*identity.roles.values())
    return Actor(
        identity.person.issuer,
        identity.person.subject,
        roles=tuple(sorted(roles)),
        methods=tuple(sorted(identity.methods)),
        authenticated_at=int(identity.authenticated_at),
        assurance=identity.assurance,
    )


def record_of(action: Action, actor: Actor, persons: Iterable[Person], *, tenant: TenantId, now: float) -> AuditRecord:
    """Return the intent of an action on people; `replace` makes other phases of it."""
    ids = tuple(f"{person.issuer}|{person.subject}" for person in persons)
    resource = Resource(ResourceKind.PERSON, ids, len(ids))
    return AuditRecord(rfc3339(int(now * 1000)), tenant, Phase.INTENT, action, actor, resource, _BUILD)
