"""An identity provider for tests: keys it may rotate, and tokens it signs, right ones and wrong ones."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from streams.breakglass.identity.provider_keys import ProviderUnavailable

ISSUER = "https://id.example.org/realms/clinic"
AUDIENCE = "phistream"
Key = RSAKey | ECKey | OKPKey
RSA = RSAKey.generate_key(2048, {"kid": "rsa"})
EC = ECKey.generate_key("P-256", {"kid": "ec"})
ED = OKPKey.generate_key("Ed25519", {"kid": "ed"})
#: A key that the provider does not publish.
OTHER = RSAKey.generate_key(2048, {"kid": "other"})


class Anything(JWSRegistry):
    """Signs with whatever it is asked for."""

    def get_alg(self, name: str) -> Any:
        """Return the algorithm."""
        return self.algorithms[name]


@dataclass
class StandingClock:
    """A clock that a test moves."""

    seconds: float = 1000.0

    def now_ms(self) -> int:
        """See Clock."""
        return int(self.seconds * 1000)

    def monotonic(self) -> float:
        """See Clock."""
        return self.seconds


@dataclass
class Idp:
    """Publishes keys; counts how often it was asked; `down` answers nothing."""

    keys: list[Key] = field(default_factory=lambda: [RSA, EC, ED])
    asked: int = 0
    down: bool = False
    extra: list[dict[str, Any]] = field(default_factory=list)

    def fetch(self) -> bytes:
        """Return the key set."""
        self.asked += 1
        if self.down:
            raise ProviderUnavailable
        listed = [{**key.as_dict(private=False), "kid": key.kid} for key in self.keys]
        return json.dumps({"keys": [*listed, *self.extra]}).encode()


def claims(now: float, **changes: Any) -> dict[str, Any]:
    """Return the claims of a good token, changed; None takes one away."""
    good = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "f3b1c2",
        "iat": int(now) - 5,
        "exp": int(now) + 300,
        "auth_time": int(now) - 60,
        "acr": "gold",
        "amr": ["pwd", "otp"],
        "groups": [],
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


def signed(content: dict[str, Any], key: Key = RSA, alg: str = "RS256", **header: Any) -> str:
    """Return a token as the provider signs it."""
    return jwt.encode({"alg": alg, "kid": key.kid, **header}, content, key, registry=Anything())


def unsigned(content: dict[str, Any], alg: str = "none") -> str:
    """Return a token that nobody signed."""
    return f"{_part({'alg': alg, 'kid': RSA.kid})}.{_part(content)}."


def signed_with_public_key(content: dict[str, Any]) -> str:
    """Return a token whose HMAC was made with the provider's public key, as if it were a shared secret."""
    public = RSA.public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signing = f"{_part({'alg': 'HS256', 'kid': RSA.kid})}.{_part(content)}"
    return f"{signing}.{_base64(hmac.new(public, signing.encode(), hashlib.sha256).digest())}"


def _part(tree: dict[str, Any]) -> str:
    return _base64(json.dumps(tree).encode())


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
