"""How old keys are and when each has to be exchanged: KEKs, token keys, the audit signing key, certificates."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog
from cryptography import x509

from schemas.errors import ConfigError
from schemas.topics import DAY_MS
from streams.config import Settings
from streams.telemetry.metrics import Metrics
from streams.vault.keystore import KeyStore
from streams.vault.tokenkeys import load_token_keys

log = structlog.get_logger(__name__)

#: Yearly at the latest, and so many days of warning.
PERIOD_DAYS = 365
WARNING_DAYS = 30
_LOCAL = "local:"


@dataclass(frozen=True, slots=True)
class KeyAge:
    """One key: since when it is used, and by when it has to be exchanged."""

    kind: str
    name: str
    since_ms: int
    due_ms: int

    def days_left(self, now_ms: int) -> int:
        """Return how many days are left; below zero where it is overdue."""
        return (self.due_ms - now_ms) // DAY_MS

    def is_due(self, now_ms: int) -> bool:
        """Tell whether it is time to exchange it, or nearly."""
        return self.days_left(now_ms) <= WARNING_DAYS


def key_ages(settings: Settings, store: KeyStore) -> tuple[KeyAge, ...]:
    """Return every key that the settings name and that is there, the one due first standing first."""
    found = [*_keks(settings, store), *_quarantine(settings), *_token_keys(settings, store), *_certificates(settings)]
    return tuple(sorted((*found, *_audit(settings)), key=lambda age: (age.due_ms, age.kind, age.name)))


def _due(kind: str, name: str, since_ms: int) -> KeyAge:
    return KeyAge(kind, name, since_ms, since_ms + PERIOD_DAYS * DAY_MS)


def note_quarantine_kek(settings: Settings, store: KeyStore, version: str, now_ms: int) -> None:
    """Note that a version of the quarantine's KEK is used, where a KMS holds it: nobody else says since when."""
    uri = settings.vault.quarantine_kek_uri
    if uri is not None and not uri.startswith(_LOCAL):
        store.note_kek(uri, version, now_ms)


def _keks(settings: Settings, store: KeyStore) -> Iterator[KeyAge]:
    """Yield every version that wraps or has DEKs: an old one counts until the re-wrap has emptied it."""
    newest = {kek.uri: kek.version for kek in store.keks()}
    for kek in store.keks():
        if not kek.retired_at_ms and (kek.deks or newest[kek.uri] == kek.version):
            kind = "quarantine-kek" if kek.uri == settings.vault.quarantine_kek_uri else "kek"
            yield _due(kind, f"{kek.uri}@{kek.version}", kek.since_ms)


def _quarantine(settings: Settings) -> Iterator[KeyAge]:
    """Yield the quarantine's local KEK, as old as its public half; one of a KMS is among the noted ones."""
    uri = settings.vault.quarantine_kek_uri or ""
    path = Path(uri.removeprefix(_LOCAL))
    if uri.startswith(_LOCAL) and path.exists():
        yield _due("quarantine-kek", uri, int(path.stat().st_mtime * 1000))


def _token_keys(settings: Settings, store: KeyStore) -> Iterator[KeyAge]:
    """Yield each tenant's newest epoch; the first one has no date, and counts from the tenant's first DEK."""
    path = settings.vault.token_keys_file
    if path is None or not path.exists():
        return
    for tenant, keys in load_token_keys(path).items():
        epoch = keys.epochs[-1]
        since = epoch.starts_ms or min((dek.created_at_ms for dek in store.list(tenant)), default=0)
        if since:
            yield _due("token-keys", f"{tenant}/{epoch.letter}", since)


def _audit(settings: Settings) -> Iterator[KeyAge]:
    path = settings.vault.audit_keys
    if path is None or not path.exists():
        return
    from streams.audit.signing import read_log_keys  # noqa: PLC0415 - the redactor's host has no audit log.

    keys = read_log_keys(path)
    yield KeyAge("audit-signing-key", str(path), keys.keys[-1].created_at_ms, keys.due_at_ms)


def _certificates(settings: Settings) -> Iterator[KeyAge]:
    """Yield the client certificates, due when they expire or a year after they began."""
    for path in {settings.kafka.certificate_file, settings.siem.certificate_file} - {None}:
        assert path is not None
        yield certificate_age(path)


def tell_ages(ages: Iterable[KeyAge], metrics: Metrics, now_ms: int) -> None:
    """Show by when each key has to be exchanged, and warn of those that have thirty days left."""
    for age in ages:
        metrics.set("phistream_key_due_timestamp_seconds", age.due_ms / 1000, kind=age.kind, key=age.name)
        if age.is_due(now_ms):
            log.warning("Key is to be exchanged.", kind=age.kind, path=age.name, count=age.days_left(now_ms))


def tell_certificates(settings: Settings, listening: Path | None, metrics: Metrics, now_ms: int) -> None:
    """Tell of a service's certificates: those that it shows to Kafka and the index, and the one that it listens with.

    Raises ConfigError where one cannot be read.
    """
    own = () if listening is None else (certificate_age(listening),)
    tell_ages((*_certificates(settings), *own), metrics, now_ms)


def certificate_age(path: Path) -> KeyAge:
    """Return the age of a certificate; raises ConfigError where it cannot be read."""
    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError):
        raise ConfigError(f"certificate cannot be read: {path}") from None
    since, ends = _ms(certificate.not_valid_before_utc), _ms(certificate.not_valid_after_utc)
    return KeyAge("certificate", str(path), since, min(ends, since + PERIOD_DAYS * DAY_MS))


def _ms(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp() * 1000)
