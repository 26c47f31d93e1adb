"""What puts quarantined records back and destroys them, over a desk: embedded, and for a deployment over Kafka."""

from schemas.audit import QuarantineRecord
from streams.breakglass.desk import Desk
from streams.breakglass.quarantined import QuarantineLog
from streams.breakglass.replaying import Replayer, TenantOf
from streams.breakglass.replays import Replays
from streams.config import Settings
from streams.embedded.quarantined import EmbeddedQuarantine
from streams.log.ports import Record
from streams.tenants import TopicTenancy
from streams.vault.ledger import Ledger
from streams.vault.openers import Opener, Openers
from streams.vault.opening import UnpackedRecord


def embedded_replayer(desk: Desk, passphrase: bytes | None) -> Replayer:
    """Return the replayer of a state folder: its one tenant keeps what is its own."""
    keks = Openers(desk.state.keys, passphrase)
    return replayer_over(desk, EmbeddedQuarantine(desk.state), Ledger(desk.state.ledger), keks, lambda r, _: r.tenant)


def served_replayer(desk: Desk, settings: Settings | None, passphrase: bytes | None) -> Replayer:
    """Return the replayer of a desk that is served: over Kafka where it serves a deployment."""
    if desk.elsewhere is None or settings is None:
        return embedded_replayer(desk, passphrase)
    from streams.log.kafka_quarantine import KafkaQuarantine  # noqa: PLC0415 - the embedded profile needs no Kafka.

    vault = desk.vault()
    ledger, keks = Ledger(vault.ledger or desk.state.ledger), Openers(vault.private_folder, passphrase)
    return replayer_over(desk, KafkaQuarantine(settings), ledger, keks, tenancy_of(settings))


def replayer_over(desk: Desk, log: QuarantineLog, ledger: Ledger, keks: Opener, tenant_of: TenantOf) -> Replayer:
    """Return a replayer whose grants are those of the desk."""
    granting = desk.granting
    replays = Replays.open(granting.store.engine)
    return Replayer(granting, granting.trail, log, replays, ledger, keks, tenant_of)


def tenancy_of(settings: Settings) -> TenantOf:
    """Return what names the tenant of a record: its own, and by today's settings where it came under the operator's."""
    topics = {name: TopicTenancy(topic.tenant, topic.tenant_header) for name, topic in settings.topics.items()}

    def tenant_of(record: QuarantineRecord, content: UnpackedRecord) -> str | None:
        if record.tenant != settings.operator_tenant:
            return record.tenant
        where = (record.topic, record.partition, record.offset, record.timestamp_ms)
        named = topics.get(record.topic, TopicTenancy()).named(Record(*where, None, None, content.headers))
        return named if named in settings.tenants else None

    return tenant_of
