"""Vault units: what is erased together. One month of a tenant, by the record's timestamp."""

from datetime import UTC, datetime

_FIRST_MS = 0
_LAST_MS = 253_402_300_799_999  # 9999-12-31T23:59:59.999Z


def unit_of(timestamp_ms: int) -> str:
    """Return the unit of a record's timestamp: its month in UTC.

    >>> unit_of(1_793_491_200_000), unit_of(-1)
    ('2026-11', '1970-01')
    """
    clamped = min(max(timestamp_ms, _FIRST_MS), _LAST_MS)
    return datetime.fromtimestamp(clamped // 1000, UTC).strftime("%Y-%m")
