"""Exports of the audit log against schemas that others wrote: FHIR's AuditEvent, and OCSF's finding.

Of OCSF only the classes of findings are published as a package; the others are held by `test_examining.py`.
"""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fhir.resources.R4B.auditevent import AuditEvent
from py_ocsf_models.events.findings.detection_finding import DetectionFinding

from schemas.access import GrantMode, Purpose
from schemas.audit import AuditRecord, Source
from schemas.audit_terms import Action, Client, Phase, Reason, Result
from streams.audit.fhir import to_fhir
from streams.audit.ocsf import to_ocsf
from tests.streams.audit.samples import record

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


def test_every_incident_is_a_finding_of_ocsf() -> None:
    """Incidents and alerts are Detection Findings of OCSF, and one without what was found is none."""
    events = [json.loads(json.dumps(to_ocsf(ORIGIN, 7, each))) for each in _records()]
    findings = [event for event in events if event["class_uid"] == _FINDING]
    for event in findings:
        DetectionFinding.model_validate(event)

    assert len(findings) >= len(Result)
    with pytest.raises(ValueError, match="finding_info"):
        DetectionFinding.model_validate(findings[0] | {"finding_info": None})
