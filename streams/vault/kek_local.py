"""The local KEK's public half: wraps DEKs with HPKE to an X25519 public key in a PEM file."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from schemas.errors import ConfigError
from streams.vault.wrapping import WrapContext

SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


@dataclass(frozen=True, slots=True)
class LocalKek:
    """A KEK whose public half lies on this machine; see Kek."""

    uri: str
    public: X25519PublicKey = field(repr=False)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the public half; raises ConfigError where it is missing or none."""
        try:
            public = load_pem_public_key(path.read_bytes())
        except OSError as error:
            raise ConfigError(f"KEK file cannot be read: {path}", errno=error.errno) from None
        except (ValueError, UnsupportedAlgorithm):
            raise ConfigError(f"KEK file holds no public key: {path}") from None
        if not isinstance(public, X25519PublicKey):
            raise ConfigError(f"KEK file holds no X25519 public key: {path}")
        return cls(f"local:{path}", public)

    def wrap(self, dek: bytes, context: WrapContext) -> bytes:
        """See Kek."""
        return SUITE.encrypt(dek, self.public, info=context.info())
