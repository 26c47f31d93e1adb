"""KEKs: what data keys are wrapped to, named by URI."""

from pathlib import Path
from typing import Protocol

from schemas.errors import ConfigError
from streams.vault.kek_local import LocalKek
from streams.vault.wrapping import Wrap, WrapContext


class Kek(Protocol):
    """Wraps DEKs. It can never unwrap: who holds this seals, and cannot open what was sealed."""

    @property
    def uri(self) -> str:
        """Return the URI under which the KEK is configured; it stands beside every DEK wrapped to it."""
        ...

    def wrap(self, dek: bytes, context: WrapContext) -> Wrap:
        """Return *dek* wrapped by the KEK's current version, bound to *context*; no two wraps are equal.

        Raises KmsUnavailable where the KEK's holder cannot be reached: the caller waits, and writes nothing meanwhile.
        """
        ...


class UnwrappingKek(Protocol):
    """Unwraps DEKs; held by break-glass and the quarantine replayer alone."""

    def unwrap(self, wrapped: bytes, context: WrapContext) -> bytes:
        """Return the DEK, whichever version of the KEK wrapped it.

        Raises IncorrectKey where the KEK is another one, or where anything of *context* or *wrapped* was changed.
        """
        ...


def open_kek(uri: str) -> Kek:
    """Return the wrapping side of the KEK that *uri* names; raises ConfigError where it is of no known kind."""
    scheme, separator, rest = uri.partition(":")
    if separator and scheme == "local" and rest:
        return LocalKek.load(Path(rest))
    raise ConfigError("KEK URI has an unknown scheme, local: is known", scheme=scheme if separator else None)
