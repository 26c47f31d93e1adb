"""The key store in an SQLite file of its own, shared by the workers of one host; see KeyStore."""

import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from schemas.errors import ConfigError, KeyRetired, VaultError
from schemas.vault import TenantId, WrappedDek
from streams.vault.keystore import DekState, KekUse, StoreCopy
from streams.vault.private_file import OWNER_ONLY
from streams.vault.sqlite_file import SqliteFile

_COLUMNS = "dek_id, v, tenant, unit, kek_uri, wrapped, created_at_ms, state, kek_version"
_TABLES = """
CREATE TABLE IF NOT EXISTS deks (
  dek_id TEXT PRIMARY KEY, v INTEGER NOT NULL, tenant TEXT NOT NULL, unit TEXT NOT NULL, kek_uri TEXT NOT NULL,
  wrapped BLOB NOT NULL, created_at_ms INTEGER NOT NULL, state TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS deks_by_unit ON deks (tenant, unit);
CREATE TABLE IF NOT EXISTS units (
  tenant TEXT NOT NULL, unit TEXT NOT NULL, generation INTEGER NOT NULL, PRIMARY KEY (tenant, unit)
) STRICT
"""
#: From version 1: a DEK says the version of its KEK and the generation it was put under.
_VERSIONED = """
ALTER TABLE deks ADD COLUMN kek_version TEXT NOT NULL DEFAULT '';
ALTER TABLE deks ADD COLUMN generation INTEGER NOT NULL DEFAULT 0;
UPDATE deks SET generation =
  (SELECT coalesce(max(generation), 0) FROM units WHERE units.tenant = deks.tenant AND units.unit = deks.unit)
  - (state != 'active');
CREATE TABLE keks (
  uri TEXT NOT NULL, version TEXT NOT NULL, since_ms INTEGER NOT NULL, retired_at_ms INTEGER NOT NULL,
  PRIMARY KEY (uri, version)
) STRICT;
INSERT INTO keks SELECT kek_uri, '', min(created_at_ms), 0 FROM deks GROUP BY kek_uri
"""
_STEPS = (_TABLES, _VERSIONED)

_INSERT = (
    f"INSERT INTO deks ({_COLUMNS}, generation) "  # noqa: S608 - constants alone.
    "VALUES (:dek_id, :v, :tenant, :unit, :kek_uri, :wrapped, :created_at_ms, :state, :kek_version, :generation)"
)
_SELECT = f"SELECT {_COLUMNS} FROM deks"  # noqa: S608 - constants alone.
_BY_ID = _SELECT + " WHERE dek_id = ?"
_BY_UNIT = _SELECT + " WHERE tenant = ? AND unit = coalesce(?, unit) ORDER BY created_at_ms, dek_id"
_REWRAP = (
    "UPDATE deks SET wrapped = ?, kek_uri = ?, kek_version = ? "
    "WHERE dek_id = ? AND wrapped = ? AND kek_uri = ? AND kek_version = ? AND state != 'destroyed'"
)
_KEKS = (
    "SELECT uri, version, since_ms, retired_at_ms, (SELECT count(*) FROM deks "
    "WHERE kek_uri = uri AND kek_version = version AND state != 'destroyed') FROM keks ORDER BY since_ms, uri, version"
)
_NOTE_KEK = "INSERT INTO keks VALUES (?, ?, ?, 0) ON CONFLICT DO NOTHING"


class SqliteKeyStore:
    """Wrapped DEKs in one file, mode 0600, write-ahead log, freed pages overwritten."""

    def __init__(self, path: Path) -> None:
        """Open the store, making it where it is not there; raises ConfigError where that cannot be."""
        try:
            # Made before SQLite opens it, so that the file and its write-ahead log are never open to others.
            os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, OWNER_ONLY))
        except OSError as error:
            raise ConfigError(f"key store cannot be opened: {path}", errno=error.errno) from None
        self._file = SqliteFile(path, _STEPS)

    def put(self, dek: WrappedDek, generation: int) -> None:
        """See KeyStore."""
        with self._file.transaction():
            if self.generation(dek.tenant, dek.unit) != generation:
                raise KeyRetired("unit was retired", unit=dek.unit)
            if self.get(dek.dek_id) is not None:
                raise VaultError("DEK is already there", dek_id=dek.dek_id)
            self._note_kek(dek, dek.created_at_ms)
            self._file.run(_INSERT, asdict(dek) | {"generation": generation})

    def get(self, dek_id: str) -> WrappedDek | None:
        """See KeyStore."""
        found = self._deks(_BY_ID, dek_id)
        return found[0] if found else None

    def list(self, tenant: str, unit: str | None = None) -> tuple[WrappedDek, ...]:
        """See KeyStore."""
        return self._deks(_BY_UNIT, tenant, unit)

    def tenants(self) -> tuple[str, ...]:
        """See KeyStore."""
        return tuple(tenant for (tenant,) in self._file.all("SELECT DISTINCT tenant FROM deks ORDER BY tenant"))

    def generation(self, tenant: str, unit: str) -> int:
        """See KeyStore."""
        query = "SELECT coalesce(max(generation), 0) FROM units WHERE tenant = ? AND unit = ?"
        return int(self._file.one(query, tenant, unit)[0])

    def generations(self, tenant: str) -> Mapping[str, int]:
        """See KeyStore."""
        return dict(self._file.all("SELECT unit, generation FROM units WHERE tenant = ?", tenant))

    def retire_unit(self, tenant: str, unit: str) -> int:
        """See KeyStore."""
        with self._file.transaction():
            generation = self.generation(tenant, unit) + 1
            self._set_generation(tenant, unit, generation)
            return generation

    def destroy_unit(self, tenant: str, unit: str) -> int:
        """See KeyStore."""
        return self.destroy_below(tenant, unit, self.generation(tenant, unit))

    def destroy_below(self, tenant: str, unit: str, generation: int) -> int:
        """See KeyStore."""
        with self._file.transaction():
            if self.generation(tenant, unit) < generation:
                self._set_generation(tenant, unit, generation)
            destroyed = self._file.run(
                "UPDATE deks SET state = :state, wrapped = x'' "
                "WHERE tenant = :tenant AND unit = :unit AND generation < :generation AND state != :state",
                {"state": DekState.DESTROYED, "tenant": tenant, "unit": unit, "generation": generation},
            )
        # The write-ahead log holds the pages as they were: it is emptied, or the key is not destroyed.
        if not self._file.empty_log():
            raise VaultError("write-ahead log could not be emptied, destroy again", unit=unit, destroyed=destroyed)
        return destroyed

    def live_below(self, tenant: str, unit: str, generation: int) -> int:
        """See KeyStore."""
        query = (
            "SELECT count(*) FROM deks "
            "WHERE tenant = ? AND unit = ? AND generation < cast(? AS INTEGER) AND state != 'destroyed'"
        )
        return int(self._file.one(query, tenant, unit, str(generation))[0])

    def rewrap(self, old: WrappedDek, new: WrappedDek, at_ms: int) -> bool:
        """See KeyStore."""
        with self._file.transaction():
            self._note_kek(new, at_ms)
            values = (new.wrapped, new.kek_uri, new.kek_version, old.dek_id, old.wrapped, old.kek_uri, old.kek_version)
            return self._file.run(_REWRAP, values) == 1

    def keks(self) -> tuple[KekUse, ...]:
        """See KeyStore."""
        return tuple(KekUse(*row) for row in self._file.all(_KEKS))

    def note_kek(self, uri: str, version: str, at_ms: int) -> None:
        """See KeyStore."""
        with self._file.transaction():
            self._file.run(_NOTE_KEK, (uri, version, at_ms))

    def retire_kek(self, uri: str, version: str, at_ms: int) -> None:
        """See KeyStore."""
        with self._file.transaction():
            used = next((kek for kek in self.keks() if (kek.uri, kek.version) == (uri, version)), None)
            if used is None or used.deks:
                raise VaultError("KEK version cannot be retired", version=version, deks=used.deks if used else None)
            self._file.run("UPDATE keks SET retired_at_ms = ? WHERE uri = ? AND version = ?", (at_ms, uri, version))
        if not self._file.empty_log():
            raise VaultError("write-ahead log could not be emptied, retire again", version=version)

    def copy(self) -> StoreCopy:
        """See KeyStore."""
        with self._file.transaction():
            generations: dict[str, int] = dict(self._file.all("SELECT dek_id, generation FROM deks"))
            deks = tuple((dek, generations[dek.dek_id]) for dek in self._deks(_SELECT + " ORDER BY dek_id"))
            units = tuple(self._file.all("SELECT tenant, unit, generation FROM units ORDER BY tenant, unit"))
            return StoreCopy(deks, units, self.keks())

    def restore(self, copy: StoreCopy) -> None:
        """See KeyStore."""
        with self._file.transaction():
            if any(self._file.one(f"SELECT count(*) FROM {table}")[0] for table in ("deks", "units")):  # noqa: S608
                raise VaultError("key store is not empty")
            for kek in copy.keks:
                values = (kek.uri, kek.version, kek.since_ms, kek.retired_at_ms)
                self._file.run("INSERT INTO keks VALUES (?, ?, ?, ?)", values)
            for row in copy.units:
                self._file.run("INSERT INTO units VALUES (?, ?, ?)", row)
            for dek, generation in copy.deks:
                self._file.run(_INSERT, asdict(dek) | {"generation": generation})

    def close(self) -> None:
        """See KeyStore."""
        self._file.close()

    def _set_generation(self, tenant: str, unit: str, generation: int) -> None:
        """Raise a unit's generation, within a transaction; its DEKs, all of older ones, seal no more."""
        self._file.run(
            "INSERT INTO units VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET generation = excluded.generation",
            (tenant, unit, generation),
        )
        self._file.run(
            "UPDATE deks SET state = ? WHERE tenant = ? AND unit = ? AND state = ?",
            (DekState.RETIRED, tenant, unit, DekState.ACTIVE),
        )

    def _note_kek(self, dek: WrappedDek, at_ms: int) -> None:
        """Note that a version of a KEK wraps; raises KeyRetired where it may not any more."""
        self._file.run(_NOTE_KEK, (dek.kek_uri, dek.kek_version, at_ms))
        query = "SELECT retired_at_ms FROM keks WHERE uri = ? AND version = ?"
        if self._file.one(query, dek.kek_uri, dek.kek_version)[0]:
            raise KeyRetired("version of the KEK was retired", version=dek.kek_version)

    def _deks(self, query: str, *values: str | None) -> tuple[WrappedDek, ...]:
        return tuple(
            WrappedDek(v, dek_id, TenantId(tenant), unit, kek_uri, wrapped, created_at_ms, state, kek_version)
            for dek_id, v, tenant, unit, kek_uri, wrapped, created_at_ms, state, kek_version in self._file.all(
                query, *values
            )
        )
