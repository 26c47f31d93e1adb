"""Passwords of local accounts: what is taken as one, and its argon2id hash. The only user of argon2."""

import base64
import os
import unicodedata
from dataclasses import dataclass, field

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION
from argon2.profiles import RFC_9106_LOW_MEMORY

from schemas.errors import AccessDenied, ConfigError

#: NIST SP 800-63B asks for 8 beside a second factor; an account here opens a vault.
SHORTEST = 12
_LONGEST = 1024
_FEWEST_CHARACTERS = 5


@dataclass(frozen=True, slots=True)
class HashCost:
    """What one hash costs: passes, memory in KiB, lanes."""

    passes: int
    memory_kib: int
    lanes: int


#: RFC 9106, second recommended option: 64 MiB, three passes, four lanes.
RFC_9106_SECOND = HashCost(
    RFC_9106_LOW_MEMORY.time_cost, RFC_9106_LOW_MEMORY.memory_cost, RFC_9106_LOW_MEMORY.parallelism
)


def check_password(password: str, name: str) -> None:
    """Raise ConfigError for a password that could be guessed; there are no rules about kinds of characters."""
    normal = _normal(password)
    if not SHORTEST <= len(normal) <= _LONGEST:
        raise ConfigError(f"password needs at least {SHORTEST} characters, at most {_LONGEST}")
    if name.casefold() in normal.casefold():
        raise ConfigError("password holds the name of its account")
    if len(set(normal)) < _FEWEST_CHARACTERS:
        raise ConfigError(f"password needs at least {_FEWEST_CHARACTERS} different characters")


@dataclass(frozen=True, slots=True)
class Passwords:
    """Hashes and verifies passwords at one cost."""

    cost: HashCost = RFC_9106_SECOND
    _hasher: PasswordHasher = field(init=False, repr=False)
    _nobody: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        hasher = PasswordHasher(self.cost.passes, self.cost.memory_kib, self.cost.lanes, type=Type.ID)
        object.__setattr__(self, "_hasher", hasher)
        object.__setattr__(self, "_nobody", _nobodys_hash(self.cost))

    def hash(self, password: str) -> str:
        """Return the encoded argon2id hash."""
        return self._hasher.hash(_normal(password))

    def verify(self, encoded: str | None, password: str) -> None:
        """Raise AccessDenied for a wrong password; without a hash it takes as long, and is always wrong."""
        try:
            self._hasher.verify(self._nobody if encoded is None else encoded, _normal(password))
        except (VerificationError, InvalidHashError):
            raise AccessDenied from None
        if encoded is None:
            raise AccessDenied

    def is_outdated(self, encoded: str) -> bool:
        """Tell whether the hash was made at another cost."""
        return self._hasher.check_needs_rehash(encoded)


def _nobodys_hash(cost: HashCost) -> str:
    """Return a hash that no password has, as dear to check as any other."""
    salt, digest = (base64.b64encode(os.urandom(size)).rstrip(b"=").decode("ascii") for size in (16, 32))
    return f"$argon2id$v={ARGON2_VERSION}$m={cost.memory_kib},t={cost.passes},p={cost.lanes}${salt}${digest}"


def _normal(password: str) -> str:
    # The same password from keyboards that compose letters differently.
    return unicodedata.normalize("NFKC", password)
