"""Compressing before sealing: what goes in comes out, and damage is told."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.errors import VaultError
from streams.vault.compressing import COMPRESSED, LEAST_BYTES, compress, decompress


@given(st.binary(max_size=200))
def test_small_payloads_stay_as_they_are(payload: bytes) -> None:
    """What fits anywhere is not touched."""
    assert compress(b"phq1" + payload) == b"phq1" + payload
    assert decompress(b"phq1" + payload) == b"phq1" + payload


@pytest.mark.parametrize("payload", [b"phq1" + bytes(30 * LEAST_BYTES), b"phq1" + b"a patient said " * 200_000])
def test_large_payloads_become_small_and_come_back(payload: bytes) -> None:
    """A large payload that repeats itself is sealed small, and is itself again."""
    assert len(compress(payload)) < len(payload) / 100
    assert decompress(compress(payload)) == payload


def test_what_repeats_nothing_stays_as_it_is() -> None:
    """A payload that no compression makes smaller is left."""
    payload = b"phq1" + os.urandom(2 * LEAST_BYTES)

    assert compress(payload) == payload


@pytest.mark.parametrize("keep", [4, 11, 12, 40, 200])
def test_damage_is_told(keep: int) -> None:
    """A compressed payload that was cut or lies about its length is refused."""
    small = compress(b"phq1" + bytes(2 * LEAST_BYTES))
    lying = COMPRESSED + (2**40).to_bytes(8, "big") + small[12:]

    with pytest.raises(VaultError):
        decompress(small[:keep])
    with pytest.raises(VaultError):
        decompress(lying)
