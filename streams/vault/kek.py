"""KEKs: what data keys are wrapped to, named by URI."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from schemas.errors import ConfigError, PhistreamError
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


@dataclass(frozen=True, slots=True)
class CountedKek:
    """Tells of each call of a KEK how it ended: `ok`, or the class of its error."""

    kek: Kek
    told: Callable[[str], None]

    @property
    def uri(self) -> str:
        """See Kek."""
        return self.kek.uri

    def wrap(self, dek: bytes, context: WrapContext) -> Wrap:
        """See Kek."""
        try:
            wrap = self.kek.wrap(dek, context)
        except PhistreamError as error:
            self.told(type(error).__name__)
            raise
        self.told("ok")
        return wrap


class UnwrappingKek(Protocol):
    """Unwraps DEKs; held by break-glass and the quarantine replayer alone."""

    def unwrap(self, wrapped: bytes, context: WrapContext) -> bytes:
        """Return the DEK, whichever version of the KEK wrapped it.

        Raises IncorrectKey where the KEK is another one, or where anything of *context* or *wrapped* was changed.
        """
        ...


@dataclass(frozen=True, slots=True)
class CountedUnwrappingKek:
    """Tells of each call of an unwrapping KEK how it ended: `ok`, or the class of its error."""

    kek: UnwrappingKek
    told: Callable[[str], None]

    def unwrap(self, wrapped: bytes, context: WrapContext) -> bytes:
        """See UnwrappingKek."""
        try:
            dek = self.kek.unwrap(wrapped, context)
        except PhistreamError as error:
            self.told(type(error).__name__)
            raise
        self.told("ok")
        return dek


def open_kek(uri: str) -> Kek:
    """Return the wrapping side of the KEK that *uri* names; raises ConfigError where it is of no known kind."""
    scheme, separator, rest = uri.partition(":")
    match scheme if separator and rest else "":
        case "local":
            return LocalKek.load(Path(rest))
        case "aws-kms":
            from streams.vault.kms.aws import AwsKek  # noqa: PLC0415 - of an extra.

            return AwsKek.load(rest)
        case "hcvault":
            from streams.vault.kms.hcvault import HcVaultKek, TransitKey  # noqa: PLC0415 - of an extra.

            return HcVaultKek(TransitKey.load(rest))
        case _:
            known = "local:, aws-kms: and hcvault: are known"
            raise ConfigError(f"KEK URI has an unknown scheme, {known}", scheme=scheme if separator else None)
