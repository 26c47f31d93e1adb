"""The key store contract over SQLite and PostgreSQL, and what their files must be like."""

import multiprocessing
import sqlite3
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import text

from schemas.errors import ConfigError, KeyRetired, KmsUnavailable, VaultError
from streams.config import VaultSettings
from streams.vault import sqlite_file
from streams.vault.keystore import KekUse, KeyStore
from streams.vault.keystore_postgres import PostgresKeyStore
from streams.vault.keystore_sqlite import SqliteKeyStore
from streams.vault.ledger import EntryKind, Ledger, LedgerEntry
from streams.vault.stores import open_key_store
from tests.contracts.keystore import KeyStoreContract, Open, wrapped_dek
from tests.stack.certificates import make_certificates
from tests.stack.postgres import Postgres


@pytest.fixture
def open_sqlite(tmp_path: Path) -> Iterator[Open]:
    """Open one SQLite key store as often as asked."""
    opened: list[SqliteKeyStore] = []

    def open_store() -> SqliteKeyStore:
        opened.append(SqliteKeyStore(tmp_path / "keys.sqlite"))
        return opened[-1]

    yield open_store
    for store in opened:
        store.close()


class TestSqliteKeyStore(KeyStoreContract):
    """One file, several connections."""

    @pytest.fixture
    def open_store(self, open_sqlite: Open) -> Open:
        """Return what opens the store."""
        return open_sqlite


def test_a_store_of_the_first_version_is_taken_over(tmp_path: Path) -> None:
    """A store without versions of KEKs gets them: its DEKs count under none, with the generations they had."""
    old = sqlite3.connect(tmp_path / "keys.sqlite")
    old.executescript(
        """CREATE TABLE deks (dek_id TEXT PRIMARY KEY, v INTEGER NOT NULL, tenant TEXT NOT NULL, unit TEXT NOT NULL,
             kek_uri TEXT NOT NULL, wrapped BLOB NOT NULL, created_at_ms INTEGER NOT NULL, state TEXT NOT NULL) STRICT;
           CREATE INDEX deks_by_unit ON deks (tenant, unit);
           CREATE TABLE units (tenant TEXT NOT NULL, unit TEXT NOT NULL, generation INTEGER NOT NULL,
             PRIMARY KEY (tenant, unit)) STRICT;
           INSERT INTO deks VALUES ('dk_old', 1, 'acme', '2026-11', 'local:/k', x'01', 7, 'retired');
           INSERT INTO deks VALUES ('dk_new', 1, 'acme', '2026-11', 'local:/k', x'02', 8, 'active');
           INSERT INTO units VALUES ('acme', '2026-11', 1);
           PRAGMA user_version = 1"""
    )
    old.close()
    store = SqliteKeyStore(tmp_path / "keys.sqlite")

    assert store.keks() == (KekUse("local:/k", "", 7, 0, 2),)
    assert [(dek.dek_id, generation) for dek, generation in store.copy().deks] == [("dk_new", 1), ("dk_old", 0)]
    assert store.destroy_unit("acme", "2026-11") == 1
    store.close()


def test_files_are_the_owners_alone(open_sqlite: Open, tmp_path: Path) -> None:
    """The store, its write-ahead log and its index are readable by their owner only."""
    open_sqlite().put(wrapped_dek("one"), 0)

    assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {
        "keys.sqlite": 0o600,
        "keys.sqlite-wal": 0o600,
        "keys.sqlite-shm": 0o600,
    }


def test_destroyed_bytes_are_in_no_file(open_sqlite: Open, tmp_path: Path) -> None:
    """After destruction no file of the store holds a wrapped DEK, though its other connections stay open."""
    store, _beside = open_sqlite(), open_sqlite()
    names = [f"dek{number}" for number in range(50)]
    for name in names:
        store.put(wrapped_dek(name), 0)
    before = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    store.retire_unit("acme", "2026-11")
    store.destroy_unit("acme", "2026-11")
    after = b"".join(path.read_bytes() for path in tmp_path.iterdir())

    assert before.count(b"wrapped bytes of ") >= 50
    assert after.count(b"wrapped bytes of ") == 0


def test_destruction_waits_for_no_reader(open_sqlite: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While somebody reads old pages the keys are not called destroyed; once the reader is gone they are."""
    monkeypatch.setattr(sqlite_file, "_BUSY_SECONDS", 0.05)
    store = open_sqlite()
    store.put(wrapped_dek("one"), 0)
    store.retire_unit("acme", "2026-11")
    reader = sqlite3.connect(tmp_path / "keys.sqlite", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM deks").fetchall()

    with pytest.raises(VaultError, match="destroy again"):
        store.destroy_unit("acme", "2026-11")
    reader.execute("COMMIT")
    reader.close()
    assert store.destroy_unit("acme", "2026-11") == 0
    assert b"wrapped bytes of " not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


def test_a_locked_store_is_a_matter_of_waiting(
    open_sqlite: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where another process holds the store for too long, the caller is told to retry, and nothing was written."""
    monkeypatch.setattr(sqlite_file, "_BUSY_SECONDS", 0.05)
    store = open_sqlite()
    holder = sqlite3.connect(tmp_path / "keys.sqlite", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")

    with pytest.raises(KmsUnavailable) as refused:
        store.put(wrapped_dek("one"), 0)
    holder.execute("ROLLBACK")
    holder.close()
    assert refused.value.facts["code"] == "SQLITE_BUSY"
    assert store.get("dk_one") is None


def _put(path: Path, name: str) -> int:
    store = SqliteKeyStore(path)
    store.put(wrapped_dek(name), 0)
    found = len(store.list("acme"))
    store.close()
    return found


def test_processes_that_start_together_share_it(tmp_path: Path) -> None:
    """Workers that open a new store at once all keep their DEKs in it."""
    path = tmp_path / "keys.sqlite"
    with multiprocessing.get_context("spawn").Pool(4) as pool:
        found = pool.starmap(_put, [(path, f"dek{number}") for number in range(12)])

    assert max(found) == 12


def test_another_file_is_refused(tmp_path: Path) -> None:
    """A file that is no key store stops the start, and stays as it was."""
    path = tmp_path / "keys.sqlite"
    path.write_bytes(b"something else entirely " * 100)

    with pytest.raises(ConfigError, match="no SQLite file"):
        SqliteKeyStore(path)
    with pytest.raises(ConfigError, match="cannot be opened"):
        SqliteKeyStore(tmp_path / "absent" / "keys.sqlite")
    assert path.read_bytes() == b"something else entirely " * 100


def test_a_newer_store_is_refused(tmp_path: Path) -> None:
    """A store of a version that is not known stops the start."""
    path = tmp_path / "keys.sqlite"
    newer = sqlite3.connect(path)
    newer.execute("PRAGMA user_version = 9")
    newer.close()

    with pytest.raises(ConfigError, match="unknown version"):
        SqliteKeyStore(path)


@pytest.fixture
def open_postgres(postgres: Postgres) -> Iterator[Open]:
    """Open one empty key store in PostgreSQL as often as asked."""
    postgres.run("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
    opened: list[PostgresKeyStore] = []

    def open_store() -> KeyStore:
        opened.append(PostgresKeyStore(postgres.url()))
        return opened[-1]

    yield open_store
    for store in opened:
        store.close()


@pytest.mark.integration
class TestPostgresKeyStore(KeyStoreContract):
    """One database, several connections."""

    @pytest.fixture
    def open_store(self, open_postgres: Open) -> Open:
        """Return what opens the store."""
        return open_postgres

    def test_destroyed_bytes_are_in_no_table(self, open_postgres: Open, postgres: Postgres) -> None:
        """After destruction no table or index holds a wrapped DEK; the server's log still does, as SECURITY.md says."""
        store, _beside = open_postgres(), open_postgres()
        for number in range(50):
            store.put(wrapped_dek(f"gone{number}"), 0)
        before = postgres.files()
        store.retire_unit("acme", "2026-11")
        store.destroy_unit("acme", "2026-11")
        after = postgres.files()

        assert before.count(b"wrapped bytes of gone") >= 50
        assert after.count(b"wrapped bytes of gone") == 0
        log = b"".join(path.read_bytes() for path in (postgres.data / "pg_wal").iterdir() if path.is_file())
        assert b"wrapped bytes of gone" in log

    def test_a_server_that_is_gone_is_a_matter_of_waiting(self, postgres: Postgres, tmp_path: Path) -> None:
        """Where nobody answers the caller is told to retry, by a code and no address."""
        with pytest.raises(KmsUnavailable) as refused:
            PostgresKeyStore("postgresql://phistream@127.0.0.1:1/none")
        assert "127.0.0.1" not in str(refused.value)

    def test_a_newer_store_is_refused(self, open_postgres: Open) -> None:
        """A store of a version that is not known stops the start."""
        store = open_postgres()
        assert isinstance(store, PostgresKeyStore)
        with store._engine.begin() as database:
            database.execute(text("UPDATE key_store SET version = 9"))

        with pytest.raises(ConfigError, match="unknown version"):
            open_postgres()

    @pytest.mark.usefixtures("open_postgres")
    def test_over_tls_the_server_is_who_it_says(self, postgres: Postgres, tmp_path: Path) -> None:
        """With verify-full the store opens under the server's own CA, and under no other one."""
        store = PostgresKeyStore(postgres.tls_url())
        assert isinstance(store.tenants(), tuple)
        store.close()
        make_certificates(tmp_path / "tls", ())
        with pytest.raises(KmsUnavailable):
            PostgresKeyStore(postgres.tls_url(tmp_path / "tls" / "ca.pem"))

    def test_settings_name_it(self, open_postgres: Open, postgres: Postgres, tmp_path: Path) -> None:
        """By its URL the store opens as a worker opens it, and what the ledger erased is destroyed in it first."""
        open_postgres().put(wrapped_dek("one"), 0)
        ledger = Ledger(tmp_path / "erasures.jsonl")
        ledger.append(LedgerEntry(EntryKind.DESTROYING, "acme", "2026-11", generation=1))
        store = open_key_store(VaultSettings(key_store_url=SecretStr(postgres.url()), ledger=ledger.path))

        assert isinstance(store, PostgresKeyStore)
        assert [dek.wrapped for dek in store.list("acme")] == [b""]
        store.close()

    def test_writers_take_turns(self, open_postgres: Open) -> None:
        """A DEK that is put while its unit is retired comes either before or not at all."""
        stores = [open_postgres() for _ in range(4)]

        def put(number: int) -> str | None:
            try:
                stores[number].put(wrapped_dek(str(number)), 0)
            except KeyRetired:
                return None
            return f"dk_{number}"

        with ThreadPoolExecutor(4) as pool:
            putting = [pool.submit(put, number) for number in range(3)]
            stores[3].retire_unit("acme", "2026-11")
            kept = {future.result() for future in putting} - {None}
        assert kept == {dek.dek_id for dek in stores[3].list("acme")}
        assert all(dek.state == "retired" for dek in stores[3].list("acme"))


def test_a_key_store_beyond_loopback_needs_tls() -> None:
    """Without TLS that verifies the server no key goes to another host."""
    for url in ("postgresql://keys@db.example.org/keys", "postgresql://keys@db.example.org/keys?sslmode=require"):
        with pytest.raises(ConfigError, match="sslmode"):
            PostgresKeyStore(url)
    with pytest.raises(ConfigError):
        PostgresKeyStore("mysql://keys@127.0.0.1/keys")
