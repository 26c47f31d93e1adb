"""The database of break-glass: durable, private, and never reached in clear."""

from pathlib import Path

import pytest
from sqlalchemy import text

from schemas.errors import ConfigError
from streams.breakglass.database import open_database


def test_sqlite_is_private_and_durable(tmp_path: Path) -> None:
    """A committed row is on the disk (WAL, synchronous FULL) in files that only the owner reads."""
    file = tmp_path / "breakglass" / "breakglass.db"
    engine = open_database(f"sqlite:///{file}")
    with engine.begin() as connection:
        journal = connection.execute(text("PRAGMA journal_mode")).scalar()
        synchronous = connection.execute(text("PRAGMA synchronous")).scalar()
        connection.execute(text("CREATE TABLE one (id INTEGER)"))
        modes = {each.stat().st_mode & 0o777 for each in file.parent.iterdir()}

    assert ("wal", 2, {0o600}, 0o700) == (journal, synchronous, modes, file.parent.stat().st_mode & 0o777)


def test_a_failed_transaction_leaves_nothing(tmp_path: Path) -> None:
    """What was written before an error in one transaction is rolled back, tables too."""
    engine = open_database(f"sqlite:///{tmp_path / 'a' / 'b.db'}")

    def fail() -> None:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE one (id INTEGER)"))
            raise KeyError

    with pytest.raises(KeyError):
        fail()

    with engine.begin() as connection:
        assert 0 == connection.execute(text("SELECT count(*) FROM sqlite_master")).scalar()


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://breakglass@db.example.org/phistream",
        "postgresql://breakglass@db.example.org/phistream?sslmode=require",
        "postgresql://breakglass@/phistream?host=db.example.org",
        "postgresql://breakglass@127.0.0.1/phistream?host=db.example.org&sslmode=prefer",
        "mysql://db.example.org/phistream",
        "sqlite://",
        "nothing",
    ],
)
def test_what_is_not_safe_is_refused(url: str) -> None:
    """A server beyond loopback is verified by TLS; no other database and no database in memory will do."""
    with pytest.raises(ConfigError):
        open_database(url)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://breakglass@127.0.0.1:5432/phistream",
        "postgresql://breakglass@/phistream?host=/run/postgresql",
        "postgresql://breakglass@db.example.org/phistream?sslmode=verify-full",
    ],
)
def test_safe_servers_are_taken(url: str) -> None:
    """Loopback, a local socket and verified TLS will do."""
    pytest.importorskip("psycopg", reason="the driver of PostgreSQL is not installed")
    open_database(url).dispose()
