"""The local KEK's public half: wraps DEKs with HPKE to an X25519 public key in a PEM file."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from schemas.errors import ConfigError, KmsUnavailable
from streams.vault.wrapping import Wrap, WrapContext

SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
_VERSION_LETTERS = 16


@dataclass(frozen=True, slots=True)
class LocalKek:
    """A KEK whose public half lies on this machine; see Kek.

    The file is read at each wrap, at most a few times an hour, so that a rotated key is taken up without a restart.
    """

    path: Path

    @classmethod
    def load(cls, path: Path) -> Self:
        """Check that the public half can be read; raises ConfigError where it is missing or none."""
        read_public(path)
        return cls(path)

    @property
    def uri(self) -> str:
        """See Kek."""
        return f"local:{self.path}"

    def wrap(self, dek: bytes, context: WrapContext) -> Wrap:
        """See Kek; a file that is away for a while is a matter of waiting, as a service that is."""
        try:
            public = read_public(self.path)
        except ConfigError as error:
            raise KmsUnavailable(error.message) from None
        return Wrap(version_of(public), SUITE.encrypt(dek, public, info=context.info()))


def read_public(path: Path) -> X25519PublicKey:
    """Return the public half in a file; raises ConfigError where it is missing or none."""
    try:
        public = load_pem_public_key(path.read_bytes())
    except OSError as error:
        raise ConfigError(f"KEK file cannot be read: {path}", errno=error.errno) from None
    except (ValueError, UnsupportedAlgorithm):
        raise ConfigError(f"KEK file holds no public key: {path}") from None
    if not isinstance(public, X25519PublicKey):
        raise ConfigError(f"KEK file holds no X25519 public key: {path}")
    return public


def version_of(public: X25519PublicKey) -> str:
    """Return the version of a local KEK: a fingerprint of its public half."""
    return hashlib.sha256(public.public_bytes_raw()).hexdigest()[:_VERSION_LETTERS]
