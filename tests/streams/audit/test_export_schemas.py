"""Exports of the audit log against schemas that others wrote: FHIR's AuditEvent, and OCSF's classes.

Of OCSF only the finding is published as a package. Of the other classes it has the base event and most objects; what
each adds to them (what must be there, which numbers have which name, 1.3.0) stands here, and nothing else passes.
"""

import json
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

import pytest
from fhir.resources.R4B.auditevent import AuditEvent
from py_ocsf_models.events.base_event import BaseEvent
from py_ocsf_models.events.findings.detection_finding import DetectionFinding
from py_ocsf_models.objects.service import Service
from pydantic import BaseModel, ConfigDict, Field, model_validator

from schemas.access import GrantMode, Purpose
from schemas.audit import AuditRecord, Source
from schemas.audit_terms import Action, Client, Phase, Reason, Result
from streams.audit.fhir import to_fhir
from streams.audit.ocsf import to_ocsf
from tests.streams.audit.samples import record

_CLOSED = ConfigDict(extra="forbid")
_STATUSES = {0: "Unknown", 1: "Success", 2: "Failure"}


class _User(BaseModel):
    model_config = _CLOSED
    uid: str
    domain: str
    type_id: Literal[1, 99]
    type: Literal["User", "Service"]


class _Actor(BaseModel):
    model_config = _CLOSED
    user: _User


class _Endpoint(BaseModel):
    model_config = _CLOSED
    ip: str | None = None
    svc_name: str | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Self:
        if not (self.ip or self.svc_name):
            raise ValueError("an endpoint has an address or a name")
        return self


class _Databucket(BaseModel):
    model_config = _CLOSED
    name: str
    type: str
    type_id: Literal[99]
    uid: str


class _Entity(BaseModel):
    model_config = _CLOSED
    type: str
    uid: str


class _Event(BaseEvent):  # type: ignore[misc]
    model_config = _CLOSED
    category_uid: int
    class_uid: int
    activity_id: int
    activity_name: str
    type_uid: int
    time: int
    actor: _Actor
    src_endpoint: _Endpoint | None = None

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        known = ACTIVITIES[self.class_uid] | {99: self.activity_name}
        told = (self.category_uid, self.type_uid, self.activity_name, self.status)
        activity, status = known.get(self.activity_id), _STATUSES.get(int(self.status_id))
        if told != (self.class_uid // 1000, self.class_uid * 100 + self.activity_id, activity, status):
            raise ValueError("numbers and names of an event agree")
        return self


class _Datastore(_Event):
    databucket: _Databucket
    src_endpoint: _Endpoint


class _Authentication(_Event):
    user: _User
    service: Service


class _Session(_Event):
    user: _User
    privileges: Annotated[list[str], Field(min_length=1)]


class _Management(_Event):
    entity: _Entity


MODELS: dict[int, type[BaseModel]] = {
    2004: DetectionFinding,
    3002: _Authentication,
    3003: _Session,
    3004: _Management,
    6005: _Datastore,
}
ACTIVITIES: dict[int, dict[int, str]] = {
    3002: {1: "Logon", 2: "Logoff"},
    3003: {1: "Assign Privileges", 2: "Assign Groups"},
    3004: {1: "Create", 2: "Read", 3: "Update", 4: "Delete"},
    6005: {1: "Read", 2: "Update", 3: "Connect", 4: "Query", 5: "Write", 6: "Create", 7: "Delete"},
}
ORIGIN = "phistream-audit-0a1b2c3d"
_FINDING = 2004


def _records() -> Iterator[AuditRecord]:
    """Yield a record of every action in each phase and with each result, poor in facts and rich."""
    source = Source(Client.HTTPS, "192.0.2.7")
    for action in Action:
        yield record(phase=Phase.INTENT, action=action, grant_id=None)
        for result in Result:
            yield record(action=action, result=result)
            rich = record(action=action, result=result, purpose=Purpose.TREATMENT, mode=GrantMode.EMERGENCY)
            yield record(
                **{name: getattr(rich, name) for name in ("action", "result", "purpose", "mode")}, source=source
            )
        yield record(action=action, result=Result.DENIED, reason=Reason.RATE)


def test_every_record_is_an_audit_event_of_fhir() -> None:
    """Whatever is exported is an AuditEvent of FHIR R4B, the R4 that has a package; one without an agent is none."""
    events: list[dict[str, Any]] = [json.loads(json.dumps(to_fhir(ORIGIN, 7, each))) for each in _records()]
    for event in events:
        AuditEvent.model_validate(event)
        assert not [empty for empty in ("[]", "{}", "null") if empty in json.dumps(event)]  # FHIR's JSON has none.

    for wrong in ({"agent": None}, {"recorded": "yesterday"}, {"id": "log of Jane Roe"}, {"note": "more"}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            AuditEvent.model_validate(events[0] | wrong)


def _events() -> list[dict[str, Any]]:
    return [json.loads(json.dumps(to_ocsf(ORIGIN, 7, each))) for each in _records()]


def test_every_record_is_an_event_of_its_class_of_ocsf() -> None:
    """Whatever is exported holds what its class demands, under the names of its numbers, and nothing besides."""
    events = _events()
    for event in events:
        MODELS[event["class_uid"]].model_validate(event)

    assert set(MODELS) == {event["class_uid"] for event in events}


WRONG: list[tuple[int, dict[str, Any]]] = [
    (2004, {"finding_info": None}),
    (3002, {"service": None}),
    (3002, {"activity_name": "Query"}),
    (3003, {"privileges": []}),
    (3004, {"entity": None}),
    (3004, {"status": "New"}),
    (6005, {"src_endpoint": {}}),
    (6005, {"type_uid": 600599}),
    (6005, {"databucket": None}),
    (6005, {"token": "x"}),
]


@pytest.mark.parametrize(("class_uid", "wrong"), WRONG)
def test_a_wrong_event_is_none(class_uid: int, wrong: dict[str, Any]) -> None:
    """Without what its class demands, with a number under another name or with something more, it is refused."""
    event = next(event for event in _events() if event["class_uid"] == class_uid)

    with pytest.raises(ValueError, match=next(iter(wrong)) if class_uid == _FINDING else "validation error"):
        MODELS[class_uid].model_validate(event | wrong)


def test_a_finding_is_new() -> None:
    """The status of a finding is how far somebody got with it, not how its record ended."""
    findings = [event for event in _events() if event["class_uid"] == _FINDING]

    assert len(findings) >= len(Result)
    assert {(1, "New")} == {(event["status_id"], event["status"]) for event in findings}
