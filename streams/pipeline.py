"""The product in one screen: one raw record in, one outcome out.

    decode    bytes -> LLMEvent, or a piece of a stream to be held     streams/record/decode.py
    walk      LLMEvent -> TextFields: every leaf, by default deny      streams/walk.py
    analyze   TextFields -> Spans                                      detectors/analyzer.py
    redact    Spans -> tokens in the text, and Secrets                 streams/redact.py
    write     the rebuilt record -> RedactedEvent                      streams/event/redacted_event.py
    seal      Secrets -> VaultEntries                                  streams/vault/envelope.py

Pure but for randomness in minting and sealing, and the clock of the deadline. The worker (streams/worker.py) puts the
outcomes into a batch (streams/batch.py) and publishes it in one transaction.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from detectors.analyzer import Analyzer
from schemas.codec import encode
from schemas.errors import DetectionError, Malformed, QuarantineReason, RecognizerTimeout
from schemas.events import LLMEvent, RedactedEvent, TextField
from schemas.sources.source import Source
from schemas.sources.streamed.part import Part
from schemas.spans import Span
from schemas.vault import Secret, VaultEntry
from streams.assembly.stream import Closed, Held, as_one
from streams.event.conversation import Scope, scopes_of
from streams.event.identity import EventIdentity
from streams.event.redacted_event import EventWriter
from streams.limits import Limits
from streams.log.ports import Record
from streams.record.decode import Decoder
from streams.record.novelty import Novelty
from streams.record.whole import spans_in_place
from streams.redact import RedactedText, Redactor
from streams.tenants import Tenant, Tenants
from streams.walk import Walker


@dataclass(frozen=True, slots=True)
class Redacted:
    """A redacted event and its bytes (`value`), the entries that its tokens need, and the records it was made of."""

    event: RedactedEvent
    value: bytes = field(repr=False)
    entries: tuple[VaultEntry, ...] = field(repr=False)
    records: tuple[Record, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A record that could not be redacted, and why; `attempts` counts the workers that tried."""

    record: Record
    event_id: str
    tenant: Tenant
    reason: QuarantineReason
    attempts: int = 1


Outcome = Redacted | Quarantined

#: Bytes set aside, beside a record's value, for its key and for the fields around a sealed value.
KEY_ROOM = 4_096


def sealed_size(length: int) -> int:
    """Return an upper bound, in bytes, of the vault entry of *length* bytes: base64, tag, other fields."""
    return 4 * (length + 16) // 3 + KEY_ROOM


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Turns one raw record into one outcome; whatever a record holds, it is quarantined rather than raised.

    What is not the record's fault (keys, KMS, model, settings) raises and stops or pauses the worker. Records of more
    than `max_record_bytes` are not what the log takes; `novelty` counts unknown fields for the metrics.
    """

    tenants: Tenants
    identity: EventIdentity
    decoder: Decoder
    analyzer: Analyzer
    redactor: Redactor
    writer: EventWriter
    limits: Limits
    max_record_bytes: int
    novelty: Novelty

    def process(
        self, record: Record, batch_id: str, awaits: Callable[[Held], bool] = lambda _: False
    ) -> tuple[Outcome] | Held:
        """Redact one record, hold it where it is a piece of a stream, or say why it must be quarantined.

        A piece that could be a whole answer (`alone`) is held only if *awaits* says that its stream is open.
        """
        event_id, tenant = self.identity.of(record), self.tenants.of(record)
        try:
            read = self.decoder.decode(record, event_id, tenant)
            if isinstance(read, Part):
                held = Held(record, tenant, read)
                if not read.alone or awaits(held):
                    return held
                read = self.decoder.alone(held, event_id)
            event, source = read
            return (self._redact((record,), event, source, tenant, batch_id),)
        except (Malformed, DetectionError) as error:
            return (Quarantined(record, event_id, tenant, _reason(error)),)

    def assemble(self, stream: Closed, batch_id: str) -> tuple[Outcome, ...]:
        """Redact the event that a stream's records make together, or say why each of them must be quarantined."""
        event_id, keep = self.identity.of(stream.records[0]), self.limits.assembly.keep_unended
        try:
            event, source = self.decoder.join(stream, event_id, keep_unended=keep)
            return (self._redact(stream.records, event, source, stream.tenant, batch_id),)
        except (Malformed, DetectionError) as error:
            return self.withhold(stream.records, _reason(error))

    def withhold(
        self, records: Sequence[Record], reason: QuarantineReason, attempts: int = 1
    ) -> tuple[Quarantined, ...]:
        """Quarantine each of *records* on its own, for one reason."""
        return tuple(
            Quarantined(record, self.identity.of(record), self.tenants.of(record), reason, attempts)
            for record in records
        )

    def _redact(
        self, records: Sequence[Record], event: LLMEvent, source: Source, tenant: Tenant, batch_id: str
    ) -> Redacted:
        record = as_one(records)
        kept_by_intake = record.origin.conversation if record.origin is not None else None
        scopes = scopes_of(source, event, tenant, kept_by_intake)
        walker = Walker(source, self.decoder.holds_structured, tenant.minter.digest, self.decoder.bounds)

        texts = walker.texts(event)
        self.novelty.saw(source.name, texts)
        found = self.analyzer.analyze_all(
            [(text.text, text.hint) for text in texts],
            deadline=self.limits.deadline(record),
            scope=f"{tenant.id}|{self.redactor.policy.fingerprint}",
        )
        redacted = [self._redacted(text, spans, scopes.of(text.path)) for text, spans in zip(texts, found, strict=True)]
        rebuilt = walker.rebuild(event, [text.text for text in redacted])
        types = [type_ for text in redacted for type_ in text.types]
        secrets = list({secret.token: secret for text in redacted for secret in text.secrets}.values())

        written = self.writer.write(event, source, rebuilt, types, scopes, tenant, record, batch_id)
        value = encode(written)
        self._refuse_grown(value, secrets)
        entries = tenant.vault.seal(event.event_id, secrets, record.timestamp_ms)
        return Redacted(written, value, entries, tuple(records))

    def _redacted(self, text: TextField, spans: Sequence[Span], scope: Scope) -> RedactedText:
        placed = spans_in_place(text, spans, staff=scope.staff)
        return self.redactor.redact(text, placed, scope.tokens, staff=scope.staff)

    def _refuse_grown(self, value: bytes, secrets: Sequence[Secret]) -> None:
        """Raise Malformed if the event, or one of its entries, would exceed what the log takes; before sealing."""
        largest = max((sealed_size(len(secret.value.encode())) for secret in secrets), default=0)
        if max(len(value) + KEY_ROOM, largest) > self.max_record_bytes:
            raise Malformed(QuarantineReason.GROWN, size=len(value))


def _reason(error: Malformed | DetectionError) -> QuarantineReason:
    """Return the code under which a record is quarantined."""
    if isinstance(error, Malformed):
        return error.reason
    return QuarantineReason.TIMEOUT if isinstance(error, RecognizerTimeout) else QuarantineReason.DETECTION_FAILED
