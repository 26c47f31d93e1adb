"""Service accounts for an access review: what is no person, what it may do, and when it was last used."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from schemas.audit import Actor, AuditRecord
from schemas.audit_terms import ActorType
from schemas.topics import TOPICS, Role

#: Issuers of accounts that belong to programs, or to whoever holds their credentials.
_ISSUERS = frozenset({"service", "index", "kafka"})
_HOST = "host-"


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    """One account of a program; `last_used` is None where nothing here tells of it."""

    name: str
    may: str
    last_used: str | None = None


def services_of(
    records: Iterable[AuditRecord], slots: Mapping[str, str], *, deployed: bool = False
) -> tuple[ServiceAccount, ...]:
    """Return the service accounts that audit logs tell of, and redactors with the time of their last batch, by slot.

    *deployed* adds every service that has a Kafka account of its own, with what it reads and writes.
    """
    used: dict[str, str] = {f"redactor|{slot}": at for slot, at in slots.items()}
    for record in records:
        if _is_service(record.actor):
            name = f"{record.actor.issuer}|{record.actor.subject}"
            used[name] = max(record.ts, used.get(name, ""))
    found = [ServiceAccount(name, _may(name), used[name]) for name in sorted(used)]
    return (*found, *(ServiceAccount(f"role|{role.value}", _rights(role)) for role in Role if deployed))


def service_line(service: ServiceAccount) -> dict[str, object]:
    """Return one line of a review as it is written for those who keep it."""
    return {"service": service.name, "may": service.may, "last_used": service.last_used}


def _is_service(actor: Actor) -> bool:
    return actor.type is ActorType.SERVICE or actor.issuer in _ISSUERS or actor.subject.startswith(_HOST)


def _may(name: str) -> str:
    issuer, _, subject = name.partition("|")
    if issuer == "redactor":
        return _rights(Role.REDACTOR)
    if subject.startswith(_HOST):
        return "keys and erasure, as an account of the host"
    return {"index": "searches the index", "kafka": "reads redacted events"}.get(issuer, "part of break-glass")


def _rights(role: Role) -> str:
    reads = ", ".join(topic.name for topic in TOPICS if role in topic.readers)
    writes = ", ".join(topic.name for topic in TOPICS if role in topic.writers)
    return f"reads {reads or 'nothing'}; writes {writes or 'nothing'}"
