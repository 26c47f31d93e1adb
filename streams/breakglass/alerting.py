"""Alerts of unusual reveals and of honeytokens: on record, and queued for people, before anything leaves.

A honeytoken is a token that nobody has a reason to reveal. Only its keyed digest is kept, so that nothing tells which
one it is, and in a file, so that a hand in the database takes none away. Whoever names it is told of at once, whether a
grant opens it or not.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

import structlog
from sqlalchemy import (
    Column,
    Connection,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    delete,
    func,
    insert,
    select,
)

from schemas.access import APPROVERS, Grant, GrantRequest, Identity, Person
from schemas.audit import Resource
from schemas.audit_shapes import MAX_IDS
from schemas.audit_terms import Action, Reason, ResourceKind, Result
from schemas.vault import TenantId
from streams.breakglass.granting import Granting
from streams.breakglass.outbox import Ungranted
from streams.breakglass.persons import refused
from streams.breakglass.tables import create_once
from streams.breakglass.trail import grant_resource, intent_of, under
from streams.breakglass.unusual import Lately, unusual

log = structlog.get_logger(__name__)
METADATA = MetaData()
_SHOWN = Table(
    "alert_history",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("tenant", String, nullable=False),
    Column("issuer", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("at", Float, nullable=False),
    Column("token", String, nullable=False),
    Column("event", String, nullable=False),
    Index("alert_history_by_person", "tenant", "issuer", "subject", "at"),
    Index("alert_history_by_token", "tenant", "token", "at"),
)
_ALERTED = Table(
    "alert_raised",
    METADATA,
    Column("grant", String, primary_key=True),
    Column("reason", String, primary_key=True),
)
_DAY = 86_400.0
_KEPT_DAYS = 31


@dataclass(frozen=True, slots=True)
class Alerting:
    """Watches the reveals of one database of grants."""

    granting: Granting

    @classmethod
    def over(cls, granting: Granting) -> Self:
        """Open what is known of reveals before, nothing where the database is new."""
        create_once(granting.store.engine, METADATA)
        return cls(granting)

    def plant(self, identity: Identity, tenant: TenantId, token: str) -> None:
        """Make a token one that nobody reveals unseen; raises AccessDenied for who holds no role that approves."""
        granting, now = self.granting, self.granting.now()
        identity, digest = granting.current(identity, now), granting.store.seal.mac(token)
        record = intent_of(Action.CONFIG_CHANGE, identity, tenant, Resource(ResourceKind.DIGEST, (digest,), 1), now)
        if not any(identity.holds(tenant, role) for role in APPROVERS):
            granting.trail.single(record, Result.DENIED, Reason.ROLE_MISSING)
            raise refused(Reason.ROLE_MISSING)
        granting.trail.single(record, Result.SUCCESS, Reason.HONEYTOKEN)
        granting.store.honeytokens.add(_noted(tenant, digest))

    def planted(self, tenant: TenantId) -> int:
        """Return how many honeytokens a tenant has."""
        return sum(word.startswith(_noted(tenant, "")) for word in self.granting.store.honeytokens.words())

    def request(self, identity: Identity, wanted: GrantRequest) -> Grant:
        """Ask for a grant as Granting does, and alert where its scope names a honeytoken."""
        grant = self.granting.request(identity, wanted)
        self.named(identity, grant, wanted.terms.scope.tokens)
        return grant

    def named(self, identity: Identity, grant: Grant, tokens: Collection[str]) -> None:
        """Alert where one of the tokens that somebody names is a honeytoken; granted or not.

        Raises AuditUnavailable where that cannot be told: nothing is revealed then.
        """
        found = self._touched(tokens)
        touched = sorted(digest for tenant, digest in found if tenant == grant.terms.tenant)
        self._ungranted(identity, {each for each in found if each[0] != grant.terms.tenant})
        if touched:
            resource = Resource(ResourceKind.DIGEST, tuple(touched[:MAX_IDS]), len(touched))
            self._raise(identity, grant, Reason.HONEYTOKEN, resource)

    def named_without_grant(self, identity: Identity, tokens: Collection[str]) -> None:
        """Alert where somebody names a honeytoken under a grant that never was; raises as named()."""
        self._ungranted(identity, self._touched(tokens))

    def _ungranted(self, identity: Identity, touched: Collection[tuple[TenantId, str]]) -> None:
        """Alert of honeytokens that no grant of their tenant was named with."""
        granting, now = self.granting, self.granting.now()
        for tenant, digest in sorted(touched):
            record = intent_of(Action.ALERT_RAISE, identity, tenant, Resource(ResourceKind.DIGEST, (digest,), 1), now)
            granting.trail.single(record, Result.SUCCESS, Reason.HONEYTOKEN)
            log.error("A honeytoken was named without a grant.", tenant=tenant)
            with granting.store.engine.begin() as connection:
                granting.notify(connection, Ungranted(tenant, identity.person), Action.ALERT_RAISE, now)

    def _touched(self, tokens: Collection[str]) -> set[tuple[TenantId, str]]:
        """Return the tenants and digests of those that are honeytokens, whoever planted them."""
        digests = {self.granting.store.seal.mac(token) for token in tokens}
        planted = (word.rpartition(":") for word in self.granting.store.honeytokens.words()) if digests else ()
        return {(TenantId(tenant), digest) for tenant, _, digest in planted if digest in digests}

    def shown(self, identity: Identity, grant: Grant, opened: Sequence[tuple[str, str]]) -> None:
        """Note tokens that are about to be shown, each with its event, and alert where that is unusual.

        Each rule alerts once a grant. Raises AuditUnavailable as named().
        """
        if not opened:
            return
        now, person = self.granting.now(), identity.person
        with self.granting.store.engine.begin() as connection:
            connection.execute(delete(_SHOWN).where(_SHOWN.c.at < now - _KEPT_DAYS * _DAY))
            who = {"tenant": grant.terms.tenant, "issuer": person.issuer, "subject": person.subject, "at": now}
            connection.execute(insert(_SHOWN), [{**who, "token": token, "event": event} for token, event in opened])
            lately = _lately(connection, grant.terms.tenant, person, {token for token, _ in opened}, now)
            known = set(connection.execute(select(_ALERTED.c.reason).where(_ALERTED.c.grant == grant.id)).scalars())
        for reason in unusual(lately):
            if reason.value not in known:
                self._raise(identity, grant, reason, grant_resource(grant.id))

    def _raise(self, identity: Identity, grant: Grant, reason: Reason, resource: Resource) -> None:
        """Put an alert on record, then queue it: one that cannot be recorded stops the reveal."""
        granting, now = self.granting, self.granting.now()
        record = under(grant, intent_of(Action.ALERT_RAISE, identity, grant.terms.tenant, resource, now))
        granting.trail.single(record, Result.SUCCESS, reason)
        log.warning("A reveal alerts.", reason=reason.value, tenant=grant.terms.tenant)
        with granting.store.engine.begin() as connection:
            if reason is not Reason.HONEYTOKEN:
                connection.execute(insert(_ALERTED).values(grant=grant.id, reason=reason.value))
            granting.notify(connection, grant, Action.ALERT_RAISE, now)


def _noted(tenant: TenantId, digest: str) -> str:
    return f"{tenant}:{digest}"


def _lately(connection: Connection, tenant: TenantId, person: Person, tokens: Collection[str], now: float) -> Lately:
    mine = (_SHOWN.c.tenant == tenant, _SHOWN.c.issuer == person.issuer, _SHOWN.c.subject == person.subject)
    rows = connection.execute(select(_SHOWN.c.at, _SHOWN.c.token, _SHOWN.c.event).where(*mine)).all()
    days: dict[int, set[str]] = {}
    for row in rows:
        days.setdefault(int((now - row.at) // _DAY), set()).add(row.token)
    today = [row for row in rows if now - row.at < _DAY]
    by_token = select(func.count(func.distinct(_SHOWN.c.issuer + "|" + _SHOWN.c.subject))).where(
        _SHOWN.c.tenant == tenant, _SHOWN.c.token.in_(list(tokens)), _SHOWN.c.at > now - _DAY
    )
    counts = connection.execute(by_token.group_by(_SHOWN.c.token)).scalars()
    return Lately(
        at=datetime.fromtimestamp(now).astimezone(),
        usual=[len(found) for day, found in sorted(days.items()) if day > 0],
        today=len({row.token for row in today}),
        events=len({row.event for row in today if row.event}),
        persons=max(counts, default=0),
    )
