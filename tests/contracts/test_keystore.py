"""The key store contract over SQLite, and what its files must be like."""

import multiprocessing
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.errors import ConfigError, KmsUnavailable, VaultError
from streams.vault import keystore_sqlite
from streams.vault.keystore_sqlite import SqliteKeyStore
from tests.contracts.keystore import KeyStoreContract, Open, wrapped_dek


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
    monkeypatch.setattr(keystore_sqlite, "_BUSY_SECONDS", 0.05)
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
    monkeypatch.setattr(keystore_sqlite, "_BUSY_SECONDS", 0.05)
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
