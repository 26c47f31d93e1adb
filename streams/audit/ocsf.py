"""Audit records as events of the Open Cybersecurity Schema Framework, for a SIEM."""

from datetime import datetime
from typing import Any

import orjson

from schemas.access import GrantMode
from schemas.audit import Actor, AuditRecord
from schemas.audit_terms import Action, ActorType, Phase, Result
from streams.audit.audit_log import leaf_bytes

_VERSION = "1.3.0"
_FINDING, _AUTHENTICATION, _SESSION, _ENTITY, _DATASTORE = 2004, 3002, 3003, 3004, 6005
_OTHER = 99

#: Class and activity of each action; whatever is not here changes an entity of ours: class 3004.
_CLASSES: dict[Action, tuple[int, int, str]] = {
    Action.REVEAL: (_DATASTORE, 1, "Read"),
    Action.LOOKUP: (_DATASTORE, 4, "Query"),
    Action.SEARCH: (_DATASTORE, 4, "Query"),
    Action.TAIL: (_DATASTORE, 1, "Read"),
    Action.DISCLOSURES: (_DATASTORE, 4, "Query"),
    Action.AUDIT_EXPORT: (_DATASTORE, 1, "Read"),
    Action.QUARANTINE_REPLAY: (_DATASTORE, 1, "Read"),
    Action.QUARANTINE_DESTROY: (_DATASTORE, 7, "Delete"),
    Action.ERASE_EXECUTE: (_DATASTORE, 7, "Delete"),
    Action.GRANT_ACTIVATE: (_SESSION, 1, "Assign Privileges"),
    Action.AUTH_ACCEPTED: (_AUTHENTICATION, 1, "Logon"),
    Action.AUTH_DENIED: (_AUTHENTICATION, 1, "Logon"),
    Action.INCIDENT_OPEN: (_FINDING, 1, "Create"),
    Action.ALERT_RAISE: (_FINDING, 1, "Create"),
    Action.GRANT_REQUEST: (_ENTITY, 1, "Create"),
    Action.KEY_CREATE: (_ENTITY, 1, "Create"),
    Action.KEY_DESTROY: (_ENTITY, 4, "Delete"),
    Action.ACCOUNT_CREATE: (_ENTITY, 1, "Create"),
    Action.ROLE_CHANGE: (_ENTITY, 3, "Update"),
    Action.POLICY_CHANGE: (_ENTITY, 3, "Update"),
}
_STATUS = {Result.SUCCESS: (1, "Success"), Result.PARTIAL: (1, "Success"), None: (0, "Unknown")}
#: What a finding's status says is how far somebody got with it.
_NEW = (1, "New")
_USER_TYPES = {ActorType.USER: (1, "User"), ActorType.SERVICE: (_OTHER, "Service")}
_INFORMATIONAL, _MEDIUM, _HIGH = 1, 3, 4


def to_ocsf(origin: str, index: int, record: AuditRecord) -> dict[str, Any]:
    """Return one record as an OCSF event; the whole record stands in `unmapped`, as it is in the log."""
    class_uid, activity_id, activity = _CLASSES.get(record.action, (_ENTITY, _OTHER, record.action.value))
    status_id, status = _NEW if class_uid == _FINDING else _STATUS.get(record.result, (2, "Failure"))
    event: dict[str, Any] = {
        "category_uid": class_uid // 1000,
        "class_uid": class_uid,
        "activity_id": activity_id,
        "activity_name": activity,
        "type_uid": class_uid * 100 + activity_id,
        "time": round(datetime.fromisoformat(record.ts[:23] + "+00:00").timestamp() * 1000),
        "severity_id": _severity(record),
        "status_id": status_id,
        "status": status,
        "message": f"{record.action.value} {record.phase.value}",
        "metadata": {
            "version": _VERSION,
            "product": {"name": "phistream", "vendor_name": "phistream", "version": record.build},
            "log_name": origin,
            "uid": f"{origin}/{index}",
            "sequence": index,
            "tenant_uid": record.tenant,
        },
        "actor": {"user": _user(record.actor)},
        "unmapped": orjson.loads(leaf_bytes(record)),
    }
    if record.reason is not None:
        event["status_detail"] = record.reason.value
    if record.source is not None and record.source.address is not None:
        event["src_endpoint"] = {"ip": record.source.address}
    return event | _objects(origin, class_uid, record)


def _objects(origin: str, class_uid: int, record: AuditRecord) -> dict[str, Any]:
    """Return what the class asks for beside the base event."""
    kind, ids = record.resource.kind.value, record.resource.ids
    uid = ids[0] if len(ids) == 1 else f"{record.resource.count} of {kind}"
    if class_uid == _DATASTORE:
        objects: dict[str, Any] = {"databucket": {"name": "phistream", "type": kind, "type_id": _OTHER, "uid": uid}}
        # The class demands a source: where none is known it was a command on the host of the log.
        known = record.source is not None and record.source.address is not None
        return objects if known else objects | {"src_endpoint": {"svc_name": "phistream"}}
    if class_uid == _ENTITY:
        return {"entity": {"type": kind, "uid": uid}}
    if class_uid == _FINDING:
        return {"finding_info": {"uid": uid, "title": record.action.value}}
    if class_uid == _SESSION:
        return {"user": _user(record.actor), "privileges": [kind]}
    return {"user": _user(record.actor), "service": {"name": "phistream", "uid": origin, "version": record.build}}


def _user(actor: Actor) -> dict[str, Any]:
    type_id, type_ = _USER_TYPES[actor.type]
    return {"uid": actor.subject, "domain": actor.issuer, "type_id": type_id, "type": type_}


def _severity(record: AuditRecord) -> int:
    if record.action is Action.INCIDENT_OPEN or (
        record.mode is GrantMode.EMERGENCY and record.phase is not Phase.INTENT
    ):
        return _HIGH
    return _MEDIUM if record.result in (Result.DENIED, Result.ERROR) else _INFORMATIONAL
