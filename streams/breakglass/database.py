"""The database of break-glass (accounts, grants, outbox): SQLite in the embedded profile, PostgreSQL beyond it."""

import os
from pathlib import Path
from sqlite3 import Connection as SqliteConnection

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError

from schemas.errors import ConfigError
from schemas.vault import TenantId
from streams.audit.ports import Audit
from streams.breakglass.identity.people_seal import PeopleSeal
from streams.breakglass.identity.registry import Registry
from streams.config import is_loopback
from streams.vault.private_file import make_private_folder, read_private

_BUSY_SECONDS = 10
#: Where a folder of break-glass says that its database is another one than the file in it.
_URL_FILE, _FILE, _SEAL_FILE = "database.url", "breakglass.db", "people.seal"
#: The number of our lock among the advisory locks of a PostgreSQL database: "phis".
_TURNS = 0x70686973
_PRIVATE = 0o600
#: The ways of libpq that check whom one speaks to; all others encrypt at best.
_VERIFIED = frozenset({"verify-ca", "verify-full"})


def database_in(folder: Path) -> Engine:
    """Open the database of a folder of break-glass: its SQLite file, or what the URL in its `database.url` names.

    Raises ConfigError as open_database, and for a `database.url` that others may read: it may hold a password.
    """
    named = folder / _URL_FILE
    if named.exists():
        return open_database(read_private(named).decode("utf-8", "replace").strip())
    return open_database(f"sqlite:///{(folder / _FILE).absolute()}")


def registry_in(folder: Path, audit: Audit, home: TenantId) -> Registry:
    """Open the people in the database of a folder, watched over by a seal that lies in the folder."""
    registry = Registry.open(database_in(folder), audit, home)
    PeopleSeal(folder / _SEAL_FILE).watch(registry.engine)
    return registry


def open_database(url: str) -> Engine:
    """Open `sqlite:////absolute/path` or `postgresql://user@host/name?sslmode=verify-full`.

    SQLite is one file (mode 0600) in a private folder, and what was committed is on the disk. Raises ConfigError for
    other databases, and for PostgreSQL beyond loopback without TLS that verifies the server.
    """
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        raise ConfigError("database URL cannot be read") from None
    match parsed.get_backend_name():
        case "sqlite" if parsed.database:
            return _open_sqlite(parsed)
        case "postgresql":
            return _open_postgresql(parsed)
        case other:
            raise ConfigError("database is neither a SQLite file nor PostgreSQL", backend=other)


def _open_sqlite(url: URL) -> Engine:
    path = Path(str(url.database))
    make_private_folder(path.parent)
    # Made before SQLite makes it, so that there is no moment at which others may read it.
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, _PRIVATE))
    path.chmod(_PRIVATE)
    engine = create_engine(
        url.set(drivername="sqlite+pysqlite"),
        connect_args={"timeout": _BUSY_SECONDS, "check_same_thread": False},
        hide_parameters=True,
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: SqliteConnection, _: object) -> None:
    connection.isolation_level = None  # The driver begins no transaction by itself: _begin does.
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    # Immediate: a transaction that reads and then writes cannot meet another one that did the same.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _open_postgresql(url: URL) -> Engine:
    hosts = _hosts(url)
    if not hosts:
        # libpq would take one from its environment, which nobody has checked.
        raise ConfigError("database URL names no host; a local socket is ?host=/run/postgresql")
    remote = [host for host in hosts if not host.startswith("/") and not is_loopback(host)]
    if remote and url.query.get("sslmode") not in _VERIFIED:
        raise ConfigError("database beyond loopback needs sslmode=verify-full", host=remote[0])
    try:
        engine = create_engine(
            url.set(drivername="postgresql+psycopg"),
            connect_args={"options": f"-c lock_timeout={_BUSY_SECONDS}s"},
            pool_pre_ping=True,
            hide_parameters=True,
        )
    except ModuleNotFoundError:
        raise ConfigError("PostgreSQL needs the extra: pip install phistream[postgres]") from None
    event.listen(engine, "begin", _take_turn)
    return engine


def _take_turn(connection: Connection) -> None:
    # As BEGIN IMMEDIATE does: under READ COMMITTED two would count the same rows and both find room for one more.
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_TURNS})")


def _hosts(url: URL) -> list[str]:
    named = [url.host] if url.host else []
    for name in ("host", "hostaddr"):
        value = url.query.get(name, ())
        named += [value] if isinstance(value, str) else list(value)
    return [host for each in named for host in each.split(",") if host]
