"""The order of pieces that their owner wrote to several partitions: by their timestamps, or not to be known."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from streams.intake.origins import coordinates_of
from streams.log.ports import Record


def in_order(records: Sequence[Record], *, numbered: bool) -> tuple[Record, ...] | None:
    """Return the records of one stream in the order in which they were written; None where nobody can tell it.

    Pieces of one raw partition stand in its order. Between partitions timestamps decide, and where two are equal
    nothing does, unless the pieces are *numbered* themselves.
    """
    if len({coordinates_of(record).partition for record in records}) < 2:  # noqa: PLR2004 - one partition has an order.
        return tuple(records)
    timed = sorted(_timed(records), key=lambda each: each[:3])
    ties = any(one[0] == two[0] and one[1] != two[1] for one, two in pairwise(timed))
    return None if ties and not numbered else tuple(record for *_, record in timed)


def _timed(records: Sequence[Record]) -> Iterator[tuple[int, int, int, Record]]:
    """Yield each record with its time, raw partition and number; within a partition no time goes back."""
    latest: dict[int, int] = {}
    for number, record in enumerate(records):
        where = coordinates_of(record)
        time_ms = latest[where.partition] = max(where.timestamp_ms, latest.get(where.partition, 0))
        yield time_ms, where.partition, number, record
