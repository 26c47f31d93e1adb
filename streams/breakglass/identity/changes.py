"""Changes of roles and of the groups of a provider: one person proposes, another one confirms, and it is audited."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, update

from schemas.access import Identity, Person, Role
from schemas.audit import AuditRecord
from schemas.audit_terms import Action, Reason, Result
from schemas.errors import AccessDenied, ConfigError
from schemas.vault import TenantId
from streams.breakglass.identity.registry import (
    Registry,
    actor_of,
    administrators_of,
    give_role,
    is_offboarded,
    known_as,
    new_subject,
    one_at_a_time,
    record_of,
    take_role,
)
from streams.breakglass.identity.separation import administers, refuse_conflict
from streams.breakglass.identity.tables import ALIASES, GROUPS, PROPOSALS, ROLES

#: A proposal that nobody confirmed in a week is made again, by somebody who still means it.
_TWO = 2
_LIFE_SECONDS = 7 * 24 * 3600.0


class ChangeKind(StrEnum):
    """What may be changed."""

    GRANT_ROLE = "grant_role"
    REVOKE_ROLE = "revoke_role"
    MAP_GROUP = "map_group"
    UNMAP_GROUP = "unmap_group"
    SAME_PERSON = "same_person"


_OF_GROUPS = frozenset({ChangeKind.MAP_GROUP, ChangeKind.UNMAP_GROUP})


@dataclass(frozen=True, slots=True)
class Change:
    """One role of one tenant: for a person (`target` is the subject), or for the members of a provider's group.

    SAME_PERSON changes no role: it says that an account is another account of the person `same_as`.
    """

    kind: ChangeKind
    issuer: str
    target: str
    tenant: TenantId
    role: Role | None
    same_as: Person | None = None

    def __post_init__(self) -> None:
        if (self.kind is ChangeKind.SAME_PERSON) != (self.same_as is not None) or (self.role is None) != (
            self.same_as is not None
        ):
            raise ConfigError("a change is of a role, or of an account")

    @property
    def people(self) -> tuple[Person, ...]:
        """Whom it concerns; nobody for a group."""
        if self.kind in _OF_GROUPS:
            return ()
        return (Person(self.issuer, self.target), *(() if self.same_as is None else (self.same_as,)))


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change that waits for a second person."""

    id: str
    change: Change
    by: Person
    proposed_at: float


@dataclass(frozen=True, slots=True)
class Changes:
    """Proposes, confirms and withdraws changes in one registry.

    *on_joined* is told of two accounts before they become one person: what one of them had agreed to ends first.
    """

    registry: Registry
    on_joined: Callable[[Person, Person], object] = lambda *_: None

    def propose(self, identity: Identity, change: Change, now: float) -> Proposal:
        """Propose a change; raises AccessDenied for who may not, and for a change of one's own roles."""
        identity = self._judged(identity, change, Action.ROLE_REQUEST, now)
        if not all(self.registry.is_active(person) for person in change.people):
            raise ConfigError("person was offboarded")
        if change.same_as is not None and change.same_as.issuer == self.registry.issuer != change.issuer:
            raise ConfigError("an account here is linked to the person of a provider, and not the other way")
        proposal = Proposal(new_subject(), change, identity.person, now)
        intent = _record(Action.ROLE_REQUEST, identity, change, now)
        with self.registry.acting(intent), self.registry.engine.begin() as connection:
            connection.execute(insert(PROPOSALS).values(**_row(proposal)))
        return proposal

    def confirm(self, identity: Identity, proposal_id: str, now: float) -> Change:
        """Carry out what another person proposed; everything is judged again, as it stands now.

        Raises AccessDenied for the proposer, for whose role it is, for who may not, and for roles that nobody holds
        together; ConfigError where nothing waits under this id.
        """
        proposal = self._open(proposal_id, now)
        identity = self._judged(identity, proposal.change, Action.ROLE_CHANGE, now)
        intent = _record(Action.ROLE_CHANGE, identity, proposal.change, now)
        if identity.person == proposal.by:
            self.registry.tell(intent, Result.DENIED, Reason.SELF_APPROVAL)
            raise AccessDenied("another person confirms what one proposed")
        with self.registry.acting(intent):
            if proposal.change.role is None:
                self.on_joined(proposal.change.people[0], self.registry.known_as(proposal.change.people[1]))
            self._carry_out(proposal, now)
        return proposal.change

    def _carry_out(self, proposal: Proposal, now: float) -> None:
        with self.registry.engine.begin() as connection:
            one_at_a_time(connection)
            _settle(connection, proposal, now)
            _carry_out(connection, proposal.change, now)

    def pending(self, now: float) -> Sequence[Proposal]:
        """Return what waits for a second person, oldest first."""
        waiting = (PROPOSALS.c.settled_at.is_(None), PROPOSALS.c.proposed_at > now - _LIFE_SECONDS)
        with self.registry.engine.connect() as connection:
            rows = connection.execute(select(PROPOSALS).where(*waiting).order_by(PROPOSALS.c.proposed_at)).all()
        return [_proposal(row) for row in rows]

    def _open(self, proposal_id: str, now: float) -> Proposal:
        for proposal in self.pending(now):
            if proposal.id == proposal_id:
                return proposal
        raise ConfigError("nothing waits for a second person under this id")

    def _judged(self, identity: Identity, change: Change, action: Action, now: float) -> Identity:
        """Return the identity with its roles as they stand; raises AccessDenied, audited, for who may not."""
        identity = self.registry.current(identity, now)
        intent = _record(action, identity, change, now)
        if identity.person in map(self.registry.known_as, change.people):
            self.registry.tell(intent, Result.DENIED, Reason.SELF_APPROVAL)
            raise AccessDenied("nobody has a part in a change of their own roles")
        if not self._administers(identity, change.tenant):
            self.registry.tell(intent, Result.DENIED, Reason.ROLE_MISSING)
            raise AccessDenied("changing roles needs a role that approves, in the same tenant")
        return identity

    def _administers(self, identity: Identity, tenant: TenantId) -> bool:
        """Tell who may change roles of a tenant: who approves there, or, until two do, who approves at home.

        Somebody has to give a tenant of a deployment its first roles.
        """
        if administers(identity, tenant):
            return True
        with self.registry.engine.connect() as connection:
            return administers(identity, self.registry.home) and administrators_of(connection, tenant) < _TWO


def _settle(connection: Connection, proposal: Proposal, now: float) -> None:
    waiting = update(PROPOSALS).where(PROPOSALS.c.proposal == proposal.id, PROPOSALS.c.settled_at.is_(None))
    if connection.execute(waiting.values(settled_at=now, outcome="confirmed")).rowcount != 1:
        raise ConfigError("nothing waits for a second person under this id")
    if is_offboarded(connection, proposal.by):
        raise AccessDenied("person who proposed was offboarded")


def _carry_out(connection: Connection, change: Change, now: float) -> None:
    if any(is_offboarded(connection, person) for person in change.people):
        raise AccessDenied("person was offboarded")
    if change.role is None:
        _join(connection, change, now)
    elif change.kind is ChangeKind.GRANT_ROLE:
        give_role(connection, known_as(connection, change.people[0]), change.tenant, change.role, now)
    elif change.kind is ChangeKind.REVOKE_ROLE:
        take_role(connection, known_as(connection, change.people[0]), change.tenant, change.role)
    elif change.kind is ChangeKind.MAP_GROUP:
        _map(connection, change, change.role, now)
    else:
        connection.execute(delete(GROUPS).where(*_of_group(change), *_of_role(change, change.role)))


def _join(connection: Connection, change: Change, now: float) -> None:
    """Make one person of two accounts; what the one held ends, so that no role comes along unseen."""
    account, person = change.people[0], known_as(connection, change.people[1])
    others = select(ALIASES.c.subject).where(
        ALIASES.c.of_issuer == account.issuer, ALIASES.c.of_subject == account.subject
    )
    if account in (person, known_as(connection, person)) or known_as(connection, account) != account:
        raise ConfigError("account is linked already")
    if connection.execute(others).scalar() is not None:
        raise ConfigError("other accounts are linked to this one")
    connection.execute(delete(ROLES).where(ROLES.c.issuer == account.issuer, ROLES.c.subject == account.subject))
    alias = {"issuer": account.issuer, "subject": account.subject}
    connection.execute(insert(ALIASES).values(**alias, of_issuer=person.issuer, of_subject=person.subject, since=now))


def _map(connection: Connection, change: Change, role: Role, now: float) -> None:
    held = {Role(role) for role in connection.execute(select(GROUPS.c.role).where(*_of_group(change))).scalars()}
    refuse_conflict({change.tenant: frozenset(held | {role})})
    connection.execute(delete(GROUPS).where(*_of_group(change), *_of_role(change, role)))
    values = {"issuer": change.issuer, "name": change.target, "tenant": change.tenant, "role": role.value}
    connection.execute(insert(GROUPS).values(**values, since=now))


def _of_group(change: Change) -> tuple[ColumnElement[bool], ...]:
    return GROUPS.c.issuer == change.issuer, GROUPS.c.name == change.target


def _of_role(change: Change, role: Role) -> tuple[ColumnElement[bool], ...]:
    return GROUPS.c.tenant == change.tenant, GROUPS.c.role == role.value


def _record(action: Action, identity: Identity, change: Change, now: float) -> AuditRecord:
    intent = record_of(action, actor_of(identity), change.people, tenant=change.tenant, now=now)
    return replace(intent, role=change.role)


def _row(proposal: Proposal) -> dict[str, object]:
    change = proposal.change
    return {
        "proposal": proposal.id,
        "kind": change.kind.value,
        "issuer": change.issuer,
        "target": change.target,
        "tenant": change.tenant,
        "role": None if change.role is None else change.role.value,
        "same_issuer": None if change.same_as is None else change.same_as.issuer,
        "same_subject": None if change.same_as is None else change.same_as.subject,
        "by_issuer": proposal.by.issuer,
        "by_subject": proposal.by.subject,
        "proposed_at": proposal.proposed_at,
    }


def _proposal(row: Row[tuple[object, ...]]) -> Proposal:
    role = None if row.role is None else Role(row.role)
    same_as = None if row.same_issuer is None else Person(row.same_issuer, row.same_subject)
    change = Change(ChangeKind(row.kind), row.issuer, row.target, TenantId(row.tenant), role, same_as)
    return Proposal(row.proposal, change, Person(row.by_issuer, row.by_subject), row.proposed_at)
