"""The key store in PostgreSQL, for workers of several hosts; see KeyStore.

What is destroyed leaves the table's files at once: they are written anew. PostgreSQL's write-ahead log, its archive,
standbys and backups keep the wrapped bytes until they are recycled or expire; SECURITY.md says so, and an erasure is
complete only after that horizon.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict

from sqlalchemy import Row, Select, func, insert, select, text, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from schemas.errors import ConfigError, KeyRetired, KmsUnavailable, VaultError
from schemas.vault import TenantId, WrappedDek
from streams.breakglass.database import open_database
from streams.vault.keystore import DekState, KekUse, StoreCopy
from streams.vault.postgres_tables import DEKS, KEKS, METADATA, STORE, UNITS

_VERSION = 1
_SETUP_LOCK = 0x70_68_69_73  # "phis": one process at a time makes the tables.
_LOCK_SECONDS = 10


class PostgresKeyStore:
    """Wrapped DEKs in four tables of one database; writers take turns, readers never wait."""

    def __init__(self, url: str) -> None:
        """Open the store, making its tables where they are not there.

        Raises ConfigError where the URL may not be used or the store is of an unknown version, and KmsUnavailable
        where the server cannot be reached.
        """
        self._engine = open_database(url)
        if self._engine.dialect.name != "postgresql":
            raise ConfigError("key store URL is not PostgreSQL's; for SQLite set the path of its file")
        try:
            self._prepare()
        except BaseException:
            self._engine.dispose()
            raise

    def _prepare(self) -> None:
        with self._writing(lock=False) as database:
            database.execute(select(func.pg_advisory_xact_lock(_SETUP_LOCK)))
            METADATA.create_all(database)
            found = database.scalar(select(STORE.c.version))
            if found is None:
                database.execute(insert(STORE).values(version=_VERSION))
            elif found != _VERSION:
                raise ConfigError("key store is of an unknown version", found=found, known=_VERSION)

    def put(self, dek: WrappedDek, generation: int) -> None:
        """See KeyStore."""
        with self._writing() as database:
            if _generation(database, dek.tenant, dek.unit) != generation:
                raise KeyRetired("unit was retired", unit=dek.unit)
            if _deks(database, _select().where(DEKS.c.dek_id == dek.dek_id)):
                raise VaultError("DEK is already there", dek_id=dek.dek_id)
            _note_kek(database, dek, dek.created_at_ms)
            database.execute(insert(DEKS).values(**asdict(dek), generation=generation))

    def get(self, dek_id: str) -> WrappedDek | None:
        """See KeyStore."""
        with self._reading() as database:
            found = _deks(database, _select().where(DEKS.c.dek_id == dek_id))
        return found[0] if found else None

    def list(self, tenant: str, unit: str | None = None) -> tuple[WrappedDek, ...]:
        """See KeyStore."""
        query = _select().where(DEKS.c.tenant == tenant).order_by(DEKS.c.created_at_ms, DEKS.c.dek_id)
        with self._reading() as database:
            return _deks(database, query if unit is None else query.where(DEKS.c.unit == unit))

    def tenants(self) -> tuple[str, ...]:
        """See KeyStore."""
        with self._reading() as database:
            return tuple(database.scalars(select(DEKS.c.tenant).distinct().order_by(DEKS.c.tenant)))

    def generation(self, tenant: str, unit: str) -> int:
        """See KeyStore."""
        with self._reading() as database:
            return _generation(database, tenant, unit)

    def generations(self, tenant: str) -> Mapping[str, int]:
        """See KeyStore."""
        query = select(UNITS.c.unit, UNITS.c.generation).where(UNITS.c.tenant == tenant)
        with self._reading() as database:
            return {row.unit: row.generation for row in database.execute(query)}

    def retire_unit(self, tenant: str, unit: str) -> int:
        """See KeyStore."""
        with self._writing() as database:
            generation = _generation(database, tenant, unit) + 1
            _set_generation(database, tenant, unit, generation)
            return generation

    def destroy_unit(self, tenant: str, unit: str) -> int:
        """See KeyStore."""
        return self.destroy_below(tenant, unit, self.generation(tenant, unit))

    def destroy_below(self, tenant: str, unit: str, generation: int) -> int:
        """See KeyStore."""
        with self._writing() as database:
            if _generation(database, tenant, unit) < generation:
                _set_generation(database, tenant, unit, generation)
            destroyed = database.execute(
                update(DEKS)
                .where(DEKS.c.tenant == tenant, DEKS.c.unit == unit, DEKS.c.generation < generation)
                .where(DEKS.c.state != DekState.DESTROYED)
                .values(state=DekState.DESTROYED, wrapped=b"")
            ).rowcount
        self._write_anew()
        return destroyed

    def live_below(self, tenant: str, unit: str, generation: int) -> int:
        """See KeyStore."""
        query = select(func.count()).where(DEKS.c.tenant == tenant, DEKS.c.unit == unit)
        query = query.where(DEKS.c.generation < generation, DEKS.c.state != DekState.DESTROYED)
        with self._reading() as database:
            return database.scalar(query) or 0

    def rewrap(self, old: WrappedDek, new: WrappedDek, at_ms: int) -> bool:
        """See KeyStore."""
        with self._writing() as database:
            _note_kek(database, new, at_ms)
            exchanged = database.execute(
                update(DEKS)
                .where(DEKS.c.dek_id == old.dek_id, DEKS.c.wrapped == old.wrapped, DEKS.c.kek_uri == old.kek_uri)
                .where(DEKS.c.kek_version == old.kek_version, DEKS.c.state != DekState.DESTROYED)
                .values(wrapped=new.wrapped, kek_uri=new.kek_uri, kek_version=new.kek_version)
            )
            return exchanged.rowcount == 1

    def keks(self) -> tuple[KekUse, ...]:
        """See KeyStore."""
        with self._reading() as database:
            return _keks(database)

    def note_kek(self, uri: str, version: str, at_ms: int) -> None:
        """See KeyStore."""
        with self._writing() as database:
            _note(database, uri, version, at_ms)

    def retire_kek(self, uri: str, version: str, at_ms: int) -> None:
        """See KeyStore."""
        with self._writing() as database:
            used = next((kek for kek in _keks(database) if (kek.uri, kek.version) == (uri, version)), None)
            if used is None or used.deks:
                raise VaultError("KEK version cannot be retired", version=version, deks=used.deks if used else None)
            named = (KEKS.c.uri == uri, KEKS.c.version == version)
            database.execute(update(KEKS).where(*named).values(retired_at_ms=at_ms))
        self._write_anew()

    def copy(self) -> StoreCopy:
        """See KeyStore."""
        with self._writing() as database:  # Nobody writes meanwhile, so that the tables agree.
            rows = database.execute(_select().add_columns(DEKS.c.generation).order_by(DEKS.c.dek_id)).all()
            deks = tuple((_dek(row), int(row.generation)) for row in rows)
            units = database.execute(select(UNITS).order_by(UNITS.c.tenant, UNITS.c.unit)).all()
            return StoreCopy(deks, tuple((row.tenant, row.unit, row.generation) for row in units), _keks(database))

    def restore(self, copy: StoreCopy) -> None:
        """See KeyStore."""
        with self._writing() as database:
            if any(database.scalar(select(func.count()).select_from(table)) for table in (DEKS, UNITS)):
                raise VaultError("key store is not empty")
            rows = {
                KEKS: [{name: value for name, value in asdict(kek).items() if name != "deks"} for kek in copy.keks],
                UNITS: [dict(zip(("tenant", "unit", "generation"), row, strict=True)) for row in copy.units],
                DEKS: [asdict(dek) | {"generation": generation} for dek, generation in copy.deks],
            }
            for table, values in rows.items():
                if values:
                    database.execute(insert(table), values)

    def close(self) -> None:
        """See KeyStore."""
        self._engine.dispose()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with _translated("read"), self._engine.connect() as database:
            yield database

    @contextmanager
    def _writing(self, *, lock: bool = True) -> Iterator[Connection]:
        """Begin a transaction that is on the server's disk when it ends; one at a time where *lock* is set."""
        with _translated("written"), self._engine.begin() as database:
            database.execute(text("SET LOCAL synchronous_commit = on"))
            database.execute(text(f"SET LOCAL lock_timeout = '{_LOCK_SECONDS}s'"))
            if lock:
                database.execute(text("LOCK TABLE key_units IN EXCLUSIVE MODE"))
            yield database

    def _write_anew(self) -> None:
        """Write the table into a new file, without the dead rows; raises VaultError where that was not to be had."""
        try:
            with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as database:
                database.execute(text(f"SET lock_timeout = '{_LOCK_SECONDS}s'"))
                database.execute(text("VACUUM FULL key_deks"))
        except SQLAlchemyError as error:
            raise VaultError("table could not be written anew, do it again", code=_code(error)) from None


def _select() -> Select[tuple[str, int, str, str, str, bytes, int, str, str]]:
    deks = DEKS.c
    return select(
        deks.dek_id, deks.v, deks.tenant, deks.unit, deks.kek_uri, deks.wrapped, deks.created_at_ms, deks.state,
        deks.kek_version,
    )  # fmt: skip


def _deks(
    database: Connection, query: Select[tuple[str, int, str, str, str, bytes, int, str, str]]
) -> tuple[WrappedDek, ...]:
    return tuple(_dek(row) for row in database.execute(query))


def _dek(row: Row[tuple[str, int, str, str, str, bytes, int, str, str]]) -> WrappedDek:
    return WrappedDek(
        row.v, row.dek_id, TenantId(row.tenant), row.unit, row.kek_uri, bytes(row.wrapped), row.created_at_ms,
        row.state, row.kek_version,
    )  # fmt: skip


def _generation(database: Connection, tenant: str, unit: str) -> int:
    query = select(UNITS.c.generation).where(UNITS.c.tenant == tenant, UNITS.c.unit == unit)
    return database.scalar(query) or 0


def _set_generation(database: Connection, tenant: str, unit: str, generation: int) -> None:
    row = postgresql.insert(UNITS).values(tenant=tenant, unit=unit, generation=generation)
    database.execute(row.on_conflict_do_update(index_elements=["tenant", "unit"], set_={"generation": generation}))
    database.execute(
        update(DEKS)
        .where(DEKS.c.tenant == tenant, DEKS.c.unit == unit, DEKS.c.state == DekState.ACTIVE)
        .values(state=DekState.RETIRED)
    )


def _keks(database: Connection) -> tuple[KekUse, ...]:
    live = (
        select(func.count())
        .select_from(DEKS)
        .where(DEKS.c.kek_uri == KEKS.c.uri, DEKS.c.kek_version == KEKS.c.version)
        .where(DEKS.c.state != DekState.DESTROYED)
        .scalar_subquery()
    )
    query = select(KEKS, live).order_by(KEKS.c.since_ms, KEKS.c.uri, KEKS.c.version)
    return tuple(KekUse(*row) for row in database.execute(query))


def _note(database: Connection, uri: str, version: str, at_ms: int) -> None:
    row = postgresql.insert(KEKS).values(uri=uri, version=version, since_ms=at_ms, retired_at_ms=0)
    database.execute(row.on_conflict_do_nothing())


def _note_kek(database: Connection, dek: WrappedDek, at_ms: int) -> None:
    _note(database, dek.kek_uri, dek.kek_version, at_ms)
    query = select(KEKS.c.retired_at_ms).where(KEKS.c.uri == dek.kek_uri, KEKS.c.version == dek.kek_version)
    if database.scalar(query):
        raise KeyRetired("version of the KEK was retired", version=dek.kek_version)


@contextmanager
def _translated(done: str) -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        raise KmsUnavailable(f"key store cannot be {done}", code=_code(error)) from None


def _code(error: SQLAlchemyError) -> str:
    """Return the server's code of an error; its message may hold values."""
    state = getattr(error.orig, "sqlstate", None) if isinstance(error, DBAPIError) else None
    return str(state or type(error).__name__)
