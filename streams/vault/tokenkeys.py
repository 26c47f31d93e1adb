"""Token keys: the secrets behind tokens, look-up tags, conversation ids and digests, in a file of their own.

They are not in the configuration, nor in the environment: with them guesses of a value can be confirmed.
"""

import hashlib
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from schemas.errors import ConfigError
from streams.vault.primitives import KEY_BYTES, from_base64url, to_base64url
from streams.vault.private_file import exclusive, make_private_folder, read_private, write_private

VERSION = 1
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
#: The names of epochs, in order: a … z, aa … zz.
EPOCH_LETTERS = (*_LETTERS, *(first + second for first in _LETTERS for second in _LETTERS))


@dataclass(frozen=True, slots=True)
class Epoch:
    """A time during which one master secret mints; it begins at `starts_ms` of record time."""

    letter: str
    starts_ms: int
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class DigestKey:
    """What payloads are digested with; the id stands beside every digest."""

    id: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class TokenKeys:
    """All token keys of one tenant."""

    epochs: tuple[Epoch, ...]
    lookup: bytes = field(repr=False)
    conversation: bytes = field(repr=False)
    digests: tuple[DigestKey, ...]

    def epoch_at(self, timestamp_ms: int) -> Epoch:
        """Return the epoch of a record's timestamp: the record's, never the clock's, so that a replay agrees."""
        return next((epoch for epoch in reversed(self.epochs) if epoch.starts_ms <= timestamp_ms), self.epochs[0])

    def epoch(self, letter: str) -> Epoch:
        """Return an epoch by its letter; raises ConfigError where there is none."""
        for epoch in self.epochs:
            if epoch.letter == letter:
                return epoch
        raise ConfigError("no such token epoch", epoch=letter)


def new_token_keys() -> TokenKeys:
    """Return fresh keys with one epoch that covers all time."""
    return TokenKeys((Epoch("a", 0, _fresh()),), _fresh(), _fresh(), (_new_digest_key(),))


def load_token_keys(path: Path) -> Mapping[str, TokenKeys]:
    """Return the token keys by tenant; raises ConfigError where the file is missing, too open or damaged."""
    try:
        tree = json.loads(read_private(path))
        if tree["v"] != VERSION:
            raise ConfigError(f"token key file is of an unknown version: {path}")
        return {tenant: _read(keys) for tenant, keys in tree["tenants"].items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ConfigError(f"token key file is damaged: {path}") from None


def ensure_token_keys(path: Path, tenants: Sequence[str]) -> Mapping[str, TokenKeys]:
    """Return the token keys, making the file and the keys of tenants that have none yet.

    Processes that start together end with the same keys. Where no key is missing nothing is written, not even a lock:
    the folder may be read-only.
    """
    known = dict(load_token_keys(path)) if path.exists() else {}
    if known and set(tenants) <= set(known):
        return known
    make_private_folder(path.parent)
    with exclusive(path.parent):
        known = dict(load_token_keys(path)) if path.exists() else {}
        missing = [tenant for tenant in tenants if tenant not in known]
        if missing or not path.exists():
            known |= {tenant: new_token_keys() for tenant in missing}
            _save(path, known)
    return known


def begin_epoch(path: Path, tenant: str, starts_ms: int, now_ms: int) -> Epoch:
    """Add an epoch that begins at *starts_ms* and return it.

    Raises ConfigError where that is not in the future: records already redacted would get other tokens in a replay.
    """
    with exclusive(path.parent):
        known = dict(load_token_keys(path))
        keys = known.get(tenant)
        if keys is None:
            raise ConfigError("no token keys for the tenant", tenant=tenant)
        if starts_ms <= max(now_ms, keys.epochs[-1].starts_ms):
            raise ConfigError("a token epoch must begin in the future", tenant=tenant, starts_ms=starts_ms)
        if len(keys.epochs) == len(EPOCH_LETTERS):
            raise ConfigError("no epoch letters are left", tenant=tenant)
        epoch = Epoch(EPOCH_LETTERS[len(keys.epochs)], starts_ms, _fresh())
        known[tenant] = replace(keys, epochs=(*keys.epochs, epoch))
        _save(path, known)
    return epoch


def _fresh() -> bytes:
    return os.urandom(KEY_BYTES)


def _new_digest_key() -> DigestKey:
    secret = _fresh()
    return DigestKey("dg_" + hashlib.sha256(b"phistream/digest-key-id/v1" + secret).hexdigest()[:16], secret)


def _save(path: Path, known: Mapping[str, TokenKeys]) -> None:
    tree = {"v": VERSION, "tenants": {tenant: _write(keys) for tenant, keys in known.items()}}
    write_private(path, json.dumps(tree, indent=1).encode("ascii"))


def _write(keys: TokenKeys) -> dict[str, Any]:
    return {
        "epochs": [
            {"letter": epoch.letter, "starts_ms": epoch.starts_ms, "secret": to_base64url(epoch.secret)}
            for epoch in keys.epochs
        ],
        "lookup": to_base64url(keys.lookup),
        "conversation": to_base64url(keys.conversation),
        "digests": [{"id": digest.id, "secret": to_base64url(digest.secret)} for digest in keys.digests],
    }


def _read(tree: Mapping[str, Any]) -> TokenKeys:
    epochs = tuple(
        Epoch(str(item["letter"]), int(item["starts_ms"]), _secret(item["secret"])) for item in tree["epochs"]
    )
    digests = tuple(DigestKey(str(item["id"]), _secret(item["secret"])) for item in tree["digests"])
    starts = [epoch.starts_ms for epoch in epochs]
    named = [epoch.letter for epoch in epochs] == list(EPOCH_LETTERS[: len(epochs)])
    if not epochs or not digests or not named or starts != sorted(set(starts)):
        raise ValueError("epochs or digest keys are missing or out of order")
    return TokenKeys(epochs, _secret(tree["lookup"]), _secret(tree["conversation"]), digests)


def _secret(text: str) -> bytes:
    secret = from_base64url(text)
    if len(secret) != KEY_BYTES:
        raise ValueError("a secret is not 32 bytes long")
    return secret
