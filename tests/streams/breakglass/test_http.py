"""The API: who gets an answer, what stands in it, and what never stands in an address or an error."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response

from schemas.access import Person, Role
from schemas.audit_terms import Action, Reason, Result
from streams.breakglass.alerting import Alerting
from streams.breakglass.desk import HOME
from streams.breakglass.identity.registry import end, give_role
from streams.breakglass.openapi import VERBS, document
from streams.embedded.state import EmbeddedState
from tests.streams.breakglass.identity.provider import ISSUER, OTHER, RSA, claims, signed
from tests.streams.breakglass.rig import OTHER_VALUE, VALUES, redacted_state, rig_over
from tests.streams.breakglass.service import Service, served

OPENAPI = Path(__file__).parents[3] / "streams" / "breakglass" / "openapi.json"


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


def test_two_persons_and_a_reveal(service: Service) -> None:
    """Asked, approved by another person, activated, revealed: each value with where it stands in the audit log."""
    answer = service.reveal(service.active())

    assert 200 == answer.status_code
    assert set(VALUES) <= {item["value"] for item in answer.json()["items"]}
    assert {"ok"} == {item["status"] for item in answer.json()["items"]}
    assert 64 == len(answer.json()["audit"][0]["leaf_hash"])


def test_a_text_comes_back_restored(service: Service) -> None:
    """The tokens of a text are replaced by their values."""
    number = next(token for token in service.rig.tokens if "_ssn_" in token)
    body = {"grant_id": service.active(), "view": "full", "purpose": "treatment", "text": f"Look for {number}."}

    assert "Look for 219-09-9999." == service.post("ada", "/v1/reveal-text", body).json()["text"]


def test_a_value_is_looked_up_under_its_own_scope(service: Service) -> None:
    """Tokens of values are found under a grant for look-ups, by a body and never by an address."""
    grant_id = service.ask(scope={"lookup": True}).json()["id"]
    service.post("bo", f"/v1/grants/{grant_id}/approve")
    service.post("ada", f"/v1/grants/{grant_id}/activate")
    body = {
        "grant_id": grant_id,
        "purpose": "treatment",
        "type": "EMAIL",
        "values": ["ada.lovelace@example.org", "nobody@example.org"],
    }

    found = [item["tokens"] for item in service.post("ada", "/v1/lookup", body).json()["items"]]

    assert set(found[0]) <= set(service.rig.tokens)
    assert [1, 0] == [len(tokens) for tokens in found]


def code(answer: Response) -> tuple[int, str]:
    """Return status and code of a refusal, which is problem+json and nothing else."""
    tree = answer.json()
    assert "application/problem+json" == answer.headers["content-type"]
    assert {"type", "title", "status", "code", "request_id"} == set(tree)
    assert answer.status_code == tree["status"]
    return tree["status"], tree["code"]


def test_nobody_gets_in_without_a_token_of_the_provider(service: Service) -> None:
    """No token, one of a stranger, one for others: 401, and the words of RFC 6750."""
    stranger = {"Authorization": f"Bearer {signed(claims(service.rig.clock.seconds), OTHER, kid=RSA.kid)}"}
    for headers in ({}, {"Authorization": "Basic YWRhOmFkYQ=="}, stranger):
        answer = service.client.post("/v1/reveal", json={}, headers=headers)
        assert (401, "bad_credential") == code(answer)
        assert answer.headers["www-authenticate"].startswith("Bearer")
    assert (401, "bad_credential") == code(service.call("ada", "GET", "/v1/grants", aud="account"))


@pytest.mark.parametrize(
    ("changes", "why"),
    [({"auth_time": -3600}, "stale_authentication"), ({"acr": "bronze", "amr": ["pwd"]}, "weak_authentication")],
)
def test_acts_ask_for_a_young_and_strong_sign_in(service: Service, changes: dict[str, Any], why: str) -> None:
    """An old or weak sign-in is asked to step up, and a refreshed token does not help."""
    if "auth_time" in changes:
        changes = {"auth_time": int(service.rig.clock.seconds) - 3600}
    grant_id = service.ask().json()["id"]

    answer = service.post("bo", f"/v1/grants/{grant_id}/approve", **changes)

    assert (401, why) == code(answer)
    assert 'error="insufficient_user_authentication"' in answer.headers["www-authenticate"]
    assert 'acr_values="gold"' in answer.headers["www-authenticate"]
    assert 'max_age="300"' in answer.headers["www-authenticate"]


def test_nobody_approves_themself(service: Service) -> None:
    """The same person under another address is the same person."""
    with service.rig.desk.registry.engine.begin() as connection:
        give_role(connection, Person(ISSUER, "ada"), HOME, Role.SECURITY, service.rig.clock.seconds)
    grant_id = service.ask().json()["id"]

    answer = service.post("ada", f"/v1/grants/{grant_id}/approve", email="a.l@example.net", preferred_username="al")

    assert (403, "self_approval") == code(answer)


def test_a_stolen_grant_opens_nothing(service: Service) -> None:
    """A grant is bound to who asked for it: the id in other hands is worth nothing."""
    assert (403, "other_person") == code(service.reveal(service.active(), "cy"))


def test_revoked_is_refused_at_once(service: Service) -> None:
    """The next reveal after a revocation is refused, with a token that is still good."""
    grant_id = service.active()
    assert 200 == service.reveal(grant_id).status_code
    service.post("bo", f"/v1/grants/{grant_id}/revoke")

    assert (409, "grant_state") == code(service.reveal(grant_id))


def test_who_was_offboarded_is_refused_at_once(service: Service) -> None:
    """A person who left is turned away with a token that is still good."""
    grant_id = service.active()
    with service.rig.desk.registry.engine.begin() as connection:
        end(connection, Person(ISSUER, "ada"), service.rig.clock.seconds)

    assert (403, "offboarded") == code(service.reveal(grant_id))


def test_somebody_is_offboarded_over_the_api(service: Service) -> None:
    """At one administrator's word grants are revoked and tokens turned away; nobody else may, and nobody themself."""
    grant_id = service.active()
    leaving = {"issuer": ISSUER, "subject": "ada"}
    for who, body in (("ada", leaving), ("di", leaving), ("bo", {**leaving, "subject": "bo"})):
        assert 403 == service.post(who, "/v1/people/offboard", body).status_code
    assert 200 == service.reveal(grant_id).status_code
    answer = service.post("bo", "/v1/people/offboard", leaving)

    assert (200, {"revoked": 1}) == (answer.status_code, answer.json())
    assert (403, "offboarded") == code(service.reveal(grant_id))
    assert "revoked" == service.rig.desk.granting.store.get(grant_id).ended_as
    records = [each for each in service.rig.recorded.records if each.action is Action.ACCOUNT_DISABLE]
    assert ((f"{ISSUER}|ada",), "bo", Result.SUCCESS) == (
        records[-1].resource.ids, records[-1].actor.subject, records[-1].result
    )  # fmt: skip


def test_thirty_reveals_a_minute(service: Service) -> None:
    """The thirty-first reveal within a minute waits."""
    grant_id = service.active()
    answers = [service.reveal(grant_id) for _ in range(31)]

    assert {200} == {answer.status_code for answer in answers[:30]}
    assert (429, "rate") == code(answers[30])
    assert "60" == answers[30].headers["retry-after"]


def test_without_audit_nothing_is_shown(service: Service) -> None:
    """Where the audit log cannot be written the answer is 503, and no value is in it."""
    grant_id = service.active()
    service.rig.recorded.refuse = lambda record: True

    answer = service.reveal(grant_id)

    assert (503, "store_unavailable") == code(answer)
    assert not any(value in answer.text for value in VALUES)


def test_without_its_keys_the_answer_is_503_and_says_so(service: Service) -> None:
    """A KMS or key store that does not answer is named by a code, without its words, and may be tried again."""
    grant_id = service.active()
    service.rig.desk.state.key_store.unlink()
    service.rig.desk.state.key_store.mkdir()
    answer = service.reveal(grant_id)

    assert (503, "kms_unavailable") == (answer.status_code, answer.json()["code"])
    assert "Retry-After" in answer.headers


def test_without_the_provider_the_answer_is_503(service: Service) -> None:
    """A provider that is silent is told apart from a token that is wrong."""
    service.idp.down = True

    assert (503, "identity_unavailable") == code(service.call("ada", "GET", "/v1/grants"))


@pytest.mark.parametrize("path", ["/v1/reveal", "/v1/reveal-text", "/v1/lookup", "/v1/grants"])
def test_no_token_or_value_in_an_address(service: Service, path: str) -> None:
    """A request that says what it wants in its address is refused, and no answer says it back."""
    token = service.rig.tokens[0]
    for method in ("GET", "POST"):
        answer = service.call("ada", method, f"{path}?token={token}", {})

        assert answer.status_code in (400, 404)
        assert token not in answer.text
    assert not [path for path in document()["paths"] if "token" in path]


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        "Jane Roe",
        {"grant_id": "Jane Roe", "view": "Jane Roe", "tokens": ["Jane Roe"]},
        {"grant_id": "x", "view": "full", "purpose": "treatment", "tokens": ["Jane Roe"] * 201},
        {"grant_id": "x", "view": "full", "purpose": "treatment", "Jane Roe": 1},
    ],
)
def test_a_wrong_body_is_not_said_back(service: Service, body: Any) -> None:
    """What does not fit is refused without a word of it."""
    answer = service.post("ada", "/v1/reveal", body)

    assert (422, "malformed") == code(answer)
    assert "Jane" not in answer.text


def test_a_body_has_an_end(service: Service) -> None:
    """More than two mebibytes are not read."""
    body = {"grant_id": "x", "view": "full", "purpose": "treatment", "text": "x" * 3_000_000}

    assert (413, "body_too_large") == code(service.post("ada", "/v1/reveal-text", body))


def test_nothing_is_kept_on_the_way(service: Service) -> None:
    """Every answer of every address, also a refusal, forbids storing it, and each has an id of its own."""
    grant_id = service.active()
    routes = service.client.app.routes  # type: ignore[attr-defined]
    paths = [route.path.format(grant_id=grant_id, verb="approve") for route in routes]
    answers = [service.reveal(grant_id), *(service.client.get(path) for path in ("/nowhere", "/v1/nowhere"))]
    for path in {*paths, "/v1/grants?state=active", "/v1/grants?token=x", "/v1/audit/proof?index=0"}:
        for method in ("GET", "POST", "DELETE"):
            answers += [service.client.request(method, path), service.call("bo", method, path, {})]
            answers.append(service.call("di", method, path, {}))

    assert {"no-store"} == {answer.headers["cache-control"] for answer in answers}
    assert {"nosniff"} == {answer.headers["x-content-type-options"] for answer in answers}
    assert {200, 400, 401, 403, 404, 409, 422} <= {answer.status_code for answer in answers}
    named = [answer.headers["x-request-id"] for answer in answers if "x-request-id" in answer.headers]
    assert len(named) == len(set(named)) >= len(paths)


def test_grants_are_shown_to_those_who_judge(service: Service) -> None:
    """Requester and approver see grant and reason, somebody else finds nothing; a list has no reasons."""
    grant_id = service.ask().json()["id"]

    assert "called back" in service.call("bo", "GET", f"/v1/grants/{grant_id}").json()["justification"]
    assert (404, "grant_unknown") == code(service.call("cy", "GET", f"/v1/grants/{grant_id}"))
    assert (404, "grant_unknown") == code(service.call("bo", "GET", f"/v1/grants/{'0' * 32}"))
    assert [grant_id] == [
        each["id"] for each in service.call("bo", "GET", "/v1/grants?state=requested").json()["grants"]
    ]
    assert [] == service.call("bo", "GET", "/v1/grants?state=active").json()["grants"]
    assert "called back" not in service.call("bo", "GET", "/v1/grants").text


def test_terms_that_no_grant_may_have_are_refused(service: Service) -> None:
    """The figures of break-glass hold for the API, too."""
    assert (422, "malformed") == code(service.ask(mode="emergency", seconds=3600, scope={"lookup": True}))
    assert (403, "role_missing") == code(service.ask(tenant="other"))


def test_an_unknown_verb_is_nowhere(service: Service) -> None:
    """What nobody may say to a grant has no address, the passing of time among it."""
    grant_id = service.ask().json()["id"]

    for verb in ("time", "exhaust", "open"):
        assert (404, "nowhere") == code(service.post("bo", f"/v1/grants/{grant_id}/{verb}"))
    assert "time" not in VERBS


def test_the_document_is_the_one_that_is_served(service: Service) -> None:
    """The OpenAPI document in the repository is what the service says of itself."""
    assert json.loads(OPENAPI.read_text(encoding="utf-8")) == service.client.get("/openapi.json").json()


def test_every_address_is_in_the_document(service: Service) -> None:
    """What is served is documented, and the reverse."""
    routes = {(route.path, method) for route in service.client.app.routes for method in route.methods - {"HEAD"}}  # type: ignore[attr-defined]
    documented = {(path, method.upper()) for path, methods in document()["paths"].items() for method in methods}

    assert documented == routes


def test_a_token_beyond_the_scope_is_not_opened(service: Service) -> None:
    """A token of another conversation stays closed under a good grant, and so does one that never was."""
    others = list(dict.fromkeys(service.rig.events[2][2]))
    body = {
        "grant_id": service.active(),
        "view": "full",
        "purpose": "treatment",
        "tokens": [*others, f"phi_name_ca_{'b' * 20}"],
    }

    answer = service.post("ada", "/v1/reveal", body)

    assert OTHER_VALUE not in answer.text
    assert {"ok"} & {item["status"] for item in answer.json()["items"]} == set()


def test_asking_for_a_honeytoken_alerts(service: Service) -> None:
    """Whoever asks for a grant that names one is told of at once."""
    rig, honey = service.rig, f"phi_name_ca_{'b' * 20}"
    Alerting.over(rig.desk.granting).plant(rig.bo(), HOME, honey)
    assert 201 == service.ask(scope={"tokens": [honey]}).status_code

    assert (Action.ALERT_RAISE, Reason.HONEYTOKEN) in [(each.action, each.reason) for each in rig.recorded.records]
