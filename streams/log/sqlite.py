"""The embedded log: readers and transactions over one SQLite file.

Contracts stand in ports.py. Offsets are given inside the transaction that writes, so a reader sees no gap; a lease on
the group is checked in each commit, so a worker that was taken for dead commits nothing.
"""

import sqlite3
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Self

from schemas.errors import Fenced, LogRefused, TransactionFailed
from streams.log.heard import Heard, Upstream
from streams.log.offsets import after
from streams.log.ports import Publication, Record, TopicPartition, size_of
from streams.log.sqlite_store import SqliteStore

_POLL_SECONDS = 0.02
_PAGE = 500


class SqliteReader:
    """A reader of the embedded log; every partition is assigned to it."""

    def __init__(self, store: SqliteStore, consumers: str, topics: Sequence[str], *, earliest: bool = True) -> None:
        self._store = store
        self._consumers = consumers
        self._topics = tuple(topics)
        self._earliest = earliest
        self._positions: dict[TopicPartition, int] = {}
        self._held: frozenset[TopicPartition] = frozenset()
        self.rewind()

    def read(self, limit: int, timeout: float) -> Sequence[Record]:
        """Return the next records, as ports.Reader says."""
        until = time.monotonic() + timeout
        while True:
            records: list[Record] = []
            for place, position in self._positions.items():
                if place not in self._held:
                    records += self._store.fetch(place, position, limit - len(records))
                if len(records) >= limit:
                    break
            if records or time.monotonic() >= until:
                self._positions.update(after(records))
                return records
            time.sleep(min(_POLL_SECONDS, max(0.0, until - time.monotonic())))

    def commit(self, records: Sequence[Record]) -> None:
        """Commit the offsets after *records*."""
        with self._store.transaction():
            self.write_offsets(records)

    def write_offsets(self, records: Sequence[Record]) -> None:
        """Write the offsets after *records* inside the caller's transaction."""
        self._store.connection.executemany(
            "INSERT INTO log_offsets VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET next = excluded.next",
            [(self._consumers, place.topic, place.partition, end) for place, end in after(records).items()],
        )

    def hold(self, places: Collection[TopicPartition]) -> None:
        """Return nothing of some partitions."""
        self._held = frozenset(places)

    def wait(self, seconds: float) -> None:
        """Wait; the embedded log asks for no sign of life."""
        time.sleep(seconds)

    def rewind(self) -> None:
        """Go back to the committed offsets."""
        self._held = frozenset()
        places = self._store.places(self._topics)
        if not self._earliest:
            with self._store.transaction():
                self._store.connection.executemany(
                    "INSERT OR IGNORE INTO log_offsets VALUES (?, ?, ?, ?)",
                    [(self._consumers, place.topic, place.partition, self._store.ends(place)[1]) for place in places],
                )
        committed = {place: self.committed(place) for place in places}
        self._positions = {
            place: self._store.ends(place)[0] if offset is None else offset for place, offset in committed.items()
        }

    def lag(self) -> Mapping[TopicPartition, int]:
        """Return what stands after the positions."""
        return {place: self._store.ends(place)[1] - position for place, position in self._positions.items()}

    def reached(self) -> Mapping[TopicPartition, int]:
        """Return up to where each partition was read."""
        return dict(self._positions)

    def drained(self) -> bool:
        """Tell whether everything is settled: the one member holds every partition."""
        return all(self._is_settled(place) for place in self._store.places(self._topics))

    def close(self) -> None:
        """Leave the group; the store stays open, it belongs to the caller."""

    def _is_settled(self, place: TopicPartition) -> bool:
        low, end = self._store.ends(place)
        committed = self.committed(place)
        return (low if committed is None else committed) >= end

    def places(self) -> Sequence[TopicPartition]:
        """Return the partitions that are read."""
        return tuple(self._positions)

    def committed(self, place: TopicPartition) -> int | None:
        """Return the committed offset of a partition, None where there is none."""
        return self._store.committed(self._consumers, place)


class _SqliteSight:
    """Looks at the file beside any group; nothing in it is undecided."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store

    def ends(self, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        """Return the ends of partitions."""
        return {place: self._store.ends(place)[1] for place in self._store.places(topics)}

    def settled(self, consumers: str, places: Sequence[TopicPartition]) -> Mapping[TopicPartition, int]:
        """Return the committed offsets of a group."""
        found = {place: self._store.committed(consumers, place) for place in places}
        return {place: -1 if offset is None else offset for place, offset in found.items()}


class SqliteTransactionalLog:
    """A reader whose outputs and offsets are one SQLite transaction; one holder of the lease at a time."""

    max_record_bytes = 256 * 1024 * 1024

    def __init__(
        self, store: SqliteStore, consumers: str, topics: Sequence[str], upstream: Upstream | None = None
    ) -> None:
        self._store = store
        self._consumers = consumers
        self._reader = SqliteReader(store, consumers, topics)
        self._heard = Heard(_SqliteSight(store), topics, upstream)
        with store.transaction():
            store.connection.execute(
                "INSERT INTO log_leases VALUES (?, 1) ON CONFLICT DO UPDATE SET generation = generation + 1",
                (consumers,),
            )
            self._generation = self._lease()

    def read(self, limit: int, timeout: float) -> Sequence[Record]:
        """Return the next records."""
        return self._reader.read(limit, timeout)

    def publish(self, publications: Sequence[Publication], records: Sequence[Record]) -> None:
        """Write publications and offsets in one transaction."""
        for publication in publications:
            size = size_of(publication)
            if size > self.max_record_bytes:
                raise LogRefused("publication is too large", topic=publication.topic, size=size)
        try:
            with self._store.transaction():
                if self._lease() != self._generation:
                    raise Fenced("another worker holds the lease", consumers=self._consumers)
                self._store.append(publications)
                self._reader.write_offsets(records)
        except sqlite3.Error as error:
            self._reader.rewind()
            raise TransactionFailed("transaction was rolled back", code=error.sqlite_errorname) from None

    def rewind(self) -> None:
        """Go back to the committed offsets."""
        self._reader.rewind()

    def hold(self, places: Collection[TopicPartition]) -> None:
        """Return nothing of some partitions."""
        self._reader.hold(places)

    def assigned(self) -> Mapping[TopicPartition, int]:
        """Return every partition: whoever holds the lease holds all of them."""
        return dict.fromkeys(self._reader.places(), 0)

    def settled(self, place: TopicPartition, first: int) -> Iterator[Record]:
        """Yield what was settled of a partition."""
        return self._between(place, first, self._reader.committed(place) or 0)

    def everything(self, topic: str) -> Iterator[Record]:
        """Yield what a topic holds."""
        for place in self._store.places([topic]):
            yield from self._between(place, 0, self._store.ends(place)[1])

    def _between(self, place: TopicPartition, first: int, end: int) -> Iterator[Record]:
        position = max(first, self._store.ends(place)[0])
        while position < end:
            records = self._store.fetch(place, position, min(_PAGE, end - position))
            if not records:
                return
            yield from (record for record in records if record.offset < end)
            position = records[-1].offset + 1

    @property
    def cluster_id(self) -> str:
        """The id of the state folder."""
        return self._store.cluster_id

    def topic_id(self, topic: str) -> str:
        """Return the id of a topic."""
        return self._store.topic_id(topic)

    def lag(self) -> Mapping[TopicPartition, int]:
        """Return what stands after the positions."""
        return self._reader.lag()

    def heard(self) -> Mapping[TopicPartition, float]:
        """Return up to which moment partitions were read."""
        return self._heard.moments(self._reader.reached)

    def drained(self) -> bool:
        """Tell whether everything is settled."""
        return self._reader.drained()

    def close(self) -> None:
        """Leave the group."""
        self._reader.close()

    def __enter__(self) -> Self:
        """Return the log itself."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Close the log."""
        self.close()

    def _lease(self) -> int:
        row = self._store.connection.execute(
            "SELECT generation FROM log_leases WHERE consumers = ?", (self._consumers,)
        ).fetchone()
        return int(row[0])
