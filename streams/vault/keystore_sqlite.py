"""The key store in an SQLite file of its own, shared by the workers of one host; see KeyStore."""

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path

from schemas.errors import KeyRetired, VaultError
from schemas.vault import TenantId, WrappedDek
from streams.vault.keystore import DekState
from streams.vault.private_file import OWNER_ONLY

_BUSY_SECONDS = 10.0
_VERSION = 1

_TABLES = """
CREATE TABLE IF NOT EXISTS deks (
  dek_id TEXT PRIMARY KEY, v INTEGER NOT NULL, tenant TEXT NOT NULL, unit TEXT NOT NULL, kek_uri TEXT NOT NULL,
  wrapped BLOB NOT NULL, created_at_ms INTEGER NOT NULL, state TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS deks_by_unit ON deks (tenant, unit);
CREATE TABLE IF NOT EXISTS units (
  tenant TEXT NOT NULL, unit TEXT NOT NULL, generation INTEGER NOT NULL, PRIMARY KEY (tenant, unit)
) STRICT;
"""
_INSERT = "INSERT INTO deks VALUES (:dek_id, :v, :tenant, :unit, :kek_uri, :wrapped, :created_at_ms, :state)"
_SELECT = "SELECT v, dek_id, tenant, unit, kek_uri, wrapped, created_at_ms, state FROM deks"
_BY_ID = _SELECT + " WHERE dek_id = ?"
_BY_UNIT = _SELECT + " WHERE tenant = ? AND unit = coalesce(?, unit) ORDER BY created_at_ms, dek_id"


class SqliteKeyStore:
    """Wrapped DEKs in one file, mode 0600, write-ahead log, freed pages overwritten."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # Made before SQLite opens it, so that the file and its write-ahead log are never open to others.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, OWNER_ONLY))
        self._connection = sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)
        try:
            self._prepare()
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self) -> None:
        for pragma in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
            self._connection.execute(f"PRAGMA {pragma}").close()
        version = self._row("PRAGMA user_version")[0]
        if version not in (0, _VERSION):
            raise VaultError("key store is of an unknown version", found=version, known=_VERSION)
        if version == 0:
            self._connection.executescript(f"BEGIN IMMEDIATE; {_TABLES} PRAGMA user_version = {_VERSION}; COMMIT;")

    def put(self, dek: WrappedDek, generation: int) -> None:
        """See KeyStore."""
        with self._transaction():
            if self.generation(dek.tenant, dek.unit) != generation:
                raise KeyRetired("unit was retired", unit=dek.unit)
            try:
                self._connection.execute(_INSERT, asdict(dek))
            except sqlite3.IntegrityError:
                raise VaultError("DEK is already there", dek_id=dek.dek_id) from None

    def get(self, dek_id: str) -> WrappedDek | None:
        """See KeyStore."""
        found = self._rows(_BY_ID, dek_id)
        return found[0] if found else None

    def list(self, tenant: str, unit: str | None = None) -> tuple[WrappedDek, ...]:
        """See KeyStore."""
        return self._rows(_BY_UNIT, tenant, unit)

    def generation(self, tenant: str, unit: str) -> int:
        """See KeyStore."""
        query = "SELECT coalesce(max(generation), 0) FROM units WHERE tenant = ? AND unit = ?"
        return int(self._row(query, tenant, unit)[0])

    def generations(self, tenant: str) -> Mapping[str, int]:
        """See KeyStore."""
        with closing(
            self._connection.execute("SELECT unit, generation FROM units WHERE tenant = ?", (tenant,))
        ) as rows:
            return dict(rows.fetchall())

    def retire_unit(self, tenant: str, unit: str) -> int:
        """See KeyStore."""
        with self._transaction():
            self._connection.execute(
                "INSERT INTO units VALUES (?, ?, 1) ON CONFLICT DO UPDATE SET generation = generation + 1",
                (tenant, unit),
            )
            self._connection.execute(
                "UPDATE deks SET state = ? WHERE tenant = ? AND unit = ? AND state = ?",
                (DekState.RETIRED, tenant, unit, DekState.ACTIVE),
            )
            return self.generation(tenant, unit)

    def destroy_unit(self, tenant: str, unit: str) -> int:
        """See KeyStore."""
        with self._transaction():
            destroyed = self._connection.execute(
                "UPDATE deks SET state = ?, wrapped = x'' WHERE tenant = ? AND unit = ? AND state = ?",
                (DekState.DESTROYED, tenant, unit, DekState.RETIRED),
            ).rowcount
        # The write-ahead log holds the pages as they were: it is emptied, or the key is not destroyed.
        busy, *_ = self._row("PRAGMA wal_checkpoint(TRUNCATE)")
        if busy:
            raise VaultError("write-ahead log could not be emptied, destroy again", unit=unit, destroyed=destroyed)
        return destroyed

    def close(self) -> None:
        """See KeyStore."""
        self._connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK")
            raise
        self._connection.execute("COMMIT")

    def _rows(self, query: str, *values: str | None) -> tuple[WrappedDek, ...]:
        with closing(self._connection.execute(query, values)) as rows:
            return tuple(
                WrappedDek(v, dek_id, TenantId(tenant), unit, kek_uri, wrapped, created_at_ms, state)
                for v, dek_id, tenant, unit, kek_uri, wrapped, created_at_ms, state in rows
            )

    def _row(self, query: str, *values: str) -> tuple[int, ...]:
        with closing(self._connection.execute(query, values)) as rows:
            row: tuple[int, ...] = rows.fetchone()
        return row
