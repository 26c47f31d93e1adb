"""The way into the embedded log. Contracts stand in inlet.py."""

import sqlite3
from collections.abc import Sequence
from typing import Self

from schemas.codec import FILE_POSITION, decode
from schemas.errors import Fenced, TransactionFailed
from schemas.ingest import FilePosition
from schemas.topics import RAW
from streams.embedded.state import REDACTORS
from streams.log.inlet import at_start, position_key, publication_of, raw_records
from streams.log.sqlite import SqliteReader
from streams.log.sqlite_store import SqliteStore

#: The latest record of each key, as compaction leaves the topic; a lease tells who took the file last.
_SCHEMA = """CREATE TABLE IF NOT EXISTS ingested (
    key BLOB PRIMARY KEY, value BLOB NOT NULL, lease INTEGER NOT NULL) WITHOUT ROWID"""


class SqliteInlet:
    """Writes the raw topic of a state folder; the store belongs to the caller unless it is *owned*."""

    max_record_bytes = 64 * 1024 * 1024
    topic = RAW

    def __init__(self, store: SqliteStore, *, owned: bool = False) -> None:
        self._store = store
        self._owned = owned
        self._lease = 0
        store.connection.execute(_SCHEMA)

    def begin(self, digest: str) -> FilePosition:
        """Take a file and return how far it is."""
        key = position_key(digest, self.topic)
        first = publication_of(at_start(digest, self.topic)).value
        with self._store.transaction():
            row = self._store.connection.execute(
                "INSERT INTO ingested VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET lease = lease + 1"
                " RETURNING value, lease",
                (key, first),
            ).fetchone()
        self._lease = int(row[1])
        position: FilePosition = decode(FILE_POSITION, row[0])
        return position

    def append_file(self, values: Sequence[bytes], position: FilePosition) -> None:
        """Write records and position in one transaction."""
        said = publication_of(position)
        try:
            with self._store.transaction():
                self._store.append(raw_records(self.topic, values, ()))
                changed = self._store.connection.execute(
                    "UPDATE ingested SET value = ? WHERE key = ? AND lease = ?", (said.value, said.key, self._lease)
                ).rowcount
                if changed != 1:
                    raise Fenced("another process has taken the file")
        except sqlite3.Error as error:
            raise TransactionFailed("transaction was rolled back", code=error.sqlite_errorname) from None

    def append(self, values: Sequence[bytes]) -> None:
        """Write records in one transaction."""
        try:
            with self._store.transaction():
                self._store.append(raw_records(self.topic, values, ()))
        except sqlite3.Error as error:
            raise TransactionFailed("transaction was rolled back", code=error.sqlite_errorname) from None

    def waiting(self) -> int:
        """Return what the redactor has not settled."""
        return sum(SqliteReader(self._store, REDACTORS, [self.topic]).lag().values())

    def close(self) -> None:
        """Close the store where it is the inlet's own."""
        if self._owned:
            self._store.close()

    def __enter__(self) -> Self:
        """Return the inlet itself."""
        return self

    def __exit__(self, *exc: object) -> None:
        """Close the inlet."""
        self.close()
