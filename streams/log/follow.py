"""Following topics from their end, in no group: what `tail` reads, leaving nothing behind."""

import time
from collections.abc import Sequence
from typing import Protocol

from streams.log.offsets import after
from streams.log.ports import Record
from streams.log.sqlite_store import SqliteStore

_POLL_SECONDS = 0.2
_PAGE = 500


class Follower(Protocol):
    """Reads committed records of some topics from their end on; nothing is committed, every follower sees all."""

    def history(self, count: int) -> Sequence[Record]:
        """Return about the last *count* records of each partition, as far as they are there now; called first."""
        ...

    def read(self, timeout: float) -> Sequence[Record]:
        """Return what came since, waiting at most *timeout* seconds for the first. Raises as Reader.read."""
        ...

    def close(self) -> None:
        """Stop following."""
        ...


class SqliteFollower:
    """Follows the embedded log."""

    def __init__(self, store: SqliteStore, topics: Sequence[str]) -> None:
        self._store = store
        self._positions = {place: store.ends(place)[1] for place in store.places(topics)}

    def history(self, count: int) -> Sequence[Record]:
        """Return the last records of each partition."""
        records: list[Record] = []
        for place, end in self._positions.items():
            first = self._store.ends(place)[0]
            start = max(first, end - count)
            records += self._store.fetch(place, start, end - start)
        return records

    def read(self, timeout: float) -> Sequence[Record]:
        """Return what came since."""
        until = time.monotonic() + timeout
        while True:
            records = [
                record for place, start in self._positions.items() for record in self._store.fetch(place, start, _PAGE)
            ]
            self._positions.update(after(records))
            if records or time.monotonic() >= until:
                return records
            time.sleep(min(_POLL_SECONDS, max(0.0, until - time.monotonic())))

    def close(self) -> None:
        """Close the store."""
        self._store.close()
