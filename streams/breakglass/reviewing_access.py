"""What an access review shows of service accounts: the audit logs and the log of a deployment, read once."""

from collections.abc import Iterator
from pathlib import Path

from schemas.audit import AuditRecord, BatchRecord
from schemas.codec import BATCH_RECORD
from schemas.topics import BATCHES
from streams.audit.audit_log import AuditLog, open_audit_log, read_records
from streams.breakglass.identity.services import ServiceAccount, services_of
from streams.clock import SystemClock
from streams.config import Settings
from streams.embedded.state import EmbeddedState
from streams.log.our_records import read_own
from streams.log.ports import Record

_PAGE = 2_000


def service_accounts(state: EmbeddedState, log: AuditLog, settings: Settings | None) -> tuple[ServiceAccount, ...]:
    """Return the service accounts of a state folder, or of the deployment that it serves."""
    records = [record for _, record in read_records(log.log.folder, 0, log.sign_checkpoint().size)]
    if settings is None:
        return services_of(records, _slots(_embedded(state)))
    from streams.log.kafka import read_whole_topic  # noqa: PLC0415 - the embedded profile needs no Kafka client.

    records += _searches(settings.run_folder / "searches")
    return services_of(records, _slots(read_whole_topic(settings, BATCHES)), deployed=True)


def _slots(records: Iterator[Record]) -> dict[str, str]:
    """Return when each slot of the redactor wrote its last batch."""
    last: dict[str, str] = {}
    for record in records:
        if record.value is not None:
            batch: BatchRecord = read_own(BATCH_RECORD, record)
            last[batch.slot] = max(batch.written_at, last.get(batch.slot, ""))
    return last


def _embedded(state: EmbeddedState) -> Iterator[Record]:
    store = state.open_store()
    try:
        for place in store.places([BATCHES]):
            at = store.ends(place)[0]
            while records := store.fetch(place, at, _PAGE):
                yield from records
                at = records[-1].offset + 1
    finally:
        store.close()


def _searches(folder: Path) -> list[AuditRecord]:
    """Return the records of the log of searches, none where nobody searched from here."""
    if not (folder / "log").exists():
        return []
    with open_audit_log(folder / "log", folder / "audit-log.json", SystemClock().now_ms()) as log:
        return [record for _, record in read_records(log.log.folder, 0, log.sign_checkpoint().size)]
