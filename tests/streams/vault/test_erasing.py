"""Erasure is real: no old copy of key store and topic brings anything back, and a legal hold stops it."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from schemas.audit import Actor, AuditRecord
from schemas.audit_terms import Action, Phase, Reason, Result
from schemas.errors import (
    AccessDenied,
    AuditRefused,
    AuditUnavailable,
    IncorrectKey,
    KeyRetired,
    Shredded,
    VaultError,
)
from schemas.topics import DAY_MS
from schemas.vault import VaultEntry
from streams.audit.audit_log import open_audit_log, read_records
from streams.audit.ports import Appended
from streams.breakglass.deks import DekCache, Deks
from streams.breakglass.trail import Trail
from streams.config import VaultSettings
from streams.vault.envelope import SealingVault
from streams.vault.erasing import Erasing, ErasureState, denied_tokens
from streams.vault.kek_local_private import LocalPrivateKek
from streams.vault.keystore import KeyStore
from streams.vault.keystore_sqlite import SqliteKeyStore
from streams.vault.ledger import Ledger
from streams.vault.opening import open_entry, unwrap_dek
from streams.vault.stores import open_key_store
from tests.streams.vault.fixed import NOVEMBER, StillClock
from tests.streams.vault.test_envelope import secret

NewVault = Callable[..., SealingVault]
MONTH_MS = 31 * DAY_MS
OFFICER = Actor("local", "officer")


class Recorded:
    """An audit log in memory that may be refused."""

    def __init__(self) -> None:
        self.records: list[AuditRecord] = []
        self.refusing = False

    def append(self, record: AuditRecord) -> Appended:
        """Keep the record."""
        if self.refusing:
            raise AuditUnavailable("audit log is full")
        self.records.append(record)
        return Appended(len(self.records) - 1, "00" * 32)


@pytest.fixture
def audit() -> Recorded:
    """Return an audit log."""
    return Recorded()


@pytest.fixture
def erasing(keystore: SqliteKeyStore, clock: StillClock, audit: Recorded, tmp_path: Path) -> Erasing:
    """Return what erases, with backups kept for 35 days."""
    return Erasing(keystore, Ledger(tmp_path / "audit" / "erasures.jsonl"), Trail(audit), clock, 35)


def opens(entry: VaultEntry, store: KeyStore, private: LocalPrivateKek) -> bool:
    """Tell whether an entry opens, with every key that there is."""
    wrapped = store.get(entry.dek_id)
    try:
        return wrapped is not None and bool(open_entry(entry, unwrap_dek(wrapped, private)).value)
    except IncorrectKey:
        return False


def test_an_old_copy_of_the_store_brings_nothing_back(
    new_vault: NewVault, erasing: Erasing, keystore: SqliteKeyStore, private: LocalPrivateKek, tmp_path: Path
) -> None:
    """A store copied before the erasure, put back after it, serves only once the erased keys are destroyed in it."""
    entry = new_vault().seal("ev-1", [secret(1)], NOVEMBER)[0]
    other = new_vault().seal("ev-2", [secret(2)], NOVEMBER + MONTH_MS)[0]
    keystore.close()
    path = tmp_path / "keys.sqlite"
    old = tmp_path / "old.sqlite"
    shutil.copyfile(path, old)
    store = open_key_store(VaultSettings(key_store=path, ledger=erasing.ledger.path))
    done = Erasing(store, erasing.ledger, erasing.trail, erasing.clock, 35).unit(OFFICER, "acme", "2026-11")
    assert (done.state, done.deks) == (ErasureState.KEY_DESTROYED, 1)
    store.close()
    bare = SqliteKeyStore(old)
    assert opens(entry, bare, private)  # The copy alone would bring it back.
    bare.close()
    for left in tmp_path.glob("keys.sqlite*"):
        left.unlink()
    shutil.copyfile(old, path)

    restored = open_key_store(VaultSettings(key_store=path, ledger=erasing.ledger.path))
    assert not opens(entry, restored, private)
    assert opens(other, restored, private)
    assert restored.generation("acme", "2026-11") == 1
    assert b"".join(file.read_bytes() for file in tmp_path.glob("keys.sqlite*")).count(private_bytes(old, entry)) == 0
    restored.close()


def private_bytes(store: Path, entry: VaultEntry) -> bytes:
    """Return the wrapped bytes of an entry's DEK out of a copy of the store."""
    opened = SqliteKeyStore(store)
    wrapped = opened.get(entry.dek_id)
    opened.close()
    assert wrapped is not None
    return wrapped.wrapped


def test_a_legal_hold_stops_it(
    new_vault: NewVault, erasing: Erasing, keystore: SqliteKeyStore, private: LocalPrivateKek, audit: Recorded
) -> None:
    """Under a hold on the unit or the tenant nothing is erased, the refusal is audited, and a release lifts it."""
    entry = new_vault().seal("ev-1", [secret(1)], NOVEMBER)[0]
    for unit in ("2026-11", ""):
        erasing.hold(OFFICER, "acme", unit, "LEGAL-1")
        for erase in (lambda: erasing.unit(OFFICER, "acme", "2026-11"), lambda: erasing.tenant(OFFICER, "acme")):
            with pytest.raises(AccessDenied, match="legal hold"):
                erase()
            assert (audit.records[-1].result, audit.records[-1].reason) == (Result.DENIED, Reason.LEGAL_HOLD)
        erasing.release(OFFICER, "acme", unit, "LEGAL-1")
    assert opens(entry, keystore, private)
    assert keystore.generation("acme", "2026-11") == 0
    erasing.hold(OFFICER, "other")
    erasing.hold(OFFICER, "acme", "2026-12")
    erasing.unit(OFFICER, "acme", "2026-11")

    assert not opens(entry, keystore, private)


def test_a_worker_does_not_publish_what_was_erased_under_it(new_vault: NewVault, erasing: Erasing) -> None:
    """A batch sealed before an erasure is not begun after it, and redacted again it is under a new key."""
    vault = new_vault()
    before = vault.seal("ev-1", [secret(1)], NOVEMBER)
    erasing.unit(OFFICER, "acme", "2026-11")

    with pytest.raises(KeyRetired):
        vault.check_units()
    assert vault.seal("ev-1", [secret(1)], NOVEMBER)[0].dek_id != before[0].dek_id


def test_a_tenant_is_erased_unit_by_unit(
    new_vault: NewVault, erasing: Erasing, keystore: SqliteKeyStore, private: LocalPrivateKek
) -> None:
    """Every unit of the tenant is erased, and each has a state of its own."""
    entries = [new_vault().seal("ev-1", [secret(1)], NOVEMBER + month * MONTH_MS)[0] for month in range(3)]
    done = erasing.tenant(OFFICER, "acme", "GDPR-17")

    assert [(each.unit, each.deks) for each in done] == [("2026-11", 1), ("2026-12", 1), ("2027-01", 1)]
    assert not any(opens(entry, keystore, private) for entry in entries)


def test_it_is_complete_after_the_backups_are_gone(new_vault: NewVault, erasing: Erasing, clock: StillClock) -> None:
    """The state goes from key_destroyed to complete once the backup horizon is over, and not before."""
    new_vault().seal("ev-1", [secret(1)], NOVEMBER)
    done = erasing.unit(OFFICER, "acme", "2026-11")
    assert done.complete_after_ms == NOVEMBER + 35 * DAY_MS
    clock.wall_ms = done.complete_after_ms - 1
    assert [each.state for each in erasing.states()] == [ErasureState.KEY_DESTROYED]
    clock.wall_ms += 1

    assert [each.state for each in erasing.states()] == [ErasureState.COMPLETE]


def test_what_cannot_be_recorded_is_not_erased(
    new_vault: NewVault, erasing: Erasing, keystore: SqliteKeyStore, private: LocalPrivateKek, audit: Recorded
) -> None:
    """Without an audit log nothing is erased, held or released, and a unit that is none is refused."""
    entry = new_vault().seal("ev-1", [secret(1)], NOVEMBER)[0]
    with pytest.raises(AuditRefused):
        erasing.unit(OFFICER, "acme", "Jane Doe")
    audit.refusing = True
    for act in (erasing.unit, erasing.hold):
        with pytest.raises(AuditUnavailable):
            act(OFFICER, "acme", "2026-11")

    assert opens(entry, keystore, private)
    assert erasing.ledger.entries() == ()


def test_traces_that_may_be_left_are_not_called_destroyed(
    new_vault: NewVault, erasing: Erasing, keystore: SqliteKeyStore, audit: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the store cannot clean up, the erasure stays requested and is audited as failed; a second try ends it."""
    new_vault().seal("ev-1", [secret(1)], NOVEMBER)
    with monkeypatch.context() as patched:
        patched.setattr(keystore._file, "empty_log", lambda: False)
        with pytest.raises(VaultError):
            erasing.unit(OFFICER, "acme", "2026-11")
    assert [each.state for each in erasing.states()] == [ErasureState.REQUESTED]
    assert audit.records[-1].result is Result.ERROR

    assert erasing.unit(OFFICER, "acme", "2026-11").state is ErasureState.KEY_DESTROYED


def test_every_step_is_in_a_real_audit_log(
    new_vault: NewVault, keystore: SqliteKeyStore, clock: StillClock, tmp_path: Path
) -> None:
    """Intent and outcome name the person, the unit and how many keys are gone."""
    new_vault().seal("ev-1", [secret(1)], NOVEMBER)
    folder = tmp_path / "audit"
    with open_audit_log(folder, tmp_path / "audit-log.json", clock.now_ms()) as log:
        ledger = Ledger(folder / "erasures.jsonl")
        Erasing(keystore, ledger, Trail(log), clock, 35).unit(OFFICER, "acme", "2026-11", "GDPR-17")
    records = [record for _, record in read_records(folder, 0, 2)]

    assert [record.phase for record in records] == [Phase.INTENT, Phase.OUTCOME]
    assert {record.action for record in records} == {Action.ERASE_EXECUTE}
    assert (records[1].actor.subject, records[1].resource.ids, records[1].ticket) == (
        "officer",
        ("2026-11",),
        "GDPR-17",
    )
    assert records[1].counts is not None
    assert records[1].counts.shredded == 1


def test_a_record_is_denied_and_buried(erasing: Erasing) -> None:
    """Record erasure is a denial that stays, and tombstones for the token's entries; other tokens are as before."""
    token = secret(1).token
    buried: list[tuple[str, str]] = []

    def tombstones(tenant: str, named: str) -> int:
        buried.append((tenant, named))
        return 2

    assert erasing.record(OFFICER, "acme", token, tombstones) == 2
    assert buried == [("acme", token)]
    assert denied_tokens(erasing.ledger, "acme") == {token}
    assert denied_tokens(erasing.ledger, "other") == frozenset()
    for unit in ("", "2026-11"):
        erasing.hold(OFFICER, "acme", unit)
        with pytest.raises(AccessDenied):
            erasing.record(OFFICER, "acme", secret(2).token, tombstones)
        erasing.release(OFFICER, "acme", unit)
    assert len(buried) == 1


def test_a_denied_record_opens_no_more(
    new_vault: NewVault, erasing: Erasing, keystore: SqliteKeyStore, private: LocalPrivateKek, clock: StillClock
) -> None:
    """After its erasure by name no reveal opens an entry of the token, though its key is there; others open."""
    one, two = new_vault().seal("ev-1", [secret(1), secret(2)], NOVEMBER)
    deks = Deks(keystore, lambda _: private, DekCache(clock))
    deks.denied = lambda tenant: denied_tokens(erasing.ledger, tenant)
    assert deks.open(one) == secret(1)
    erasing.record(OFFICER, "acme", one.token, lambda *_: 1)

    with pytest.raises(Shredded):
        deks.open(one)
    assert deks.open(two) == secret(2)
