"""Making local key pairs: the public half for the redactor, the private half for break-glass."""

from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from schemas.errors import ConfigError
from streams.vault.passphrase import protect
from streams.vault.private_file import exclusive, make_private_folder, write_private

_WORLD_READABLE = 0o644


@dataclass(frozen=True, slots=True)
class KeyPair:
    """Where the two halves of a local KEK lie."""

    public: Path
    private: Path

    @property
    def uri(self) -> str:
        """Return the URI of the wrapping side."""
        return f"local:{self.public}"


def create_key_pair(folder: Path, name: str, passphrase: bytes | None = None) -> KeyPair:
    """Make `NAME.public.pem` and `NAME.private.pem` (mode 0600) in *folder*.

    Raises ConfigError where one of them is there: a key is never overwritten.
    """
    make_private_folder(folder)
    pair = _pair(folder, name)
    with exclusive(folder):
        if pair.public.exists() or pair.private.exists():
            raise ConfigError(f"key pair is already there: {pair.public}")
        _write(pair, passphrase)
    return pair


def ensure_key_pair(folder: Path, name: str, passphrase: bytes | None = None) -> KeyPair:
    """Return the key pair, making it where neither half is there; the private half may have been taken elsewhere.

    Raises ConfigError where only the private half is there: a public key that was lost is a matter for a person.
    """
    make_private_folder(folder)
    pair = _pair(folder, name)
    with exclusive(folder):
        if not pair.public.exists():
            if pair.private.exists():
                raise ConfigError(f"public half of a key pair is missing: {pair.public}")
            _write(pair, passphrase)
    return pair


def _pair(folder: Path, name: str) -> KeyPair:
    return KeyPair(folder / f"{name}.public.pem", folder / f"{name}.private.pem")


def _write(pair: KeyPair, passphrase: bytes | None) -> None:
    private = X25519PrivateKey.generate()
    # The private half comes first: a public key in use without it would seal what nobody can open.
    sealed = (
        _pem(private, NoEncryption())
        if not passphrase
        else protect(lambda password: _pem(private, BestAvailableEncryption(password)), passphrase)
    )
    write_private(pair.private, sealed)
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    write_private(pair.public, public, _WORLD_READABLE)


def _pem(private: X25519PrivateKey, encryption: KeySerializationEncryption) -> bytes:
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
