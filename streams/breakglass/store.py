"""Grants at rest: changed by compare-and-set on the version, reasons sealed, openings counted before they happen."""

import contextlib
import hmac
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

import orjson
import structlog
from pydantic import TypeAdapter
from sqlalchemy import Connection, Engine, Select, delete, func, insert, select, update

from schemas.access import Grant, GrantState, Person, Usage
from schemas.audit_terms import Reason
from schemas.errors import AccessDenied
from schemas.vault import TenantId, Token
from streams.breakglass.figures import FIGURES, REVEALS_A_MINUTE
from streams.breakglass.noted import Noted
from streams.breakglass.persons import refused
from streams.breakglass.tables import GRANTS, OPENED, OPENED_EVENTS, REVEALS, create_tables
from streams.log.seal import LogSeal, load_log_key
from streams.vault.primitives import derive, keyed_digest, length_prefixed

log = structlog.get_logger(__name__)

_GRANT = TypeAdapter(Grant)
_MINUTE = 60.0
#: Where a grant neither opens, nor blocks, nor waits for anybody.
_CLOSED = (
    GrantState.DENIED.value,
    GrantState.EXPIRED_UNAPPROVED.value,
    GrantState.CLOSED_APPROPRIATE.value,
    GrantState.CLOSED_FINDING.value,
)
#: Where a grant opens, or may come to it.
OPENABLE = (GrantState.REQUESTED, GrantState.APPROVED, GrantState.ACTIVE, GrantState.ACTIVE_EMERGENCY)
#: What is done in the transaction of a change, and undone with it.
Also = Callable[[Connection], None]


@dataclass(frozen=True, slots=True)
class ReasonSeal:
    """Seals what requesters write, makes the digest of it that may stand in the audit log, and signs the rows."""

    _seal: LogSeal = field(repr=False)
    _mac: bytes = field(repr=False)
    _row: bytes = field(repr=False)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the key file (mode 0600), made where there is none."""
        secret = load_log_key(path)
        return cls(
            LogSeal(derive(secret, "phistream/grant-reason/v1")),
            derive(secret, "phistream/grant-mac/v1"),
            derive(secret, "phistream/grant-row/v1"),
        )

    def sign(self, grant_id: str, tree: bytes) -> str:
        """Return a grant as its row holds it: a MAC under a key that no database has, and the tree."""
        return f"{keyed_digest(self._row, length_prefixed(grant_id, tree)).hex()} {tree.decode()}"

    def verify(self, grant_id: str, body: str) -> str:
        """Return the tree of a row; raises AccessDenied where it is another grant's, or another hand wrote it."""
        mac, _, tree = body.partition(" ")
        wanted = keyed_digest(self._row, length_prefixed(grant_id, tree)).hex()
        if not hmac.compare_digest(mac.encode(), wanted.encode()):
            raise refused(Reason.INCONSISTENT)
        return tree

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
    """All grants of one database, believed only as far as we wrote them: a row is signed, an ended grant stays ended.

    Which tenants break-glass is on for, and which tokens are honeytokens, is never read from the database.
    """

    engine: Engine
    seal: ReasonSeal
    ended: Noted
    honeytokens: Noted
    _tenants: dict[TenantId, int] = field(default_factory=dict)
    _versions: dict[str, int] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """Make the tables where they are missing."""
        create_tables(self.engine)

    def set_tenants(self, approvals: Mapping[TenantId, int]) -> None:
        """Switch break-glass on for these tenants, each with the approvals it demands, and off for all others."""
        self._tenants.clear()
        self._tenants.update(approvals)

    def approvals_of(self, tenant: TenantId) -> int:
        """Return how many approvals the tenant demands; raises AccessDenied where break-glass is off for it."""
        if tenant not in self._tenants:
            raise refused(Reason.TENANT_OFF)
        return self._tenants[tenant]

    def add(self, grant: Grant, reason: str, judge: Callable[[Sequence[Grant]], None], also: Also) -> None:
        """Keep a new grant; *judge* may raise, having seen the requester's other ones, and nothing is kept then."""
        with self.engine.begin() as connection:
            judge(self._of_person(connection, grant.requester))
            sealed = self.seal.seal(grant.id, reason)
            connection.execute(insert(GRANTS).values(id=grant.id, reason=sealed, **self._row(grant)))
            also(connection)

    def get(self, grant_id: str) -> Grant:
        """Return a grant; raises AccessDenied where there is none, or where it is not as we left it."""
        with self.engine.connect() as connection:
            body = connection.execute(select(GRANTS.c.body).where(GRANTS.c.id == grant_id)).scalar()
            if body is None:
                raise refused(Reason.GRANT_UNKNOWN)
            return self._believed(grant_id, body)

    def reason(self, grant_id: str) -> str:
        """Return what the requester wrote."""
        with self.engine.connect() as connection:
            sealed = connection.execute(select(GRANTS.c.reason).where(GRANTS.c.id == grant_id)).scalar_one()
        return self.seal.open(grant_id, sealed)

    def list(self, tenants: Collection[TenantId] | None = None) -> Sequence[Grant]:
        """Return the grants of some tenants, or all, oldest first."""
        statement = select(GRANTS.c.id, GRANTS.c.body).order_by(GRANTS.c.requested_at, GRANTS.c.id)
        if tenants is not None:
            statement = statement.where(GRANTS.c.tenant.in_(list(tenants)))
        return self._read(statement)

    def unsettled(self) -> Sequence[Grant]:
        """Return every grant that time may still do something to."""
        return self._read(select(GRANTS.c.id, GRANTS.c.body).where(GRANTS.c.state.not_in(_CLOSED)))

    def of_person(self, person: Person) -> Sequence[Grant]:
        """Return every grant that a person asked for and that is not closed; raises AccessDenied for an altered one."""
        with self.engine.connect() as connection:
            return self._of_person(connection, person)

    def change(self, old: Grant, new: Grant, also: Also = lambda _: None) -> None:
        """Put *new* in the place of *old*; raises AccessDenied where somebody else was faster."""
        with self.engine.begin() as connection:
            self._put(connection, old, new)
            also(connection)
            if old.state in OPENABLE and new.state not in OPENABLE:
                self.ended.add(new.id)
        self._versions[new.id] = max(new.version, self._versions.get(new.id, 0))

    def reserve(
        self, grant: Grant, tokens: Collection[Token], events: Collection[str]
    ) -> tuple[Grant, frozenset[Token]]:
        """Count *tokens* as opened, as far as the grant's figures allow; return the grant, and those that may open.

        The rows are durable when this returns: who dies now has used them up. Raises AccessDenied as change.
        """
        figures = FIGURES[grant.terms.mode]
        with self.engine.begin() as connection:
            version = connection.execute(select(GRANTS.c.version).where(GRANTS.c.id == grant.id)).scalar()
            if version != grant.version:  # First: what others opened meanwhile is in the rows and not in *grant*.
                raise _changed_meanwhile()
            known = set(connection.execute(select(OPENED.c.token).where(OPENED.c.grant == grant.id)).scalars())
            seen = set(
                connection.execute(select(OPENED_EVENTS.c.event).where(OPENED_EVENTS.c.grant == grant.id)).scalars()
            )
            if (len(known), len(seen)) != (grant.usage.tokens, grant.usage.events):
                raise refused(Reason.INCONSISTENT)  # Rows were taken away, so that more would open.
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
            self._put(connection, grant, new)
        self._versions[new.id] = max(new.version, self._versions.get(new.id, 0))
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

    def _of_person(self, connection: Connection, person: Person) -> Sequence[Grant]:
        mine = select(GRANTS.c.id, GRANTS.c.body).where(
            GRANTS.c.issuer == person.issuer, GRANTS.c.subject == person.subject, GRANTS.c.state.not_in(_CLOSED)
        )
        return [self._believed(row.id, row.body) for row in connection.execute(mine)]

    def _read(self, statement: Select[tuple[str, str]]) -> Sequence[Grant]:
        """Return the grants of rows; one that is not as we left it keeps nobody from the others."""
        found: list[Grant] = []
        with self.engine.connect() as connection:
            for row in connection.execute(statement):
                with contextlib.suppress(AccessDenied):
                    found.append(self._believed(row.id, row.body))
        return found

    def _believed(self, grant_id: str, body: str) -> Grant:
        """Return the grant of a row; raises AccessDenied where another hand wrote it, or put an older one back.

        Called while the row cannot change, so that what others do meanwhile does not look like that.
        """
        try:
            grant = _GRANT.validate_json(self.seal.verify(grant_id, body))
            back = grant.version < self._versions.get(grant_id, 0)
            if back or (grant.state in OPENABLE and grant_id in self.ended):
                raise refused(Reason.INCONSISTENT)
        except AccessDenied:
            log.error("Grant was changed by another hand.")
            raise
        self._versions[grant_id] = grant.version
        return grant

    def _row(self, grant: Grant) -> dict[str, object]:
        return {
            "tenant": grant.terms.tenant,
            "state": GrantState(grant.state).value,
            "version": grant.version,
            "issuer": grant.requester.issuer,
            "subject": grant.requester.subject,
            "requested_at": grant.requested_at,
            "body": self.seal.sign(grant.id, orjson.dumps(as_tree(grant))),
        }

    def _put(self, connection: Connection, old: Grant, new: Grant) -> None:
        mine = update(GRANTS).where(GRANTS.c.id == old.id, GRANTS.c.version == old.version)
        if new.version <= old.version or connection.execute(mine.values(**self._row(new))).rowcount != 1:
            raise _changed_meanwhile()


def _changed_meanwhile() -> AccessDenied:
    return AccessDenied("grant was changed meanwhile; look again", code=Reason.REPEATED.value)


def as_tree(grant: Grant) -> dict[str, Any]:
    """Return a grant as JSON has it; it holds no free text."""
    tree: dict[str, Any] = _GRANT.dump_python(grant, mode="json")
    return tree
