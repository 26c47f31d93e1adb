"""Idempotency keys: what was done once is not done again, and no clear value is kept for it."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Response

from schemas.audit_terms import Action, Phase
from streams.breakglass.idempotency import Once
from streams.embedded.state import EmbeddedState
from tests.streams.breakglass.rig import VALUES, redacted_state, rig_over
from tests.streams.breakglass.service import Service, served

_KEY = '"8e03978e-40d5-43dd-bc93-6894a57f9324"'
_DAY = 86_400


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


def _post(service: Service, path: str, body: Any, key: str = _KEY, who: str = "ada") -> Response:
    headers = {"Authorization": f"Bearer {service.token(who)}", "Idempotency-Key": key}
    return service.client.post(path, json=body, headers=headers)


def _asked(service: Service, **changes: Any) -> dict[str, Any]:
    body = {
        "tenant": "local",
        "mode": "normal",
        "purpose": "treatment",
        "justification": "The patient has to be called back.",
        "scope": {"tokens": service.rig.tokens},
        "seconds": 3600,
        "view": "full",
    }
    return {**body, **changes}


def _did(service: Service, action: Action) -> int:
    return sum((each.action, each.phase) == (action, Phase.INTENT) for each in service.rig.recorded.records)


def test_the_same_request_gives_the_same_answer_and_is_done_once(service: Service) -> None:
    """Status, address and body are the first ones; another key is another request; without a key each one counts."""
    first, again = (_post(service, "/v1/grants", _asked(service)) for _ in range(2))
    other = _post(service, "/v1/grants", _asked(service), key="another-key-of-mine")
    service.ask()

    assert (201, first.headers["location"], first.json()) == (
        again.status_code,
        again.headers["location"],
        again.json(),
    )
    assert first.json()["id"] != other.json()["id"]
    assert "no-store" == again.headers["cache-control"]
    assert 3 == _did(service, Action.GRANT_REQUEST)


def test_another_body_or_address_under_the_same_key_is_refused(service: Service) -> None:
    """422, and nothing is done."""
    grant_id = _post(service, "/v1/grants", _asked(service)).json()["id"]
    for path, body in (("/v1/grants", _asked(service, seconds=60)), (f"/v1/grants/{grant_id}/revoke", _asked(service))):
        answer = _post(service, path, body)
        assert (422, "idempotency_key_reused") == (answer.status_code, answer.json()["code"])

    assert 1 == _did(service, Action.GRANT_REQUEST)
    assert 0 == _did(service, Action.GRANT_REVOKE)


def test_a_reveal_is_not_repeated_and_nothing_of_it_is_kept(service: Service) -> None:
    """The second request is 409; the database holds neither the values nor the key."""
    grant_id = service.active()
    body = {"grant_id": grant_id, "view": "full", "purpose": "treatment", "tokens": service.rig.tokens}
    first, again = (_post(service, "/v1/reveal", body) for _ in range(2))
    other = _post(service, "/v1/reveal", body, key="another-key-of-mine")
    files = [path.read_bytes() for path in service.rig.desk.state.breakglass.glob("breakglass.db*")]

    assert set(VALUES) <= {item["value"] for item in first.json()["items"]}
    assert (409, "repeated") == (again.status_code, again.json()["code"])
    assert 200 == other.status_code
    assert 2 == _did(service, Action.REVEAL)
    for text in (*VALUES, _KEY.strip('"')):
        assert not any(text.encode() in content for content in files)


def test_a_key_is_one_persons(service: Service) -> None:
    """Two people may choose the same key; neither sees the other's answer."""
    grant_id = _post(service, "/v1/grants", _asked(service)).json()["id"]
    approved = _post(service, f"/v1/grants/{grant_id}/approve", None, who="bo")

    assert (200, "approved") == (approved.status_code, approved.json()["state"])


def test_what_was_refused_may_be_asked_again(service: Service) -> None:
    """A refusal did nothing, so its key is free; nobody gets past the gate by a key."""
    grant_id = _post(service, "/v1/grants", _asked(service)).json()["id"]
    key = "key-for-the-activation"
    assert 409 == _post(service, f"/v1/grants/{grant_id}/activate", None, key).status_code
    service.post("bo", f"/v1/grants/{grant_id}/approve")
    assert 200 == _post(service, f"/v1/grants/{grant_id}/activate", None, key).status_code

    headers = {"Idempotency-Key": _KEY}
    assert 401 == service.client.post("/v1/grants", json=_asked(service), headers=headers).status_code


@pytest.mark.parametrize("key", ["short", '"', '""', "a key of words", "ä" * 10, "x" * 129])
def test_a_key_of_another_form_is_refused(service: Service, key: str) -> None:
    """400, and nothing is done."""
    headers = {"Authorization": f"Bearer {service.token('ada')}", "Idempotency-Key": key.encode()}
    answer = service.client.post("/v1/grants", json=_asked(service), headers=headers)  # type: ignore[arg-type]

    assert (400, "idempotency_key_refused") == (answer.status_code, answer.json()["code"])
    assert 0 == _did(service, Action.GRANT_REQUEST)


def test_a_key_serves_for_a_day(service: Service) -> None:
    """After it the same request is a new one."""
    _post(service, "/v1/grants", _asked(service))
    service.rig.clock.seconds += _DAY - 60
    assert 201 == _post(service, "/v1/grants", _asked(service)).status_code
    assert 1 == _did(service, Action.GRANT_REQUEST)

    service.rig.clock.seconds += 60
    _post(service, "/v1/grants", _asked(service))
    assert 2 == _did(service, Action.GRANT_REQUEST)


def test_one_at_a_time_and_what_died_is_not_done_again(service: Service) -> None:
    """While a request is under way, and after a process died in it, the same one is 409."""
    store = service.rig.desk.granting.store
    once = Once.open(store.engine, store.seal.mac, lambda: service.rig.clock.seconds)
    begun: list[bool] = []
    threads = [threading.Thread(target=lambda: begun.append(once._begin("k", "d") is None)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [False, False, False, True] == sorted(begun)
    kept = once._begin("k", "d")
    assert kept is not None
    assert None is kept.status
