"""Grants at rest: changed by compare-and-set on the version, reasons sealed, openings counted before they happen."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import orjson
from pydantic import TypeAdapter
from sqlalchemy import Connection, Engine, delete, func, insert, select, update

from schemas.access import Grant, GrantState, Person, Usage
from schemas.audit_terms import Reason
from schemas.errors import AccessDenied
from schemas.vault import TenantId, Token
from streams.breakglass.figures import FIGURES, REVEALS_A_MINUTE
from streams.breakglass.persons import refused
from streams.breakglass.tables import GRANTS, OPENED, OPENED_EVENTS, REVEALS, TENANTS, create_tables
from streams.log.seal import LogSeal, load_log_key
from streams.vault.primitives import derive, keyed_digest

_GRANT = TypeAdapter(Grant)
_MINUTE = 60.0
#: Where a grant neither opens, nor blocks, nor waits for anybody.
_CLOSED = (
    GrantState.DENIED.value,
    GrantState.EXPIRED_UNAPPROVED.value,
    GrantState.CLOSED_APPROPRIATE.value,
    GrantState.CLOSED_FINDING.value,
)
#: What is done in the transaction of a change, and undone with it.
Also = Callable[[Connection], None]


@dataclass(frozen=True, slots=True)
class ReasonSeal:
    """Seals what requesters write, and makes the digest of it that may stand in the audit log."""

    _seal: LogSeal = field(repr=False)
    _mac: bytes = field(repr=False)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the key file (mode 0600), made where there is none."""
        secret = load_log_key(path)
        return cls(LogSeal(derive(secret, "phistream/grant-reason/v1")), derive(secret, "phistream/grant-mac/v1"))

    def seal(self, grant_id: str, reason: str) -> bytes:
        """Return the reason sealed, bound to its grant."""
        return self._seal.seal(grant_id, None, reason.encode("utf-8", "replace"), ())

    def open(self, grant_id: str, sealed: bytes) -> str:
        """Return the reason; raises IncorrectKey where it is another grant's, or was altered."""
        return (self._seal.open(grant_id, sealed)[1] or b"").decode("utf-8", "replace")

    def mac(self, text: str) -> str:
        """Return the keyed digest of a text, in hex."""
        return keyed_digest(self._mac, text.encode("utf-8", "surrogatepass")).hex()


@dataclass(frozen=True, slots=True)
class GrantStore:
    """All grants of one database."""

    engine: Engine
    seal: ReasonSeal

    def __post_init__(self) -> None:
        """Make the tables where they are missing."""
        create_tables(self.engine)

    def set_tenants(self, approvals: Mapping[TenantId, int]) -> None:
        """Switch break-glass on for these tenants, each with the approvals it demands, and off for all others."""
        with self.engine.begin() as connection:
            connection.execute(delete(TENANTS))
            for tenant, count in approvals.items():
                connection.execute(insert(TENANTS).values(tenant=tenant, enabled=True, approvals=count))

    def approvals_of(self, tenant: TenantId) -> int:
        """Return how many approvals the tenant demands; raises AccessDenied where break-glass is off for it."""
        with self.engine.connect() as connection:
            row = connection.execute(select(TENANTS).where(TENANTS.c.tenant == tenant)).one_or_none()
        if row is None or not row.enabled:
            raise refused(Reason.TENANT_OFF)
        return int(row.approvals)

    def add(self, grant: Grant, reason: str, judge: Callable[[Sequence[Grant]], None], also: Also) -> None:
        """Keep a new grant; *judge* may raise, having seen the requester's other ones, and nothing is kept then."""
        with self.engine.begin() as connection:
            judge(self._of_person(connection, grant.requester))
            sealed = self.seal.seal(grant.id, reason)
            connection.execute(insert(GRANTS).values(id=grant.id, reason=sealed, **_row(grant)))
            also(connection)

    def get(self, grant_id: str) -> Grant:
        """Return a grant; raises AccessDenied where there is none."""
        with self.engine.connect() as connection:
            return _one(connection, grant_id)

    def reason(self, grant_id: str) -> str:
        """Return what the requester wrote."""
        with self.engine.connect() as connection:
            sealed = connection.execute(select(GRANTS.c.reason).where(GRANTS.c.id == grant_id)).scalar_one()
        return self.seal.open(grant_id, sealed)

    def list(self, tenants: Collection[TenantId] | None = None) -> Sequence[Grant]:
        """Return the grants of some tenants, or all, oldest first."""
        statement = select(GRANTS.c.body).order_by(GRANTS.c.requested_at, GRANTS.c.id)
        if tenants is not None:
            statement = statement.where(GRANTS.c.tenant.in_(list(tenants)))
        with self.engine.connect() as connection:
            return [_GRANT.validate_json(body) for body in connection.execute(statement).scalars()]

    def unsettled(self) -> Sequence[Grant]:
        """Return every grant that time may still do something to."""
        statement = select(GRANTS.c.body).where(GRANTS.c.state.not_in(_CLOSED))
        with self.engine.connect() as connection:
            return [_GRANT.validate_json(body) for body in connection.execute(statement).scalars()]

    def of_person(self, person: Person) -> Sequence[Grant]:
        """Return every grant that a person asked for and that is not closed."""
        with self.engine.connect() as connection:
            return self._of_person(connection, person)

    def change(self, old: Grant, new: Grant, also: Also = lambda _: None) -> None:
        """Put *new* in the place of *old*; raises AccessDenied where somebody else was faster."""
        with self.engine.begin() as connection:
            _put(connection, old, new)
            also(connection)

    def reserve(
        self, grant: Grant, tokens: Collection[Token], events: Collection[str]
    ) -> tuple[Grant, frozenset[Token]]:
        """Count *tokens* as opened, as far as the grant's figures allow; return the grant, and those that may open.

        The rows are durable when this returns: who dies now has used them up. Raises AccessDenied as change.
        """
        figures = FIGURES[grant.terms.mode]
        with self.engine.begin() as connection:
            known = set(connection.execute(select(OPENED.c.token).where(OPENED.c.grant == grant.id)).scalars())
            seen = set(
                connection.execute(select(OPENED_EVENTS.c.event).where(OPENED_EVENTS.c.grant == grant.id)).scalars()
            )
            if len(seen | set(events)) > figures.events:
                raise refused(Reason.TOO_MANY)
            fresh = sorted(set(tokens) - known)[: max(0, figures.tokens - len(known))]
            unseen = sorted(set(events) - seen)
            if fresh:
                connection.execute(insert(OPENED), [{"grant": grant.id, "token": token} for token in fresh])
            if unseen:
                connection.execute(insert(OPENED_EVENTS), [{"grant": grant.id, "event": event} for event in unseen])
            used = Usage(len(known) + len(fresh), len(seen) + len(unseen), grant.usage.lookups)
            new = replace(grant, usage=used, version=grant.version + 1)
            _put(connection, grant, new)
        return new, frozenset(Token(token) for token in set(tokens) & (known | set(fresh)))

    def reserve_lookups(self, grant: Grant, values: int) -> Grant:
        """Count values as looked up; raises AccessDenied where that is more than the grant has left."""
        looked_up = grant.usage.lookups + values
        if looked_up > FIGURES[grant.terms.mode].lookups:
            raise refused(Reason.TOO_MANY)
        new = replace(grant, usage=replace(grant.usage, lookups=looked_up), version=grant.version + 1)
        self.change(grant, new)
        return new

    def count_reveal(self, person: Person, now: float) -> None:
        """Note one reveal of a person; raises AccessDenied for the one too many within a minute."""
        mine = (REVEALS.c.issuer == person.issuer, REVEALS.c.subject == person.subject)
        with self.engine.begin() as connection:
            connection.execute(delete(REVEALS).where(*mine, REVEALS.c.at <= now - _MINUTE))
            count = select(func.count()).select_from(REVEALS).where(*mine)
            if connection.execute(count).scalar_one() >= REVEALS_A_MINUTE:
                raise refused(Reason.RATE)
            connection.execute(insert(REVEALS).values(issuer=person.issuer, subject=person.subject, at=now))

    @staticmethod
    def _of_person(connection: Connection, person: Person) -> Sequence[Grant]:
        mine = select(GRANTS.c.body).where(
            GRANTS.c.issuer == person.issuer, GRANTS.c.subject == person.subject, GRANTS.c.state.not_in(_CLOSED)
        )
        return [_GRANT.validate_json(body) for body in connection.execute(mine).scalars()]


def as_tree(grant: Grant) -> dict[str, Any]:
    """Return a grant as JSON has it; it holds no free text."""
    tree: dict[str, Any] = _GRANT.dump_python(grant, mode="json")
    return tree


def _row(grant: Grant) -> dict[str, object]:
    return {
        "tenant": grant.terms.tenant,
        "state": GrantState(grant.state).value,
        "version": grant.version,
        "issuer": grant.requester.issuer,
        "subject": grant.requester.subject,
        "requested_at": grant.requested_at,
        "body": orjson.dumps(as_tree(grant)).decode(),
    }


def _one(connection: Connection, grant_id: str) -> Grant:
    body = connection.execute(select(GRANTS.c.body).where(GRANTS.c.id == grant_id)).scalar()
    if body is None:
        raise refused(Reason.GRANT_UNKNOWN)
    return _GRANT.validate_json(body)


def _put(connection: Connection, old: Grant, new: Grant) -> None:
    mine = update(GRANTS).where(GRANTS.c.id == old.id, GRANTS.c.version == old.version)
    if new.version <= old.version or connection.execute(mine.values(**_row(new))).rowcount != 1:
        raise AccessDenied("grant was changed meanwhile; look again", code=Reason.REPEATED.value)
