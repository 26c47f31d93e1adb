"""Fixtures of the vault's tests."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from streams.vault.envelope import SealingVault
from streams.vault.kek import open_kek
from streams.vault.kek_local_private import LocalPrivateKek
from streams.vault.key_pairs import KeyPair, create_key_pair
from streams.vault.keystore_sqlite import SqliteKeyStore
from streams.vault.tokens import Minter
from tests.streams.vault.fixed import StillClock, fixed_keys


@pytest.fixture
def minter() -> Minter:
    """Return a minter of tenant acme."""
    return Minter("acme", fixed_keys())


@pytest.fixture
def clock() -> StillClock:
    """Return a clock that stands still."""
    return StillClock()


@pytest.fixture(scope="session")
def key_pair(tmp_path_factory: pytest.TempPathFactory) -> KeyPair:
    """Return a local key pair without a passphrase."""
    return create_key_pair(tmp_path_factory.mktemp("keys"), "vault")


@pytest.fixture
def private(key_pair: KeyPair) -> LocalPrivateKek:
    """Return the unwrapping side of the key pair."""
    return LocalPrivateKek.load(key_pair.private)


@pytest.fixture
def keystore(tmp_path: Path) -> Iterator[SqliteKeyStore]:
    """Return an empty key store."""
    store = SqliteKeyStore(tmp_path / "keys.sqlite")
    yield store
    store.close()


@pytest.fixture
def new_vault(key_pair: KeyPair, keystore: SqliteKeyStore, clock: StillClock) -> Callable[..., SealingVault]:
    """Return what makes a sealing vault of tenant acme, as another process would have one."""

    def make(entry_memory: int = 100) -> SealingVault:
        return SealingVault("acme", open_kek(key_pair.uri), keystore, clock, entry_memory)

    return make
