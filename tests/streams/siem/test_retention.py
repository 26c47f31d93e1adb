"""Date indexes end after their days, and never under a legal hold."""

import pytest

from schemas.topics import DAY_MS
from streams.siem.retention import due_days

#: 2026-11-22, noon.
_NOW = 1_795_348_800_000
_DAYS = ("2026.10.31", "2026.11.01", "2026.11.19", "2026.11.20", "2026.11.21", "2026.11.22", "2027.01.01")


def test_a_day_is_kept_for_all_its_days() -> None:
    """With two days to keep, what happened the day before yesterday is there until its whole day is two days past."""
    assert due_days(_DAYS, 2, (), _NOW).drop == ("2026.10.31", "2026.11.01", "2026.11.19")
    assert due_days(_DAYS, 2, (), _NOW + DAY_MS).drop[-1] == "2026.11.20"
    assert due_days(_DAYS, 2_192, (), _NOW).drop == ()


@pytest.mark.parametrize(("held", "dropped"), [("", ()), ("2026-11", ("2026.10.31",)), ("2025-11", None)])
def test_a_hold_keeps_the_whole_index(held: str, dropped: tuple[str, ...] | None) -> None:
    """An index has every tenant's events: a hold on one of them, or on one month of it, keeps all of it."""
    due = due_days(_DAYS, 2, (held,), _NOW)

    assert due.drop == (dropped if dropped is not None else _DAYS[:3])
    assert sorted((*due.drop, *due.held)) == list(_DAYS[:3])


def test_what_is_no_day_stays() -> None:
    """An index that is not named by a day was made by somebody else."""
    assert due_days(("2001.13.01", "000001", "2001.01.01-copy", ""), 1, (), _NOW).drop == ()
