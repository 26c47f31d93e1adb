"""From a raw record to an LLM event: read, bounded, recognised."""

from collections.abc import Callable
from dataclasses import dataclass

from schemas.errors import Malformed, QuarantineReason
from schemas.events import LLMEvent
from schemas.raw import DEFAULT_BOUNDS, Bounds
from schemas.sources.all import recognise
from schemas.sources.generic import GENERIC
from schemas.sources.otlp import decode_value
from schemas.sources.pieces import holds_piece, is_server_sent_events
from schemas.sources.source import Source
from streams.log.ports import Record
from streams.tenants import Tenant


@dataclass(frozen=True, slots=True)
class Decoder:
    """Reads raw records; `holds_structured` is what the walker asks of labels."""

    holds_structured: Callable[[str], bool]
    bounds: Bounds = DEFAULT_BOUNDS

    def decode(self, record: Record, event_id: str, tenant: Tenant) -> tuple[LLMEvent, Source]:
        """Return the event and the source that recognised it.

        A tombstone is an event without a document. Raises Malformed with the reason for quarantine.
        """
        if not tenant.known:
            raise Malformed(QuarantineReason.UNKNOWN_TENANT)
        source, document = GENERIC, None
        if record.value is not None:
            document = self._document(record.value, text=tenant.format_of(record.topic) == "text")
            source = recognise(document)
        event = LLMEvent(
            event_id,
            tenant.id,
            source.name,
            document,
            _text(record.key),
            tuple((name, _text(value)) for name, value in record.headers),
            record.timestamp_ms,
        )
        return event, source

    def _document(self, value: bytes, *, text: bool) -> object:
        if text:
            return _declared_text(value, self.bounds)
        if is_server_sent_events(value):
            raise Malformed(QuarantineReason.STREAM_PIECE, size=len(value))
        tree = decode_value(value, self.bounds)
        if holds_piece(tree):
            raise Malformed(QuarantineReason.STREAM_PIECE, size=len(value))
        return tree


def _declared_text(value: bytes, bounds: Bounds) -> str:
    """Read the value of a topic that is declared to hold plain text."""
    if len(value) > bounds.record_bytes:
        raise Malformed(QuarantineReason.TOO_LARGE, size=len(value), limit=bounds.record_bytes)
    text = _text(value)
    if text is None or "\x00" in text:
        raise Malformed(QuarantineReason.WRONG_ENCODING, size=len(value))
    return text


def _text(value: bytes | None) -> str | None:
    """Decode record keys and headers; bytes that are no UTF-8 show as hex, which is read as text like the rest."""
    if value is None:
        return None
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.hex()
