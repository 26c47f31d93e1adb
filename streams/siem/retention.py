"""How long the index keeps events: date indexes past their days are dropped, where nothing is held."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

_DAY = "%Y.%m.%d"


class DateIndexes(Protocol):
    """The indexes of a deployment, one a day of events."""

    def days(self) -> Sequence[str]:
        """Return the days that have an index, in order; raises SinkRefused, or Pushback where it cannot be asked."""
        ...

    def drop(self, day: str) -> None:
        """Delete the index of a day with all its events; raises as days()."""
        ...


@dataclass(frozen=True, slots=True)
class DueDays:
    """The days whose indexes are past their time: those to be dropped, and those that a legal hold keeps."""

    drop: tuple[str, ...]
    held: tuple[str, ...]


def due_days(days: Collection[str], keep_days: int, held: Collection[str], now_ms: int) -> DueDays:
    """Return what of *days* is past *keep_days*; *held* are months such as 2026-11, or `""` for all of them.

    An index holds the events of every tenant, so a hold on one of them keeps all of it. What is no day stays.
    """
    today = datetime.fromtimestamp(now_ms / 1000, UTC).date()
    past = sorted(day for day in days if (of := _date(day)) is not None and of < today - timedelta(days=keep_days))
    kept = tuple(day for day in past if "" in held or day[:7].replace(".", "-") in held)
    return DueDays(tuple(day for day in past if day not in kept), kept)


def _date(day: str) -> date | None:
    try:
        return datetime.strptime(day, _DAY).replace(tzinfo=UTC).date()
    except ValueError:
        return None
