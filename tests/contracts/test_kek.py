"""The KEK contract over the local key pair, AWS KMS and HashiCorp Vault."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.errors import ConfigError
from streams.vault.kek import Kek, UnwrappingKek, open_kek
from streams.vault.kek_local_private import LocalPrivateKek
from streams.vault.key_pairs import KeyPair, create_key_pair
from streams.vault.openers import Openers
from tests.contracts.kek import KekContract, ServiceKekContract
from tests.streams.vault.strict_hcvault import StrictTransit, strict_transit
from tests.streams.vault.strict_kms import StrictKms, aws_environment, strict_kms


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


@pytest.mark.parametrize("uri", ["gcp-kms://alias/vault", "file:/keys/key.pem", "azure://host/key"])
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


@pytest.fixture(scope="module")
def aws() -> Iterator[StrictKms]:
    """Return a strict KMS that boto3 of this process talks to, as a role that may do both."""
    with strict_kms() as kms, pytest.MonkeyPatch.context() as patched:
        kms.allow("AKIDBOTH", "kms:Encrypt", "kms:Decrypt")
        for name, value in aws_environment(kms.url, "AKIDBOTH").items():
            patched.setenv(name, value)
        yield kms


class TestAwsKek(ServiceKekContract):
    """kms:Encrypt wraps under an encryption context, kms:Decrypt unwraps."""

    @pytest.fixture
    def uri(self, aws: StrictKms) -> str:
        """Return a key's URI."""
        return f"aws-kms:{aws.create_key('vault')}"

    @pytest.fixture
    def stranger(self, aws: StrictKms) -> UnwrappingKek:
        """Return the unwrapping side of another KEK."""
        return Openers()(f"aws-kms:{aws.create_key()}")


@pytest.fixture(scope="module")
def transit() -> Iterator[StrictTransit]:
    """Return a strict Vault that hvac of this process talks to, with a token that may do both."""
    with strict_transit() as served, pytest.MonkeyPatch.context() as patched:
        both = {f"transit/{action}/{name}" for action in ("encrypt", "decrypt") for name in ("vault", "other")}
        served.tokens["both"] = frozenset(both)
        patched.setenv("VAULT_TOKEN", "both")
        yield served


class TestHcVaultKek(ServiceKekContract):
    """transit/encrypt wraps with associated data, transit/decrypt unwraps."""

    @pytest.fixture
    def uri(self, transit: StrictTransit) -> str:
        """Return a key's URI."""
        return f"hcvault:{transit.create_key('transit', 'vault')}"

    @pytest.fixture
    def stranger(self, transit: StrictTransit) -> UnwrappingKek:
        """Return the unwrapping side of another KEK."""
        return Openers()(f"hcvault:{transit.create_key('transit', 'other')}")
