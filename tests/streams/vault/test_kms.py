"""KEKs in key services: who may do what, what happens while a service is away, and that rotation loses nothing."""

import base64
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from moto import mock_aws

from schemas.errors import ConfigError, IncorrectKey, KmsUnavailable
from schemas.topics import BATCHES, QUARANTINE, REDACTED, VAULT
from streams.log.ports import TransactionalLog
from streams.log.sqlite import SqliteTransactionalLog
from streams.vault.envelope import SealingVault
from streams.vault.kek import Kek, open_kek
from streams.vault.keystore_sqlite import SqliteKeyStore
from streams.vault.openers import Openers
from streams.vault.opening import open_entry, unwrap_dek
from streams.vault.rewrapping import rewrap_all
from streams.vault.wrapping import WrapContext
from tests.streams.embedded_rig import by_offset, rig_at
from tests.streams.vault.fixed import NOVEMBER, StillClock
from tests.streams.vault.strict_hcvault import StrictTransit, strict_transit
from tests.streams.vault.strict_kms import StrictKms, aws_environment, strict_kms
from tests.streams.vault.test_envelope import secret

DEK = bytes(range(32))
REDACTOR, BREAKGLASS = "AKIDREDACTOR", "AKIDBREAKGLASS"


@pytest.fixture
def kms() -> Iterator[StrictKms]:
    """Return a KMS whose redactor may encrypt, and whose break-glass may do both."""
    with strict_kms() as served:
        served.allow(REDACTOR, "kms:Encrypt")
        served.allow(BREAKGLASS, "kms:Encrypt", "kms:Decrypt")
        yield served


@pytest.fixture
def become(kms: StrictKms, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return what makes this process somebody, as far as KMS can tell."""

    def as_role(role: str) -> None:
        for name, value in aws_environment(kms.url, role).items():
            monkeypatch.setenv(name, value)

    as_role(REDACTOR)
    return as_role


@pytest.fixture
def transit(monkeypatch: pytest.MonkeyPatch) -> Iterator[StrictTransit]:
    """Return a Vault whose redactor may encrypt, and whose break-glass may do both."""
    with strict_transit() as served:
        served.create_key("transit", "vault")
        served.tokens["redactor"] = frozenset({"transit/encrypt/vault"})
        served.tokens["breakglass"] = frozenset({"transit/encrypt/vault", "transit/decrypt/vault"})
        monkeypatch.setenv("VAULT_TOKEN", "redactor")
        yield served


def context_of(kek: Kek, version: str = "") -> WrapContext:
    """Return what the DEK of these tests is for."""
    return WrapContext("acme", "2026-11", "dk_x", kek.uri, version)


@pytest.mark.usefixtures("become")
def test_the_redactor_s_aws_role_wraps_and_never_unwraps(kms: StrictKms, become: Callable[[str], None]) -> None:
    """With the redactor's credentials a DEK is wrapped, and asking to unwrap it is refused; break-glass unwraps it."""
    uri = f"aws-kms:{kms.create_key('vault')}"
    kek = open_kek(uri)
    wrap = kek.wrap(DEK, context_of(kek))
    with pytest.raises(KmsUnavailable, match="AccessDenied"):
        Openers()(uri).unwrap(wrap.wrapped, context_of(kek, wrap.kek_version))
    become(BREAKGLASS)

    assert Openers()(uri).unwrap(wrap.wrapped, context_of(kek, wrap.kek_version)) == DEK
    assert kms.calls == [(REDACTOR, "Encrypt"), (REDACTOR, "Decrypt"), (BREAKGLASS, "Decrypt")]


def test_the_redactor_s_vault_token_wraps_and_never_unwraps(
    transit: StrictTransit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the redactor's token a DEK is wrapped, and asking to unwrap it is refused; break-glass unwraps it."""
    uri = f"hcvault:{transit.url}/transit/vault"
    kek = open_kek(uri)
    wrap = kek.wrap(DEK, context_of(kek))
    with pytest.raises(KmsUnavailable, match="Forbidden"):
        Openers()(uri).unwrap(wrap.wrapped, context_of(kek))
    monkeypatch.setenv("VAULT_TOKEN", "breakglass")

    assert Openers()(uri).unwrap(wrap.wrapped, context_of(kek)) == DEK


@pytest.mark.usefixtures("become")
@pytest.mark.parametrize("state", ["Disabled", "PendingDeletion"])
def test_while_the_key_is_off_nothing_is_sealed(
    kms: StrictKms, tmp_path: Path, clock: StillClock, state: str, become: Callable[[str], None]
) -> None:
    """With the KEK disabled or about to be deleted no entry and no DEK comes to be; afterwards all goes on."""
    arn = kms.create_key()
    store = SqliteKeyStore(tmp_path / "keys.sqlite")
    vault = SealingVault("acme", open_kek(f"aws-kms:{arn}"), store, clock)
    kms.keys[arn].state = state
    for _ in range(3):
        with pytest.raises(KmsUnavailable):
            vault.seal("ev-1", [secret(1)], NOVEMBER)
        with pytest.raises(KmsUnavailable):
            vault.prove()
        clock.seconds += 100
    assert store.list("acme") == ()
    kms.keys[arn].state = "Enabled"

    entry = vault.seal("ev-1", [secret(1)], NOVEMBER)[0]
    become(BREAKGLASS)
    wrapped = store.get(entry.dek_id)
    assert wrapped is not None
    assert open_entry(entry, unwrap_dek(wrapped, Openers()(wrapped.kek_uri))) == secret(1)
    store.close()


@pytest.mark.usefixtures("become")
def test_kms_is_asked_once_a_dek(kms: StrictKms, tmp_path: Path, clock: StillClock) -> None:
    """A hundred events under one DEK cost one call."""
    store = SqliteKeyStore(tmp_path / "keys.sqlite")
    vault = SealingVault("acme", open_kek(f"aws-kms:{kms.create_key()}"), store, clock)
    for number in range(100):
        vault.seal(f"ev-{number}", [secret(number)], NOVEMBER)

    assert kms.calls == [(REDACTOR, "Encrypt")]
    store.close()


@pytest.mark.usefixtures("become")
def test_services_that_are_gone_are_a_matter_of_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nobody answers the caller is told to retry, by a code and no address."""
    monkeypatch.setenv("AWS_ENDPOINT_URL_KMS", "http://127.0.0.1:1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    for uri in ("aws-kms:arn:aws:kms:eu-west-1:111122223333:key/k", "hcvault:http://127.0.0.1:1/transit/vault"):
        kek = open_kek(uri)
        with pytest.raises(KmsUnavailable) as refused:
            kek.wrap(DEK, context_of(kek))
        assert "127.0.0.1" not in str(refused.value)


def test_a_sealed_vault_is_a_matter_of_waiting(transit: StrictTransit) -> None:
    """While Vault is sealed, or has no such key, nothing is wrapped; unsealed it wraps."""
    kek = open_kek(f"hcvault:{transit.url}/transit/vault")
    transit.sealed = True
    with pytest.raises(KmsUnavailable):
        kek.wrap(DEK, context_of(kek))
    transit.sealed = False
    key = transit.keys.pop("transit/vault")
    with pytest.raises(KmsUnavailable):
        kek.wrap(DEK, context_of(kek))
    transit.keys["transit/vault"] = key

    assert kek.wrap(DEK, context_of(kek)).kek_version == "v1"


@pytest.mark.usefixtures("become")
@pytest.mark.parametrize("service", ["aws", "hcvault"])
def test_rotation_in_a_service_loses_nothing(  # noqa: PLR0917 - fixtures.
    kms: StrictKms,
    transit: StrictTransit,
    become: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    clock: StillClock,
    *,
    service: str,
) -> None:
    """Rotated there and re-wrapped here, every entry opens, and the old version can be shut off."""
    uri = f"aws-kms:{kms.create_key('vault')}" if service == "aws" else f"hcvault:{transit.url}/transit/vault"
    path, sealed = tmp_path / "keys.sqlite", []
    for step in range(3):
        store = SqliteKeyStore(path)  # Each step is a process of its own.
        clock.wall_ms += 1
        sealed.append(SealingVault("acme", open_kek(uri), store, clock).seal(f"ev-{step}", [secret(step)], NOVEMBER)[0])
        store.close()
        if service == "aws":
            kms.create_key("vault")
        else:
            transit.rotate("transit/vault")
    become(BREAKGLASS)
    monkeypatch.setenv("VAULT_TOKEN", "breakglass")
    store = SqliteKeyStore(path)
    done = rewrap_all(store, lambda _: open_kek(uri), Openers(), clock.now_ms() + 1, lambda done, of: None)
    assert (done.complete, done.rewrapped) == (True, 3)
    assert [kek.deks for kek in store.keks()] == [0, 0, 0, 3]
    transit.keys["transit/vault"].min_decryption_version = 4
    for key in [key for arn, key in kms.keys.items() if arn not in kms.aliases.values()]:
        key.state = "PendingDeletion"

    for step, entry in enumerate(sealed):
        wrapped = store.get(entry.dek_id)
        assert wrapped is not None
        assert open_entry(entry, unwrap_dek(wrapped, Openers()(wrapped.kek_uri))) == secret(step)
    store.close()


def test_the_wire_is_that_of_moto(monkeypatch: pytest.MonkeyPatch) -> None:
    """Against another fake of KMS's protocol the two sides agree, and a wrong context is refused."""
    for name, value in aws_environment("", "AKIDMOTO").items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL_KMS")
    with mock_aws():
        from boto3 import client  # noqa: PLC0415 - moto wants its patches first.

        arn = client("kms", region_name="eu-west-1").create_key()["KeyMetadata"]["Arn"]
        kek = open_kek(f"aws-kms:{arn}")
        wrap = kek.wrap(DEK, context_of(kek))
        opener = Openers()(kek.uri)

        assert (wrap.kek_version, opener.unwrap(wrap.wrapped, context_of(kek, wrap.kek_version))) == (arn, DEK)
        with pytest.raises(IncorrectKey):
            opener.unwrap(wrap.wrapped, replace(context_of(kek), unit="2026-12"))


@pytest.mark.usefixtures("become")
def test_what_aws_logs_names_nobody(kms: StrictKms) -> None:
    """The encryption context, which stands in CloudTrail in clear, holds what it must and nothing else."""
    from streams.vault.kms.aws import encryption_context  # noqa: PLC0415 - of an extra.

    kek = open_kek(f"aws-kms:{kms.create_key()}")
    assert encryption_context(context_of(kek)) == {
        "app": "phistream", "tenant": "acme", "unit": "2026-11", "dek_id": "dk_x", "kek_uri": kek.uri
    }  # fmt: skip


@pytest.mark.parametrize(
    "uri",
    [
        "aws-kms:alias/vault",
        "aws-kms:arn:aws:s3:::bucket",
        "aws-kms:arn:aws:kms:eu-west-1:1:key/k",
        "hcvault:https://vault.example.org",
        "hcvault:https://vault.example.org/transit",
        "hcvault:http://vault.example.org:8200/transit/vault",
        "hcvault:https://vault.example.org/transit/vault?x=1",
    ],
)
def test_a_uri_says_it_all(uri: str) -> None:
    """No key without its region and account, no Vault without mount and key, none in clear beyond loopback."""
    with pytest.raises(ConfigError):
        open_kek(uri)


@pytest.mark.parametrize(
    ("library", "uri", "extra"),
    [
        ("boto3", "aws-kms:arn:aws:kms:eu-west-1:111122223333:key/k", "aws"),
        ("hvac", "hcvault:https://vault.example.org/transit/vault", "hcvault"),
    ],
)
def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch, library: str, uri: str, extra: str) -> None:
    """Who configures a service without its library reads what to install."""
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(ConfigError, match=rf"phistream\[{extra}\]"):
        open_kek(uri)


def test_the_fakes_are_strict(kms: StrictKms, transit: StrictTransit) -> None:
    """The fakes themselves refuse: without a role, without a token, under another context."""
    arn = kms.create_key()
    body = {"KeyId": arn, "Plaintext": base64.b64encode(DEK).decode(), "EncryptionContext": {"a": "b"}}
    headers = {"X-Amz-Target": "TrentService.Encrypt", "Authorization": f"Credential={BREAKGLASS}/x"}
    status, answer = kms.answer("/", headers, body)
    assert status == 200
    headers["X-Amz-Target"] = "TrentService.Decrypt"
    wrapped = {"CiphertextBlob": answer["CiphertextBlob"]}
    assert kms.answer("/", headers, wrapped)[1]["__type"] == "InvalidCiphertextException"
    assert kms.answer("/", headers | {"Authorization": ""}, wrapped)[1]["__type"] == "AccessDeniedException"
    assert kms.answer("/", headers | {"X-Amz-Target": "TrentService.ReEncrypt"}, {})[0] == 400
    assert transit.answer("/v1/transit/encrypt/vault", {}, {})[0] == 403


class _Returning(SqliteTransactionalLog):
    """A log beside which a KEK comes back after the worker has begun again so many times."""

    failures = 0
    comes_back: Callable[[], None]

    @classmethod
    def over(cls, log: TransactionalLog, comes_back: Callable[[], None]) -> "_Returning":
        """Return the same log."""
        assert isinstance(log, SqliteTransactionalLog)
        returning = cls(log._store, log._consumers, log._reader._topics)
        returning.comes_back = comes_back
        return returning

    def rewind(self) -> None:
        """Begin again."""
        super().rewind()
        self.failures += 1
        if self.failures == 3:
            self.comes_back()


def test_a_worker_waits_for_its_key_and_writes_nothing_meanwhile(tmp_path: Path) -> None:
    """While the KEK is away no event, entry or sealed record comes to be; then each record has its one outcome."""
    rig = rig_at(tmp_path / "state")
    rig.feed(*(f'{{"text": "mail a{number}@example.org"}}'.encode() for number in range(5)))
    half = rig.state.keys / "vault.public.pem"
    written: list[int] = []

    def comes_back() -> None:
        written.append(sum(len(rig.records(topic)) for topic in (REDACTED, VAULT, QUARANTINE, BATCHES)))
        (tmp_path / "away.pem").rename(half)

    with (worker := rig.worker(lambda log: _Returning.over(log, comes_back))).log:
        half.rename(tmp_path / "away.pem")
        worker.run(until_drained=True)

    assert written == [0]
    assert sorted(by_offset(rig.trees(REDACTED))) == list(range(5))
    assert (len(rig.records(VAULT)), len(rig.records(QUARANTINE))) == (5, 0)
    assert "example.org" not in "".join(str(tree["record"]) for tree in rig.trees(REDACTED))
