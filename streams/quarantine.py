"""Sealed quarantine: whole records that could not be redacted, and their places in the timeline."""

from collections.abc import Iterator
from dataclasses import dataclass

from schemas.audit import QuarantineRecord
from schemas.codec import QUARANTINE_RECORD, WITHHELD, encode
from schemas.events import Withheld
from schemas.topics import QUARANTINE, REDACTED
from streams.clock import Clock, rfc3339
from streams.intake.origins import coordinates_of
from streams.log.our_records import read_own
from streams.log.ports import Publication, Reader
from streams.pipeline import Quarantined
from streams.vault.compressing import compress
from streams.vault.quarantine_seal import QuarantineSeal, pack_record


@dataclass(frozen=True, slots=True)
class QuarantineWriter:
    """Turns what could not be redacted into two publications: the sealed record, and a place without text."""

    seal: QuarantineSeal
    clock: Clock

    def publications(self, outcome: Quarantined, batch_id: str) -> tuple[Publication, Publication]:
        """Return the sealed record for quarantine and its `Withheld` for the redacted topic."""
        record, event_id, tenant = outcome.record, outcome.event_id, outcome.tenant.id
        where = coordinates_of(record)
        payload = pack_record(record.key, record.value, record.headers)
        sealed = self.seal.seal(tenant, event_id, compress(payload))
        quarantined = QuarantineRecord(
            v=QUARANTINE_RECORD.version,
            event_id=event_id,
            tenant=tenant,
            reason=outcome.reason.value,
            attempts=outcome.attempts,
            topic=where.topic,
            partition=where.partition,
            offset=where.offset,
            timestamp_ms=record.timestamp_ms,
            size=len(payload),
            quarantined_at=rfc3339(self.clock.now_ms()),
            dek_id=sealed.dek_id,
            wrapped_dek=sealed.wrapped_dek,
            kek_uri=sealed.kek_uri,
            nonce=sealed.nonce,
            sealed=sealed.sealed,
        )
        withheld = Withheld(
            v=WITHHELD.version,
            kind=WITHHELD.name,
            event_id=event_id,
            tenant=tenant,
            time=rfc3339(record.timestamp_ms),
            reason=outcome.reason.value,
            coordinates=where,
            batch_id=batch_id,
        )
        key = event_id.encode()
        return (
            Publication(QUARANTINE, key, encode(quarantined), timestamp_ms=record.timestamp_ms),
            Publication(REDACTED, key, encode(withheld), timestamp_ms=record.timestamp_ms),
        )


def work_list(reader: Reader, timeout: float = 1.0) -> Iterator[QuarantineRecord]:
    """Yield what lies in quarantine, sealed: metadata may be listed, the content needs a grant."""
    while records := reader.read(200, timeout):
        for record in records:
            if record.value is not None:
                yield read_own(QUARANTINE_RECORD, record)
