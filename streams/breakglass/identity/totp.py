"""The second factor: one-time codes of RFC 6238, their secrets sealed at rest under a key file."""

import base64
import binascii
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self
from urllib.parse import quote

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import constant_time
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from schemas.errors import AccessDenied, ConfigError, IncorrectKey
from streams.vault.private_file import exclusive, make_private_folder, read_private, write_private

#: What every authenticator app knows: SHA-1 (as HMAC, sound), six digits, half a minute.
_DIGITS, _STEP_SECONDS, _SECRET_BYTES = 6, 30, 20
#: A code is taken in its own half minute, and in the ones before and after: clocks differ, people type.
_DRIFT_STEPS = 1
_KEY_BYTES, _NONCE_BYTES = 32, 12
_CONTEXT = b"phistream/totp/v1\0"


@dataclass(frozen=True, slots=True)
class TotpSecret:
    """What an authenticator app and this side share."""

    secret: bytes = field(repr=False)

    @classmethod
    def generate(cls) -> Self:
        """Return a new one of 160 bits."""
        return cls(os.urandom(_SECRET_BYTES))

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read what `text` wrote; raises ConfigError for anything else."""
        try:
            secret = base64.b32decode(text.replace(" ", "").upper())
        except (binascii.Error, ValueError):
            raise ConfigError("one-time secret is not base32") from None
        if len(secret) < _SECRET_BYTES:
            raise ConfigError("one-time secret is shorter than 160 bits")
        return cls(secret)

    @property
    def text(self) -> str:
        """The secret as people type it into an app that cannot scan."""
        return base64.b32encode(self.secret).decode("ascii")

    def uri(self, name: str) -> str:
        """Return the otpauth URI that authenticator apps scan."""
        return f"otpauth://totp/phistream:{quote(name)}?secret={self.text}&issuer=phistream"

    def code_at(self, now: float) -> str:
        """Return the code of this moment."""
        return self._code(step_of(now))

    def step_of_code(self, code: str, now: float) -> int:
        """Return the step whose code this is; raises AccessDenied for a wrong and an old code.

        Whether it was used already is for the caller to see, in the transaction that uses it up.
        """
        given = code.strip().replace(" ", "").encode()
        found = None
        for step in range(step_of(now) - _DRIFT_STEPS, step_of(now) + _DRIFT_STEPS + 1):
            # All of them are computed, whichever it is.
            if constant_time.bytes_eq(self._code(step).encode(), given):
                found = step
        if found is None:
            raise AccessDenied
        return found

    def _code(self, step: int) -> str:
        code: bytes = TOTP(self.secret, _DIGITS, SHA1(), _STEP_SECONDS).generate(step * _STEP_SECONDS)  # noqa: S303
        return code.decode("ascii")


def step_of(now: float) -> int:
    """Return the half minute that a moment lies in."""
    return int(now // _STEP_SECONDS)


@dataclass(frozen=True, slots=True)
class TotpSeal:
    """Seals one-time secrets under a key that is not in the database; bound to the account they belong to."""

    _cipher: AESGCM = field(repr=False)

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read the key file (mode 0600), made where there is none."""
        make_private_folder(path.parent)
        with exclusive(path.parent):
            if not path.exists():
                write_private(path, os.urandom(_KEY_BYTES).hex().encode("ascii") + b"\n")
        try:
            key = bytes.fromhex(read_private(path).decode("ascii").strip())
        except ValueError:
            raise ConfigError(f"key file is no key: {path}") from None
        if len(key) != _KEY_BYTES:
            raise ConfigError(f"key file is no key: {path}")
        return cls(AESGCM(key))

    def seal(self, secret: TotpSecret, subject: str) -> tuple[bytes, bytes]:
        """Return nonce and sealed secret."""
        nonce = os.urandom(_NONCE_BYTES)
        return nonce, self._cipher.encrypt(nonce, secret.secret, _CONTEXT + subject.encode())

    def open(self, nonce: bytes, sealed: bytes, subject: str) -> TotpSecret:
        """Return the secret; raises IncorrectKey for another key, another account, an altered row."""
        try:
            return TotpSecret(self._cipher.decrypt(nonce, sealed, _CONTEXT + subject.encode()))
        except InvalidTag:
            raise IncorrectKey("one-time secret does not open") from None
