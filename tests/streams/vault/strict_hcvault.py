"""A strict fake of the transit engine of HashiCorp Vault and OpenBao, over their HTTP API; hvac is the real client.

As seen on Vault 1.13: a token whose policy has encrypt alone gets 403 on decrypt, wrong associated data is refused, and
version 0 is taken for 1.
Also refused: versions below `min_decryption_version`, unknown keys, and everything while Vault is sealed.
"""

import base64
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.streams.vault.http_fake import serving


@dataclass(slots=True)
class _Key:
    versions: list[bytes] = field(default_factory=lambda: [os.urandom(32)], repr=False)
    min_decryption_version: int = 1


@dataclass(slots=True)
class StrictTransit:
    """Keys by `mount/name`, and policies: the paths that each token may update."""

    url: str = ""
    keys: dict[str, _Key] = field(default_factory=dict)
    tokens: dict[str, frozenset[str]] = field(default_factory=dict)
    sealed: bool = False
    calls: list[str] = field(default_factory=list)

    def create_key(self, mount: str, name: str) -> str:
        """Make a key and return the rest of its URI."""
        self.keys[f"{mount}/{name}"] = _Key()
        return f"{self.url}/{mount}/{name}"

    def rotate(self, place: str) -> None:
        """Add a version."""
        self.keys[place].versions.append(os.urandom(32))

    def answer(self, path: str, headers: Mapping[str, str], body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Answer one request."""
        place = path.removeprefix("/v1/")
        self.calls.append(place)
        if self.sealed:
            return 503, {"errors": ["Vault is sealed"]}
        if place not in self.tokens.get(headers.get("X-Vault-Token", ""), frozenset()):
            return 403, {"errors": ["permission denied"]}
        mount, action, name = place.rsplit("/", 2)
        key = self.keys.get(f"{mount}/{name}")
        if key is None:
            return 400, {"errors": ["encryption key not found"]}
        if action == "encrypt":
            return 200, {"data": self._encrypt(key, body)}
        plaintext = self._decrypted(key, body)
        if plaintext is None:
            return 400, {"errors": ["cipher: message authentication failed"]}
        return 200, {"data": {"plaintext": base64.b64encode(plaintext).decode()}}

    def _encrypt(self, key: _Key, body: dict[str, Any]) -> dict[str, Any]:
        nonce, data = os.urandom(12), base64.b64decode(body.get("associated_data") or "")
        sealed = nonce + AESGCM(key.versions[-1]).encrypt(nonce, base64.b64decode(body["plaintext"]), data)
        return {"ciphertext": f"vault:v{len(key.versions)}:{base64.b64encode(sealed).decode()}"}

    def _decrypted(self, key: _Key, body: dict[str, Any]) -> bytes | None:
        prefix, _, rest = str(body["ciphertext"]).removeprefix("vault:v").partition(":")
        version = max(1, int(prefix)) if prefix.isdecimal() else 0
        if not key.min_decryption_version <= version <= len(key.versions):
            return None
        data = base64.b64decode(body.get("associated_data") or "")
        try:
            sealed = base64.b64decode(rest, validate=True)
            return AESGCM(key.versions[version - 1]).decrypt(sealed[:12], sealed[12:], data)
        except (InvalidTag, ValueError):
            return None


@contextmanager
def strict_transit() -> Iterator[StrictTransit]:
    """Serve a Vault without keys and without tokens."""
    transit = StrictTransit()
    with serving(transit.answer) as url:
        transit.url = url
        yield transit
