"""Changes of roles and of the groups of a provider: one person proposes, another one confirms, and it is audited."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, Row, delete, insert, select, update

from schemas.access import APPROVERS, Identity, Person, Role
from schemas.audit import AuditRecord
from schemas.audit_terms import Action, Reason, Result
from schemas.errors import AccessDenied, ConfigError
from schemas.vault import TenantId
from streams.breakglass.identity.registry import (
    Registry,
    actor_of,
    give_role,
    is_offboarded,
    new_subject,
    one_at_a_time,
    record_of,
    take_role,
)
from streams.breakglass.identity.separation import administers
from streams.breakglass.identity.tables import GROUPS, PROPOSALS

#: A proposal that nobody confirmed in a week is made again, by somebody who still means it.
_LIFE_SECONDS = 7 * 24 * 3600.0


class ChangeKind(StrEnum):
    """What may be changed."""

    GRANT_ROLE = "grant_role"
    REVOKE_ROLE = "revoke_role"
    MAP_GROUP = "map_group"
    UNMAP_GROUP = "unmap_group"


_OF_PEOPLE = frozenset({ChangeKind.GRANT_ROLE, ChangeKind.REVOKE_ROLE})


@dataclass(frozen=True, slots=True)
class Change:
    """One role of one tenant: for a person (`target` is the subject), or for the members of a provider's group."""

    kind: ChangeKind
    issuer: str
    target: str
    tenant: TenantId
    role: Role

    @property
    def person(self) -> Person | None:
        """Whose role changes; None for a group."""
        return Person(self.issuer, self.target) if self.kind in _OF_PEOPLE else None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A change that waits for a second person."""

    id: str
    change: Change
    by: Person
    proposed_at: float


@dataclass(frozen=True, slots=True)
class Changes:
    """Proposes, confirms and withdraws changes in one registry."""

    registry: Registry

    def propose(self, identity: Identity, change: Change, now: float) -> Proposal:
        """Propose a change; raises AccessDenied for who may not, and for a change of one's own roles."""
        identity = self._judged(identity, change, Action.ROLE_REQUEST, now)
        if change.person is not None and not self.registry.is_active(change.person):
            raise ConfigError("person was offboarded")
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
        with self.registry.acting(intent), self.registry.engine.begin() as connection:
            one_at_a_time(connection)
            _settle(connection, proposal, now)
            _carry_out(connection, proposal.change, now)
        return proposal.change

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
        if identity.person == change.person:
            self.registry.tell(intent, Result.DENIED, Reason.SELF_APPROVAL)
            raise AccessDenied("nobody has a part in a change of their own roles")
        if not administers(identity, change.tenant):
            self.registry.tell(intent, Result.DENIED, Reason.ROLE_MISSING)
            raise AccessDenied("changing roles needs a role that approves, in the same tenant")
        return identity


def _settle(connection: Connection, proposal: Proposal, now: float) -> None:
    waiting = update(PROPOSALS).where(PROPOSALS.c.proposal == proposal.id, PROPOSALS.c.settled_at.is_(None))
    if connection.execute(waiting.values(settled_at=now, outcome="confirmed")).rowcount != 1:
        raise ConfigError("nothing waits for a second person under this id")
    if is_offboarded(connection, proposal.by):
        raise AccessDenied("person who proposed was offboarded")


def _carry_out(connection: Connection, change: Change, now: float) -> None:
    match change.kind:
        case ChangeKind.GRANT_ROLE:
            person = Person(change.issuer, change.target)
            if is_offboarded(connection, person):
                raise AccessDenied("person was offboarded")
            give_role(connection, person, change.tenant, change.role, now)
        case ChangeKind.REVOKE_ROLE:
            take_role(connection, Person(change.issuer, change.target), change.tenant, change.role)
        case ChangeKind.MAP_GROUP:
            _map(connection, change, now)
        case ChangeKind.UNMAP_GROUP:
            connection.execute(delete(GROUPS).where(*_of_group(change), *_of_role(change)))


def _map(connection: Connection, change: Change, now: float) -> None:
    held = {Role(role) for role in connection.execute(select(GROUPS.c.role).where(*_of_group(change))).scalars()}
    if Role.KEY_ADMIN in held | {change.role} and (held | {change.role}) & APPROVERS:
        raise AccessDenied("nobody holds key_admin and a role that approves")
    connection.execute(delete(GROUPS).where(*_of_group(change), *_of_role(change)))
    values = {"issuer": change.issuer, "name": change.target, "tenant": change.tenant, "role": change.role.value}
    connection.execute(insert(GROUPS).values(**values, since=now))


def _of_group(change: Change) -> tuple[ColumnElement[bool], ...]:
    return GROUPS.c.issuer == change.issuer, GROUPS.c.name == change.target


def _of_role(change: Change) -> tuple[ColumnElement[bool], ...]:
    return GROUPS.c.tenant == change.tenant, GROUPS.c.role == change.role.value


def _record(action: Action, identity: Identity, change: Change, now: float) -> AuditRecord:
    people = () if change.person is None else (change.person,)
    intent = record_of(action, actor_of(identity), people, tenant=change.tenant, now=now)
    return replace(intent, role=change.role)


def _row(proposal: Proposal) -> dict[str, object]:
    change = proposal.change
    return {
        "proposal": proposal.id,
        "kind": change.kind.value,
        "issuer": change.issuer,
        "target": change.target,
        "tenant": change.tenant,
        "role": change.role.value,
        "by_issuer": proposal.by.issuer,
        "by_subject": proposal.by.subject,
        "proposed_at": proposal.proposed_at,
    }


def _proposal(row: Row[tuple[object, ...]]) -> Proposal:
    change = Change(ChangeKind(row.kind), row.issuer, row.target, TenantId(row.tenant), Role(row.role))
    return Proposal(row.proposal, change, Person(row.by_issuer, row.by_subject), row.proposed_at)
