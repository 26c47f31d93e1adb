"""The key store's port: wrapped DEKs and the generations of their units, in a place where things can be destroyed."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol

from schemas.vault import WrappedDek


class DekState(StrEnum):
    """What may be done with a DEK: seal and open, open only, or nothing any more."""

    ACTIVE = "active"
    RETIRED = "retired"
    DESTROYED = "destroyed"


class KeyStore(Protocol):
    """Keeps wrapped DEKs. Several processes use one store; what returned is durable and seen by all of them.

    A unit's generation begins at 0 and grows by one with each retirement. Never in Kafka: a compacted topic keeps what
    was deleted in old segments, replicas and backups.
    """

    def put(self, dek: WrappedDek, generation: int) -> None:
        """Keep a new DEK, durable before this returns.

        Raises KeyRetired where the unit's generation is no longer *generation*, and VaultError where the id is taken.
        """
        ...

    def get(self, dek_id: str) -> WrappedDek | None:
        """Return a DEK, or None where it was never there. A destroyed one has no `wrapped` bytes left."""
        ...

    def list(self, tenant: str, unit: str | None = None) -> tuple[WrappedDek, ...]:
        """Return the DEKs of a tenant, or of one of its units, oldest first."""
        ...

    def generation(self, tenant: str, unit: str) -> int:
        """Return the generation of a unit."""
        ...

    def generations(self, tenant: str) -> Mapping[str, int]:
        """Return the generations of a tenant's units; a unit that is not there has 0."""
        ...

    def retire_unit(self, tenant: str, unit: str) -> int:
        """Let no DEK of the unit seal any more, and return the new generation."""
        ...

    def destroy_unit(self, tenant: str, unit: str) -> int:
        """Destroy every retired DEK of the unit for good, and return how many; active ones stay.

        Raises VaultError where traces may be left in the store's own files.
        """
        ...

    def close(self) -> None:
        """Let go of the store."""
        ...
