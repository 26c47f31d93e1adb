"""What every KEK promises; a subclass gives the fixtures and runs it over its implementation."""

from dataclasses import replace

import pytest

from schemas.errors import IncorrectKey
from streams.vault.kek import Kek, UnwrappingKek, open_kek
from streams.vault.openers import Openers
from streams.vault.wrapping import WrapContext

DEK = bytes(range(64, 96))
#: A service is asked about each altered copy, so of a long wrap only some are tried.
_FEW_BYTES = 100


class KekContract:
    """The suite; `kek` wraps, `opener` is its other side, `stranger` the other side of another KEK."""

    @pytest.fixture
    def kek(self) -> Kek:
        """Return the wrapping side."""
        raise NotImplementedError

    @pytest.fixture
    def opener(self) -> UnwrappingKek:
        """Return the unwrapping side of the same KEK."""
        raise NotImplementedError

    @pytest.fixture
    def stranger(self) -> UnwrappingKek:
        """Return the unwrapping side of another KEK."""
        raise NotImplementedError

    @pytest.fixture
    def context(self, kek: Kek) -> WrapContext:
        """Return what the DEK of these tests is for."""
        return WrapContext("acme", "2026-11", "dk_example", kek.uri)

    def test_unwraps_what_was_wrapped(self, kek: Kek, opener: UnwrappingKek, context: WrapContext) -> None:
        """The DEK comes back under the context that it was wrapped with."""
        unwrapped = opener.unwrap(kek.wrap(DEK, context).wrapped, context)

        assert unwrapped == DEK

    @pytest.mark.parametrize("name", ["tenant", "unit", "dek_id", "kek_uri"])
    def test_binds_the_context(self, kek: Kek, opener: UnwrappingKek, context: WrapContext, name: str) -> None:
        """A wrapped DEK does not open for another tenant, unit, DEK or KEK."""
        wrapped = kek.wrap(DEK, context).wrapped

        with pytest.raises(IncorrectKey):
            opener.unwrap(wrapped, replace(context, **{name: "other"}))

    def test_binds_where_parts_begin(self, kek: Kek, opener: UnwrappingKek, context: WrapContext) -> None:
        """Moving a letter from one part of the context to the next changes it."""
        wrapped = kek.wrap(DEK, replace(context, tenant="ab", unit="c")).wrapped

        with pytest.raises(IncorrectKey):
            opener.unwrap(wrapped, replace(context, tenant="a", unit="bc"))

    def test_refuses_a_stranger(self, kek: Kek, stranger: UnwrappingKek, context: WrapContext) -> None:
        """Another KEK's holder opens nothing."""
        with pytest.raises(IncorrectKey):
            stranger.unwrap(kek.wrap(DEK, context).wrapped, context)

    def test_refuses_altered_bytes(self, kek: Kek, opener: UnwrappingKek, context: WrapContext) -> None:
        """One changed bit anywhere, a cut tail or nothing at all does not open."""
        wrapped = kek.wrap(DEK, context).wrapped
        step = 1 if len(wrapped) <= _FEW_BYTES else 11
        flipped = [wrapped[:at] + bytes([wrapped[at] ^ 1]) + wrapped[at + 1 :] for at in range(0, len(wrapped), step)]

        for altered in (*flipped, wrapped[:-1], wrapped + b"\x00", b""):
            with pytest.raises(IncorrectKey):
                opener.unwrap(altered, context)

    def test_wraps_differ(self, kek: Kek, context: WrapContext) -> None:
        """Wrapping twice gives different bytes, so equal DEKs do not show."""
        assert kek.wrap(DEK, context).wrapped != kek.wrap(DEK, context).wrapped

    def test_wrapped_bytes_do_not_show_the_dek(self, kek: Kek, context: WrapContext) -> None:
        """No eight bytes of the DEK stand in what is wrapped."""
        wrapped = kek.wrap(DEK, context).wrapped

        assert not [at for at in range(len(DEK) - 8) if DEK[at : at + 8] in wrapped]

    def test_only_one_side_opens(self, kek: Kek) -> None:
        """The side that wraps has nothing to unwrap with: the redactor holds it."""
        assert not hasattr(kek, "unwrap")


class ServiceKekContract(KekContract):
    """The suite over a KEK whose URI opens both sides; `uri` is the KEK's."""

    @pytest.fixture
    def uri(self) -> str:
        """Return the KEK's URI."""
        raise NotImplementedError

    @pytest.fixture
    def kek(self, uri: str) -> Kek:
        """Return the wrapping side."""
        return open_kek(uri)

    @pytest.fixture
    def opener(self, uri: str) -> UnwrappingKek:
        """Return the unwrapping side of the same KEK."""
        return Openers()(uri)
