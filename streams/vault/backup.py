"""Backups of the key store: everything in it, and the token keys, sealed under a DEK wrapped to a KEK.

Made by whoever may wrap; opened only by the side that may unwrap (restoring.py). Written down in FORMAT.md.
"""

import json
import os
from dataclasses import asdict, dataclass, field
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from schemas.errors import VaultError
from streams.vault.kek import Kek
from streams.vault.keystore import KeyStore
from streams.vault.primitives import ALGORITHM, KEY_BYTES, NONCE_BYTES, from_base64url, length_prefixed, to_base64url
from streams.vault.wrapping import WrapContext, dek_id

VERSION = 1
#: What the DEK of a backup is for: no tenant has a unit of this name.
BACKUP = "backup"
_TEXTS = ("kek_uri", "kek_version", "dek_id")
_BYTES = ("wrapped_dek", "nonce", "sealed")


@dataclass(frozen=True, slots=True)
class Backup:
    """A sealed backup, as it stands in its file."""

    made_at_ms: int
    kek_uri: str
    kek_version: str
    dek_id: str
    wrapped_dek: bytes = field(repr=False)
    nonce: bytes = field(repr=False)
    sealed: bytes = field(repr=False)

    def associated(self) -> bytes:
        """Return the bytes that the sealed ones are bound to."""
        return length_prefixed("phistream/key-backup/v1", ALGORITHM, self.dek_id, str(self.made_at_ms))

    def context(self) -> WrapContext:
        """Return what the DEK is bound to."""
        return WrapContext(BACKUP, BACKUP, self.dek_id, self.kek_uri, self.kek_version)

    def to_bytes(self) -> bytes:
        """Write the file."""
        tree: dict[str, Any] = {"v": VERSION, "made_at_ms": self.made_at_ms}
        tree |= {name: getattr(self, name) for name in _TEXTS}
        tree |= {name: to_base64url(getattr(self, name)) for name in _BYTES}
        return json.dumps(tree).encode("ascii") + b"\n"


def read_backup(data: bytes) -> Backup:
    """Read a backup's file; raises VaultError where it is none."""
    try:
        tree = json.loads(data)
        if tree["v"] != VERSION:
            raise VaultError("backup is of an unknown version")
        kek_uri, kek_version, id_ = (str(tree[name]) for name in _TEXTS)
        wrapped, nonce, sealed = (from_base64url(tree[name]) for name in _BYTES)
        return Backup(int(tree["made_at_ms"]), kek_uri, kek_version, id_, wrapped, nonce, sealed)
    except (ValueError, KeyError, TypeError):
        raise VaultError("backup is damaged") from None


def make_backup(store: KeyStore, token_keys: bytes | None, ledger: tuple[int, str], kek: Kek, now_ms: int) -> Backup:
    """Seal everything in *store*, with the token keys and how far the ledger of erasures was (count, head)."""
    copy = store.copy()
    payload = {
        "deks": [
            asdict(dek) | {"wrapped": to_base64url(dek.wrapped), "generation": generation}
            for dek, generation in copy.deks
        ],
        "units": [list(unit) for unit in copy.units],
        "keks": [[kek.uri, kek.version, kek.since_ms, kek.retired_at_ms, kek.deks] for kek in copy.keks],
        "ledger": list(ledger),
        "token_keys": None if token_keys is None else to_base64url(token_keys),
    }
    secret, nonce = os.urandom(KEY_BYTES), os.urandom(NONCE_BYTES)
    id_ = dek_id(secret)
    wrap = kek.wrap(secret, WrapContext(BACKUP, BACKUP, id_, kek.uri))
    blank = Backup(now_ms, kek.uri, wrap.kek_version, id_, wrap.wrapped, nonce, b"")
    sealed = AESGCM(secret).encrypt(nonce, json.dumps(payload).encode("ascii"), blank.associated())
    return Backup(now_ms, kek.uri, wrap.kek_version, id_, wrap.wrapped, nonce, sealed)
