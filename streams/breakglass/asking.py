"""Asking a break-glass service that runs elsewhere, with a bearer token; its refusals are errors of ours."""

import os
import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson

from schemas.access import ItemStatus
from schemas.audit_terms import Reason
from schemas.errors import AccessDenied, AuditUnavailable, ConfigError, KmsUnavailable, LogUnavailable, PhistreamError
from streams.breakglass.replaying import Destroyed, Settled
from streams.config import is_loopback
from streams.vault.private_file import read_private

#: Putting back reads the whole quarantine topic first.
_TIMEOUT_SECONDS = 300.0
_DESCRIPTOR = "fd:"
_LONGEST_TOKEN = 64 * 1024
_UNAVAILABLE: Mapping[str, type[PhistreamError]] = {
    Reason.STORE_UNAVAILABLE: AuditUnavailable,
    Reason.KMS_UNAVAILABLE: KmsUnavailable,
}
_MISTAKEN = frozenset({httpx.codes.BAD_REQUEST, httpx.codes.REQUEST_ENTITY_TOO_LARGE, httpx.codes.UNPROCESSABLE_ENTITY})


@dataclass(frozen=True, slots=True)
class AskedService:
    """A service at an address, asked as whoever the bearer token is of."""

    url: str
    token: str = field(repr=False)
    ca_file: Path | None = None

    def __post_init__(self) -> None:
        """Raise ConfigError for an address in clear beyond loopback, or with more than scheme, host and port."""
        parts = urlsplit(self.url)
        near = parts.scheme == "http" and is_loopback(self.url)
        if (parts.scheme != "https" and not near) or parts.path not in ("", "/") or parts.query or parts.username:
            raise ConfigError("a service is reached at https://HOST:PORT", setting="--service")

    def replay(self, grant_id: str, events: Sequence[str]) -> tuple[Settled, ...]:
        """Put sealed records back, those of *events* or all that the grant names; raises as the service refuses."""
        wanted = events or self._named(grant_id, "replays")
        answer = self._ask("POST", "/v1/quarantine/replay", {"grant_id": grant_id, "events": list(wanted)})
        return _settled(answer)

    def destroy(self, grant_id: str, events: Sequence[str]) -> Destroyed:
        """Destroy sealed records as replay() puts them back, and say what remains."""
        wanted = events or self._named(grant_id, "destructions")
        answer = self._ask("POST", "/v1/quarantine/destroy", {"grant_id": grant_id, "events": list(wanted)})
        return Destroyed(_settled(answer), tuple(map(str, answer.get("remains", ()))))

    def _named(self, grant_id: str, what: str) -> Sequence[str]:
        if not grant_id.replace("-", "").isalnum():
            raise ConfigError("a grant is named by its id")
        named = self._ask("GET", f"/v1/grants/{grant_id}").get("scope", {}).get(what, [])
        if not named:
            raise AccessDenied("grant names no such records", code=Reason.OUT_OF_SCOPE.value)
        return [str(each) for each in named]

    def _ask(self, method: str, path: str, body: object = None) -> Mapping[str, Any]:
        context = ssl.create_default_context(cafile=None if self.ca_file is None else str(self.ca_file))
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        headers = {"Authorization": f"Bearer {self.token}"}
        try:
            # Neither redirects nor proxies of the environment: the token goes where it was said to.
            with httpx.Client(verify=context, timeout=_TIMEOUT_SECONDS, trust_env=False) as client:
                answer = client.request(method, self.url.rstrip("/") + path, json=body, headers=headers)
        except httpx.HTTPError as error:
            raise LogUnavailable("service cannot be reached", error_class=type(error).__name__) from None
        tree = _tree(answer)
        if answer.status_code != httpx.codes.OK:
            raise _refusal(answer.status_code, str(tree.get("code", "")))
        return tree


def read_token(source: str) -> str:
    """Return the bearer token of a file of mode 0600, or of `fd:N`; raises ConfigError, which holds nothing of it."""
    if source.startswith(_DESCRIPTOR):
        try:
            with os.fdopen(int(source.removeprefix(_DESCRIPTOR)), "rb") as file:
                content = file.read(_LONGEST_TOKEN)
        except (OSError, ValueError):
            raise ConfigError("a descriptor is fd:N, and open", setting="--token") from None
    else:
        content = read_private(Path(source))
    token = content.strip()
    if not token or not token.isascii() or len(token.split()) != 1:
        raise ConfigError("file holds no bearer token", setting="--token")
    return token.decode("ascii")


def _tree(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        tree = orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        tree = None
    if not isinstance(tree, dict):
        raise LogUnavailable("this is no break-glass service", status=answer.status_code)
    return tree


def _settled(answer: Mapping[str, Any]) -> tuple[Settled, ...]:
    try:
        return tuple(Settled(each["event_id"], ItemStatus(each["status"]), each["code"]) for each in answer["items"])
    except (KeyError, TypeError, ValueError):
        raise LogUnavailable("answer of the service cannot be read") from None


def _refusal(status: int, code: str) -> PhistreamError:
    """Return what a refusal is here; of its words only a code of ours is kept."""
    code = code if code in set(Reason) else "unknown"
    if status >= httpx.codes.INTERNAL_SERVER_ERROR:
        return _UNAVAILABLE.get(code, LogUnavailable)("service cannot do this now", status=status, code=code)
    if status in _MISTAKEN:
        return ConfigError("service cannot read what was asked", status=status, code=code)
    return AccessDenied("not allowed", code=code)
