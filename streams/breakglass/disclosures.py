"""The accounting of disclosures (45 CFR 164.528): who was shown which tokens, when, and what for."""

from collections.abc import Iterator
from dataclasses import dataclass

from schemas.access import APPROVERS, Identity, Person, Purpose, Role, View
from schemas.audit import AuditRecord, Resource
from schemas.audit_terms import Action, Phase, Reason, ResourceKind, Result
from schemas.vault import TenantId, Token
from streams.audit.audit_log import read_records
from streams.audit.merkle_log import MerkleLog
from streams.breakglass.persons import refused
from streams.breakglass.trail import Trail, intent_of

_MAY_ASK = (*APPROVERS, Role.AUDITOR)


@dataclass(frozen=True, slots=True)
class Disclosure:
    """One time that values were shown: to whom, which, what for, and how much of them."""

    index: int
    at: str
    to: Person
    tokens: tuple[str, ...]
    purpose: Purpose | None
    view: View | None
    grant_id: str | None


@dataclass(frozen=True, slots=True)
class Accounting:
    """Whose disclosures are asked for: those of *tokens* in a tenant, or all where no token is named."""

    tenant: TenantId
    tokens: frozenset[Token] = frozenset()


def account(log: MerkleLog, trail: Trail, identity: Identity, asked: Accounting, now: float) -> tuple[Disclosure, ...]:
    """Return every disclosure that is asked for, oldest first; asking is told, too. *trail* writes to *log*.

    Raises AccessDenied for who neither approves nor audits there, AuditAltered where the log is not what was signed.
    """
    tenant = asked.tenant
    record = intent_of(Action.DISCLOSURES, identity, tenant, Resource(ResourceKind.TENANT, (tenant,), 1), now)
    if not any(identity.holds(tenant, role) for role in _MAY_ASK):
        trail.single(record, Result.DENIED, Reason.ROLE_MISSING)
        raise refused(Reason.ROLE_MISSING)
    trail.single(record, Result.SUCCESS, None)
    size = log.sign_checkpoint().size
    return tuple(_found(read_records(log.folder, 0, size), tenant, frozenset(asked.tokens)))


def _found(
    records: Iterator[tuple[int, AuditRecord]], tenant: TenantId, tokens: frozenset[str]
) -> Iterator[Disclosure]:
    for index, record in records:
        shown = record.action is Action.REVEAL and record.phase is Phase.OUTCOME and record.tenant == tenant
        if not shown or record.counts is None or record.counts.revealed == 0:
            continue
        named = tuple(token for token in record.resource.ids if not tokens or token in tokens)
        if named:
            to = Person(record.actor.issuer, record.actor.subject)
            yield Disclosure(index, record.ts, to, named, record.purpose, record.view, record.grant_id)
