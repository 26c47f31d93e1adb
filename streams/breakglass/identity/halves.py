"""The private halves of the local key pairs: protected by a passphrase, whole or in two parts held by two people."""

import struct
from collections.abc import Callable, Sequence
from pathlib import Path

from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat

from schemas.errors import ConfigError
from streams.vault.kek_local_private import LocalPrivateKek
from streams.vault.key_pairs import older_privates
from streams.vault.passphrase import is_protected, protect
from streams.vault.private_file import exclusive, read_private, write_private

#: Guessed offline by whoever has the file: so longer than a password that is only tried at a door.
SHORTEST = 15
_FEWEST_CHARACTERS = 6
_WHOLE = 1

#: How `streams/vault/passphrase.py` protects a PEM; tests give a cheaper one.
Protect = Callable[[Callable[[bytes], bytes], bytes], bytes]


def passphrase_of(parts: Sequence[str]) -> bytes:
    """Return the passphrase that the parts make, in whichever order they are given.

    One part is the passphrase itself. Raises ConfigError for a part that could be guessed by who knows the other.
    """
    encoded = sorted(part.encode() for part in parts)
    for part in parts:
        if len(part) < SHORTEST or len(set(part)) < _FEWEST_CHARACTERS:
            raise ConfigError(
                f"passphrase, or each part of it, needs at least {SHORTEST} characters, and not a few again"
            )
    if len(encoded) == _WHOLE:
        return encoded[0]
    if len(set(encoded)) != len(encoded):
        raise ConfigError("the parts of a passphrase are the same")
    return b"".join(struct.pack(">I", len(part)) + part for part in encoded)


def protect_halves(keys: Path, names: Sequence[str], passphrase: bytes, protected: Protect = protect) -> None:
    """Protect the private halves that lie in *keys*; one that is protected already must open with the passphrase.

    So a ceremony that was cut short can be held again. Raises IncorrectKey where another passphrase protects one.
    """
    with exclusive(keys):
        current = [path for name in names if (path := keys / f"{name}.private.pem").exists()]
        paths = [*current, *(older for path in current for older in older_privates(path, ""))]
        open_halves = [path for path in paths if not is_protected(read_private(path))]
        for path in paths:
            if path not in open_halves:
                LocalPrivateKek.load(path, passphrase)
        for path in open_halves:
            write_private(path, protected(_pem_of(LocalPrivateKek.load(path)), passphrase))


def _pem_of(kek: LocalPrivateKek) -> Callable[[bytes], bytes]:
    return lambda password: kek.private.private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password)
    )
