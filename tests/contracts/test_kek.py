"""The KEK contract over the local key pair."""

from pathlib import Path

import pytest

from schemas.errors import ConfigError
from streams.vault.kek import Kek, UnwrappingKek, open_kek
from streams.vault.kek_local_private import LocalPrivateKek
from streams.vault.key_pairs import KeyPair, create_key_pair
from tests.contracts.kek import KekContract


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> tuple[KeyPair, KeyPair]:
    """Return two key pairs."""
    folder = tmp_path_factory.mktemp("keys")
    return create_key_pair(folder, "vault"), create_key_pair(folder, "other")


class TestLocalKek(KekContract):
    """A public key in a file wraps, the private one unwraps."""

    @pytest.fixture
    def kek(self, pairs: tuple[KeyPair, KeyPair]) -> Kek:
        """Return the wrapping side."""
        return open_kek(pairs[0].uri)

    @pytest.fixture
    def opener(self, pairs: tuple[KeyPair, KeyPair]) -> UnwrappingKek:
        """Return the unwrapping side of the same KEK."""
        return LocalPrivateKek.load(pairs[0].private)

    @pytest.fixture
    def stranger(self, pairs: tuple[KeyPair, KeyPair]) -> UnwrappingKek:
        """Return the unwrapping side of another KEK."""
        return LocalPrivateKek.load(pairs[1].private)


@pytest.mark.parametrize("uri", ["aws-kms://alias/vault", "file:/keys/key.pem", "hcvault://host/key"])
def test_an_unknown_scheme_is_named(uri: str) -> None:
    """A KEK of no known kind is refused, and the message says which scheme it was."""
    with pytest.raises(ConfigError) as refused:
        open_kek(uri)

    assert refused.value.facts["scheme"] == uri.partition(":")[0]


@pytest.mark.parametrize("uri", ["", "local:", "/keys/key.pem"])
def test_no_kek_without_scheme_and_place(uri: str) -> None:
    """A URI without scheme or place is refused."""
    with pytest.raises(ConfigError):
        open_kek(uri)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    """The message says which file is not there."""
    with pytest.raises(ConfigError, match=r"absent\.pem"):
        open_kek(f"local:{tmp_path / 'absent.pem'}")


def test_a_private_key_is_no_public_one(pairs: tuple[KeyPair, KeyPair]) -> None:
    """The redactor is not started with the private half by mistake."""
    with pytest.raises(ConfigError):
        open_kek(f"local:{pairs[0].private}")
