"""The local KEK's private half: lives with the break-glass service; no part of the redactor imports this module."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from schemas.errors import ConfigError, IncorrectKey
from streams.vault.kek_local import SUITE, version_of
from streams.vault.key_pairs import older_privates
from streams.vault.passphrase import pem_password
from streams.vault.private_file import read_private
from streams.vault.wrapping import WrapContext


@dataclass(frozen=True, slots=True)
class LocalPrivateKek:
    """Unwraps what a LocalKek wrapped, by any version whose private half lies beside this one; see UnwrappingKek."""

    private: X25519PrivateKey = field(repr=False)
    path: Path | None = field(default=None, repr=False)
    passphrase: bytes | None = field(default=None, repr=False)
    _older: dict[Path, X25519PrivateKey] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def load(cls, path: Path, passphrase: bytes | None = None) -> Self:
        """Read the private half; those of older versions are read once one of them is needed.

        Raises ConfigError where the file is missing, too open or no key; IncorrectKey where the passphrase is wrong.
        """
        return cls(read_private_kek(path, passphrase), path, passphrase)

    def unwrap(self, wrapped: bytes, context: WrapContext) -> bytes:
        """See UnwrappingKek."""
        for private in self._privates(context.kek_version):
            try:
                return SUITE.decrypt(wrapped, private, info=context.info())
            except (InvalidTag, ValueError):
                continue
        raise IncorrectKey("wrapped DEK does not open", dek_id=context.dek_id) from None

    def _privates(self, version: str) -> Iterator[X25519PrivateKey]:
        """Yield the private half of *version*, or every one where the version is not known."""
        if version in ("", version_of(self.private.public_key())):
            yield self.private
        if self.path is None:
            return
        for older in older_privates(self.path, version):
            if older not in self._older:
                self._older[older] = read_private_kek(older, self.passphrase)
            yield self._older[older]


def read_private_kek(path: Path, passphrase: bytes | None) -> X25519PrivateKey:
    """Return the private half in a file; raises as LocalPrivateKek.load."""
    data = read_private(path)
    password = pem_password(data, passphrase)
    try:
        private = load_pem_private_key(data, password)
    except TypeError:
        raise ConfigError(f"private KEK file and passphrase do not go together: {path}") from None
    except (ValueError, UnsupportedAlgorithm):
        if password is None:
            raise ConfigError(f"private KEK file holds no key: {path}") from None
        raise IncorrectKey("passphrase is wrong, or the private KEK file was altered") from None
    if not isinstance(private, X25519PrivateKey):
        raise ConfigError(f"private KEK file holds no X25519 key: {path}")
    return private
