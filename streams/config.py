"""The settings: one TOML file, environment overrides, unknown keys refused."""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from schemas.errors import ConfigError
from schemas.topics import BATCHES, BY_NAME, DAY_MS, KEYED, QUARANTINE, RAW, REDACTED
from streams.breakglass.identity.settings import BreakglassSettings
from streams.checked_settings import checked
from streams.detection.settings import DetectorSettings
from streams.section import Section

#: 45 CFR 164.316(b)(2)(i): six years.
SIX_YEARS_DAYS = 2_192


class TopicSettings(Section):
    """A raw topic of the user's: whose it is, and how its values and record keys are written.

    Where record keys do not keep a conversation together (`keyed_by = "none"`), intake reads it and redactors do not.
    """

    tenant: str | None = None
    tenant_header: str | None = None
    format: Literal["json", "text"] = "json"
    keyed_by: Literal["conversation", "none"] = "conversation"


class TenantSettings(Section):
    """One tenant: its region must agree with that of its keys and index; KEKs may be its own.

    Re-identification is off unless `breakglass` says otherwise; `approvals` is how many people agree before a grant.
    """

    region: str | None = None
    kek_uri: str | None = None
    staff_applications: tuple[str, ...] = ()
    breakglass: bool = False
    approvals: Annotated[int, Field(ge=1, le=2)] = 1


class AgreementSettings(Section):
    """One business associate agreement of the register."""

    provider: str
    reference: str
    endpoint: str | None = None
    expires: str | None = None
    region: str | None = None


class KafkaSettings(Section):
    """How to reach the brokers. Without TLS only on loopback, unless `allow_plaintext` of the root says otherwise."""

    bootstrap_servers: str = "127.0.0.1:19092"
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_SSL", "SASL_PLAINTEXT"] = "PLAINTEXT"
    sasl_mechanism: Literal["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN", "OAUTHBEARER"] | None = None
    sasl_username: str | None = None
    sasl_password: SecretStr | None = None
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None
    group: str = "phistream"
    environment: str = "default"
    partitions: Annotated[int, Field(ge=1, le=10_000)] = 12
    replication_factor: Annotated[int, Field(ge=1, le=9)] = 1
    min_insync_replicas: Annotated[int, Field(ge=1, le=9)] = 1
    session_timeout_ms: Annotated[int, Field(ge=6_000)] = 45_000
    transaction_timeout_ms: Annotated[int, Field(ge=2_000)] = 30_000
    max_record_bytes: Annotated[int, Field(ge=1024 * 1024)] = 24 * 1024 * 1024
    encrypted_at_rest: bool | None = None
    region: str | None = None


class VaultSettings(Section):
    """Where keys lie. KEKs by URI; the redactor's side can wrap and never unwrap.

    The key store is a file, or PostgreSQL by `key_store_url`. `backup_days` is how long the oldest backup of it and of
    the vault topic is kept: an erasure is complete after that. What stands below it is the break-glass side's alone,
    but for `ledger`, which a redactor reads too where it lies on the same host.
    """

    kek_uri: str | None = None
    quarantine_kek_uri: str | None = None
    token_keys_file: Path | None = None
    key_store: Path | None = None
    key_store_url: SecretStr | None = None
    region: str | None = None
    backup_days: Annotated[int, Field(ge=1)] = 35
    ledger: Path | None = None
    private_folder: Path | None = None
    audit_log: Path | None = None
    audit_keys: Path | None = None


class SiemSettings(Section):
    """The OpenSearch index."""

    url: str = "http://127.0.0.1:19200"
    username: str | None = None
    password: SecretStr | None = None
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None
    index_prefix: str = "phistream-redacted"
    bulk_documents: Annotated[int, Field(ge=1, le=10_000)] = 500
    encrypted_at_rest: bool | None = None
    region: str | None = None


class LimitSettings(Section):
    """Bounds of records and transactions; sizes in bytes, times in seconds."""

    record_bytes: Annotated[int, Field(ge=1024)] = 8 * 1024 * 1024
    depth: Annotated[int, Field(ge=4, le=200)] = 128
    decoding_depth: Annotated[int, Field(ge=0, le=8)] = 3
    growth: Annotated[int, Field(ge=1)] = 4
    batch_records: Annotated[int, Field(ge=1, le=10_000)] = 200
    batch_bytes: Annotated[int, Field(ge=1024)] = 8 * 1024 * 1024
    poll_seconds: Annotated[float, Field(gt=0, le=10)] = 0.5
    cpu_seconds: Annotated[float, Field(gt=0)] = 5.0
    cpu_seconds_a_mib: Annotated[float, Field(gt=0)] = 15.0
    wall_seconds: Annotated[float, Field(gt=0, le=290)] = 240.0
    stream_idle_seconds: Annotated[float, Field(gt=0, le=3_600)] = 60.0
    stream_total_seconds: Annotated[float, Field(gt=0, le=43_200)] = 900.0
    stream_bytes: Annotated[int, Field(ge=1024)] = 8 * 1024 * 1024
    stream_without_end: Literal["redact", "quarantine"] = "redact"


class RetentionSettings(Section):
    """How long things live, in days. A vault kept shorter than the events that hold its tokens is refused.

    Raw topics must keep their records for longer than the longest wait of a stream and an outage of `outage_hours`.
    """

    raw_days: Annotated[int, Field(ge=1)] = 3
    quarantine_days: Annotated[int, Field(ge=1)] = 90
    redacted_days: Annotated[int, Field(ge=1)] = SIX_YEARS_DAYS
    vault_days: Annotated[int, Field(ge=1)] = SIX_YEARS_DAYS
    audit_days: Annotated[int, Field(ge=1)] = SIX_YEARS_DAYS
    outage_hours: Annotated[float, Field(gt=0)] = 12.0


class AuditSettings(Section):
    """Where the audit log is anchored, out of its writer's reach: a folder, a bucket with Object Lock, or both."""

    anchor_folder: Path | None = None
    anchor_bucket: str | None = None
    anchor_region: str | None = None
    anchor_prefix: str = ""


class MonitorSettings(Section):
    """The monitor: where its view is served, and when it alarms."""

    web_port: Annotated[int, Field(ge=1, le=65_535)] = 16066
    window_seconds: Annotated[int, Field(ge=1)] = 300
    quarantine_share: Annotated[float, Field(gt=0, le=1)] = 0.2
    quarantine_least_events: Annotated[int, Field(ge=1)] = 500


class Settings(BaseSettings):
    """Everything that can be set; `PHISTREAM__KAFKA__BOOTSTRAP_SERVERS` overrides `kafka.bootstrap_servers`.

    What two persons accepted stands in `accepted_policy`, in the run folder where it is not named.
    """

    model_config = SettingsConfigDict(
        env_prefix="PHISTREAM__", env_nested_delimiter="__", extra="forbid", frozen=True, hide_input_in_errors=True
    )

    policy: str = "default"
    accepted_policy: Path | None = None
    operator_tenant: str = "operator"
    allow_plaintext: bool = False
    metrics_port: Annotated[int, Field(ge=0, le=65_535)] = 0
    run_folder: Path = Path("run")
    topics: dict[str, TopicSettings] = {}
    tenants: dict[str, TenantSettings] = {}
    agreements: tuple[AgreementSettings, ...] = ()
    kafka: KafkaSettings = KafkaSettings()
    vault: VaultSettings = VaultSettings()
    siem: SiemSettings = SiemSettings()
    detector: DetectorSettings = DetectorSettings()
    limits: LimitSettings = LimitSettings()
    retention: RetentionSettings = RetentionSettings()
    monitor: MonitorSettings = MonitorSettings()
    audit: AuditSettings = AuditSettings()
    breakglass: BreakglassSettings = BreakglassSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let the environment stand above the file."""
        del settings_cls, dotenv_settings, file_secret_settings
        return env_settings, init_settings


def load_settings(path: Path | None) -> Settings:
    """Read the settings of a TOML file, with the environment above it; raises ConfigError that names the setting."""
    tree: dict[str, Any] = {}
    if path is not None:
        try:
            tree = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise ConfigError("settings file cannot be read", path=str(path), reason=error.strerror) from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError):
            raise ConfigError("settings file is not TOML", path=str(path)) from None
    settings = checked(Settings, tree)
    refuse_contradictions(settings)
    return settings


def refuse_contradictions(settings: Settings) -> None:
    """Refuse what no service may run with; raises ConfigError that names the setting and the rule."""
    if settings.retention.vault_days < settings.retention.redacted_days:
        raise ConfigError(
            "vault would be kept shorter than the events that hold its tokens", setting="retention.vault_days"
        )
    for name, topic in settings.topics.items():
        if name in BY_NAME and name != RAW:
            raise ConfigError("topic is one that phistream alone writes", setting=f"topics.{name}")
        if (topic.tenant is None) == (topic.tenant_header is None):
            raise ConfigError("topic needs a tenant or a tenant_header, and not both", setting=f"topics.{name}")
        if topic.tenant is not None and topic.tenant not in settings.tenants:
            raise ConfigError("topic names an unknown tenant", setting=f"topics.{name}.tenant")
    for name, tenant in settings.tenants.items():
        regions = {settings.kafka.region, settings.siem.region, settings.vault.region, tenant.region} - {None}
        if len(regions) > 1:
            raise ConfigError("region of keys, index, topics and tenant must agree", setting=f"tenants.{name}.region")


def redactor_topics(settings: Settings) -> list[str]:
    """Return the topics that redactors read: raw ones keyed by conversation, and that of intake where it is written.

    Where break-glass is on for a tenant, quarantined records are put back there.
    """
    keyed = [name for name, topic in settings.topics.items() if topic.keyed_by == "conversation"]
    written = intake_topics(settings) or any(tenant.breakglass for tenant in settings.tenants.values())
    return sorted([*keyed, *([KEYED] if written else [])])


def intake_topics(settings: Settings) -> list[str]:
    """Return the raw topics that intake reads."""
    return sorted(name for name, topic in settings.topics.items() if topic.keyed_by == "none")


def refuse_undeclared(settings: Settings) -> None:
    """Refuse stores that are reached in clear beyond loopback, or whose encryption at rest nobody declared."""
    for name, address, protected in (
        ("kafka", settings.kafka.bootstrap_servers, settings.kafka.security_protocol in ("SSL", "SASL_SSL")),
        ("siem", settings.siem.url, settings.siem.url.startswith("https://")),
    ):
        if not protected and not settings.allow_plaintext and not is_loopback(address):
            raise ConfigError("plaintext beyond loopback; set TLS, or allow_plaintext = true", setting=name)
    for name, declared in (("kafka", settings.kafka.encrypted_at_rest), ("siem", settings.siem.encrypted_at_rest)):
        if not declared:
            raise ConfigError("encryption at rest must be declared", setting=f"{name}.encrypted_at_rest")


def is_loopback(address: str) -> bool:
    """Tell whether every host of an address list or URL is this host.

    >>> is_loopback("127.0.0.1:9092,localhost:9093"), is_loopback("http://siem.example.org:9200")
    (True, False)
    """
    hosts = [part.split("://")[-1].rsplit("@")[-1].split("/")[0] for part in address.split(",")]
    names = [host.rsplit(":", 1)[0].strip("[]") if host.count(":") == 1 or "]" in host else host for host in hosts]
    return all(name in ("localhost", "::1") or name.startswith("127.") for name in names)


def retention_ms(settings: Settings, topic: str) -> int | None:
    """Return the retention set for a topic, in milliseconds, or None where that of schemas/topics.py stands."""
    days = dict.fromkeys(settings.topics, settings.retention.raw_days) | {
        RAW: settings.retention.raw_days,
        KEYED: settings.retention.raw_days,
        QUARANTINE: settings.retention.quarantine_days,
        REDACTED: settings.retention.redacted_days,
        BATCHES: settings.retention.audit_days,
    }
    return days[topic] * DAY_MS if topic in days else None
