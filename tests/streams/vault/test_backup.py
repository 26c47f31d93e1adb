"""Backups of the key store: sealed, whole, and never a way back for what was erased."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from schemas.errors import IncorrectKey, VaultError
from streams.vault.backup import Backup, make_backup, read_backup
from streams.vault.envelope import SealingVault
from streams.vault.kek import open_kek
from streams.vault.key_pairs import KeyPair, create_key_pair
from streams.vault.keystore_sqlite import SqliteKeyStore
from streams.vault.ledger import EntryKind, Ledger, LedgerEntry
from streams.vault.openers import Openers
from streams.vault.opening import open_entry, unwrap_dek
from streams.vault.restoring import open_backup, restore_backup
from tests.streams.vault.fixed import NOVEMBER
from tests.streams.vault.test_envelope import secret

NewVault = Callable[..., SealingVault]
TOKEN_KEYS = b'{"v": 1, "tenants": {}}'


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """Return an empty ledger."""
    return Ledger(tmp_path / "audit" / "erasures.jsonl")


@pytest.fixture
def made(new_vault: NewVault, keystore: SqliteKeyStore, key_pair: KeyPair, ledger: Ledger) -> Backup:
    """Return a backup of a store with one DEK."""
    new_vault().seal("ev-1", [secret()], NOVEMBER)
    return make_backup(keystore, TOKEN_KEYS, ledger.head(), open_kek(key_pair.uri), 5)


def test_a_lost_store_comes_back(
    new_vault: NewVault, keystore: SqliteKeyStore, key_pair: KeyPair, ledger: Ledger, tmp_path: Path
) -> None:
    """From the file of a backup alone a new store opens what was sealed under the lost one."""
    entry = new_vault().seal("ev-1", [secret()], NOVEMBER)[0]
    keystore.retire_unit("acme", "2026-12")
    data = make_backup(keystore, TOKEN_KEYS, ledger.head(), open_kek(key_pair.uri), 5).to_bytes()
    before = keystore.copy()
    keystore.close()
    opened = open_backup(read_backup(data), Openers())
    restored = SqliteKeyStore(tmp_path / "restored.sqlite")
    restore_backup(opened, restored, ledger)

    assert (restored.copy(), opened.token_keys) == (before, TOKEN_KEYS)
    wrapped = restored.get(entry.dek_id)
    assert wrapped is not None
    assert open_entry(entry, unwrap_dek(wrapped, Openers()(wrapped.kek_uri))) == secret()
    restored.close()


def test_a_backup_shows_nothing(made: Backup, keystore: SqliteKeyStore) -> None:
    """Neither tenants, units, wrapped DEKs nor token keys stand in the file."""
    data = made.to_bytes()

    assert not [part for part in (b"acme", b"2026-11", b"tenants", keystore.list("acme")[0].wrapped) if part in data]
    assert set(json.loads(data)) == {
        "v", "made_at_ms", "kek_uri", "kek_version", "dek_id", "wrapped_dek", "nonce", "sealed"
    }  # fmt: skip


def test_an_altered_backup_does_not_open(made: Backup) -> None:
    """A changed bit, time or id is found, and another KEK opens nothing."""
    changed = bytes([made.sealed[0] ^ 1]) + made.sealed[1:]
    for altered in (
        replace(made, sealed=changed),
        replace(made, made_at_ms=6),
        replace(made, dek_id="dk_other"),
        replace(made, nonce=bytes(12)),
        replace(made, wrapped_dek=made.wrapped_dek[:-1]),
    ):
        with pytest.raises(IncorrectKey):
            open_backup(altered, Openers())
    for damaged in (b"", b"{}", b"[]", made.to_bytes()[:-30], made.to_bytes().replace(b'"v": 1', b'"v": 2')):
        with pytest.raises(VaultError):
            read_backup(damaged)


def test_a_backup_of_another_kek_does_not_open(made: Backup, tmp_path: Path) -> None:
    """A backup opens with its own KEK's private half alone."""
    other = create_key_pair(tmp_path / "other", "vault")
    with pytest.raises(IncorrectKey):
        open_backup(made, Openers(other.private.parent))


def test_what_was_erased_since_is_erased_again(made: Backup, ledger: Ledger, tmp_path: Path) -> None:
    """A backup made before an erasure is restored without the erased keys."""
    ledger.append(LedgerEntry(EntryKind.DESTROYING, "acme", "2026-11", generation=1))
    restored = SqliteKeyStore(tmp_path / "restored.sqlite")

    assert restore_backup(open_backup(made, Openers()), restored, ledger) == 1
    assert [dek.wrapped for dek in restored.list("acme")] == [b""]
    restored.close()


def test_no_restore_beside_a_ledger_that_was_cut(
    keystore: SqliteKeyStore, key_pair: KeyPair, ledger: Ledger, tmp_path: Path
) -> None:
    """A ledger that is shorter than, or other than, the one of the backup restores nothing."""
    ledger.append(LedgerEntry(EntryKind.DESTROYING, "acme", "2026-11", generation=1))
    made = make_backup(keystore, None, ledger.head(), open_kek(key_pair.uri), 5)
    other = Ledger(tmp_path / "other.jsonl")
    other.append(LedgerEntry(EntryKind.DESTROYING, "acme", "2026-10", generation=1))

    for wrong in (Ledger(tmp_path / "absent.jsonl"), other):
        store = SqliteKeyStore(tmp_path / "restored.sqlite")
        with pytest.raises(VaultError, match="ledger"):
            restore_backup(open_backup(made, Openers()), store, wrong)
        assert store.copy().deks == ()
        store.close()
