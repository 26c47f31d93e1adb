"""The key store in an SQLite file of its own, shared by the workers of one host; see KeyStore."""

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from schemas.errors import ConfigError, KeyRetired, KmsUnavailable, VaultError
from schemas.vault import TenantId, WrappedDek
from streams.vault.keystore import DekState
from streams.vault.private_file import OWNER_ONLY

_BUSY_SECONDS = 10.0
_VERSION = 1

_TABLES = (
    """CREATE TABLE IF NOT EXISTS deks (
         dek_id TEXT PRIMARY KEY, v INTEGER NOT NULL, tenant TEXT NOT NULL, unit TEXT NOT NULL, kek_uri TEXT NOT NULL,
         wrapped BLOB NOT NULL, created_at_ms INTEGER NOT NULL, state TEXT NOT NULL
       ) STRICT""",
    "CREATE INDEX IF NOT EXISTS deks_by_unit ON deks (tenant, unit)",
    """CREATE TABLE IF NOT EXISTS units (
         tenant TEXT NOT NULL, unit TEXT NOT NULL, generation INTEGER NOT NULL, PRIMARY KEY (tenant, unit)
       ) STRICT""",
    f"PRAGMA user_version = {_VERSION}",
)
_INSERT = "INSERT INTO deks VALUES (:dek_id, :v, :tenant, :unit, :kek_uri, :wrapped, :created_at_ms, :state)"
_SELECT = "SELECT v, dek_id, tenant, unit, kek_uri, wrapped, created_at_ms, state FROM deks"
_BY_ID = _SELECT + " WHERE dek_id = ?"
_BY_UNIT = _SELECT + " WHERE tenant = ? AND unit = coalesce(?, unit) ORDER BY created_at_ms, dek_id"


class SqliteKeyStore:
    """Wrapped DEKs in one file, mode 0600, write-ahead log, freed pages overwritten."""

    def __init__(self, path: Path) -> None:
        """Open the store, making it where it is not there; raises ConfigError where that cannot be."""
        try:
            # Made before SQLite opens it, so that the file and its write-ahead log are never open to others.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, OWNER_ONLY))
        except OSError as error:
            raise ConfigError(f"key store cannot be opened: {path}", errno=error.errno) from None
        self._connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
        try:
            self._prepare(path)
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self, path: Path) -> None:
        try:
            for pragma in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
                self._connection.execute(f"PRAGMA {pragma}").close()
        except sqlite3.OperationalError as error:
            raise KmsUnavailable("key store cannot be opened", code=_code(error)) from None
        except sqlite3.Error as error:
            raise ConfigError(f"key store is no SQLite file: {path}", code=_code(error)) from None
        version = self._one("PRAGMA user_version")[0]
        if version not in (0, _VERSION):
            raise ConfigError(f"key store is of an unknown version: {path}", found=version, known=_VERSION)
        if version == 0:
            with self._transaction():
                for statement in _TABLES:
                    self._run(statement)

    def put(self, dek: WrappedDek, generation: int) -> None:
        """See KeyStore."""
        with self._transaction():
            if self.generation(dek.tenant, dek.unit) != generation:
                raise KeyRetired("unit was retired", unit=dek.unit)
            if self.get(dek.dek_id) is not None:
                raise VaultError("DEK is already there", dek_id=dek.dek_id)
            self._run(_INSERT, asdict(dek))

    def get(self, dek_id: str) -> WrappedDek | None:
        """See KeyStore."""
        found = self._deks(_BY_ID, dek_id)
        return found[0] if found else None

    def list(self, tenant: str, unit: str | None = None) -> tuple[WrappedDek, ...]:
        """See KeyStore."""
        return self._deks(_BY_UNIT, tenant, unit)

    def generation(self, tenant: str, unit: str) -> int:
        """See KeyStore."""
        query = "SELECT coalesce(max(generation), 0) FROM units WHERE tenant = ? AND unit = ?"
        return int(self._one(query, tenant, unit)[0])

    def generations(self, tenant: str) -> Mapping[str, int]:
        """See KeyStore."""
        return dict(self._all("SELECT unit, generation FROM units WHERE tenant = ?", tenant))

    def retire_unit(self, tenant: str, unit: str) -> int:
        """See KeyStore."""
        with self._transaction():
            self._run(
                "INSERT INTO units VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET generation = generation + 1",
                (tenant, unit),
            )
            self._run(
                "UPDATE deks SET state = ? WHERE tenant = ? AND unit = ? AND state = ?",
                (DekState.RETIRED, tenant, unit, DekState.ACTIVE),
            )
            return self.generation(tenant, unit)

    def destroy_unit(self, tenant: str, unit: str) -> int:
        """See KeyStore."""
        with self._transaction():
            destroyed = self._run(
                "UPDATE deks SET state = ?, wrapped = x'' WHERE tenant = ? AND unit = ? AND state = ?",
                (DekState.DESTROYED, tenant, unit, DekState.RETIRED),
            )
        # The write-ahead log holds the pages as they were: it is emptied, or the key is not destroyed.
        busy, *_ = self._one("PRAGMA wal_checkpoint(TRUNCATE)")
        if busy:
            raise VaultError("write-ahead log could not be emptied, destroy again", unit=unit, destroyed=destroyed)
        return destroyed

    def close(self) -> None:
        """See KeyStore."""
        self._connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._run("BEGIN IMMEDIATE")
        try:
            yield
            self._run("COMMIT")
        except BaseException:
            if self._connection.in_transaction:
                self._run("ROLLBACK")
            raise

    def _deks(self, query: str, *values: str | None) -> tuple[WrappedDek, ...]:
        return tuple(
            WrappedDek(v, dek_id, TenantId(tenant), unit, kek_uri, wrapped, created_at_ms, state)
            for v, dek_id, tenant, unit, kek_uri, wrapped, created_at_ms, state in self._all(query, *values)
        )

    def _one(self, query: str, *values: str) -> tuple[Any, ...]:
        return self._all(query, *values)[0]

    def _all(self, query: str, *values: str | None) -> tuple[tuple[Any, ...], ...]:
        try:
            with closing(self._connection.execute(query, values)) as rows:
                return tuple(rows.fetchall())
        except sqlite3.Error as error:
            raise KmsUnavailable("key store cannot be read", code=_code(error)) from None

    def _run(self, statement: str, values: Sequence[str | int | bytes] | Mapping[str, Any] = ()) -> int:
        """Run a statement and return how many rows it changed."""
        try:
            with closing(self._connection.execute(statement, values)) as done:
                return done.rowcount
        except sqlite3.Error as error:
            raise KmsUnavailable("key store cannot be written", code=_code(error)) from None


def _code(error: sqlite3.Error) -> str:
    """Return SQLite's name of an error; its message may hold values."""
    return str(getattr(error, "sqlite_errorname", type(error).__name__))
