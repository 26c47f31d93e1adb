"""What break-glass tells the audit log: an intent before anything happens, an outcome before anything leaves."""

import re
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any

from schemas.access import Grant, Identity
from schemas.audit import Actor, AuditRecord, KmsUse, Resource
from schemas.audit_terms import Action, ActorType, KmsProvider, Phase, Reason, ResourceKind, Result
from schemas.errors import AccessDenied, AuditUnavailable, KmsUnavailable, LogUnavailable, PhistreamError
from schemas.vault import TenantId
from streams.audit.ports import Appended, Audit
from streams.breakglass.identity.registry import actor_of
from streams.clock import rfc3339

_BUILD = version("phistream")
SERVICE = Actor("service", "breakglass", ActorType.SERVICE)
_REASONS = {reason.value: reason for reason in Reason}
_KINDS = (
    (KmsUnavailable, Reason.KMS_UNAVAILABLE),
    (LogUnavailable, Reason.LOG_UNAVAILABLE),
    (AuditUnavailable, Reason.STORE_UNAVAILABLE),
)
_ODD = re.compile(r"[^A-Za-z0-9:/._-]")
_LONGEST_KEK = 160


@dataclass(frozen=True, slots=True)
class Intent:
    """An intent that is durable, and where it stands."""

    record: AuditRecord
    appended: Appended


@dataclass(frozen=True, slots=True)
class Trail:
    """Writes the records of grants and reveals; every method raises AuditUnavailable, and nothing may happen then."""

    audit: Audit

    def begin(self, record: AuditRecord) -> Intent:
        """Announce what is about to happen."""
        return Intent(record, self.audit.append(record))

    def end(self, intent: Intent, result: Result, reason: Reason | None = None, **facts: Any) -> Appended:
        """Tell what came of an intent."""
        record = replace(intent.record, phase=Phase.OUTCOME, intent=intent.appended.index, result=result, reason=reason)
        return self.audit.append(replace(record, **facts))

    def single(self, record: AuditRecord, result: Result, reason: Reason | None) -> Appended:
        """Tell of something that needs no announcement: a refusal, the passing of time."""
        return self.audit.append(replace(record, phase=Phase.SINGLE, result=result, reason=reason))


def intent_of(action: Action, who: Identity | None, tenant: TenantId, resource: Resource, now: float) -> AuditRecord:
    """Return the intent of an action; without a person it is the service's own."""
    actor = SERVICE if who is None else actor_of(who)
    return AuditRecord(rfc3339(int(now * 1000)), tenant, Phase.INTENT, action, actor, resource, _BUILD)


def under(grant: Grant, record: AuditRecord) -> AuditRecord:
    """Return the record with the facts of the grant that it stands under."""
    terms = grant.terms
    return replace(record, grant_id=grant.id, mode=terms.mode, purpose=terms.purpose, view=record.view or terms.view)


def grant_resource(grant_id: str) -> Resource:
    """Return a grant as the resource of a record."""
    return Resource(ResourceKind.GRANT, (grant_id,), 1)


def reason_of(error: PhistreamError) -> Reason:
    """Return why an error of ours happened, as the audit log names it: by a code of ours, else by its kind."""
    kinds = (reason for kind, reason in _KINDS if isinstance(error, kind))
    return _REASONS.get(str(error.facts.get("code"))) or next(kinds, Reason.INTERNAL)


def kms_use(kek_uri: str, unwraps: int) -> KmsUse:
    """Return how a KEK was used."""
    scheme = kek_uri.partition(":")[0]
    rest = _ODD.sub("_", kek_uri.partition(":")[2])[-_LONGEST_KEK:]
    return KmsUse(KmsProvider(scheme), f"{scheme}:{rest}", unwraps)


class Announced:
    """Writes an intent before the block and its outcome after it."""

    def __init__(self, trail: Trail, record: AuditRecord, reason: Reason | None) -> None:
        self._trail, self._record, self._reason = trail, record, reason

    def __enter__(self) -> None:
        self._intent = self._trail.begin(self._record)

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if error is None:
            self._trail.end(self._intent, Result.SUCCESS, self._reason)
        elif isinstance(error, PhistreamError):
            denied = isinstance(error, AccessDenied)
            self._trail.end(self._intent, Result.DENIED if denied else Result.ERROR, reason_of(error))


class told:  # noqa: N801 - reads as a verb where it stands.
    """Tells of a refusal in the block; what passes is announced afterwards."""

    def __init__(self, trail: Trail, record: AuditRecord) -> None:
        self._trail, self._record = trail, record

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, AccessDenied):
            self._trail.single(self._record, Result.DENIED, reason_of(error))
