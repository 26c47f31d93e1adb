"""The review of reveals: who was shown how much under which grant, for a person to examine and sign off."""

import hashlib
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace

import rfc8785

from schemas.access import APPROVERS, GrantMode, Identity, Purpose, Role
from schemas.audit import AuditRecord, Resource
from schemas.audit_terms import Action, Phase, Reason, ResourceKind, Result
from schemas.errors import AccessDenied
from schemas.vault import TenantId
from streams.audit.ports import Appended, Audit

#: What the review is about, and who may sign it.
REVIEWED = (Action.REVEAL, Action.LOOKUP, Action.QUARANTINE_REPLAY)
MAY_SIGN = frozenset({*APPROVERS, Role.AUDITOR})


@dataclass(frozen=True, slots=True)
class Line:
    """What one person did under one grant."""

    issuer: str
    subject: str
    grant_id: str | None
    action: Action
    mode: GrantMode | None
    purpose: Purpose | None
    first: str
    last: str = ""
    requests: int = 0
    revealed: int = 0
    denied: int = 0


@dataclass(frozen=True, slots=True)
class Review:
    """The lines over the entries from `start` up to `end`, and a digest of them that the sign-off records."""

    start: int
    end: int
    lines: tuple[Line, ...]

    @property
    def digest(self) -> str:
        """Return SHA-256 over the review in RFC 8785."""
        lines = [{name: value for name, value in asdict(line).items() if value is not None} for line in self.lines]
        return hashlib.sha256(rfc8785.dumps({"start": self.start, "end": self.end, "lines": lines})).hexdigest()


def summarise(records: Iterable[tuple[int, AuditRecord]], tenant: str, start: int, end: int) -> Review:
    """Return the review of one tenant over the entries from *start* up to *end*."""
    lines: dict[tuple[str, str, str | None, Action], Line] = {}
    for index, record in records:
        ours = record.tenant == tenant and record.action in REVIEWED and record.phase is not Phase.INTENT
        if ours and start <= index < end:
            key = (record.actor.issuer, record.actor.subject, record.grant_id, record.action)
            lines[key] = _add(lines.get(key), record)
    return Review(start, end, tuple(sorted(lines.values(), key=lambda line: (line.issuer, line.subject, line.first))))


def reviewed_up_to(records: Iterable[tuple[int, AuditRecord]], tenant: str) -> int:
    """Return up to where reveals of a tenant were signed off, without a gap from the beginning."""
    done = 0
    for _, record in records:
        signed = record.action is Action.AUDIT_REVIEW and record.result is Result.SUCCESS and record.tenant == tenant
        for id_ in record.resource.ids if signed else ():
            start, end = (int(part) for part in id_.split("-"))
            done = max(done, end) if start <= done else done
    return done


def sign_off(audit: Audit, identity: Identity, review: Review, record: AuditRecord) -> Appended:
    """Append the word of a person that they examined the review; *record* says who and when.

    Raises AccessDenied, told to the log too, for who may not sign, or reviews reveals of their own.
    """
    resource = Resource(ResourceKind.ENTRIES, (f"{review.start}-{review.end}",), 1)
    reason = _refusal(identity, TenantId(record.tenant), review)
    if reason is not None:
        audit.append(_with(record, resource, review, Result.DENIED, reason))
        raise AccessDenied("this review is for somebody else to sign", code=reason.value)
    return audit.append(_with(record, resource, review, Result.SUCCESS, None))


def _refusal(identity: Identity, tenant: TenantId, review: Review) -> Reason | None:
    if not identity.roles.get(tenant, frozenset()) & MAY_SIGN:
        return Reason.ROLE_MISSING
    person = (identity.person.issuer, identity.person.subject)
    own = any((line.issuer, line.subject) == person for line in review.lines)
    return Reason.SELF_APPROVAL if own else None


def _with(
    record: AuditRecord, resource: Resource, review: Review, result: Result, reason: Reason | None
) -> AuditRecord:
    return AuditRecord(
        record.ts,
        record.tenant,
        Phase.SINGLE,
        Action.AUDIT_REVIEW,
        record.actor,
        resource,
        record.build,
        request_mac=review.digest,
        result=result,
        reason=reason,
    )


def _add(line: Line | None, record: AuditRecord) -> Line:
    counts = record.counts
    revealed = counts.revealed if counts else 0
    denied = 1 if record.result is Result.DENIED else (counts.denied if counts else 0)
    if line is None:
        who = record.actor
        line = Line(who.issuer, who.subject, record.grant_id, record.action, record.mode, record.purpose, record.ts)
    return replace(
        line,
        last=record.ts,
        requests=line.requests + 1,
        revealed=line.revealed + revealed,
        denied=line.denied + denied,
    )
