"""The API as a service: ready or not, its metrics, the audit log and erasures for those who may, refused tokens."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import rfc8785
from httpx2 import Response
from sqlalchemy import insert
from structlog.testing import capture_logs

from schemas.access import GrantMode, Person, Role, Scope
from schemas.audit import Actor
from schemas.audit_terms import Action, Phase, Reason, Result
from schemas.errors import AuditUnavailable, LogUnavailable
from schemas.vault import TenantId
from streams.audit.audit_log import read_records
from streams.audit.verify_log import open_checkpoint, verify_entry, verify_log
from streams.breakglass.database import database_in
from streams.breakglass.desk import HOME
from streams.breakglass.entries import EntryView
from streams.breakglass.identity.registry import give_role
from streams.breakglass.identity.tables import ROLES
from streams.breakglass.openapi import VERBS
from streams.breakglass.outbox import Outbox
from streams.breakglass.persons import refused
from streams.breakglass.readiness import Readiness, entries_check, is_ready
from streams.breakglass.refused_tokens import BURST
from streams.breakglass.watching import Watching
from streams.embedded.state import EmbeddedState
from streams.vault.key_ages import KeyAge
from tests.streams.breakglass.identity.provider import ISSUER, OTHER, RSA, claims, signed
from tests.streams.breakglass.rig import VALUES, full_disk, redacted_state, rig_over
from tests.streams.breakglass.service import Service, served

UNIT = "2026-11"


@pytest.fixture(scope="module")
def redacted(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedState:
    """Return a state folder with a redacted conversation."""
    state = redacted_state(tmp_path_factory.mktemp("redacted") / "state").state
    with rig_over(state):
        return state


@pytest.fixture
def service(redacted: EmbeddedState, tmp_path: Path) -> Iterator[Service]:
    """Serve a copy of the redacted folder."""
    with served(redacted, tmp_path / "state") as service:
        yield service


def parts(service: Service) -> tuple[int, dict[str, str]]:
    """Ask whether the service is ready, later than anybody did before."""
    service.rig.clock.seconds += 5
    answer = service.client.get("/readyz")
    return answer.status_code, answer.json()["parts"]


def test_ready(service: Service) -> None:
    """With everything there the service is ready, and says so of each part; nobody needs a token for it."""
    assert (200, {"audit": "ok", "grants": "ok", "key_store": "ok", "entries": "ok"}) == parts(service)


def test_not_ready_without_the_audit_log(service: Service) -> None:
    """On a full disk nothing can be revealed: 503, before anybody tries; with room again it is ready again."""
    with full_disk():
        status, found = parts(service)
    assert (503, "unavailable") == (status, found["audit"])
    assert 200 == parts(service)[0]
    assert not list(service.log.folder.glob(".probe*"))


@pytest.mark.parametrize("phase", [Phase.INTENT, Phase.OUTCOME])
def test_a_full_audit_store_that_has_room_again_is_used_again(service: Service, phase: Phase) -> None:
    """A reveal whose record fails answers 503 without a value; the next one reveals, on record, with no restart."""
    grant_id, recorded = service.active(), service.rig.recorded
    recorded.refuse = lambda record: record.action is Action.REVEAL and record.phase is phase
    for _ in range(2):
        refused_ = service.reveal(grant_id)
        assert (503, "store_unavailable") == (refused_.status_code, refused_.json()["code"])
        assert not any(value in refused_.text for value in VALUES)
    recorded.refuse = lambda _: False

    assert 200 == parts(service)[0]
    shown = service.reveal(grant_id)
    audit = shown.json()["audit"][-1]
    size = service.log.sign_checkpoint().size
    records = dict(read_records(service.log.folder, 0, size))
    assert (200, VALUES[0]) == (shown.status_code, shown.json()["items"][1]["value"])
    assert (Phase.OUTCOME, Result.SUCCESS) == (records[audit["index"]].phase, records[audit["index"]].result)
    assert size == verify_log(service.log.folder, service.log.keys.verifiers).size


def test_not_ready_without_keys(service: Service) -> None:
    """A key store that cannot be opened, or whose ledger was altered, is no key store."""
    ledger = service.rig.desk.state.ledger
    ledger.write_text("altered\n", encoding="utf-8")

    status, found = parts(service)
    assert (503, "unavailable") == (status, found["key_store"])


class _Behind(EntryView):
    """A view that has not read its log to the end, or cannot reach it."""

    error: Exception = refused(Reason.BEHIND)

    def keep_up(self) -> None:
        """Fail as a followed view does."""
        raise self.error


def test_behind_is_not_ready_and_stale_is() -> None:
    """A view that is behind serves nobody; one whose log is away serves what it knows, so that emergencies work."""
    view = _Behind.__new__(_Behind)
    found = []
    for error in (refused(Reason.BEHIND), LogUnavailable("log cannot be reached"), KeyError("Jane Roe")):
        _Behind.error = error
        readiness = Readiness({"entries": entries_check(lambda: view)}, _Standing())
        found.append((is_ready(readiness.parts()), readiness.parts()["entries"]))

    assert [(False, "behind"), (True, "stale"), (False, "unavailable")] == found


class _Standing:
    """A clock that stands still."""

    def now_ms(self) -> int:
        """See Clock."""
        return 0

    def monotonic(self) -> float:
        """See Clock."""
        return 0.0


def test_who_asks_often_is_told_what_was_found() -> None:
    """A storm of questions looks once a second: nobody needs a token to ask."""
    asked: list[int] = []
    readiness = Readiness({"one": lambda: asked.append(1) or "ok"}, _Standing())  # type: ignore[func-returns-value]
    for _ in range(20):
        readiness.parts()

    assert [1] == asked


def test_metrics_are_for_this_host(service: Service, redacted: EmbeddedState, tmp_path: Path) -> None:
    """Metrics name tenants and keys: another host finds nothing at their address, this one finds them."""
    assert 404 == service.client.get("/metrics").status_code
    with served(redacted, tmp_path / "near", "127.0.0.1") as near:
        near.reveal(near.active())
        text = near.client.get("/metrics").text

    assert 'phistream_kek_unwraps_total{kind="local",outcome="ok"} 1.0' in text
    assert 'phistream_breakglass_requests_total{outcome="200"} 3.0' in text
    assert not [token for token in near.rig.tokens if token in text]


@pytest.mark.parametrize("role", sorted(Role))
def test_observability_sees_metrics_and_nothing_else(service: Service, role: Role) -> None:
    """From another host metrics take the role observability, in the tenant of the installation."""
    with service.rig.desk.registry.engine.begin() as connection:
        give_role(connection, Person(ISSUER, "ed"), HOME, role, 0.0)
        give_role(connection, Person(ISSUER, "fay"), TenantId("other"), role, 0.0)
    answer = service.call("ed", "GET", "/v1/metrics")

    assert (200 if role is Role.OBSERVABILITY else 403) == answer.status_code
    assert ("phistream_breakglass" in answer.text) == (role is Role.OBSERVABILITY)
    assert 403 == service.call("fay", "GET", "/v1/metrics").status_code


@pytest.mark.parametrize("role", [Role.ANALYST, Role.OBSERVABILITY, Role.KEY_ADMIN])
def test_who_only_watches_opens_and_judges_nothing(service: Service, role: Role) -> None:
    """Analyst, observability and key admin ask for no grant, say nothing to one, see none, and erase nothing."""
    with service.rig.desk.registry.engine.begin() as connection:
        give_role(connection, Person(ISSUER, "ed"), HOME, role, 0.0)
    grant_id, body = service.active(), service.ask().request.content
    asked = service.call("ed", "POST", "/v1/grants", json.loads(body))
    said = [service.post("ed", f"/v1/grants/{grant_id}/{verb}") for verb in VERBS]
    others = [service.reveal(grant_id, "ed"), erase_as(service, "ed")]

    assert {403} == {answer.status_code for answer in (asked, *others)}
    assert {403, 409} >= {answer.status_code for answer in said}
    assert "active" == service.call("bo", "GET", f"/v1/grants/{grant_id}").json()["state"]
    assert [] == service.call("ed", "GET", "/v1/grants").json()["grants"]
    assert 404 == service.call("ed", "GET", f"/v1/grants/{grant_id}").status_code
    assert [] == service.call("ed", "GET", "/v1/erasures").json()["erasures"]


def erase_as(service: Service, who: str) -> Response:
    """Ask for an erasure as somebody."""
    return service.post(who, "/v1/erasures", {"tenant": HOME, "ticket": "GDPR-17", "unit": UNIT})


def test_another_hand_in_the_database_stops_everything(service: Service) -> None:
    """A role that somebody wrote past us gives nothing to anybody: refused, on record, and told to the orchestrator."""
    grant_id = service.active()
    intruder = database_in(service.rig.desk.state.breakglass)
    with intruder.begin() as connection:
        role = {"issuer": ISSUER, "subject": "cy", "tenant": HOME, "role": Role.PRIVACY_OFFICER.value}
        connection.execute(insert(ROLES).values(**role, since=0.0))
    intruder.dispose()

    for answer in (service.post("cy", f"/v1/grants/{grant_id}/revoke"), service.reveal(grant_id)):
        assert (403, "inconsistent") == (answer.status_code, answer.json()["code"])
    assert [(Reason.INCONSISTENT, 1)] * 2 == told(service)
    status, found = parts(service)
    assert (503, "inconsistent") == (status, found["grants"])


def told(service: Service) -> list[tuple[str | None, int]]:
    """Return reason and count of each refused token on record."""
    records = [each for each in service.rig.recorded.records if each.action is Action.AUTH_DENIED]
    return [(each.reason, each.resource.count) for each in records]


def test_a_refused_token_is_on_record(service: Service) -> None:
    """A stranger's token leaves reason, address and a digest of the issuer that it claims, and nothing else of it."""
    now = service.rig.clock.seconds
    stranger = signed(claims(now, iss="https://evil.example.net/Jane-Roe"), OTHER, kid=RSA.kid)
    service.client.get("/v1/grants", headers={"Authorization": f"Bearer {stranger}"})
    service.call("ada", "GET", "/v1/grants", acr="bronze", amr=["pwd"])

    first, second = [each for each in service.rig.recorded.records if each.action is Action.AUTH_DENIED]
    assert [Reason.BAD_CREDENTIAL, Reason.WEAK_AUTHENTICATION] == [first.reason, second.reason]
    assert first.resource.ids != second.resource.ids
    assert (service.rig.desk.granting.store.seal.mac(ISSUER),) == second.resource.ids
    assert first.source is not None
    assert "192.0.2.7" == first.source.address
    log = b"".join(path.read_bytes() for path in service.log.folder.rglob("*") if path.is_file())
    assert not [text for text in ("evil", "Jane", stranger, *stranger.split(".")) if text.encode() in log]


def test_no_token_and_no_provider_are_no_refused_token(service: Service) -> None:
    """Nothing is recorded where nobody judged a token."""
    service.client.get("/v1/grants")
    service.idp.down = True
    service.call("ada", "GET", "/v1/grants")

    assert [] == told(service)


def test_refused_tokens_cannot_fill_the_log(service: Service) -> None:
    """Of a thousand in a moment ten have a record; the others are counted in one, as soon as a minute is over."""
    refusing = service.gate.refused
    for _ in range(1000):
        refusing.tell("x", Reason.BAD_CREDENTIAL, None)
    refusing.tell_rest()
    assert [(Reason.BAD_CREDENTIAL, 1)] * BURST == told(service)

    service.rig.clock.seconds += 61
    refusing.tell_rest()
    refusing.tell_rest()

    assert (Reason.RATE, 1000 - BURST) == told(service)[-1]
    assert BURST + 1 == len(told(service))
    service.rig.clock.seconds += 61
    refusing.tell_rest()
    assert BURST + 1 == len(told(service))


def test_a_count_is_kept_where_it_could_not_be_told(service: Service) -> None:
    """Refusals that the audit log could not take are told later."""
    refusing = service.gate.refused
    for _ in range(BURST + 5):
        refusing.tell("x", Reason.BAD_CREDENTIAL, None)
    service.rig.recorded.refuse = lambda record: True
    service.rig.clock.seconds += 61
    with pytest.raises(AuditUnavailable):
        refusing.tell_rest()

    assert 5 == refusing._untold


def test_an_auditor_proves_an_entry(service: Service) -> None:
    """Checkpoint, entry and proof of the API satisfy the verifier that outsiders have."""
    service.reveal(service.active())
    service.log.sign_checkpoint()
    keys = service.log.keys.verifiers

    checkpoint = open_checkpoint(service.call("di", "GET", "/v1/audit/checkpoint").text, keys)
    entries = service.call("di", "GET", "/v1/audit/entries").json()
    last = entries["entries"][-1]
    proof = service.call("di", "GET", f"/v1/audit/proof?index={last['index']}").text

    assert checkpoint.size == entries["size"]
    assert "reveal" == last["record"]["action"]
    assert last["index"] == verify_entry(rfc8785.dumps(last["record"]), proof, keys)[0]
    exported = [each for each in service.rig.recorded.records if each.action is Action.AUDIT_EXPORT]
    assert [(f"{entries['from']}-{entries['to'] - 1}",)] == [each.resource.ids for each in exported]


def test_an_auditor_sees_their_own_tenants_alone(service: Service) -> None:
    """Entries of another tenant are not among those that are shown, and are not counted."""
    with service.rig.desk.registry.engine.begin() as connection:
        give_role(connection, Person(ISSUER, "eve"), TenantId("other"), Role.AUDITOR, service.rig.clock.seconds)
    service.reveal(service.active())
    service.log.sign_checkpoint()

    assert [] == service.call("eve", "GET", "/v1/audit/entries").json()["entries"]
    assert service.call("di", "GET", "/v1/audit/entries").json()["entries"]


def test_disclosures_are_accounted_for(service: Service) -> None:
    """Who approves or audits reads to whom which tokens were shown and what for; others do not, and asking is told."""
    grant_id = service.active()
    service.reveal(grant_id)
    token, body = service.rig.tokens[0], {"tenant": HOME, "tokens": service.rig.tokens[:1]}
    for who in ("bo", "di"):
        (found,) = service.post(who, "/v1/disclosures", body).json()["disclosures"]
        assert ([token], "treatment", grant_id, "ada") == (
            found["tokens"], found["purpose"], found["grant_id"], found["to"]["subject"]
        )  # fmt: skip
    assert len(service.rig.tokens) == len(
        service.post("bo", "/v1/disclosures", {"tenant": HOME}).json()["disclosures"][0]["tokens"]
    )
    for who, asked in (("ada", body), ("bo", {"tenant": "other"})):
        assert 403 == service.post(who, "/v1/disclosures", asked).status_code
    records = [record for record in service.rig.recorded.records if record.action is Action.DISCLOSURES]
    assert [Result.SUCCESS] * 3 + [Result.DENIED] * 2 == [record.result for record in records]


@pytest.mark.parametrize("path", ["/v1/audit/checkpoint", "/v1/audit/proof?index=0", "/v1/audit/entries"])
def test_others_read_no_audit_log(service: Service, path: str) -> None:
    """Whoever is no auditor is refused, on record."""
    answer = service.call("ada", "GET", path)

    assert (403, "role_missing") == (answer.status_code, answer.json()["code"])
    assert (Action.AUDIT_EXPORT, Reason.ROLE_MISSING) == (
        service.rig.recorded.records[-1].action,
        service.rig.recorded.records[-1].reason,
    )


@pytest.mark.parametrize("query", ["proof", "proof?index=Jane", "entries?from=9&to=1", "entries?from=0&to=-1"])
def test_what_is_no_number_is_refused(service: Service, query: str) -> None:
    """Addresses take numbers, and say none of them back."""
    service.active()
    service.log.sign_checkpoint()
    answer = service.call("di", "GET", f"/v1/audit/{query}")

    assert (400, "query_refused") == (answer.status_code, answer.json()["code"])


def test_an_entry_that_is_not_there_is_not_proven(service: Service) -> None:
    """Beyond the log there is nothing to prove."""
    answer = service.call("di", "GET", "/v1/audit/proof?index=999999")

    assert (404, "entry_unknown") == (answer.status_code, answer.json()["code"])


def erase(service: Service, who: str = "bo", sign_in: dict[str, Any] | None = None, **body: Any) -> tuple[int, Any]:
    """Ask for an erasure."""
    answer = service.post(who, "/v1/erasures", {"tenant": HOME, "ticket": "GDPR-17", **body}, **(sign_in or {}))
    return answer.status_code, answer.json()


def test_a_privacy_officer_erases(service: Service) -> None:
    """After an erasure nothing of the tenant opens any more; it is listed with the day on which it is complete."""
    grant_id = service.active()
    status, tree = erase(service, whole_tenant=True)

    assert 200 == status
    assert {"key_destroyed"} == {each["state"] for each in tree["erasures"]}
    assert {"shredded"} == {each["status"] for each in service.reveal(grant_id).json()["items"]}
    assert tree == service.call("di", "GET", "/v1/erasures").json()
    assert [] == service.call("ada", "GET", "/v1/erasures").json()["erasures"]


def test_one_record_is_erased(service: Service) -> None:
    """A token is denied for good and its entry buried; the others of the same event still open."""
    grant_id, token = service.active(), service.rig.tokens[0]
    answers = [erase(service, token=token) for _ in range(2)]

    found = {item["token"]: item["status"] for item in service.reveal(grant_id).json()["items"]}
    assert (200, {"buried": 1}) == answers[0]
    assert found.pop(token) in {"shredded", "not_found"}
    assert {"ok"} == set(found.values())


def test_erasing_is_for_privacy_officers_who_signed_in_just_now(service: Service) -> None:
    """A requester, an auditor and an old sign-in are refused, on record, and the keys stay."""
    old = {"auth_time": int(service.rig.clock.seconds) - 3600}
    grant_id = service.active()

    assert (403, "role_missing") == (erase(service, "ada", unit=UNIT)[0], erase(service, "di", unit=UNIT)[1]["code"])
    assert (401, "stale_authentication") == (
        (answer := erase(service, "bo", old, unit=UNIT))[0],
        answer[1]["code"],
    )
    assert Action.ERASE_REQUEST is service.rig.recorded.records[-1].action
    assert {"ok"} == {each["status"] for each in service.reveal(grant_id).json()["items"]}


def test_a_legal_hold_stops_the_api(service: Service) -> None:
    """Under a hold nothing is erased, and the answer says why."""
    with service.rig.desk.erasing() as erasing:
        erasing.hold(Actor("local", "cy"), HOME)

    assert (409, "legal_hold") == ((answer := erase(service, whole_tenant=True))[0], answer[1]["code"])


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"unit": "Jane Roe"},
        {"unit": UNIT, "whole_tenant": True},
        {"token": "Jane Roe"},
        {"unit": UNIT, "ticket": "Jane Roe"},
    ],
)
def test_an_erasure_says_one_thing(service: Service, body: dict[str, Any]) -> None:
    """Nothing is erased by a body that says none or two things, and nothing of it is said back."""
    status, tree = erase(service, **body)

    assert (422, "malformed") == (status, tree["code"])
    assert "Jane" not in str(tree)


def test_alarms(service: Service, tmp_path: Path) -> None:
    """A notification of six minutes, an anchor of sixteen and a key that is due alarm, and end when all is well."""
    desk, clock = service.rig.desk, service.rig.clock
    outbox, ages = Outbox(desk.registry.engine, ("mail",)), [KeyAge("kek", "k", 0, clock.now_ms() - 1)]
    anchors = [16 * 60.0]
    grant = service.rig.request(Scope(tokens=frozenset(service.rig.tokens[:1])), GrantMode.EMERGENCY)
    with desk.registry.engine.begin() as connection:
        outbox.queue(connection, grant, Action.GRANT_REQUEST, clock.seconds - 360)
    watching = Watching(service.metrics, clock, outbox, lambda: anchors[0], lambda: ages)
    with capture_logs() as lines:
        watching.look()
        watching.look()
    alarmed = _alarms(service)
    for message in outbox.due(clock.seconds):
        outbox.delivered(message, clock.seconds)
    anchors[0], ages[0] = 14 * 60.0, replace(ages[0], due_ms=clock.now_ms() * 2)
    clock.seconds += 3601
    watching.look()

    assert ["anchor_age", "key_due", "undelivered_notification"] == sorted(line["kind"] for line in lines)
    assert {"anchor_age": 1.0, "undelivered_notification": 1.0, "key_due": 1.0} == alarmed
    assert {0.0} == set(_alarms(service).values())
    assert b'phistream_key_due_timestamp_seconds{key="k",kind="kek"}' in service.metrics.text()


def _alarms(service: Service) -> dict[str, float]:
    samples = next(each for each in service.metrics.registry.collect() if each.name == "phistream_breakglass_alarms")
    return {sample.labels["kind"]: sample.value for sample in samples.samples}
