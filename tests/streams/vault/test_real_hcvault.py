"""The `hcvault:` KEK against a real HashiCorp Vault: what the strict fake says of it holds."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.errors import IncorrectKey, KmsUnavailable
from schemas.vault import Secret, VaultEntry
from streams.vault.envelope import SealingVault
from streams.vault.kek import UnwrappingKek, open_kek
from streams.vault.keystore_sqlite import SqliteKeyStore
from streams.vault.openers import Openers
from streams.vault.opening import open_entry, unwrap_dek
from streams.vault.rewrapping import rewrap_all
from streams.vault.wrapping import WrapContext
from tests.contracts.kek import DEK, ServiceKekContract
from tests.stack.hcvault import MOUNT, RealTransit, running_hcvault
from tests.streams.vault.fixed import NOVEMBER, StillClock
from tests.streams.vault.test_envelope import secret

pytestmark = pytest.mark.nightly


@pytest.fixture(scope="module")
def transit() -> Iterator[RealTransit]:
    """Return a server of its own."""
    with running_hcvault() as served:
        yield served


@pytest.fixture(scope="module")
def uri(transit: RealTransit) -> str:
    """Return a key's URI."""
    return f"hcvault:{transit.create_key('vault')}"


@pytest.fixture(scope="module")
def redactor(transit: RealTransit) -> str:
    """Return a token that may encrypt."""
    return transit.token([f"{MOUNT}/encrypt/+"])


@pytest.fixture(scope="module")
def breakglass(transit: RealTransit) -> str:
    """Return a token that may do both."""
    return transit.token([f"{MOUNT}/encrypt/+", f"{MOUNT}/decrypt/+"])


class TestRealHcVaultKek(ServiceKekContract):
    """transit/encrypt wraps with associated data, transit/decrypt unwraps."""

    @pytest.fixture(autouse=True)
    def both(self, breakglass: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """Be who may do both."""
        monkeypatch.setenv("VAULT_TOKEN", breakglass)

    @pytest.fixture
    def uri(self, uri: str) -> str:
        """Return a key's URI."""
        return uri

    @pytest.fixture
    def stranger(self, transit: RealTransit) -> UnwrappingKek:
        """Return the unwrapping side of another KEK."""
        return Openers()(f"hcvault:{transit.create_key('other')}")


def test_the_redactor_s_token_wraps_and_never_unwraps(
    uri: str, redactor: str, breakglass: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the redactor's token a DEK is wrapped, and asking to unwrap it is refused; break-glass unwraps it."""
    monkeypatch.setenv("VAULT_TOKEN", redactor)
    kek = open_kek(uri)
    context = WrapContext("acme", "2026-11", "dk_x", kek.uri)
    wrap = kek.wrap(DEK, context)
    with pytest.raises(KmsUnavailable, match="Forbidden"):
        Openers()(uri).unwrap(wrap.wrapped, context)
    monkeypatch.setenv("VAULT_TOKEN", breakglass)

    assert Openers()(uri).unwrap(wrap.wrapped, context) == DEK


def test_a_key_that_is_not_there_is_not_made(
    transit: RealTransit, redactor: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wrapping under a key's wrong name is refused: a token that may only update makes no key."""
    monkeypatch.setenv("VAULT_TOKEN", redactor)
    kek = open_kek(f"hcvault:{transit.url}/{MOUNT}/absent")
    with pytest.raises(KmsUnavailable):
        kek.wrap(DEK, WrapContext("acme", "2026-11", "dk_x", kek.uri))


def test_rotation_loses_nothing(
    transit: RealTransit, breakglass: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, clock: StillClock
) -> None:
    """Rotated there and re-wrapped here, every entry opens once the old versions are shut off, and none did before."""
    monkeypatch.setenv("VAULT_TOKEN", breakglass)
    uri, store, sealed = f"hcvault:{transit.create_key('turning')}", SqliteKeyStore(tmp_path / "keys.sqlite"), []
    for step in range(3):
        clock.wall_ms += 1
        sealed.append(SealingVault("acme", open_kek(uri), store, clock).seal(f"ev-{step}", [secret(step)], NOVEMBER)[0])
        transit.rotate("turning")
    old = store.get(sealed[0].dek_id)
    assert old is not None
    done = rewrap_all(store, lambda _: open_kek(uri), Openers(), clock.now_ms() + 1, lambda done, of: None)
    transit.shut_off_before("turning", 4)

    assert (done.complete, done.rewrapped) == (True, 3)
    assert [_opened(store, entry) for entry in sealed] == [secret(step) for step in range(3)]
    with pytest.raises(IncorrectKey):
        unwrap_dek(old, Openers()(uri))
    store.close()


def _opened(store: SqliteKeyStore, entry: VaultEntry) -> Secret:
    wrapped = store.get(entry.dek_id)
    assert wrapped is not None
    return open_entry(entry, unwrap_dek(wrapped, Openers()(wrapped.kek_uri)))
