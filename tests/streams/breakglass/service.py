"""The API over a copy of a state folder, for people with tokens of an invented provider."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from httpx2 import Response
from starlette.testclient import TestClient

from schemas.access import Person, Role
from streams.audit.merkle_log import MerkleLog
from streams.breakglass.desk import HOME, Elsewhere
from streams.breakglass.gate import Gate
from streams.breakglass.identity.oidc import Oidc, Provider
from streams.breakglass.identity.provider_keys import ProviderKeys
from streams.breakglass.identity.registry import give_role
from streams.breakglass.serving import breakglass_api
from streams.embedded.state import EmbeddedState
from streams.telemetry.metrics import Metrics
from tests.streams.breakglass.identity.provider import AUDIENCE, ISSUER, Idp, claims, signed
from tests.streams.breakglass.rig import Rig, copy_of, rig_over

ROLES = {"ada": (Role.REQUESTER,), "bo": (Role.PRIVACY_OFFICER,), "cy": (), "di": (Role.AUDITOR,)}


@dataclass
class Service:
    """The API over a copy of that folder, and people with tokens of a provider."""

    rig: Rig
    idp: Idp
    client: TestClient
    gate: Gate
    log: MerkleLog
    metrics: Metrics

    def token(self, who: str, **changes: Any) -> str:
        """Return somebody's bearer token."""
        return signed(claims(self.rig.clock.seconds, sub=who, **changes))

    def call(self, who: str, method: str, path: str, body: Any = None, **changes: Any) -> Response:
        """Call an address as somebody."""
        headers = {"Authorization": f"Bearer {self.token(who, **changes)}"}
        return self.client.request(method, path, json=body, headers=headers)

    def post(self, who: str, path: str, body: Any = None, **changes: Any) -> Response:
        """Post as somebody."""
        return self.call(who, "POST", path, body, **changes)

    def ask(self, **changes: Any) -> Response:
        """Ask for the tokens of the first event as ada."""
        body = {
            "tenant": HOME,
            "mode": "normal",
            "purpose": "treatment",
            "justification": "The patient has to be called back.",
            "scope": {"tokens": self.rig.tokens},
            "seconds": 3600,
            "view": "full",
        }
        return self.post("ada", "/v1/grants", {**body, **changes})

    def active(self) -> str:
        """Return a grant of ada's that opens."""
        grant_id = str(self.ask().json()["id"])
        assert 200 == self.post("bo", f"/v1/grants/{grant_id}/approve").status_code
        assert 200 == self.post("ada", f"/v1/grants/{grant_id}/activate").status_code
        return grant_id

    def reveal(self, grant_id: str, who: str = "ada", **changes: Any) -> Response:
        """Reveal the tokens of the first event."""
        body = {"grant_id": grant_id, "view": "full", "purpose": "treatment", "tokens": self.rig.tokens}
        return self.post(who, "/v1/reveal", body, **changes)


@contextmanager
def served(
    state: EmbeddedState, folder: Path, host: str = "192.0.2.7", elsewhere: Elsewhere | None = None
) -> Iterator[Service]:
    """Serve a copy of a state folder, asked from *host*."""
    with rig_over(copy_of(state, folder), elsewhere=elsewhere) as rig:
        idp, metrics = Idp(), Metrics()
        rig.desk = replace(rig.desk, unwrapped=metrics.unwrapped)
        with rig.desk.registry.engine.begin() as connection:
            for name, roles in ROLES.items():
                for role in roles:
                    give_role(connection, Person(ISSUER, name), HOME, role, rig.clock.seconds)
        provider = Provider(ISSUER, AUDIENCE, frozenset({"gold"}))
        oidc = Oidc(provider, ProviderKeys(idp.fetch, rig.clock), rig.desk.registry)
        log = rig.recorded.audit.log  # type: ignore[attr-defined]
        api = breakglass_api(rig.desk, log, oidc, metrics)
        client = TestClient(api.app(), raise_server_exceptions=False, client=(host, 50_000))
        yield Service(rig, idp, client, api.gate, log, metrics)
