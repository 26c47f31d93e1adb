"""Quarantine: whole records sealed so that they come back byte for byte, under a KEK of their own."""

from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.audit import QuarantineRecord
from schemas.errors import IncorrectKey, VaultError
from streams.vault import quarantine_seal
from streams.vault.kek import open_kek
from streams.vault.kek_local_private import LocalPrivateKek
from streams.vault.key_pairs import KeyPair, create_key_pair
from streams.vault.opening import open_quarantined, unpack_record
from streams.vault.quarantine_seal import QuarantineSeal, SealedRecord, pack_record
from tests.streams.vault.fixed import StillClock

BYTES = st.none() | st.binary(max_size=30)
HEADERS = st.lists(st.tuples(st.text(max_size=8), BYTES), max_size=4)


@pytest.fixture
def seal(key_pair: KeyPair, clock: StillClock) -> QuarantineSeal:
    """Return a seal to the tests' key pair."""
    return QuarantineSeal(open_kek(key_pair.uri), clock)


def record(sealed: SealedRecord, tenant: str = "acme", event_id: str = "ev-1") -> QuarantineRecord:
    """Return the record of the quarantine topic around sealed bytes."""
    return QuarantineRecord(
        v=1,
        event_id=event_id,
        tenant=tenant,
        reason="not_json",
        attempts=1,
        topic="llm.events.raw.v1",
        partition=0,
        offset=7,
        timestamp_ms=0,
        size=9,
        quarantined_at="2026-11-01T00:00:00.000Z",
        **asdict(sealed),
    )


@given(record_key=BYTES, value=BYTES, headers=HEADERS)
def test_packing_is_reversible(
    record_key: bytes | None, value: bytes | None, headers: list[tuple[str, bytes | None]]
) -> None:
    """Whatever a record holds comes back as it was: null is not empty, and headers keep order and repetition."""
    unpacked = unpack_record(pack_record(record_key, value, headers))

    assert (unpacked.record_key, unpacked.value, list(unpacked.headers)) == (record_key, value, headers)


@given(data=st.binary(max_size=60))
def test_other_bytes_do_not_unpack(data: bytes) -> None:
    """Bytes that were not packed are refused, or are just what packing gives."""
    for payload in (data, b"phq1" + data):
        try:
            unpacked = unpack_record(payload)
        except VaultError:
            continue
        assert pack_record(unpacked.record_key, unpacked.value, unpacked.headers) == payload


def test_a_record_comes_back(seal: QuarantineSeal, private: LocalPrivateKek) -> None:
    """The private half opens what was sealed, with nothing else at hand."""
    payload = pack_record(b"key", b"\xff not utf-8 \x00", [("h", None)])
    opened = open_quarantined(record(seal.seal("acme", "ev-1", payload)), private)

    assert (opened.record_key, opened.value, opened.headers) == (b"key", b"\xff not utf-8 \x00", (("h", None),))


@pytest.mark.parametrize(("tenant", "event_id"), [("other", "ev-1"), ("acme", "ev-2")])
def test_a_record_stays_where_it_belongs(
    seal: QuarantineSeal, private: LocalPrivateKek, tenant: str, event_id: str
) -> None:
    """Sealed bytes do not open as another tenant's record or as another event."""
    sealed = seal.seal("acme", "ev-1", pack_record(None, b"x", []))

    with pytest.raises(IncorrectKey):
        open_quarantined(record(sealed, tenant, event_id), private)


def test_another_kek_does_not_open(seal: QuarantineSeal, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The vault's private half opens no quarantined record."""
    other = create_key_pair(tmp_path_factory.mktemp("other"), "vault")

    with pytest.raises(IncorrectKey):
        open_quarantined(record(seal.seal("acme", "ev-1", b"phq1")), LocalPrivateKek.load(other.private))


def test_deks_are_replaced(seal: QuarantineSeal, clock: StillClock, monkeypatch: pytest.MonkeyPatch) -> None:
    """A DEK seals so many records of one tenant, for five minutes."""
    monkeypatch.setattr(quarantine_seal, "MAX_RECORDS", 2)
    ids = [seal.seal(tenant, "ev-1", b"x").dek_id for tenant in ("acme", "acme", "acme", "other")]
    clock.seconds += 300
    ids.append(seal.seal("acme", "ev-1", b"x").dek_id)

    assert ids[0] == ids[1]
    assert len(set(ids)) == 4


def test_nothing_prints(seal: QuarantineSeal) -> None:
    """Neither the seal nor an unpacked record shows bytes of a record or a DEK."""
    seal.seal("acme", "ev-1", b"Jane Doe")
    unpacked = unpack_record(pack_record(b"Jane", b"Doe", [("Jane", b"Doe")]))

    assert "Jane" not in f"{unpacked!r}{seal!r}{seal._live!r}"
    assert "AESGCM" not in repr(seal._live)
