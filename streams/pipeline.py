"""The product in one screen: bytes -> event -> texts -> spans -> redacted event and secrets -> sealed vault entries.

Pure but for the minting of tokens and the sealing of secrets; the worker publishes what comes out in one transaction.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from time import monotonic

from detectors.analyzer import Analyzer
from schemas.codec import REDACTED_EVENT
from schemas.errors import DetectionError, Malformed, QuarantineReason, RecognizerTimeout
from schemas.events import Coordinates, FieldKind, LLMEvent, PayloadDigest, PhiSummary, RedactedEvent
from schemas.sources.source import Source
from schemas.spans import Span
from schemas.vault import Secret, VaultEntry
from streams.clock import Clock, rfc3339
from streams.decode import Decoder
from streams.identity import EventIdentity
from streams.log.ports import Record
from streams.redact import Redactor
from streams.register import Agreements
from streams.tenants import Tenant, Tenants
from streams.walk import Walker
from streams.whole import whole_span


@dataclass(frozen=True, slots=True)
class Redacted:
    """A record that was redacted, and the entries that its tokens need."""

    event: RedactedEvent
    entries: tuple[VaultEntry, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A record that could not be redacted, and why."""

    record: Record
    event_id: str
    tenant: Tenant
    reason: QuarantineReason


Outcome = Redacted | Quarantined


@dataclass(frozen=True, slots=True)
class Pipeline:
    """What turns one raw record into one outcome; it never raises for what a record holds."""

    tenants: Tenants
    identity: EventIdentity
    decoder: Decoder
    analyzer: Analyzer
    redactor: Redactor
    agreements: Agreements
    clock: Clock
    seconds_a_record: float = 5.0
    seconds_a_mib: float = 15.0

    def process(self, record: Record, batch_id: str) -> Outcome:
        """Redact one record, or say why it must be quarantined."""
        event_id = self.identity.of(record)
        tenant = self.tenants.of(record)
        try:
            event, source = self.decoder.decode(record, event_id, tenant)
            return self._redact(record, event, source, tenant, batch_id)
        except Malformed as error:
            return Quarantined(record, event_id, tenant, error.reason)
        except RecognizerTimeout:
            return Quarantined(record, event_id, tenant, QuarantineReason.TIMEOUT)
        except DetectionError:
            return Quarantined(record, event_id, tenant, QuarantineReason.DETECTION_FAILED)

    def _redact(self, record: Record, event: LLMEvent, source: Source, tenant: Tenant, batch_id: str) -> Redacted:
        minter = tenant.minter
        walker = Walker(source, self.decoder.holds_structured, minter.digest, self.decoder.bounds)
        texts = walker.texts(event)
        found = self.analyzer.analyze_all([(text.text, text.hint) for text in texts], deadline=self._deadline(record))
        scope = minter.scope(event.event_id, self._conversation(event, source, tenant), record.timestamp_ms)
        staff = tenant.is_staff(source.seed(event.document).application)
        redacted = [
            self.redactor.redact(text, whole_span(text, spans, staff=staff), scope, staff=staff)
            for text, spans in zip(texts, found, strict=True)
        ]
        rebuilt = walker.rebuild(event, [text.text for text in redacted])
        secrets = _unique(secret for text in redacted for secret in text.secrets)
        counts = Counter(type_ for text in redacted for type_ in text.types)
        call = source.describe(rebuilt.document)
        call = replace(
            call,
            workforce=call.end_user if staff else None,
            conversation=call.conversation or scope.conversation,
            agreement=self.agreements.reference(call.provider, call.endpoint, event.timestamp_ms),
        )
        redacted_event = RedactedEvent(
            v=REDACTED_EVENT.version,
            kind=REDACTED_EVENT.name,
            event_id=event.event_id,
            tenant=event.tenant,
            revision=1,
            source=source.name,
            time=rfc3339(record.timestamp_ms),
            redacted_at=rfc3339(self.clock.now_ms()),
            coordinates=Coordinates(record.topic, record.partition, record.offset, record.timestamp_ms),
            call=call,
            phi=PhiSummary(bool(counts), {type_.value: count for type_, count in sorted(counts.items())}),
            payload_digest=PayloadDigest("hmac-sha256", minter.digest_key_id, minter.digest(record.value or b"")),
            processing_region=tenant.region,
            policy=self.redactor.policy.fingerprint,
            detector=self.analyzer.fingerprint,
            batch_id=batch_id,
            incomplete=rebuilt.incomplete,
            key=rebuilt.record_key,
            headers=rebuilt.headers,
            record=rebuilt.document,
        )
        return Redacted(redacted_event, tenant.vault.seal(event.event_id, secrets, record.timestamp_ms))
