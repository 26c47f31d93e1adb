"""Rotation: nothing is lost by it, and what hangs on which version is counted in the store."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from schemas.errors import IncorrectKey, KeyRetired
from schemas.vault import Secret, VaultEntry, WrappedDek
from streams.vault.envelope import SealingVault
from streams.vault.kek import open_kek
from streams.vault.key_pairs import KeyPair, create_key_pair, rotate_key_pair
from streams.vault.keystore import live
from streams.vault.keystore_sqlite import SqliteKeyStore
from streams.vault.openers import Openers
from streams.vault.opening import open_entry, unwrap_dek
from streams.vault.rewrapping import Rewrapped, drill, rewrap_all
from tests.streams.vault.fixed import NOVEMBER, StillClock
from tests.streams.vault.test_envelope import secret

MONTH_MS = 31 * 86_400_000


class Rig:
    """One key pair, one store, and processes that come and go."""

    def __init__(self, folder: Path, clock: StillClock) -> None:
        self.pair: KeyPair = create_key_pair(folder / "keys", "vault")
        self.path = folder / "keys.sqlite"
        self.store = SqliteKeyStore(self.path)
        self.clock = clock
        self.sealed: list[tuple[VaultEntry, Secret]] = []

    def seal(self, number: int) -> None:
        """Seal a secret as a process that starts now would."""
        self.clock.wall_ms += 1
        vault = SealingVault("acme", open_kek(self.pair.uri), self.store, self.clock)
        made = secret(number)
        entry = vault.seal(f"ev-{number}", [made], NOVEMBER + number % 3 * MONTH_MS)[0]
        self.sealed.append((entry, made))

    def restart(self) -> None:
        """Open the store again."""
        self.store.close()
        self.store = SqliteKeyStore(self.path)

    def rotate(self) -> None:
        """Make a new key pair under the old URI."""
        rotate_key_pair(self.pair.private.parent, "vault")

    def rewrap(self, progress: Callable[[int, int], None] = lambda done, of: None) -> Rewrapped:
        """Re-wrap everything, as break-glass would."""
        kek = open_kek(self.pair.uri)
        return rewrap_all(self.store, lambda _: kek, Openers(), self.clock.now_ms() + 1, progress)

    def read(self) -> int:
        """Open every entry as break-glass would, and return how many gave their secret."""
        openers, opened = Openers(), 0
        for entry, made in self.sealed:
            wrapped = self.store.get(entry.dek_id)
            assert wrapped is not None
            opened += open_entry(entry, unwrap_dek(wrapped, openers(wrapped.kek_uri))) == made
        return opened


@pytest.fixture
def rig(tmp_path: Path, clock: StillClock) -> Rig:
    """Return a rig."""
    return Rig(tmp_path, clock)


def test_nothing_is_lost_by_rotations_and_restarts(rig: Rig) -> None:
    """Rotate, restart, rotate, re-wrap: every entry of every version opens, before and after."""
    for step in range(9):
        rig.seal(step)
        if step in (2, 5):
            rig.rotate()
        if step in (3, 6):
            rig.restart()
    assert rig.read() == 9
    assert [kek.deks for kek in rig.store.keks()] == [3, 3, 3]

    done = rig.rewrap()
    rig.restart()
    assert (done.complete, done.rewrapped) == (True, 6)
    assert [kek.deks for kek in rig.store.keks()] == [0, 0, 9]
    assert rig.read() == 9


def test_after_the_rewrap_only_the_new_half_is_needed(rig: Rig) -> None:
    """Once the old version is retired its private half can be destroyed: nothing in the store hangs on it."""
    rig.seal(1)
    rig.rotate()
    rig.rewrap()
    old, new = rig.store.keks()
    rig.store.retire_kek(old.uri, old.version, 100)
    rig.pair.private.with_name(f"vault.{old.version}.private.pem").unlink()

    assert rig.read() == 1
    assert (old.deks, new.deks) == (0, 1)


def test_a_run_that_was_cut_short_goes_on(rig: Rig) -> None:
    """A re-wrap that ends in the middle leaves every DEK readable, says so, and is completed by the next one."""
    for number in range(6):
        rig.seal(number)
    rig.rotate()

    def die(done: int, of: int) -> None:
        if done == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rig.rewrap(die)
    assert [kek.deks for kek in rig.store.keks()] == [3, 3]
    assert rig.read() == 6
    seen: list[tuple[int, int]] = []
    assert rig.rewrap(lambda done, of: seen.append((done, of))).rewrapped == 3
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_a_dek_that_does_not_open_is_named_and_kept(rig: Rig) -> None:
    """What cannot be re-wrapped stays as it is, is named, and the run is not called complete."""
    for number in range(3):
        rig.seal(number)
    lost = rig.sealed[1][0].dek_id
    damaged = rig.store.get(lost)
    assert damaged is not None
    broken = replace(damaged, wrapped=damaged.wrapped[:-1] + bytes([damaged.wrapped[-1] ^ 1]))
    rig.store.rewrap(damaged, broken, 1)
    rig.rotate()
    done = rig.rewrap()

    assert (done.complete, done.unreadable, done.rewrapped) == (False, (lost,), 2)
    assert rig.store.get(lost) == broken
    found = drill(list(live(rig.store)), Openers(), lambda done, of: None)
    assert (found.opened, found.unreadable) == (2, (lost,))


def test_nothing_unproven_is_kept(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the new version's private half is not to be had, no DEK is exchanged."""
    rig.seal(1)
    before = rig.store.list("acme")
    old = rig.pair.private.read_bytes()
    rig.rotate()
    for half in rig.pair.private.parent.glob("vault*.private.pem"):
        half.unlink()
    rig.pair.private.touch(0o600)
    rig.pair.private.write_bytes(old)
    done = rig.rewrap()

    assert not done.complete
    assert rig.store.list("acme") == before


def test_what_came_meanwhile_is_counted(rig: Rig) -> None:
    """A DEK that a worker puts under the old version during the run is found in the store, and no run is complete."""
    rig.seal(1)
    late = replace(rig.store.list("acme")[0], dek_id="dk_late")
    rig.rotate()
    done = rig.rewrap(lambda done, of: rig.store.put(late, 0))

    assert [(kek.version, kek.deks) for kek in done.behind] == [(late.kek_version, 1)]
    assert not done.complete


def test_a_worker_with_the_retired_key_is_refused(rig: Rig) -> None:
    """After a version is retired no process adds a DEK under it: nothing seals to a key that will be destroyed."""
    rig.seal(1)
    first = rig.store.list("acme")[0]
    rig.rotate()
    rig.rewrap()
    rig.store.retire_kek(first.kek_uri, first.kek_version, 100)

    with pytest.raises(KeyRetired):
        rig.store.put(replace(first, dek_id="dk_late"), 0)


def test_another_tenant_s_key_opens_nothing(tmp_path: Path, clock: StillClock) -> None:
    """With a KEK per tenant, the one of a tenant opens no DEK of the other."""
    one, two = (create_key_pair(tmp_path / name, "vault") for name in ("one", "two"))
    store = SqliteKeyStore(tmp_path / "keys.sqlite")
    made: dict[str, WrappedDek] = {}
    for tenant, pair in (("acme", one), ("other", two)):
        SealingVault(tenant, open_kek(pair.uri), store, clock).seal("ev-1", [secret(1)], NOVEMBER)
        made[tenant] = store.list(tenant)[0]

    assert len(unwrap_dek(made["acme"], Openers()(one.uri))) == 32
    for tenant, pair in (("other", one), ("acme", two)):
        with pytest.raises(IncorrectKey):
            unwrap_dek(made[tenant], Openers()(pair.uri))
    store.close()
