"""The one SQLite file of a state folder: topics, records, ends and offsets, in short transactions."""

import sqlite3
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from schemas.errors import LogRefused
from schemas.topics import BY_NAME
from streams.log.partition import partition_of
from streams.log.ports import Publication, Record, TopicPartition
from streams.log.seal import LogSeal, pack, unpack

_SCHEMA = """
CREATE TABLE IF NOT EXISTS log_meta (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS log_topics (
    topic TEXT PRIMARY KEY, topic_id TEXT NOT NULL, partitions INTEGER NOT NULL, sealed INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS log_records (
    topic TEXT NOT NULL, partition INTEGER NOT NULL, offset INTEGER NOT NULL, timestamp_ms INTEGER NOT NULL,
    blob BLOB NOT NULL, PRIMARY KEY (topic, partition, offset)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS log_ends (
    topic TEXT NOT NULL, partition INTEGER NOT NULL, next INTEGER NOT NULL, first INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (topic, partition)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS log_offsets (
    consumers TEXT NOT NULL, topic TEXT NOT NULL, partition INTEGER NOT NULL, next INTEGER NOT NULL,
    PRIMARY KEY (consumers, topic, partition)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS log_leases (consumers TEXT PRIMARY KEY, generation INTEGER NOT NULL);
"""
_BUSY_SECONDS = 30.0


class SqliteStore:
    """One log file; several processes may open it, each in short transactions."""

    def __init__(self, path: Path, seal: LogSeal) -> None:
        self.path = path
        self._seal = seal
        self._connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
        self._connection.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY;"
        )
        self._connection.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} COMMIT;")
        self._connection.execute("INSERT OR IGNORE INTO log_meta VALUES ('cluster_id', ?)", (str(uuid.uuid4()),))
        self._topics: dict[str, tuple[str, int, bool]] = {}

    @property
    def connection(self) -> sqlite3.Connection:
        """The connection, for tables that must share the log's transactions."""
        return self._connection

    @property
    def cluster_id(self) -> str:
        """The random id of this state folder."""
        row = self._connection.execute("SELECT value FROM log_meta WHERE name = 'cluster_id'").fetchone()
        return str(row[0])

    def topic_id(self, topic: str) -> str:
        """Return the random id of a topic."""
        return self._topic(topic)[0]

    def create_topic(self, topic: str, partitions: int = 1) -> None:
        """Make a topic where there is none; one that may hold clear text is sealed."""
        sealed = topic not in BY_NAME or BY_NAME[topic].clear
        self._connection.execute(
            "INSERT OR IGNORE INTO log_topics VALUES (?, ?, ?, ?)", (topic, str(uuid.uuid4()), partitions, sealed)
        )

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Run a block as one transaction; any exception leaves nothing of it."""
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def append(self, publications: Sequence[Publication]) -> tuple[TopicPartition, int]:
        """Write records inside the caller's transaction; return the coordinates of the last."""
        ends: dict[TopicPartition, int] = {}
        rows = []
        where = TopicPartition("", 0)
        for publication in publications:
            where, row = self._row(publication, ends)
            rows.append(row)
        self._connection.executemany("INSERT INTO log_records VALUES (?, ?, ?, ?, ?)", rows)
        self._connection.executemany(
            "INSERT INTO log_ends (topic, partition, next) VALUES (?, ?, ?)"
            " ON CONFLICT DO UPDATE SET next = excluded.next",
            [(place.topic, place.partition, end) for place, end in ends.items()],
        )
        return where, ends.get(where, 0) - 1

    def fetch(self, place: TopicPartition, start: int, limit: int) -> list[Record]:
        """Return at most *limit* records from *start* on; LogRefused where *start* was purged."""
        first, end = self.ends(place)
        if start < first and start < end:
            raise LogRefused(
                "offset is no longer in the log", topic=place.topic, partition=place.partition, offset=start
            )
        rows = self._connection.execute(
            "SELECT offset, timestamp_ms, blob FROM log_records WHERE topic = ? AND partition = ? AND offset >= ?"
            " ORDER BY offset LIMIT ?",
            (place.topic, place.partition, start, limit),
        )
        return [self._record(place, *row) for row in rows]

    def ends(self, place: TopicPartition) -> tuple[int, int]:
        """Return the first offset that the log holds, and the next that it will give."""
        row = self._connection.execute(
            "SELECT first, next FROM log_ends WHERE topic = ? AND partition = ?", (place.topic, place.partition)
        ).fetchone()
        return (int(row[0]), int(row[1])) if row else (0, 0)

    def committed(self, consumers: str, place: TopicPartition) -> int | None:
        """Return the committed offset of a group in a partition, None where there is none."""
        row = self._connection.execute(
            "SELECT next FROM log_offsets WHERE consumers = ? AND topic = ? AND partition = ?",
            (consumers, place.topic, place.partition),
        ).fetchone()
        return None if row is None else int(row[0])

    def places(self, topics: Sequence[str]) -> list[TopicPartition]:
        """Return every partition of some topics."""
        return [TopicPartition(topic, number) for topic in topics for number in range(self._topic(topic)[1])]

    def purge(self, now_ms: int) -> int:
        """Delete records past their topic's retention; return how many went."""
        gone = 0
        with self.transaction():
            for place in self.places([name for (name,) in self._connection.execute("SELECT topic FROM log_topics")]):
                spec = BY_NAME.get(place.topic)
                if spec is not None and spec.retention_ms > 0:
                    gone += self._purge(place, now_ms - spec.retention_ms)
        return gone

    def overwrite(self, place: TopicPartition, offset: int) -> None:
        """Leave nothing of a record but its place, inside the caller's transaction; what is freed is overwritten."""
        nothing = (None, None, ())
        sealed = self._topic(place.topic)[2]
        blob = self._seal.seal(_where(place, offset), *nothing) if sealed else pack(*nothing)
        self._connection.execute(
            "UPDATE log_records SET blob = ? WHERE topic = ? AND partition = ? AND offset = ?",
            (blob, place.topic, place.partition, offset),
        )

    def empty_log(self) -> bool:
        """Empty the write-ahead log, which holds what was overwritten; False where a reader holds it."""
        busy, *_ = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        return not busy

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _purge(self, place: TopicPartition, before_ms: int) -> int:
        kept = self._connection.execute(
            "SELECT min(offset) FROM log_records WHERE topic = ? AND partition = ? AND timestamp_ms >= ?",
            (place.topic, place.partition, before_ms),
        ).fetchone()[0]
        first = self.ends(place)[1] if kept is None else kept
        self._connection.execute(
            "UPDATE log_ends SET first = ? WHERE topic = ? AND partition = ?", (first, place.topic, place.partition)
        )
        cursor = self._connection.execute(
            "DELETE FROM log_records WHERE topic = ? AND partition = ? AND offset < ?",
            (place.topic, place.partition, first),
        )
        return cursor.rowcount

    def _topic(self, topic: str) -> tuple[str, int, bool]:
        if topic not in self._topics:
            row = self._connection.execute(
                "SELECT topic_id, partitions, sealed FROM log_topics WHERE topic = ?", (topic,)
            ).fetchone()
            if row is None:
                raise LogRefused("topic does not exist", topic=topic)
            self._topics[topic] = (str(row[0]), int(row[1]), bool(row[2]))
        return self._topics[topic]

    def _row(
        self, publication: Publication, ends: dict[TopicPartition, int]
    ) -> tuple[TopicPartition, tuple[str, int, int, int, bytes]]:
        _, partitions, sealed = self._topic(publication.topic)
        number = publication.partition
        if number is None:
            number = partition_of(publication.key, partitions)
        place = TopicPartition(publication.topic, number)
        offset = ends[place] if place in ends else self.ends(place)[1]
        ends[place] = offset + 1
        stamp = publication.timestamp_ms
        stamp = time.time_ns() // 1_000_000 if stamp is None else stamp
        parts = (publication.key, publication.value, publication.headers)
        blob = self._seal.seal(_where(place, offset), *parts) if sealed else pack(*parts)
        return place, (place.topic, place.partition, offset, stamp, blob)

    def _record(self, place: TopicPartition, offset: int, timestamp_ms: int, blob: bytes) -> Record:
        sealed = self._topic(place.topic)[2]
        key, value, headers = self._seal.open(_where(place, offset), blob) if sealed else unpack(blob)
        return Record(place.topic, place.partition, offset, timestamp_ms, key, value, headers)


def _where(place: TopicPartition, offset: int) -> str:
    return f"{place.topic}/{place.partition}/{offset}"
