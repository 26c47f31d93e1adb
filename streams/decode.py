"""From a raw record to an LLM event: read, bounded, recognised."""

from collections.abc import Callable
from dataclasses import dataclass

from schemas.errors import Malformed, QuarantineReason, Unjoinable
from schemas.events import Assembly, LLMEvent
from schemas.raw import DEFAULT_BOUNDS, Bounds
from schemas.sources.all import recognise
from schemas.sources.generic import GENERIC
from schemas.sources.otlp import decode_value
from schemas.sources.pieces import holds_piece
from schemas.sources.source import Source
from schemas.sources.streamed.gathered import Gathered, gather, join_events, may_hold_pieces
from schemas.sources.streamed.sse import is_event_stream
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
        source, read = GENERIC, Gathered(None)
        if record.value is not None:
            read = self.read(record.value, text=tenant.format_of(record.topic) == "text")
            source = recognise(read.document)
        event = LLMEvent(
            event_id,
            tenant.id,
            source.name,
            read.document,
            _text(record.key),
            tuple((name, _text(value)) for name, value in record.headers),
            record.timestamp_ms,
            Assembly(read.pieces, whole=read.whole) if read.pieces else None,
        )
        return event, source

    def read(self, value: bytes, *, text: bool) -> Gathered:
        """Return the tree of a record, with the streams that stand whole in it joined."""
        if text:
            return Gathered(_declared_text(value, self.bounds))
        if is_event_stream(value):
            return self._event_stream(value)
        read = Gathered(decode_value(value, self.bounds))
        if may_hold_pieces(value):
            read = gather(read.document, self.bounds)
        if holds_piece(read.document):
            raise Malformed(QuarantineReason.STREAM_PIECE, size=len(value))
        return read

    def _event_stream(self, value: bytes) -> Gathered:
        """Return what a body of server-sent events makes; one without its begin or end is a piece of another."""
        try:
            joined = join_events(_declared_text(value, self.bounds), self.bounds)
        except Unjoinable:
            raise Malformed(QuarantineReason.STREAM_PIECE, size=len(value)) from None
        if not (joined.begun and joined.ended) or holds_piece(joined.document):
            raise Malformed(QuarantineReason.STREAM_PIECE, size=len(value))
        return Gathered(joined.document, joined.pieces)


def _declared_text(value: bytes, bounds: Bounds) -> str:
    """Read a value that is text and not JSON: of a topic that is declared so, or an event stream."""
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
