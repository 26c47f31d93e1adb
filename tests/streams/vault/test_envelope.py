"""Sealing: what is written when, under which DEK, and that nothing else opens it."""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import IncorrectKey, KeyRetired, KmsUnavailable
from schemas.identifiers import IdentifierType
from schemas.vault import Secret, TenantId, Token, VaultEntry
from streams.vault import envelope
from streams.vault.associated import pad, unpad
from streams.vault.envelope import SealingVault
from streams.vault.kek_local_private import LocalPrivateKek
from streams.vault.keystore_sqlite import SqliteKeyStore
from streams.vault.opening import open_entry, unwrap_dek
from streams.vault.primitives import from_base64url, to_base64url
from streams.vault.wrapping import WrapContext
from tests.streams.vault.fixed import NOVEMBER, StillClock

NewVault = Callable[..., SealingVault]
MONTH_MS = 31 * 86_400_000


def secret(number: int = 1, value: str = "Jane Doe") -> Secret:
    """Return a secret of tests; *number* makes its token."""
    letter = "bcdfghjklmnpqrstvwxz"[number % 20]
    body = letter * 10 + "bcdfghjklmnpqrstvwxz"[number // 20] * 10
    return Secret(Token(f"phi_name_ca_{body}"), IdentifierType.NAME, value, "/messages/0/content", "input", "ab" * 32)


def opened(entry: VaultEntry, keystore: SqliteKeyStore, private: LocalPrivateKek) -> Secret:
    """Open an entry as break-glass would."""
    wrapped = keystore.get(entry.dek_id)
    assert wrapped is not None
    return open_entry(entry, unwrap_dek(wrapped, private))


def test_what_was_sealed_opens(new_vault: NewVault, keystore: SqliteKeyStore, private: LocalPrivateKek) -> None:
    """The private key and the key store give the secret back, whole."""
    entry = new_vault().seal("ev-1", [secret()], NOVEMBER)[0]

    assert opened(entry, keystore, private) == secret()
    assert (entry.tenant, entry.unit, entry.event_id, entry.v) == ("acme", "2026-11", "ev-1", 1)


@given(value=st.text(max_size=200) | st.just("\ud800 lone surrogate"))
def test_every_value_survives_padding(value: str) -> None:
    """Any value comes out as it went in, and a padded length tells it to within 64 bytes."""
    data = value.encode("utf-8", "surrogatepass")
    padded = pad(data)

    assert unpad(padded) == data
    assert len(padded) % 64 == 0
    assert len(padded) - len(data) < 64 + 4


@pytest.mark.parametrize("padded", [b"", b"\x00\x00", b"\x00\x00\x00\x05abcd", b"\xff\xff\xff\xff" + bytes(60)])
def test_damaged_padding_is_refused(padded: bytes) -> None:
    """A length beyond the bytes that are there is no value."""
    with pytest.raises(ValueError, match="padding"):
        unpad(padded)


def test_length_of_a_name_does_not_show(new_vault: NewVault) -> None:
    """Ciphertexts of short values are equally long."""
    entries = new_vault().seal("ev-1", [secret(1, "Li"), secret(2, "Maximiliana Featherstonehaugh")], NOVEMBER)

    assert len({len(entry.ciphertext) for entry in entries}) == 1


CHANGES: dict[str, Any] = {
    "tenant": TenantId("other"),
    "token": Token("phi_name_ca_zzzzzzzzzzzzzzzzzzzz"),
    "type": IdentifierType.OTHER_ID,
    "unit": "2026-12",
    "event_id": "ev-2",
    "field_path": "/messages/1/content",
    "side": "output",
    "lookup_tag": "cd" * 32,
    "sealed_at_ms": 1,
}


@pytest.mark.parametrize("name", sorted(CHANGES))
def test_every_field_is_bound(
    new_vault: NewVault, keystore: SqliteKeyStore, private: LocalPrivateKek, name: str
) -> None:
    """An entry with any field changed does not open: none can be moved to another tenant, token, event or place."""
    entry = new_vault().seal("ev-1", [secret()], NOVEMBER)[0]

    with pytest.raises(IncorrectKey):
        opened(replace(entry, **{name: CHANGES[name]}), keystore, private)


def test_no_field_was_forgotten() -> None:
    """The table above names every field of an entry but the sealed bytes, the DEK and the version in the label."""
    assert {item.name for item in fields(VaultEntry)} - {"v", "dek_id", "nonce", "ciphertext"} == set(CHANGES)


def test_altered_bytes_do_not_open(new_vault: NewVault, keystore: SqliteKeyStore, private: LocalPrivateKek) -> None:
    """A changed bit in nonce or ciphertext is found, and the error shows neither value nor token."""
    entry = new_vault().seal("ev-1", [secret()], NOVEMBER)[0]
    for name in ("nonce", "ciphertext"):
        data = bytearray(from_base64url(getattr(entry, name)))
        data[-1] ^= 1
        altered: Any = to_base64url(bytes(data))
        with pytest.raises(IncorrectKey) as refused:
            opened(replace(entry, **{name: altered}), keystore, private)
        assert "Jane" not in repr(refused.value)


def test_another_dek_does_not_open(new_vault: NewVault, keystore: SqliteKeyStore, private: LocalPrivateKek) -> None:
    """An entry opens under its own DEK alone, even where its id is exchanged."""
    one = new_vault().seal("ev-1", [secret(1)], NOVEMBER)[0]
    two = new_vault().seal("ev-1", [secret(1)], NOVEMBER)[0]

    assert one.dek_id != two.dek_id
    with pytest.raises(IncorrectKey):
        opened(replace(one, dek_id=two.dek_id), keystore, private)


def test_a_dek_is_durable_before_its_first_use(
    new_vault: NewVault, keystore: SqliteKeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the key store does not take the DEK, nothing is sealed."""

    def refuse(*_: object) -> None:
        raise KmsUnavailable

    vault = new_vault()
    with monkeypatch.context() as patched:
        patched.setattr(SqliteKeyStore, "put", refuse)
        with pytest.raises(KmsUnavailable):
            vault.seal("ev-1", [secret()], NOVEMBER)

    entry = vault.seal("ev-1", [secret()], NOVEMBER)[0]
    assert [dek.dek_id for dek in keystore.list("acme")] == [entry.dek_id]


def test_committed_entries_are_not_written_again(new_vault: NewVault) -> None:
    """After a commit a token needs no entry from this process, in whichever event it comes."""
    vault = new_vault()
    vault.committed(vault.seal("ev-1", [secret(1)], NOVEMBER))

    assert [entry.token for entry in vault.seal("ev-2", [secret(1), secret(2)], NOVEMBER)] == [secret(2).token]


def test_what_was_not_committed_is_written_again(new_vault: NewVault) -> None:
    """After an abort every token needs its entry again."""
    vault = new_vault()
    before = vault.seal("ev-1", [secret(1)], NOVEMBER)
    vault.aborted()
    after = vault.seal("ev-1", [secret(1)], NOVEMBER)

    assert [entry.token for entry in after] == [entry.token for entry in before]
    assert after[0].nonce != before[0].nonce


def test_one_batch_seals_once_and_every_event_has_its_entries(new_vault: NewVault) -> None:
    """Two events of a batch share one entry, so that leaving one of them out loses none."""
    vault = new_vault()
    first = vault.seal("ev-1", [secret(1), secret(1)], NOVEMBER)
    second = vault.seal("ev-2", [secret(1)], NOVEMBER)

    assert len(first) == 1
    assert second == first


def test_only_what_was_published_is_remembered(new_vault: NewVault) -> None:
    """An entry that was sealed but not in the committed transaction is sealed again."""
    vault = new_vault()
    first = vault.seal("ev-1", [secret(1)], NOVEMBER)
    vault.seal("ev-2", [secret(2)], NOVEMBER)
    vault.committed(first)

    assert [entry.token for entry in vault.seal("ev-3", [secret(1), secret(2)], NOVEMBER)] == [secret(2).token]


def test_the_memory_is_bounded_and_forgets_the_oldest(new_vault: NewVault) -> None:
    """What was not met for long is forgotten first, and then written again."""
    vault = new_vault(entry_memory=2)
    vault.committed(vault.seal("ev-1", [secret(1), secret(2)], NOVEMBER))
    vault.seal("ev-2", [secret(1)], NOVEMBER)
    vault.committed(vault.seal("ev-3", [secret(3)], NOVEMBER))

    assert [entry.token for entry in vault.seal("ev-4", [secret(1), secret(2)], NOVEMBER)] == [secret(2).token]


def test_another_process_knows_nothing(new_vault: NewVault) -> None:
    """Each process writes its own entries under its own DEK."""
    one, two = new_vault(), new_vault()
    first = one.seal("ev-1", [secret(1)], NOVEMBER)
    one.committed(first)
    second = two.seal("ev-2", [secret(1)], NOVEMBER)

    assert [entry.token for entry in second] == [secret(1).token]
    assert second[0].dek_id != first[0].dek_id


@pytest.mark.parametrize(("seconds", "same"), [(3599.0, True), (3600.0, False)])
def test_a_dek_lives_an_hour(new_vault: NewVault, clock: StillClock, seconds: float, same: bool) -> None:
    """After sixty minutes a new DEK seals, and what was committed under the old one is written again."""
    vault = new_vault()
    first = vault.seal("ev-1", [secret(1)], NOVEMBER)
    vault.committed(first)
    clock.seconds += seconds
    second = vault.seal("ev-2", [secret(2)], NOVEMBER)

    assert (second[0].dek_id == first[0].dek_id) is same
    assert (vault.seal("ev-3", [secret(1)], NOVEMBER) == ()) is same


def test_a_dek_wears_out(new_vault: NewVault, monkeypatch: pytest.MonkeyPatch) -> None:
    """The use after the last allowed one is under a new DEK."""
    monkeypatch.setattr(envelope, "MAX_USES", 3)
    entries = new_vault().seal("ev-1", [secret(number) for number in range(7)], NOVEMBER)
    deks = [entry.dek_id for entry in entries]

    assert [deks.count(dek) for dek in dict.fromkeys(deks)] == [3, 3, 1]


def test_the_limits_are_the_documented_ones() -> None:
    """2^20 uses and sixty minutes, as FORMAT.md says."""
    assert (envelope.MAX_USES, envelope.MAX_SECONDS) == (2**20, 3600.0)


def test_nonces_never_repeat(new_vault: NewVault) -> None:
    """Entries under one DEK have a nonce each."""
    vault = new_vault()
    entries: list[VaultEntry] = []
    for _ in range(50):
        entries += vault.seal("ev-1", [secret(number) for number in range(20)], NOVEMBER)
        vault.aborted()

    assert len({entry.nonce for entry in entries}) == 1000
    assert len({entry.dek_id for entry in entries}) == 1


def test_the_unit_is_the_records_month(new_vault: NewVault, clock: StillClock) -> None:
    """The unit follows the record's timestamp, never the clock, and each unit has a DEK of its own."""
    vault = new_vault()
    clock.wall_ms = NOVEMBER + 12 * MONTH_MS
    stamps = [NOVEMBER - 1, NOVEMBER, NOVEMBER + MONTH_MS, -5, 10**18]
    entries = [vault.seal("ev-1", [secret(1)], stamp)[0] for stamp in stamps]

    assert [entry.unit for entry in entries] == ["2026-10", "2026-11", "2026-12", "1970-01", "9999-12"]
    assert len({entry.dek_id for entry in entries}) == 5


def test_live_deks_are_bounded(new_vault: NewVault, keystore: SqliteKeyStore) -> None:
    """A worker that reads records of many months keeps few DEKs in memory."""
    vault = new_vault()
    for month in range(40):
        vault.seal("ev-1", [secret(1)], NOVEMBER + month * MONTH_MS)

    assert len(vault._live) == envelope.MAX_LIVE
    assert len(keystore.list("acme")) == 40


def test_a_retired_unit_stops_the_batch(new_vault: NewVault, keystore: SqliteKeyStore) -> None:
    """No transaction begins with entries of a unit that was retired; redacted again they are under a new DEK."""
    vault = new_vault()
    before = vault.seal("ev-1", [secret(1)], NOVEMBER)
    vault.check_units()
    vault.committed(before)
    keystore.retire_unit("acme", "2026-11")

    with pytest.raises(KeyRetired):
        vault.check_units()
    vault.check_units()
    after = vault.seal("ev-2", [secret(1)], NOVEMBER)
    assert [entry.token for entry in after] == [secret(1).token]
    assert after[0].dek_id != before[0].dek_id
    vault.check_units()


def test_a_retirement_within_a_batch_is_found(new_vault: NewVault, keystore: SqliteKeyStore, clock: StillClock) -> None:
    """A batch with entries of both generations does not begin its transaction."""
    vault = new_vault()
    vault.seal("ev-1", [secret(1)], NOVEMBER)
    keystore.retire_unit("acme", "2026-11")
    clock.seconds += 3600
    vault.seal("ev-2", [secret(2)], NOVEMBER)

    with pytest.raises(KeyRetired):
        vault.check_units()


def test_a_retirement_elsewhere_stops_nothing(new_vault: NewVault, keystore: SqliteKeyStore) -> None:
    """Other units and other tenants do not concern a batch."""
    vault = new_vault()
    vault.check_units()
    vault.seal("ev-1", [secret(1)], NOVEMBER)
    keystore.retire_unit("acme", "2026-10")
    keystore.retire_unit("other", "2026-11")

    vault.check_units()


def test_a_destroyed_unit_stays_closed(new_vault: NewVault, keystore: SqliteKeyStore, private: LocalPrivateKek) -> None:
    """After erasure the entry is there and nothing opens it, with every private key at hand."""
    entry = new_vault().seal("ev-1", [secret(1)], NOVEMBER)[0]
    keystore.retire_unit("acme", "2026-11")
    assert opened(entry, keystore, private) == secret(1)
    keystore.destroy_unit("acme", "2026-11")

    with pytest.raises(IncorrectKey, match="destroyed"):
        opened(entry, keystore, private)


def test_an_exchanged_dek_is_found(new_vault: NewVault, keystore: SqliteKeyStore, private: LocalPrivateKek) -> None:
    """A wrapped DEK whose id commits to another one does not unwrap, though its wrap is in order."""
    vault = new_vault()
    entry = vault.seal("ev-1", [secret(1)], NOVEMBER)[0]
    wrapped = keystore.get(entry.dek_id)
    assert wrapped is not None
    context = WrapContext(wrapped.tenant, wrapped.unit, wrapped.dek_id, wrapped.kek_uri)
    forged = replace(wrapped, wrapped=vault._kek.wrap(bytes(32), context).wrapped)

    with pytest.raises(IncorrectKey):
        unwrap_dek(forged, private)


def test_nothing_prints(new_vault: NewVault) -> None:
    """Values, keys and sealed bytes stand in no repr of vault, DEK, secret or entry."""
    vault = new_vault()
    entry = vault.seal("ev-1", [secret(1)], NOVEMBER)[0]
    printed = f"{vault!r} {vault._live!r} {secret(1)!r} {entry!r}"

    assert "Jane" not in printed
    assert entry.ciphertext not in printed
    assert "AESGCM" not in printed


def test_proving_leaves_nothing_behind(new_vault: NewVault, keystore: SqliteKeyStore) -> None:
    """A vault that can seal proves it without a DEK; one whose key store is gone does not."""
    vault = new_vault()
    vault.prove()

    assert keystore.list("acme") == ()
    keystore.close()
    with pytest.raises(KmsUnavailable):
        vault.prove()
