"""The key store's port: wrapped DEKs and the generations of their units, in a place where things can be destroyed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from schemas.vault import WrappedDek


class DekState(StrEnum):
    """What may be done with a DEK: seal and open, open only, or nothing any more."""

    ACTIVE = "active"
    RETIRED = "retired"
    DESTROYED = "destroyed"


@dataclass(frozen=True, slots=True)
class KekUse:
    """One version of a KEK as the store knows it: since when, until when, and how many DEKs hang on it.

    `retired_at_ms` is 0 while it may wrap; `deks` counts those that are not destroyed.
    """

    uri: str
    version: str
    since_ms: int
    retired_at_ms: int
    deks: int


@dataclass(frozen=True, slots=True)
class StoreCopy:
    """Everything in a key store: DEKs with the generation that they were put under, units, KEK versions."""

    deks: tuple[tuple[WrappedDek, int], ...]
    units: tuple[tuple[str, str, int], ...]
    keks: tuple[KekUse, ...]


class KeyStore(Protocol):
    """Keeps wrapped DEKs. Several processes use one store; what returned is durable and seen by all of them.

    A unit's generation begins at 0 and grows by one with each retirement. Never in Kafka: a compacted topic keeps what
    was deleted in old segments, replicas and backups.
    """

    def put(self, dek: WrappedDek, generation: int) -> None:
        """Keep a new DEK, durable before this returns.

        Raises KeyRetired where the unit's generation is no longer *generation* or the version of the KEK is retired,
        and VaultError where the id is taken.
        """
        ...

    def get(self, dek_id: str) -> WrappedDek | None:
        """Return a DEK, or None where it was never there. A destroyed one has no `wrapped` bytes left."""
        ...

    def list(self, tenant: str, unit: str | None = None) -> tuple[WrappedDek, ...]:
        """Return the DEKs of a tenant, or of one of its units, oldest first."""
        ...

    def tenants(self) -> tuple[str, ...]:
        """Return every tenant that has a DEK, by name."""
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

    def destroy_below(self, tenant: str, unit: str, generation: int) -> int:
        """Destroy every DEK put before *generation*, which the unit has at least from now on; return how many.

        What the ledger of destroyed keys replays over a store that may be an old copy. Raises as destroy_unit.
        """
        ...

    def live_below(self, tenant: str, unit: str, generation: int) -> int:
        """Return how many DEKs put before *generation* are not destroyed."""
        ...

    def rewrap(self, old: WrappedDek, new: WrappedDek, at_ms: int) -> bool:
        """Exchange what a DEK is wrapped to; False where it is no longer as *old* has it, and nothing was done."""
        ...

    def keks(self) -> tuple[KekUse, ...]:
        """Return every version of a KEK that wrapped a DEK of this store, or was noted, oldest first."""
        ...

    def note_kek(self, uri: str, version: str, at_ms: int) -> None:
        """Note since when a version is used whose DEKs are kept elsewhere; what is known of it already stays."""
        ...

    def retire_kek(self, uri: str, version: str, at_ms: int) -> None:
        """Let a version of a KEK wrap no more; raises VaultError where DEKs hang on it still, or it was never used."""
        ...

    def copy(self) -> StoreCopy:
        """Return everything, as of one moment."""
        ...

    def restore(self, copy: StoreCopy) -> None:
        """Fill an empty store; raises VaultError where it is not empty."""
        ...

    def close(self) -> None:
        """Let go of the store."""
        ...


def live(store: KeyStore) -> Iterator[WrappedDek]:
    """Yield every DEK that is not destroyed."""
    for tenant in store.tenants():
        yield from (dek for dek in store.list(tenant) if dek.state != DekState.DESTROYED)
