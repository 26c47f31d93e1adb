"""The key store contract over SQLite, and what its files must be like."""

import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

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
