"""A strict fake of AWS KMS: it refuses what the real one refuses and moto does not.

Disabled keys, keys pending deletion, wrong encryption contexts, keys other than the named one, and every action that
the role of the access key was not given. It speaks KMS's own protocol, so boto3 is the real client of it.
"""

import base64
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.streams.vault.http_fake import serving

ACCOUNT = "arn:aws:kms:eu-west-1:111122223333"
_CREDENTIAL = re.compile(r"Credential=([A-Za-z0-9]+)/")


@dataclass(slots=True)
class _Key:
    arn: str
    secret: bytes = field(default_factory=lambda: os.urandom(32), repr=False)
    state: str = "Enabled"


class _Refused(Exception):
    pass


@dataclass(slots=True)
class StrictKms:
    """Keys, aliases and roles; `calls` lists every action that was asked for, with the role that asked."""

    url: str = ""
    keys: dict[str, _Key] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    roles: dict[str, tuple[frozenset[str], frozenset[str] | None]] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)

    def create_key(self, alias: str | None = None) -> str:
        """Make a key, point an alias at it where one is given, and return the ARN to configure."""
        arn = f"{ACCOUNT}:key/{os.urandom(4).hex()}-{len(self.keys):04d}"
        self.keys[arn] = _Key(arn)
        if alias is None:
            return arn
        self.aliases[f"{ACCOUNT}:alias/{alias}"] = arn
        return f"{ACCOUNT}:alias/{alias}"

    def allow(self, access_key: str, *actions: str, keys: frozenset[str] | None = None) -> None:
        """Give a role its actions, on some keys or on all of them."""
        self.roles[access_key] = (frozenset(actions), keys)

    def answer(self, _: str, headers: Mapping[str, str], body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        """Answer one request."""
        action = headers.get("X-Amz-Target", "").removeprefix("TrentService.")
        found = _CREDENTIAL.search(headers.get("Authorization", ""))
        role = found[1] if found else ""
        self.calls.append((role, action))
        try:
            return 200, getattr(self, f"_{action.lower()}", self._unknown)(role, body)
        except _Refused as refused:
            return 400, {"__type": str(refused), "message": "refused"}

    def _encrypt(self, role: str, body: dict[str, Any]) -> dict[str, Any]:
        key = self._usable(role, "kms:Encrypt", body["KeyId"])
        nonce = os.urandom(12)
        plaintext = base64.b64decode(body["Plaintext"])
        sealed = AESGCM(key.secret).encrypt(nonce, plaintext, _context(body))
        name = key.arn.encode()
        blob = bytes([len(name)]) + name + nonce + sealed
        return {"CiphertextBlob": base64.b64encode(blob).decode(), "KeyId": key.arn}

    def _decrypt(self, role: str, body: dict[str, Any]) -> dict[str, Any]:
        blob = base64.b64decode(body["CiphertextBlob"])
        arn = blob[1 : 1 + blob[0]].decode("ascii", "replace") if blob else ""
        if arn not in self.keys:
            raise _Refused("InvalidCiphertextException")
        key = self._usable(role, "kms:Decrypt", arn)
        if "KeyId" in body and self._resolved(body["KeyId"]).arn != arn:
            raise _Refused("IncorrectKeyException")
        rest = blob[1 + blob[0] :]
        try:
            plaintext = AESGCM(key.secret).decrypt(rest[:12], rest[12:], _context(body))
        except (InvalidTag, ValueError):
            raise _Refused("InvalidCiphertextException") from None
        return {"Plaintext": base64.b64encode(plaintext).decode(), "KeyId": arn}

    def _unknown(self, *_: object) -> dict[str, Any]:
        raise _Refused("AccessDeniedException")

    def _usable(self, role: str, action: str, key_id: str) -> _Key:
        key = self._resolved(key_id)
        actions, keys = self.roles.get(role, (frozenset(), None))
        if action not in actions or (keys is not None and key.arn not in keys):
            raise _Refused("AccessDeniedException")
        if key.state == "Disabled":
            raise _Refused("DisabledException")
        if key.state != "Enabled":
            raise _Refused("KMSInvalidStateException")
        return key

    def _resolved(self, key_id: str) -> _Key:
        arn = self.aliases.get(key_id, key_id)
        if arn not in self.keys:
            raise _Refused("NotFoundException")
        return self.keys[arn]


@contextmanager
def strict_kms() -> Iterator[StrictKms]:
    """Serve a KMS without keys and without roles."""
    kms = StrictKms()
    with serving(kms.answer) as url:
        kms.url = url
        yield kms


def _context(body: dict[str, Any]) -> bytes:
    return repr(sorted(body.get("EncryptionContext", {}).items())).encode()


def aws_environment(url: str, access_key: str) -> dict[str, str]:
    """Return the environment in which boto3 is somebody, and finds KMS at *url*."""
    return {
        "AWS_ENDPOINT_URL_KMS": url,
        "AWS_ACCESS_KEY_ID": access_key,
        "AWS_SECRET_ACCESS_KEY": "example",
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": "/nonexistent",
        "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent",
    }
