"""Making local key pairs: the public half for the redactor, the private half for break-glass."""

from collections.abc import Iterator
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
from streams.vault.kek_local import read_public, version_of
from streams.vault.passphrase import protect
from streams.vault.private_file import exclusive, make_private_folder, read_private, write_private

_WORLD_READABLE = 0o644
_PRIVATE = ".private.pem"


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


def rotate_key_pair(folder: Path, name: str, passphrase: bytes | None = None) -> KeyPair:
    """Make a new key pair under the old name; the old private half stays as `NAME.VERSION.private.pem`.

    Whatever moment the power goes at, every private half that a DEK was wrapped to is still there under a name that
    LocalPrivateKek looks for. Raises ConfigError where a half is missing: the private half lives with break-glass, and
    the pair is rotated there.
    """
    pair = _pair(folder, name)
    with exclusive(folder):
        for half in (pair.public, pair.private):
            if not half.exists():
                raise ConfigError(f"half of a key pair is missing, rotate where both lie: {half}")
        _keep(pair, version_of(read_public(pair.public)))
        private = X25519PrivateKey.generate()
        sealed = _sealed(private, passphrase)
        ahead = pair.private.with_name(f"{name}.{version_of(private.public_key())}.private.pem")
        write_private(ahead, sealed)
        write_private(pair.public, _public_pem(private), _WORLD_READABLE)
        write_private(pair.private, sealed)
    return pair


def older_privates(path: Path, version: str) -> Iterator[Path]:
    """Yield the private halves beside `NAME.private.pem` of one version, or of every version where it is empty."""
    name = path.name.removesuffix(_PRIVATE)
    if version:
        named = path.with_name(f"{name}.{version}{_PRIVATE}")
        yield from [named] if named.exists() else []
        return
    yield from sorted(path.parent.glob(f"{name}.*{_PRIVATE}"))


def _keep(pair: KeyPair, version: str) -> None:
    """Give the current private half a second name that says its version."""
    kept = pair.private.with_name(f"{pair.private.name.removesuffix(_PRIVATE)}.{version}{_PRIVATE}")
    if not kept.exists():
        write_private(kept, read_private(pair.private))


def _pair(folder: Path, name: str) -> KeyPair:
    return KeyPair(folder / f"{name}.public.pem", folder / f"{name}.private.pem")


def _write(pair: KeyPair, passphrase: bytes | None) -> None:
    private = X25519PrivateKey.generate()
    # The private half comes first: a public key in use without it would seal what nobody can open.
    write_private(pair.private, _sealed(private, passphrase))
    write_private(pair.public, _public_pem(private), _WORLD_READABLE)


def _sealed(private: X25519PrivateKey, passphrase: bytes | None) -> bytes:
    if not passphrase:
        return _pem(private, NoEncryption())
    return protect(lambda password: _pem(private, BestAvailableEncryption(password)), passphrase)


def _public_pem(private: X25519PrivateKey) -> bytes:
    return private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _pem(private: X25519PrivateKey, encryption: KeySerializationEncryption) -> bytes:
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
