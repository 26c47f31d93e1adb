"""Erasure: of a unit or a tenant by destroying its DEKs, of one record by a tombstone and a denial.

What is destroyed stays in backups, a database's log and old segments of the topic until they expire: an erasure is
complete after that horizon, and its state says when. Every step is audited and in the ledger before it is done.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from importlib.metadata import version

from schemas.audit import Actor, AuditRecord, Counts, Resource
from schemas.audit_terms import Action, Phase, Reason, ResourceKind, Result
from schemas.errors import AccessDenied, PhistreamError
from schemas.topics import DAY_MS
from schemas.vault import TenantId
from streams.breakglass.trail import Trail, reason_of
from streams.clock import Clock, rfc3339
from streams.vault.keystore import KeyStore
from streams.vault.ledger import EntryKind, Ledger, LedgerEntry

_BUILD = version("phistream")
#: Writes tombstones for a token of a tenant into the vault topic, and returns how many entries that were.
Tombstones = Callable[[str, str], int]


class ErasureState(StrEnum):
    """How far an erasure is."""

    REQUESTED = "requested"
    KEY_DESTROYED = "key_destroyed"
    COMPLETE = "complete"


@dataclass(frozen=True, slots=True)
class Erasure:
    """The erasure of one unit; `complete_after_ms` is 0 until its keys are destroyed."""

    tenant: str
    unit: str
    state: ErasureState
    requested_at_ms: int
    complete_after_ms: int = 0
    deks: int = 0


@dataclass(frozen=True, slots=True)
class Erasing:
    """Erases; *horizon_days* is how long the oldest backup of key store and topic is kept."""

    store: KeyStore
    ledger: Ledger
    trail: Trail
    clock: Clock
    horizon_days: int

    def unit(self, actor: Actor, tenant: str, unit: str, ticket: str = "") -> Erasure:
        """Destroy every DEK of a unit; may be called again where it was cut short.

        Raises AccessDenied under a legal hold, AuditUnavailable where it cannot be recorded, and VaultError where
        traces may be left: nothing is called destroyed then.
        """
        resource = Resource(ResourceKind.UNIT, (unit,), 1)
        with self._audited(Action.ERASE_EXECUTE, actor, tenant, resource, ticket) as counts:
            self._refuse_held(self.ledger.entries(), tenant, unit)
            counts.append(self._erase(actor, tenant, unit, ticket))
        return next(each for each in self.states() if (each.tenant, each.unit) == (tenant, unit))

    def tenant(self, actor: Actor, tenant: str, ticket: str = "") -> tuple[Erasure, ...]:
        """Destroy every DEK of a tenant, unit by unit; raises as unit()."""
        units = sorted({dek.unit for dek in self.store.list(tenant)} | set(self.store.generations(tenant)))
        with self._audited(
            Action.ERASE_EXECUTE, actor, tenant, Resource(ResourceKind.TENANT, (tenant,), 1), ticket
        ) as counts:
            for unit in ("", *units):
                self._refuse_held(self.ledger.entries(), tenant, unit)
            for unit in units:
                counts.append(self._erase(actor, tenant, unit, ticket))
        return tuple(each for each in self.states() if each.tenant == tenant)

    def record(self, actor: Actor, tenant: str, token: str, tombstones: Tombstones, ticket: str = "") -> int:
        """Deny a token for good and write tombstones for its entries; return how many.

        No cryptographic erasure: until the topic is compacted and its backups are gone, who holds keys and old
        segments can open the entry. The denial holds at once, and for entries written later.
        """
        with self._audited(
            Action.ERASE_EXECUTE, actor, tenant, Resource(ResourceKind.TOKEN, (token,), 1), ticket
        ) as counts:
            self._append(EntryKind.DENIED, actor, tenant, token=token, reason=ticket, guarded=True)
            counts.append(tombstones(tenant, token))
        return counts[0]

    def hold(self, actor: Actor, tenant: str, unit: str = "", ticket: str = "") -> None:
        """Let nothing of a unit, or of all of a tenant's, be erased until the hold is released."""
        self._note_hold(EntryKind.HELD, Action.HOLD_SET, actor, (tenant, unit), ticket)

    def release(self, actor: Actor, tenant: str, unit: str = "", ticket: str = "") -> None:
        """Release the hold on a unit, or the one on all of a tenant's."""
        self._note_hold(EntryKind.RELEASED, Action.HOLD_RELEASE, actor, (tenant, unit), ticket)

    def states(self) -> tuple[Erasure, ...]:
        """Return every erasure, the newest of each unit, in the order they were asked for."""
        found: dict[tuple[str, str], Erasure] = {}
        for entry in self.ledger.entries():
            place = (entry.tenant, entry.unit)
            if entry.kind is EntryKind.REQUESTED:
                found.pop(place, None)
                found[place] = Erasure(*place, ErasureState.REQUESTED, entry.at_ms)
            elif entry.kind is EntryKind.DESTROYED and place in found:
                after = entry.at_ms + self.horizon_days * DAY_MS
                done = ErasureState.COMPLETE if self.clock.now_ms() >= after else ErasureState.KEY_DESTROYED
                found[place] = Erasure(*place, done, found[place].requested_at_ms, after, entry.deks)
        return tuple(found.values())

    def _erase(self, actor: Actor, tenant: str, unit: str, ticket: str) -> int:
        self._append(EntryKind.REQUESTED, actor, tenant, unit, reason=ticket)
        generation = self.store.retire_unit(tenant, unit)  # Workers see it before their next transaction.
        self._append(EntryKind.DESTROYING, actor, tenant, unit, reason=ticket, generation=generation, guarded=True)
        deks = self.store.destroy_below(tenant, unit, generation)
        self._append(EntryKind.DESTROYED, actor, tenant, unit, reason=ticket, generation=generation, deks=deks)
        return deks

    def _note_hold(self, kind: EntryKind, action: Action, actor: Actor, place: tuple[str, str], ticket: str) -> None:
        tenant, unit = place
        named = Resource(ResourceKind.UNIT, (unit,), 1) if unit else Resource(ResourceKind.TENANT, (tenant,), 1)
        with self._audited(action, actor, tenant, named, ticket):
            self._append(kind, actor, tenant, unit, reason=ticket)

    def _append(  # noqa: PLR0913 - the members of a line.
        self,
        kind: EntryKind,
        actor: Actor,
        tenant: str,
        unit: str = "",
        *,
        token: str = "",
        reason: str = "",
        generation: int = 0,
        deks: int = 0,
        guarded: bool = False,
    ) -> None:
        by = f"{actor.issuer}|{actor.subject}"
        entry = LedgerEntry(kind, tenant, unit, self.clock.now_ms(), generation, deks, token, reason, by)
        # A token may have entries in any unit, so any hold of its tenant's is one on it.
        held = None if token else unit
        self.ledger.append(entry, (lambda lines: self._refuse_held(lines, tenant, held)) if guarded else None)

    def _refuse_held(self, lines: Sequence[LedgerEntry], tenant: str, unit: str | None) -> None:
        if is_held(lines, tenant, unit):
            raise AccessDenied("legal hold", code=Reason.LEGAL_HOLD.value, tenant=tenant, unit=unit or None)

    @contextmanager
    def _audited(
        self, action: Action, actor: Actor, tenant: str, resource: Resource, ticket: str
    ) -> Iterator[list[int]]:
        """Announce an action, and tell what came of it; the block appends how many things it destroyed."""
        now = rfc3339(self.clock.now_ms())
        record = AuditRecord(
            now, TenantId(tenant), Phase.INTENT, action, actor, resource, _BUILD, ticket=ticket or None
        )
        intent = self.trail.begin(record)
        counts: list[int] = []
        try:
            yield counts
        except AccessDenied as error:
            self.trail.end(intent, Result.DENIED, reason_of(error))
            raise
        except PhistreamError as error:
            self.trail.end(intent, Result.ERROR, reason_of(error), counts=Counts(shredded=sum(counts)))
            raise
        self.trail.end(intent, Result.SUCCESS, counts=Counts(shredded=sum(counts)))


def is_held(lines: Sequence[LedgerEntry], tenant: str, unit: str | None) -> bool:
    """Tell whether a legal hold is on the unit or on all of the tenant's; None asks for one on any unit of it."""
    held: set[tuple[str, str]] = set()
    for line in lines:
        if line.kind is EntryKind.HELD:
            held.add((line.tenant, line.unit))
        elif line.kind is EntryKind.RELEASED:
            held.discard((line.tenant, line.unit))
    if unit is None:
        return any(holder == tenant for holder, _ in held)
    return bool(held & {(tenant, ""), (tenant, unit)})


def denied_tokens(ledger: Ledger, tenant: str) -> frozenset[str]:
    """Return the tokens of a tenant that are never revealed again."""
    return frozenset(line.token for line in ledger.entries() if line.kind is EntryKind.DENIED and line.tenant == tenant)
