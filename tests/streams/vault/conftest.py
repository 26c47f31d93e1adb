"""Keys, clocks and vaults of the vault's tests."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from streams.vault.envelope import SealingVault
from streams.vault.kek import open_kek
from streams.vault.kek_local_private import LocalPrivateKek
from streams.vault.key_pairs import KeyPair, create_key_pair
from streams.vault.keystore_sqlite import SqliteKeyStore
from streams.vault.tokenkeys import DigestKey, Epoch, TokenKeys
from streams.vault.tokens import Minter

NOVEMBER = 1_793_491_200_000  # 2026-11-01T00:00:00Z


@dataclass(slots=True)
class StillClock:
    """A clock that moves when it is told to."""

    wall_ms: int = NOVEMBER
    seconds: float = 0.0

    def now_ms(self) -> int:
        """Return the time it was set to."""
        return self.wall_ms

    def monotonic(self) -> float:
        """Return the seconds it was set to."""
        return self.seconds


def fixed_keys(first: int = 0) -> TokenKeys:
    """Return token keys made of counted bytes, with two epochs."""
    secrets = [bytes(range(first + at, first + at + 32)) for at in range(0, 160, 32)]
    epochs = (Epoch("a", 0, secrets[0]), Epoch("b", NOVEMBER, secrets[1]))
    return TokenKeys(epochs, secrets[2], secrets[3], (DigestKey("dg_example", secrets[4]),))


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
