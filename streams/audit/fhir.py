"""Audit records as FHIR R4 AuditEvents, for a covered entity that keeps them beside the audit of its health records."""

from typing import Any

from schemas.access import GrantMode, Purpose
from schemas.audit import AuditRecord
from schemas.audit_terms import Action, ActorType, Result

_DCM = "http://dicom.nema.org/resources/ontology/DCM"
_REASON = "http://terminology.hl7.org/CodeSystem/v3-ActReason"
_SYSTEM = "urn:phistream:audit"
_ALERT = ("110113", "Security Alert")
_QUERY = ("110112", "Query")
_OVERRIDE = ("110127", "Emergency Override Started")

#: What shows or finds clear values or events; everything else is an alert of security administration.
_READS = frozenset({Action.REVEAL, Action.LOOKUP, Action.SEARCH, Action.TAIL, Action.DISCLOSURES})
_PURPOSES = {Purpose.TREATMENT: "TREAT", Purpose.DATA_SUBJECT_REQUEST: "PATRQT", Purpose.BREAK_GLASS: "BTG"}
_OUTCOMES = {Result.SUCCESS: "0", Result.PARTIAL: "4", Result.DENIED: "8", Result.ERROR: "8"}


def to_fhir(origin: str, index: int, record: AuditRecord) -> dict[str, Any]:
    """Return one record as an AuditEvent; what was named stands in `entity`, by its kind."""
    code, display = _QUERY if record.action in _READS else _ALERT
    event: dict[str, Any] = {
        "resourceType": "AuditEvent",
        "id": f"{origin}-{index}",
        "type": {"system": _DCM, "code": code, "display": display},
        "subtype": _subtypes(record),
        "action": "R" if record.action in _READS else "E",
        "recorded": record.ts,
        "outcomeDesc": record.phase.value if record.reason is None else record.reason.value,
        "agent": [_agent(record)],
        "source": {"observer": {"display": "phistream"}, "site": origin},
        "entity": [_entity(record, id_) for id_ in record.resource.ids or (None,)],
    }
    if record.result is not None:
        event["outcome"] = _OUTCOMES[record.result]
    if record.purpose is not None and record.purpose in _PURPOSES:
        event["purposeOfEvent"] = [{"coding": [{"system": _REASON, "code": _PURPOSES[record.purpose]}]}]
    return event


def _subtypes(record: AuditRecord) -> list[dict[str, str]]:
    found = [{"system": _SYSTEM, "code": record.action.value}]
    if record.action is Action.GRANT_ACTIVATE and record.mode is GrantMode.EMERGENCY:
        found.append({"system": _DCM, "code": _OVERRIDE[0], "display": _OVERRIDE[1]})
    return found


def _agent(record: AuditRecord) -> dict[str, Any]:
    actor = record.actor
    agent: dict[str, Any] = {
        "requestor": actor.type is ActorType.USER,
        "who": {"identifier": {"system": _uri(actor.issuer), "value": actor.subject}},
        "role": [{"coding": [{"system": f"{_SYSTEM}:role", "code": role.value}]} for role in actor.roles],
    }
    if not actor.roles:
        del agent["role"]
    if record.source is not None and record.source.address is not None:
        agent["network"] = {"address": record.source.address, "type": "2"}
    return agent


def _entity(record: AuditRecord, id_: str | None) -> dict[str, Any]:
    kind = record.resource.kind.value
    value = f"{record.resource.count} of {kind}" if id_ is None else id_
    return {"what": {"identifier": {"system": f"{_SYSTEM}:{kind}", "value": value}}}


def _uri(issuer: str) -> str:
    return issuer if issuer.startswith("http") else f"{_SYSTEM}:{issuer}"
