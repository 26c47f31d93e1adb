"""Examining the log: what does not agree, who was shown what, and events for a SIEM."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from schemas.access import GrantMode, Identity, Person, Purpose, Role
from schemas.audit import Actor, AuditRecord, Counts, KmsUse, Resource
from schemas.audit_terms import Action, KmsProvider, Phase, Reason, ResourceKind, Result
from schemas.errors import AccessDenied, AuditAltered, AuditRefused, ConfigError
from schemas.vault import TenantId
from streams.audit.audit_log import AuditLog, leaf_bytes, open_audit_log, read_record, read_records
from streams.audit.fhir import to_fhir
from streams.audit.ocsf import to_ocsf
from streams.audit.reconciling import Mismatch, Unwrap, read_unwraps, reconcile
from streams.audit.reviewing import Review, reviewed_up_to, sign_off, summarise
from streams.audit.telling import ALWAYS, OF_EMERGENCIES
from streams.breakglass.outbox import Outbox
from tests.streams.audit.samples import ANA, GRANT, record
from tests.streams.breakglass import people

NOW = datetime.fromisoformat("2026-11-21T23:30:00+00:00").timestamp()
AT = "2026-11-21T23:20:01Z"
_FINDING = 2004
REQUEST = "0a1b2c3d-0000-4000-8000-000000000001"
KMS = KmsUse(KmsProvider.AWS_KMS, "aws-kms:key/a", 1, (REQUEST,))
BEN = Actor("local", "ben")
ACTIVATED = record(action=Action.GRANT_ACTIVATE)
INTENT = record(Phase.INTENT)
OUTCOME = record(Phase.OUTCOME, intent=1, counts=Counts(requested=3, revealed=2, denied=1), mode=GrantMode.EMERGENCY)
WHOLE = (ACTIVATED, INTENT, OUTCOME)


def _found(records: Sequence[AuditRecord], *unwraps: Unwrap) -> list[Mismatch]:
    return [finding.mismatch for finding in reconcile(enumerate(records), unwraps, NOW)]


def test_what_agrees_is_silent() -> None:
    """An activated grant, an intent and its outcome leave nothing to tell, with the KMS call that they name."""
    assert [] == _found(WHOLE)
    assert [] == _found((ACTIVATED, INTENT, replace(OUTCOME, kms=KMS)), Unwrap(REQUEST, AT))


@pytest.mark.parametrize(
    ("records", "mismatch"),
    [
        ((ACTIVATED, INTENT), Mismatch.INTENT_WITHOUT_OUTCOME),
        ((ACTIVATED, record(action=Action.LOOKUP), OUTCOME), Mismatch.OUTCOME_WITHOUT_INTENT),
        ((ACTIVATED, replace(INTENT, actor=BEN), OUTCOME), Mismatch.OUTCOME_WITHOUT_INTENT),
        ((*WHOLE, OUTCOME), Mismatch.SECOND_OUTCOME),
        ((record(action=Action.GRANT_APPROVE), INTENT, OUTCOME), Mismatch.REVEAL_WITHOUT_GRANT),
    ],
)
def test_what_does_not_agree_is_told(records: tuple[AuditRecord, ...], mismatch: Mismatch) -> None:
    """An action that died, an outcome of nothing or of another's intent, a reveal without a grant: each is told."""
    assert mismatch in _found(records)


ASKED = (record(Phase.INTENT, Action.GRANT_REQUEST), record(Phase.OUTCOME, Action.GRANT_REQUEST, intent=0))
SENT = record(action=Action.NOTIFICATION_SEND, grant_id=None)
ELSEWHERE = replace(SENT, resource=Resource(ResourceKind.GRANT, (GRANT.replace("3", "4"),), 1))
ALERT = record(action=Action.ALERT_RAISE, reason=Reason.UNUSUAL_HOUR)


@pytest.mark.parametrize(
    ("records", "untold"),
    [
        ((*ASKED, SENT), 0),
        ((*ASKED, replace(SENT, result=Result.ERROR, reason=Reason.UNDELIVERED)), 0),
        ((*ASKED, ELSEWHERE), 1),
        ((*ASKED, SENT, ALERT), 1),
        ((*ASKED, ALERT), 0),
        ((*ASKED, SENT, record(action=Action.GRANT_APPROVE)), 0),
        ((*ASKED, SENT, record(Phase.OUTCOME, Action.GRANT_RATIFY, intent=0, mode=GrantMode.EMERGENCY)), 1),
        ((*ASKED, SENT, record(action=Action.GRANT_EXPIRE, mode=GrantMode.EMERGENCY)), 0),
        ((*ASKED, ELSEWHERE, replace(ALERT, ts="2026-11-21T23:25:00.000Z")), 1),
        ((*(replace(each, result=each.result and Result.DENIED) for each in ASKED), ELSEWHERE), 0),
    ],
)
def test_a_message_that_was_taken_away_is_told(records: tuple[AuditRecord, ...], untold: int) -> None:
    """Whoever empties the outbox by hand is found: of a request or an alert the log has no message, sent or late."""
    assert untold == _found(records).count(Mismatch.NOBODY_TOLD)


def test_what_is_told_is_what_is_queued(tmp_path: Path) -> None:
    """The log is held to the same table as the outbox."""
    outbox = Outbox(create_engine(f"sqlite:///{tmp_path / 'outbox.db'}"), ("mail",))
    for mode in GrantMode:
        for action in Action:
            with outbox.engine.begin() as connection:
                outbox.queue(connection, people.grant(mode), action, 0.0)
    queued = {(each.mode, each.action) for each in outbox.due(0.0)}
    ours = {(GrantMode.NORMAL.value, each.value) for each in ALWAYS}

    assert ours == {each for each in queued if each[0] == GrantMode.NORMAL}
    assert {action.value for action in OF_EMERGENCIES} <= {action for mode, action in queued if mode != "normal"}


def test_an_action_that_still_runs_is_not_told() -> None:
    """An intent younger than a minute may still have its outcome before it."""
    assert [] == _found((ACTIVATED, replace(INTENT, ts="2026-11-21T23:29:30.000Z")))


@pytest.mark.parametrize(
    ("records", "unwraps", "untold"),
    [
        (WHOLE, [Unwrap(REQUEST, AT)], 1),
        ((*WHOLE[:2], replace(OUTCOME, kms=replace(KMS, request_ids=()))), [Unwrap("x", AT)], 0),
        ((*WHOLE[:2], replace(OUTCOME, kms=replace(KMS, request_ids=()))), [Unwrap("x", AT), Unwrap("y", AT)], 1),
        ((*WHOLE[:2], replace(OUTCOME, kms=replace(KMS, request_ids=()))), [Unwrap("x", "2026-11-21T23:25:00Z")], 1),
        ((*WHOLE[:2], replace(OUTCOME, kms=KMS)), [Unwrap("another", AT)], 1),
    ],
)
def test_an_unwrap_without_record_is_told(records: tuple[AuditRecord, ...], unwraps: list[Unwrap], untold: int) -> None:
    """A call of the KMS that no outcome names, or has room for at that time, is told."""
    assert [Mismatch.UNWRAP_WITHOUT_RECORD] * untold == _found(records, *unwraps)


def test_kms_events_are_read() -> None:
    """CloudTrail, Vault's audit device and the plain form; only decryptions count."""
    lines = [
        '{"eventName":"Decrypt","requestID":"r1","eventTime":"2026-11-21T23:20:01Z"}',
        '{"eventName":"GenerateDataKey","requestID":"r2","eventTime":"2026-11-21T23:20:01Z"}',
        '{"type":"response","time":"2026-11-21T23:20:01.123456789Z","request":{"id":"r3","path":"transit/decrypt/a"}}',
        '{"type":"request","time":"2026-11-21T23:20:01Z","request":{"id":"r3","path":"transit/decrypt/a"}}',
        "",
        '{"request_id":"r4","time":"2026-11-21T23:20:01Z"}',
    ]

    assert ["r1", "r3", "r4"] == [unwrap.request_id for unwrap in read_unwraps(lines)]


@pytest.mark.parametrize("line", ["no json", "[]", '{"request_id":"r"}'])
def test_kms_events_that_cannot_be_read_are_refused(line: str) -> None:
    """What is no event is not passed over in silence: it could be the one."""
    with pytest.raises(ConfigError):
        list(read_unwraps([line]))


def _identity(subject: str, *roles: Role) -> Identity:
    return Identity(Person("local", subject), {TenantId("a"): frozenset(roles)}, frozenset({"otp"}), NOW)


def _review(records: Sequence[AuditRecord] = WHOLE) -> Review:
    return summarise(enumerate(records), "a", 0, len(records))


def test_a_review_sums_up_by_person_and_grant() -> None:
    """Requests, values shown and refusals, one line a person, grant and action; other tenants stand apart."""
    other = replace(OUTCOME, tenant="b", actor=BEN)
    denied = record(result=Result.DENIED, reason=Reason.GRANT_EXPIRED)
    found = _review((*WHOLE, other, denied)).lines

    assert [("ana", GRANT, 2, 2, 2)] == [
        (line.subject, line.grant_id, line.requests, line.revealed, line.denied) for line in found
    ]


@pytest.fixture
def log(tmp_path: Path) -> AuditLog:
    """Return an audit log with one reveal of Ana's."""
    log = open_audit_log(tmp_path / "audit", tmp_path / "keys" / "audit.json", 0)
    for each in WHOLE:
        log.append(each)
    return log


def test_a_signed_review_is_in_the_log(log: AuditLog) -> None:
    """The sign-off names the entries and the digest of what was shown; the next review begins behind them."""
    with log:
        sign_off(log, _identity("eve", Role.AUDITOR), _review(), record(actor=Actor("local", "eve")))
        log.sign_checkpoint()
        records = list(read_records(log.log.folder, 0, 4))

    assert (Action.AUDIT_REVIEW, ("0-3",), _review().digest) == (
        records[3][1].action,
        records[3][1].resource.ids,
        records[3][1].request_mac,
    )
    assert 3 == reviewed_up_to(records, "a")
    assert 0 == reviewed_up_to(records, "b")


@pytest.mark.parametrize(
    ("subject", "role", "reason"),
    [("ana", Role.AUDITOR, Reason.SELF_APPROVAL), ("eve", Role.REQUESTER, Reason.ROLE_MISSING)],
)
def test_nobody_signs_off_their_own_reveals(log: AuditLog, subject: str, role: Role, reason: Reason) -> None:
    """Who was shown values, or holds no role that examines, cannot sign; that they tried is in the log."""
    with log:
        with pytest.raises(AccessDenied):
            sign_off(log, _identity(subject, role), _review(), record(actor=Actor("local", subject)))
        log.sign_checkpoint()
        tried = next(read_records(log.log.folder, 3, 4))[1]

    assert (Result.DENIED, reason) == (tried.result, tried.reason)
    assert 0 == reviewed_up_to([(3, tried)], "a")


def test_a_gap_is_not_reviewed() -> None:
    """A review that begins behind what was signed before does not cover what lies between."""
    sign = record(action=Action.AUDIT_REVIEW)
    spans = [Resource(ResourceKind.ENTRIES, (f"{start}-{end}",), 1) for start, end in ((0, 5), (7, 9), (5, 6))]
    signed = [replace(sign, resource=resource) for resource in spans]

    assert 6 == reviewed_up_to(enumerate(signed), "a")


def test_an_outcome_names_an_earlier_intent(log: AuditLog) -> None:
    """An outcome of an intent that is not in the log yet is refused."""
    with log, pytest.raises(AuditRefused):
        log.append(replace(OUTCOME, intent=3))


def test_entries_are_written_in_one_way() -> None:
    """An entry reads back as its record; the same record in other bytes is an alteration."""
    assert read_record(leaf_bytes(OUTCOME)) == OUTCOME
    for other in (
        b" " + leaf_bytes(OUTCOME),
        b'{"v":1}',
        b"text",
        leaf_bytes(OUTCOME).replace(b'"v":1', b'"v":1,"w":2'),
    ):
        with pytest.raises(AuditAltered):
            read_record(other)


@pytest.mark.parametrize(
    ("action", "class_uid"),
    [
        (Action.REVEAL, 6005),
        (Action.GRANT_ACTIVATE, 3003),
        (Action.KEY_ROTATE, 3004),
        (Action.GRANT_APPROVE, 3004),
        (Action.INCIDENT_OPEN, 2004),
        (Action.AUTH_DENIED, 3002),
    ],
)
def test_ocsf_classes(action: Action, class_uid: int) -> None:
    """Each action is of its class, and the numbers of an event follow from one another."""
    event = to_ocsf("log", 7, record(action=action, purpose=Purpose.TREATMENT))

    assert (class_uid, class_uid // 1000) == (event["class_uid"], event["category_uid"])
    assert class_uid * 100 + event["activity_id"] == event["type_uid"]
    assert 1_795_303_200_000 == event["time"]
    assert "treatment" == event["unmapped"]["purpose"]


@pytest.mark.parametrize("action", Action)
def test_every_action_has_an_event(action: Action) -> None:
    """No action is left out of the export, denied or done."""
    event = to_ocsf("log", 0, record(action=action, result=Result.DENIED, actor=ANA))

    assert (1 if event["class_uid"] == _FINDING else 2) == event["status_id"]


@pytest.mark.parametrize("action", Action)
def test_every_action_is_an_audit_event(action: Action) -> None:
    """Each record has what FHIR R4 demands of an AuditEvent: type, time, agent with who asked, source."""
    event = to_fhir("log", 7, record(action=action, purpose=Purpose.TREATMENT))

    assert "AuditEvent" == event["resourceType"]
    assert event["type"]["code"] in ("110112", "110113")
    assert [True] == [agent["requestor"] for agent in event["agent"]]
    assert ("0", "log-7", "2026-11-21T23:20:00.000Z") == (event["outcome"], event["id"], event["recorded"])
    assert "TREAT" == event["purposeOfEvent"][0]["coding"][0]["code"]


def test_an_emergency_is_an_override() -> None:
    """HL7's own code for breaking the glass stands beside ours."""
    event = to_fhir("log", 7, record(action=Action.GRANT_ACTIVATE, mode=GrantMode.EMERGENCY))

    assert "110127" in [subtype["code"] for subtype in event["subtype"]]
