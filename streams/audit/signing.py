"""The log's signing keys, and the signed notes that checkpoints are written as."""

import base64
import secrets
from dataclasses import dataclass, field
from pathlib import Path

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from schemas.errors import ConfigError
from streams.audit.verify_log import Checkpoint, VerifierKey
from streams.vault.primitives import derive, keyed_digest
from streams.vault.private_file import make_private_folder, read_private, write_private

#: A signing key is exchanged once a year at the latest.
ROTATION_MS = 365 * 86_400_000
_SEED_BYTES = 32


@dataclass(frozen=True, slots=True)
class SigningKey:
    """One Ed25519 key of a log, and since when it signs."""

    created_at_ms: int
    seed: bytes = field(repr=False)

    def verifier(self, name: str) -> VerifierKey:
        """Return the public half."""
        return VerifierKey(name, self._private().public_key().public_bytes_raw())

    def sign(self, checkpoint: Checkpoint) -> str:
        """Return the signature line of a checkpoint."""
        signature = self.verifier(checkpoint.origin).id + self._private().sign(checkpoint.body.encode())
        return f"\N{EM DASH} {checkpoint.origin} {base64.b64encode(signature).decode()}\n"

    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


@dataclass(frozen=True, slots=True)
class LogKeys:
    """The name of a log and its keys, oldest first: the last one signs, all of them verify."""

    origin: str
    keys: tuple[SigningKey, ...] = field(repr=False)

    @property
    def verifiers(self) -> list[VerifierKey]:
        """Return the public halves, oldest first: what an outsider needs."""
        return [key.verifier(self.origin) for key in self.keys]

    @property
    def due_at_ms(self) -> int:
        """Return by when the signing key has to be exchanged."""
        return self.keys[-1].created_at_ms + ROTATION_MS

    def note(self, checkpoint: Checkpoint) -> str:
        """Return the signed note of a checkpoint."""
        return f"{checkpoint.body}\n{self.keys[-1].sign(checkpoint)}"

    def digest(self, data: bytes) -> str:
        """Return a digest, in hex, of what the log tells of but must not hold; it outlives rotations."""
        return keyed_digest(derive(self.keys[0].seed, "phistream/audit-digest/v1", self.origin), data).hex()

    def public_text(self) -> str:
        """Return the verifier keys, one a line."""
        return "".join(f"{verifier}\n" for verifier in self.verifiers)


def read_log_keys(path: Path) -> LogKeys:
    """Read the private key file of a log; raises ConfigError where it is none."""
    try:
        tree = orjson.loads(read_private(path))
        keys = tuple(SigningKey(int(key["created_at_ms"]), base64.b64decode(key["seed"])) for key in tree["keys"])
        origin = str(tree["origin"])
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        raise ConfigError("audit signing key file cannot be read", path=str(path)) from None
    if not keys or any(len(key.seed) != _SEED_BYTES for key in keys):
        raise ConfigError("audit signing key file holds no key", path=str(path))
    return LogKeys(origin, keys)


def ensure_log_keys(path: Path, now_ms: int, kind: str = "audit") -> LogKeys:
    """Read the key file, or make one with a name of its own and a first key."""
    if not path.exists():
        make_private_folder(path.parent)
        origin = f"phistream-{kind}-{secrets.token_hex(4)}"
        _write(path, LogKeys(origin, (SigningKey(now_ms, secrets.token_bytes(_SEED_BYTES)),)))
    return read_log_keys(path)


def rotate_log_key(path: Path, now_ms: int) -> LogKeys:
    """Add a new key that signs from now on; hand the new public text to those who verify, beside the old."""
    keys = read_log_keys(path)
    rotated = LogKeys(keys.origin, (*keys.keys, SigningKey(now_ms, secrets.token_bytes(_SEED_BYTES))))
    _write(path, rotated)
    return rotated


def _write(path: Path, keys: LogKeys) -> None:
    tree = {
        "v": 1,
        "origin": keys.origin,
        "keys": [
            {"created_at_ms": key.created_at_ms, "seed": base64.b64encode(key.seed).decode()} for key in keys.keys
        ],
    }
    write_private(path, orjson.dumps(tree))
