"""What every key store promises; a subclass gives the fixture and runs it over its implementation."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from schemas.errors import KeyRetired, VaultError
from schemas.vault import TenantId, WrappedDek
from streams.vault.keystore import DekState, KekUse, KeyStore

Open = Callable[[], KeyStore]


URI = "local:/keys/vault.pem"


def wrapped_dek(name: str, tenant: str = "acme", unit: str = "2026-11", created_at_ms: int = 1) -> WrappedDek:
    """Return a wrapped DEK of tests."""
    wrapped = b"wrapped bytes of " + name.encode() + bytes(40)
    return WrappedDek(1, f"dk_{name}", TenantId(tenant), unit, URI, wrapped, created_at_ms, kek_version="v1")


def rewrapped(dek: WrappedDek) -> WrappedDek:
    """Return the DEK as another version of the KEK would wrap it."""
    return replace(dek, wrapped=b"wrapped again" + bytes(60), kek_version="v2")


class KeyStoreContract:
    """The suite; `open_store` opens the same store again, as another process would."""

    @pytest.fixture
    def open_store(self) -> Open:
        """Return what opens the store."""
        raise NotImplementedError

    def test_keeps_what_was_put(self, open_store: Open) -> None:
        """A DEK comes back as it was put, for every process that opens the store."""
        dek = wrapped_dek("one")
        open_store().put(dek, 0)

        assert open_store().get("dk_one") == dek

    def test_unknown_is_none(self, open_store: Open) -> None:
        """A DEK that was never there is None."""
        assert open_store().get("dk_unknown") is None

    def test_ids_are_taken_once(self, open_store: Open) -> None:
        """A second DEK under one id is refused, and the first one stays."""
        store = open_store()
        store.put(wrapped_dek("one"), 0)

        with pytest.raises(VaultError):
            store.put(replace(wrapped_dek("one"), wrapped=b"other"), 0)
        assert store.get("dk_one") == wrapped_dek("one")

    def test_lists_by_tenant_and_unit(self, open_store: Open) -> None:
        """A list holds one tenant's DEKs, or those of one unit, oldest first."""
        store = open_store()
        young = wrapped_dek("young", created_at_ms=9)
        old = wrapped_dek("old", created_at_ms=3)
        later = wrapped_dek("later", unit="2026-12", created_at_ms=20)
        for dek in (young, old, later, wrapped_dek("foreign", tenant="other")):
            store.put(dek, 0)

        assert store.list("acme") == (old, young, later)
        assert store.list("acme", "2026-11") == (old, young)

    def test_generations_begin_at_zero(self, open_store: Open) -> None:
        """A unit that was never retired has generation 0."""
        assert open_store().generation("acme", "2026-11") == 0
        assert open_store().generations("acme") == {}

    def test_retiring_is_seen_by_everybody(self, open_store: Open) -> None:
        """Each retirement raises the generation of that unit alone, for all processes."""
        first, second = open_store(), open_store()

        assert [first.retire_unit("acme", "2026-11"), second.retire_unit("acme", "2026-11")] == [1, 2]
        assert first.generations("acme") == {"2026-11": 2}
        assert first.generation("acme", "2026-12") == 0
        assert first.generation("other", "2026-11") == 0

    def test_retired_deks_stay_to_be_opened(self, open_store: Open) -> None:
        """Retirement changes the state of the unit's DEKs and nothing else."""
        store = open_store()
        store.put(wrapped_dek("one"), 0)
        store.put(wrapped_dek("two", unit="2026-12"), 0)
        store.retire_unit("acme", "2026-11")

        assert store.get("dk_one") == replace(wrapped_dek("one"), state=DekState.RETIRED)
        assert store.get("dk_two") == wrapped_dek("two", unit="2026-12")

    def test_no_dek_of_an_old_generation(self, open_store: Open) -> None:
        """A process that has not seen the retirement cannot add a DEK to the unit."""
        store = open_store()
        store.retire_unit("acme", "2026-11")

        with pytest.raises(KeyRetired):
            store.put(wrapped_dek("late"), 0)
        assert store.get("dk_late") is None

    def test_destroys_retired_deks_alone(self, open_store: Open) -> None:
        """Destroying leaves the id and no key; a DEK of the new generation stays."""
        store = open_store()
        store.put(wrapped_dek("old"), 0)
        store.retire_unit("acme", "2026-11")
        store.put(wrapped_dek("new"), 1)

        assert store.destroy_unit("acme", "2026-11") == 1
        assert store.get("dk_old") == replace(wrapped_dek("old"), state=DekState.DESTROYED, wrapped=b"")
        assert store.get("dk_new") == wrapped_dek("new")

    def test_destroying_twice_is_no_harm(self, open_store: Open) -> None:
        """A second destruction finds nothing left."""
        store = open_store()
        store.put(wrapped_dek("old"), 0)
        store.retire_unit("acme", "2026-11")
        store.destroy_unit("acme", "2026-11")

        assert store.destroy_unit("acme", "2026-11") == 0

    def test_destroys_below_a_generation(self, open_store: Open) -> None:
        """Replayed over an old copy, an erasure destroys what is active there, raises the generation, and no more."""
        store = open_store()
        store.put(wrapped_dek("old"), 0)
        store.put(wrapped_dek("elsewhere", unit="2026-12"), 0)

        assert store.live_below("acme", "2026-11", 1) == 1
        assert store.destroy_below("acme", "2026-11", 1) == 1
        assert store.live_below("acme", "2026-11", 1) == 0
        assert store.generation("acme", "2026-11") == 1
        store.put(wrapped_dek("new"), 1)
        assert store.destroy_below("acme", "2026-11", 1) == 0
        assert store.get("dk_old") == replace(wrapped_dek("old"), state=DekState.DESTROYED, wrapped=b"")
        assert store.get("dk_new") == wrapped_dek("new")
        assert store.get("dk_elsewhere") == wrapped_dek("elsewhere", unit="2026-12")

    def test_a_replay_leaves_what_was_put_later(self, open_store: Open) -> None:
        """An erasure of an earlier generation destroys no DEK of a later one, though it was retired since."""
        store = open_store()
        store.retire_unit("acme", "2026-11")
        store.put(wrapped_dek("later"), 1)
        store.retire_unit("acme", "2026-11")

        assert store.destroy_below("acme", "2026-11", 1) == 0
        assert store.generation("acme", "2026-11") == 2
        assert store.get("dk_later") == replace(wrapped_dek("later"), state=DekState.RETIRED)

    def test_rewraps_what_nobody_changed(self, open_store: Open) -> None:
        """A DEK is exchanged whole, and only as long as it is what the caller unwrapped."""
        store = open_store()
        store.put(wrapped_dek("one"), 0)

        assert store.rewrap(wrapped_dek("one"), rewrapped(wrapped_dek("one")), 9)
        assert store.get("dk_one") == rewrapped(wrapped_dek("one"))
        assert not store.rewrap(wrapped_dek("one"), rewrapped(wrapped_dek("one")), 9)

    def test_no_rewrap_brings_a_key_back(self, open_store: Open) -> None:
        """A DEK that was destroyed while it was unwrapped stays destroyed."""
        store = open_store()
        store.put(wrapped_dek("one"), 0)
        store.retire_unit("acme", "2026-11")
        store.destroy_unit("acme", "2026-11")

        assert not store.rewrap(wrapped_dek("one"), rewrapped(wrapped_dek("one")), 9)
        destroyed = store.get("dk_one")
        assert destroyed is not None
        assert destroyed.wrapped == b""

    def test_counts_what_hangs_on_a_kek(self, open_store: Open) -> None:
        """Each version of a KEK is known since its first DEK, with the DEKs that only it opens."""
        store = open_store()
        for number in range(3):
            store.put(wrapped_dek(str(number), created_at_ms=5 + number), 0)
        store.rewrap(wrapped_dek("0", created_at_ms=5), rewrapped(wrapped_dek("0", created_at_ms=5)), 9)

        assert store.keks() == (KekUse(URI, "v1", 5, 0, 2), KekUse(URI, "v2", 9, 0, 1))
        assert store.tenants() == ("acme",)

    def test_notes_a_kek_once(self, open_store: Open) -> None:
        """A version whose DEKs lie elsewhere is known since it was first noted, and none hangs on it."""
        store = open_store()
        for at_ms in (7, 9):
            store.note_kek("hcvault:transit/quarantine", "v1", at_ms)

        assert (KekUse("hcvault:transit/quarantine", "v1", 7, 0, 0),) == open_store().keks()

    def test_a_retired_kek_wraps_no_more(self, open_store: Open) -> None:
        """A version is retired once nothing hangs on it; a worker that still holds it is refused."""
        store = open_store()
        store.put(wrapped_dek("one"), 0)
        with pytest.raises(VaultError):
            store.retire_kek(URI, "v1", 20)
        store.rewrap(wrapped_dek("one"), rewrapped(wrapped_dek("one")), 9)
        store.retire_kek(URI, "v1", 20)

        with pytest.raises(KeyRetired):
            open_store().put(wrapped_dek("late"), 0)
        assert [kek.retired_at_ms for kek in store.keks()] == [20, 0]
        with pytest.raises(VaultError):
            store.retire_kek(URI, "never there", 20)

    def test_a_copy_restores(self, open_store: Open) -> None:
        """A copy fills an empty store with all there was, and no other one."""
        store = open_store()
        store.put(wrapped_dek("old"), 0)
        store.retire_unit("acme", "2026-11")
        store.put(wrapped_dek("new"), 1)
        before = store.copy()

        with pytest.raises(VaultError):
            store.restore(before)
        assert [(dek.dek_id, generation) for dek, generation in before.deks] == [("dk_new", 1), ("dk_old", 0)]
        assert before.units == (("acme", "2026-11", 1),)
        assert before.keks == store.keks()
