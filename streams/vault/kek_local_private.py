"""The local KEK's private half: lives with the break-glass service; no part of the redactor imports this module."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from schemas.errors import ConfigError, IncorrectKey
from streams.vault.kek_local import SUITE
from streams.vault.passphrase import pem_password
from streams.vault.private_file import read_private
from streams.vault.wrapping import WrapContext


@dataclass(frozen=True, slots=True)
class LocalPrivateKek:
    """Unwraps what a LocalKek wrapped; see UnwrappingKek."""

    private: X25519PrivateKey = field(repr=False)

    @classmethod
    def load(cls, path: Path, passphrase: bytes | None = None) -> Self:
        """Read the private half.

        Raises ConfigError where the file is missing, too open or no key; IncorrectKey where the passphrase is wrong.
        """
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
        return cls(private)

    def unwrap(self, wrapped: bytes, context: WrapContext) -> bytes:
        """See UnwrappingKek."""
        try:
            return SUITE.decrypt(wrapped, self.private, info=context.info())
        except (InvalidTag, ValueError):
            raise IncorrectKey("wrapped DEK does not open", dek_id=context.dek_id) from None
