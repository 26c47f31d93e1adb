"""Due dates of keys: a year at most, with a warning thirty days before."""

from pathlib import Path

import pytest
from cryptography import x509
from prometheus_client import generate_latest

from schemas.errors import ConfigError
from schemas.topics import DAY_MS
from streams.composition import embedded_settings
from streams.embedded.state import EmbeddedState
from streams.telemetry.metrics import Metrics
from streams.vault.key_ages import KeyAge, certificate_age, key_ages, note_quarantine_kek, tell_certificates
from streams.vault.keystore_sqlite import SqliteKeyStore
from streams.vault.tokenkeys import begin_epoch, ensure_token_keys
from tests.contracts.keystore import rewrapped, wrapped_dek
from tests.stack.certificates import make_certificates
from tests.streams.embedded_rig import EmbeddedRig
from tests.streams.vault.fixed import NOVEMBER


@pytest.mark.parametrize(("days", "due"), [(0, False), (334, False), (335, True), (365, True), (400, True)])
def test_a_key_is_due_thirty_days_ahead(days: int, due: bool) -> None:
    """From the 335th day on a key is called due, and overdue after the 365th."""
    age = KeyAge("kek", "local:/k", NOVEMBER, NOVEMBER + 365 * DAY_MS)
    assert age.is_due(NOVEMBER + days * DAY_MS) is due
    assert age.days_left(NOVEMBER + days * DAY_MS) == 365 - days


def test_every_kind_of_key_has_its_date(tmp_path: Path) -> None:
    """KEKs count from their first DEK until emptied, token keys from their epoch; certificates say it themselves."""
    state = EmbeddedState(tmp_path / "state")
    state.prepare()
    tokens = state.keys / "token-keys.json"
    ensure_token_keys(tokens, ["acme", "other"])
    begin_epoch(tokens, "other", NOVEMBER + 9, NOVEMBER)
    make_certificates(tmp_path / "tls", ("client",))
    certificate = tmp_path / "tls" / "client.pem"
    settings = embedded_settings(state, "default")
    settings = settings.model_copy(
        update={"kafka": settings.kafka.model_copy(update={"certificate_file": certificate})}
    )
    store = SqliteKeyStore(state.key_store)
    first = wrapped_dek("one", created_at_ms=NOVEMBER)
    store.put(first, 0)
    store.rewrap(first, rewrapped(first), NOVEMBER + 5)
    found = {(age.kind, age.name): age for age in key_ages(settings, store)}
    ends = x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc.timestamp() * 1000

    assert found["kek", "local:/keys/vault.pem@v2"].due_ms == NOVEMBER + 5 + 365 * DAY_MS
    assert ("kek", "local:/keys/vault.pem@v1") not in found
    assert found["token-keys", "acme/a"].since_ms == NOVEMBER
    assert found["token-keys", "other/b"].since_ms == NOVEMBER + 9
    assert found["certificate", str(certificate)].due_ms == int(ends)
    store.close()


def test_the_quarantines_kek_in_a_kms_has_a_date(tmp_path: Path) -> None:
    """A worker notes since when it wraps by a version: the newest one is due a year after that, and no local one is."""
    settings = embedded_settings(EmbeddedState(tmp_path), "default")
    uri = "hcvault:transit/quarantine"
    vault = settings.vault.model_copy(update={"quarantine_kek_uri": uri})
    store = SqliteKeyStore(tmp_path / "keys.db")
    note_quarantine_kek(settings, store, "local", NOVEMBER)
    held = settings.model_copy(update={"vault": vault})
    for version, at_ms in (("v1", NOVEMBER), ("v2", NOVEMBER + 9), ("v2", NOVEMBER + DAY_MS)):
        note_quarantine_kek(held, store, version, at_ms)
    ages = [age for age in key_ages(held, store) if age.kind == "quarantine-kek"]
    store.close()

    assert [KeyAge("quarantine-kek", f"{uri}@v2", NOVEMBER + 9, NOVEMBER + 9 + 365 * DAY_MS)] == ages


def test_every_service_tells_of_its_certificates(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """What a service shows to broker and index, and what it listens with, has a date and a warning in time."""
    make_certificates(tmp_path / "tls", ("client", "door"))
    client, door = tmp_path / "tls" / "client.pem", tmp_path / "tls" / "door.pem"
    settings = embedded_settings(EmbeddedState(tmp_path), "default")
    siem = settings.siem.model_copy(update={"certificate_file": client})
    metrics, due = Metrics(), certificate_age(door).due_ms
    tell_certificates(settings.model_copy(update={"siem": siem}), door, metrics, due - 31 * DAY_MS)
    assert "exchanged" not in "".join(capfd.readouterr())
    tell_certificates(settings, door, metrics, due - 30 * DAY_MS)
    shown = generate_latest(metrics.registry).decode()

    assert "Key is to be exchanged." in "".join(capfd.readouterr())
    assert all(f'key="{path}",kind="certificate"' in shown for path in (client, door))


def test_a_certificate_that_is_none_is_named(tmp_path: Path) -> None:
    """Whoever configures a wrong file reads which one."""
    settings = embedded_settings(EmbeddedState(tmp_path), "default")
    wrong = settings.siem.model_copy(update={"certificate_file": tmp_path / "absent.pem"})
    store = SqliteKeyStore(tmp_path / "keys.db")
    with pytest.raises(ConfigError, match=r"absent\.pem"):
        key_ages(settings.model_copy(update={"siem": wrong}), store)
    store.close()


def test_a_worker_shows_and_tells_them(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """At its start a worker has a due date of each key among its metrics, and warns of those that are due."""
    rig = EmbeddedRig(EmbeddedState(tmp_path / "state"))
    store = SqliteKeyStore(rig.state.key_store)
    store.put(wrapped_dek("one", created_at_ms=NOVEMBER - 400 * DAY_MS), 0)
    store.close()
    worker = rig.worker()
    metrics = generate_latest(worker.metrics.registry).decode()
    worker.log.close()

    assert 'phistream_key_due_timestamp_seconds{key="local:/keys/vault.pem@v1",kind="kek"} 1.7' in metrics
    assert 'phistream_kek_calls_total{kind="local",outcome="ok"} 3.0' in metrics
    said = "".join(capfd.readouterr())
    assert "Key is to be exchanged." in said
    assert "quarantine" not in said
