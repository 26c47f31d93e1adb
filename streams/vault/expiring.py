"""The end of a vault's time: units past their days are erased, as two persons accepted when they accepted the days."""

import calendar
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Protocol

from schemas.audit import Actor
from schemas.topics import DAY_MS
from streams.vault.erasing import Erasing, Erasure, is_held
from streams.vault.keystore import live
from streams.vault.ledger import EntryKind, LedgerEntry


class Told(Protocol):
    """Told of each unit before it is erased."""

    def __call__(self, tenant: str, unit: str, *, held: bool) -> None:
        """Say that a unit is past its time, and whether a legal hold keeps it."""
        ...


def expire(erasing: Erasing, actor: Actor, keep_days: int, told: Told) -> Sequence[Erasure]:
    """Destroy the keys of every unit whose month ended more than *keep_days* ago; what a legal hold keeps stays.

    Raises as Erasing.unit does; may be cut short and called again.
    """
    now = erasing.clock.now_ms()
    units = sorted({(dek.tenant, dek.unit) for dek in live(erasing.store)})
    erased = []
    for tenant, unit in units:
        if not is_past(unit, keep_days, now):
            continue
        held = is_held(erasing.ledger.entries(), tenant, unit)
        told(tenant, unit, held=held)
        if not held:
            erased.append(erasing.unit(actor, tenant, unit))
    return erased


def is_past(unit: str, keep_days: int, now_ms: int) -> bool:
    """Tell whether a unit's last day is more than so many days ago; what is no month has no last day.

    >>> is_past("2026-02", 1, 1_772_409_600_000), is_past("2026-02", 1, 1_772_409_599_999), is_past("other", 1, 2**50)
    (True, False, False)
    """
    try:
        first = datetime.strptime(unit, "%Y-%m").replace(tzinfo=UTC)
    except ValueError:
        return False
    days = calendar.monthrange(first.year, first.month)[1]
    return now_ms >= round(first.timestamp() * 1000) + (days + keep_days) * DAY_MS


def held_units(lines: Sequence[LedgerEntry]) -> Collection[str]:
    """Return the units under a legal hold of any tenant; `""` where all of a tenant's are."""
    places = {(line.tenant, line.unit) for line in lines if line.kind is EntryKind.HELD}
    return {unit for tenant, unit in places if _stands(lines, tenant, unit)}


def _stands(lines: Sequence[LedgerEntry], tenant: str, unit: str) -> bool:
    kinds = [line.kind for line in lines if (line.tenant, line.unit) == (tenant, unit)]
    return [kind for kind in kinds if kind in (EntryKind.HELD, EntryKind.RELEASED)][-1:] == [EntryKind.HELD]
