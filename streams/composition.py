"""The composition root: from settings or a state folder to a worker, a pipeline, and their parts."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from detectors.analyzer import Analyzer
from detectors.gazetteers.lookup import Gazetteers
from detectors.patterns.structured import holds_structured
from schemas.errors import ConfigError
from schemas.raw import Bounds
from schemas.topics import KEYED, RAW
from streams.accepted_policy import refuse_weaker
from streams.assembly.open_streams import OpenStreams
from streams.assembly.stream import AssemblyLimits
from streams.batch import BatchBuilder
from streams.checked_settings import checked
from streams.clock import Clock, SystemClock
from streams.config import Settings, TenantSettings, TopicSettings
from streams.detection.analyzers import ListWatch, watching
from streams.embedded.state import REDACTORS, TENANT, EmbeddedState
from streams.event.identity import EventIdentity
from streams.event.redacted_event import EventWriter
from streams.event.register import Agreement, Agreements
from streams.generalize import Generalizer
from streams.limits import Limits
from streams.log.ports import TransactionalLog
from streams.log.sqlite import SqliteTransactionalLog
from streams.phase import PhaseMap
from streams.pipeline import Pipeline
from streams.policy import Policy, load_policy
from streams.quarantine import QuarantineWriter
from streams.record.decode import Decoder
from streams.record.novelty import Novelty
from streams.redact import Redactor
from streams.supervisor import RunFolder
from streams.telemetry.metrics import Metrics
from streams.tenants import Tenant, Tenants, TopicTenancy
from streams.vault.envelope import SealingVault
from streams.vault.kek import CountedKek, Kek, open_kek
from streams.vault.key_ages import key_ages, note_quarantine_kek, tell_ages
from streams.vault.primitives import KEY_BYTES
from streams.vault.quarantine_seal import QuarantineSeal
from streams.vault.stores import open_key_store
from streams.vault.tokenkeys import ensure_token_keys
from streams.vault.tokens import Minter
from streams.vault.wrapping import WrapContext
from streams.worker import Worker

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Slot:
    """What a worker process needs to know of itself."""

    number: int
    run_folder: Path
    stopping: Callable[[], bool]


def embedded_settings(state: EmbeddedState, policy: str) -> Settings:
    """Return the settings of a state folder: one tenant, keys beside the log, encryption at rest by our own seals."""
    tree = {
        "policy": policy,
        "operator_tenant": TENANT,
        "run_folder": state.run_folder,
        "accepted_policy": state.accepted_policy,
        "topics": {RAW: TopicSettings(tenant=TENANT)},
        "tenants": {TENANT: TenantSettings()},
        "vault": {
            "kek_uri": f"local:{state.keys / 'vault.public.pem'}",
            "quarantine_kek_uri": f"local:{state.keys / 'quarantine.public.pem'}",
            "token_keys_file": state.keys / "token-keys.json",
            "key_store": state.key_store,
            "ledger": state.ledger,
            "private_folder": state.keys,
            "audit_log": state.audit_log,
            "audit_keys": state.audit_keys,
        },
    }
    return checked(Settings, tree)


def embedded_log(state: EmbeddedState) -> SqliteTransactionalLog:
    """Open the log of a state folder for its one worker."""
    return SqliteTransactionalLog(state.open_store(), REDACTORS, [RAW, KEYED])


def build_worker(settings: Settings, log: TransactionalLog, slot: Slot, analyzer: Analyzer) -> Worker:
    """Wire a worker around a log; raises ConfigError or ModelUnavailable before anything is read."""
    clock = SystemClock()
    policy = load_policy(settings.policy)
    refuse_weaker(settings)
    analyzer.self_test()
    metrics = Metrics()
    tenants = build_tenants(settings, clock, metrics)
    folder = RunFolder(slot.run_folder)
    kek, version = _tested(required(settings.vault.quarantine_kek_uri, "vault.quarantine_kek_uri"), metrics)
    seal = QuarantineSeal(kek, clock)
    _tell_key_ages(settings, metrics, clock, version)
    builder = BatchBuilder(
        slot=f"{settings.kafka.environment}-{slot.number}",
        policy=policy.fingerprint,
        detector=analyzer.fingerprint,
        quarantine=QuarantineWriter(seal, clock),
        tenants=tenants,
        clock=clock,
    )
    worker = Worker(
        log=log,
        pipeline=build_pipeline(settings, log, tenants, policy, analyzer, metrics),
        builder=builder,
        phases=PhaseMap(folder.phase_map(slot.number)),
        metrics=metrics,
        limits=build_limits(settings),
        streams=OpenStreams(build_limits(settings).assembly, clock),
        doomed=folder.doomed,
        stopping=slot.stopping,
    )
    worker.stopping = watching(worker, ListWatch(analyzer, worker.metrics), slot.stopping)
    return worker


def build_pipeline(  # noqa: PLR0913, PLR0917 - the parts of a run meet here, once.
    settings: Settings, log: TransactionalLog, tenants: Tenants, policy: Policy, analyzer: Analyzer, metrics: Metrics
) -> Pipeline:
    """Wire the pure centre."""
    bounds = build_bounds(settings)
    agreements = Agreements(tuple(Agreement(**agreement.model_dump()) for agreement in settings.agreements))
    return Pipeline(
        tenants=tenants,
        identity=EventIdentity(log.cluster_id, log.topic_id),
        decoder=Decoder(holds_structured, bounds),
        analyzer=analyzer,
        redactor=Redactor(policy, Generalizer.of(Gazetteers.load())),
        writer=EventWriter(policy.fingerprint, analyzer.fingerprint, agreements, SystemClock()),
        limits=build_limits(settings),
        max_record_bytes=log.max_record_bytes,
        novelty=Novelty(metrics.read, metrics.met),
    )


def build_bounds(settings: Settings) -> Bounds:
    """Return how large and deep a raw record may be."""
    limits = settings.limits
    return Bounds(limits.record_bytes, limits.depth, limits.decoding_depth, limits.growth)


def build_limits(settings: Settings) -> Limits:
    """Return the loop's bounds."""
    limits = settings.limits
    return Limits(
        limits.batch_records,
        limits.batch_bytes,
        limits.poll_seconds,
        limits.cpu_seconds,
        limits.cpu_seconds_a_mib,
        limits.wall_seconds,
        assembly=AssemblyLimits(
            round(limits.stream_idle_seconds * 1000),
            round(limits.stream_total_seconds * 1000),
            joined_bytes=limits.stream_bytes,
            keep_unended=limits.stream_without_end == "redact",
        ),
    )


def build_tenants(settings: Settings, clock: Clock, metrics: Metrics) -> Tenants:
    """Open keys and vaults of every tenant, the operator's among them."""
    names = sorted({*settings.tenants, settings.operator_tenant})
    keys = ensure_token_keys(required(settings.vault.token_keys_file, "vault.token_keys_file"), names)
    store = open_key_store(settings.vault)
    texts = frozenset(name for name, topic in settings.topics.items() if topic.format == "text")

    def tenant(name: str, *, known: bool) -> Tenant:
        declared = settings.tenants.get(name, TenantSettings())
        kek, _ = _tested(required(declared.kek_uri or settings.vault.kek_uri, "vault.kek_uri"), metrics)
        staff = frozenset(declared.staff_applications)
        vault = SealingVault(name, kek, store, clock)
        return Tenant(name, Minter(name, keys[name]), vault, declared.region, staff, texts, known)

    by_id = {name: tenant(name, known=True) for name in settings.tenants}
    by_topic = {name: TopicTenancy(topic.tenant, topic.tenant_header) for name, topic in settings.topics.items()}
    return Tenants(by_topic, by_id, tenant(settings.operator_tenant, known=False))


def _tell_key_ages(settings: Settings, metrics: Metrics, clock: Clock, version: str) -> None:
    """Show by when each key has to be exchanged, and warn of those that have thirty days left.

    *version* is that of the quarantine's KEK, whose DEKs travel with their records: the key store is told of it.
    """
    with closing(open_key_store(settings.vault)) as store:
        note_quarantine_kek(settings, store, version, clock.now_ms())
        ages = key_ages(settings, store)
    tell_ages(ages, metrics, clock.now_ms())


def _tested(uri: str, metrics: Metrics) -> tuple[Kek, str]:
    """Return a KEK that counts its calls and has wrapped something, with the version: what cannot must not begin."""

    def told(outcome: str) -> None:
        metrics.count("phistream_kek_calls_total", kind=uri.partition(":")[0], outcome=outcome)

    kek = CountedKek(open_kek(uri), told)
    return kek, kek.wrap(bytes(KEY_BYTES), WrapContext("start", "start", "start", kek.uri)).kek_version


def required(value: Value | None, setting: str) -> Value:
    """Return a setting that must be there; raises ConfigError that names it."""
    if value is None:
        raise ConfigError("setting is missing", setting=setting)
    return value
