"""One SQLite file whose freed pages are overwritten, and whose errors carry codes alone."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from schemas.errors import ConfigError, KmsUnavailable

_BUSY_SECONDS = 10.0


class SqliteFile:
    """A connection to the file, its tables brought to the newest version."""

    def __init__(self, path: Path, steps: Sequence[str]) -> None:
        """Open the file; *steps* are the statements that lead from each version to the next one."""
        self._connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
        try:
            self._prepare(path, steps)
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self, path: Path, steps: Sequence[str]) -> None:
        try:
            for pragma in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
                self._connection.execute(f"PRAGMA {pragma}").close()
        except sqlite3.OperationalError as error:
            raise KmsUnavailable("key store cannot be opened", code=_code(error)) from None
        except sqlite3.Error as error:
            raise ConfigError(f"key store is no SQLite file: {path}", code=_code(error)) from None
        version = self._version()
        if version > len(steps):
            raise ConfigError(f"key store is of an unknown version: {path}", found=version, known=len(steps))
        if version < len(steps):
            with self.transaction():
                for number in range(self._version(), len(steps)):  # Read again: another process may have been first.
                    for statement in steps[number].split(";"):
                        self.run(statement)
                self.run(f"PRAGMA user_version = {len(steps)}")

    def _version(self) -> int:
        return int(self.one("PRAGMA user_version")[0])

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Do all of the block, seen by nobody before its end, or nothing."""
        self.run("BEGIN IMMEDIATE")
        try:
            yield
            self.run("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self.run("ROLLBACK")
            raise

    def empty_log(self) -> bool:
        """Empty the write-ahead log; False where a reader holds it."""
        busy, *_ = self.one("PRAGMA wal_checkpoint(TRUNCATE)")
        return not busy

    def one(self, query: str, *values: str) -> tuple[Any, ...]:
        """Return the first row."""
        return self.all(query, *values)[0]

    def all(self, query: str, *values: str | None) -> tuple[tuple[Any, ...], ...]:
        """Return every row; raises KmsUnavailable where the file cannot be read."""
        try:
            with closing(self._connection.execute(query, values)) as rows:
                return tuple(rows.fetchall())
        except sqlite3.Error as error:
            raise KmsUnavailable("key store cannot be read", code=_code(error)) from None

    def run(self, statement: str, values: Sequence[str | int | bytes] | Mapping[str, Any] = ()) -> int:
        """Run a statement and return how many rows it changed; raises KmsUnavailable where it cannot be written."""
        try:
            with closing(self._connection.execute(statement, values)) as done:
                return done.rowcount
        except sqlite3.Error as error:
            raise KmsUnavailable("key store cannot be written", code=_code(error)) from None

    def close(self) -> None:
        """Close the file."""
        self._connection.close()


def _code(error: sqlite3.Error) -> str:
    """Return SQLite's name of an error; its message may hold values."""
    return str(getattr(error, "sqlite_errorname", type(error).__name__))
