"""The signing keys of an identity provider: fetched, kept for a while, fetched again when it rotated them."""

import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import orjson
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, OKPKey, RSAKey

from schemas.audit_terms import Reason
from schemas.errors import AccessDenied, ConfigError
from streams.clock import Clock
from streams.config import is_loopback

#: What a token may be signed with, and no other: no secret that both sides share, no key of an unknown kind.
SigningKey = RSAKey | ECKey | OKPKey
_SMALLEST_RSA_BITS = 2048
_BITS_A_CHARACTER = 6  # Of base64url, in which the modulus is written.

#: A key that the provider withdrew is trusted no longer than this.
_KEEP_SECONDS = 600.0
#: Tokens with unknown key ids cost the provider at most one request in so long.
_LEAST_BETWEEN_SECONDS = 30.0
_TIMEOUT_SECONDS = 5.0
_MAX_BYTES = 256 * 1024

Fetch = Callable[[], bytes]


class ProviderUnavailable(AccessDenied):
    """The provider's keys cannot be had, so nobody's token can be judged."""

    def __init__(self) -> None:
        super().__init__("identity provider cannot be reached", code=Reason.IDENTITY_UNAVAILABLE.value)


@dataclass(slots=True)
class ProviderKeys:
    """Keys by id; threads may share it."""

    fetch: Fetch
    clock: Clock
    _keys: dict[str, SigningKey] = field(default_factory=dict)
    _fetched_at: float | None = None
    _tried_at: float | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def key(self, kid: str) -> SigningKey | None:
        """Return the key of this id, or None where the provider has none.

        Raises ProviderUnavailable where its keys are too old, or were never had, and it does not answer.
        """
        with self._lock:
            now = self.clock.monotonic()
            old = self._fetched_at is None or now - self._fetched_at >= _KEEP_SECONDS
            if old or kid not in self._keys:
                self._refresh(now, needed=old)
            return self._keys.get(kid)

    def _may_try(self, now: float) -> bool:
        return self._tried_at is None or now - self._tried_at >= _LEAST_BETWEEN_SECONDS

    def _refresh(self, now: float, *, needed: bool) -> None:
        if self._may_try(now):
            self._tried_at = now
            try:
                self._keys = _read(self.fetch())
            except ProviderUnavailable:
                if needed:
                    raise
            else:
                self._fetched_at = now
        elif needed:
            raise ProviderUnavailable


def fetch_over_https(url: str, ca_file: Path | None = None) -> Fetch:
    """Return what fetches the key set; raises ConfigError for an address in clear beyond loopback."""
    if not url.startswith("https://") and not (url.startswith("http://") and is_loopback(url)):
        raise ConfigError("identity provider is reached over https only", setting="breakglass.oidc.jwks_uri")
    context = ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))
    context.minimum_version = ssl.TLSVersion.TLSv1_2

    def fetch() -> bytes:
        try:
            # Neither redirects nor proxies of the environment: the keys come from where the settings say.
            with httpx.Client(verify=context, timeout=_TIMEOUT_SECONDS, trust_env=False) as client:
                answer = client.get(url)
        except httpx.HTTPError:
            raise ProviderUnavailable from None
        if answer.status_code != httpx.codes.OK or len(answer.content) > _MAX_BYTES:
            raise ProviderUnavailable
        return answer.content

    return fetch


def _read(content: bytes) -> dict[str, SigningKey]:
    """Return the usable keys of a key set; others are left out, an unreadable set raises ProviderUnavailable."""
    try:
        listed = orjson.loads(content)["keys"]
        found = {key["kid"]: key for key in listed if isinstance(key, dict) and isinstance(key.get("kid"), str)}
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise ProviderUnavailable from None
    keys = {kid: _key(tree) for kid, tree in found.items() if tree.get("use", "sig") == "sig"}
    return {kid: key for kid, key in keys.items() if key is not None}


def _key(tree: dict[str, object]) -> SigningKey | None:
    public: dict[str, str | list[str]] = {name: value for name, value in tree.items() if isinstance(value, str)}
    if public.get("kty") not in ("RSA", "EC", "OKP"):
        return None
    if public["kty"] == "RSA" and len(str(public.get("n", ""))) * _BITS_A_CHARACTER < _SMALLEST_RSA_BITS:
        return None
    try:
        key = JWKRegistry.import_key(public)
    except (JoseError, ValueError, KeyError, TypeError):
        return None
    return key if isinstance(key, SigningKey) else None
