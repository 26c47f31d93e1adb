"""From a raw record to an LLM event: read, bounded, recognised."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from schemas.errors import Malformed, QuarantineReason, Unjoinable
from schemas.events import Assembly, LLMEvent
from schemas.raw import DEFAULT_BOUNDS, Bounds
from schemas.sources.all import recognise
from schemas.sources.generic import GENERIC
from schemas.sources.otlp import decode_value
from schemas.sources.pieces import holds_piece
from schemas.sources.source import Source
from schemas.sources.streamed.envelopes import folded
from schemas.sources.streamed.gathered import Gathered, gather, join_pieces, may_hold_pieces
from schemas.sources.streamed.lines import are_lines, read_lines
from schemas.sources.streamed.part import Part, join_parts, part_of, part_of_events
from schemas.sources.streamed.sse import Events, is_event_stream, read_events
from streams.assembly.copies import without_copies
from streams.assembly.stream import Closed, Held, Why
from streams.intake.origins import coordinates_of
from streams.log.ports import Record
from streams.tenants import Tenant

#: Streams that are no whole, whatever their pieces make.
_SEALED = (Why.LATE, Why.DISORDERED, Why.TORN)


@dataclass(frozen=True, slots=True)
class Decoder:
    """Reads raw records; `holds_structured` is what the walker asks of labels."""

    holds_structured: Callable[[str], bool]
    bounds: Bounds = DEFAULT_BOUNDS

    def decode(self, record: Record, event_id: str, tenant: Tenant) -> tuple[LLMEvent, Source] | Part:
        """Return the event and the source that recognised it, or the part of a stream that the record holds.

        A tombstone is an event without a document. Raises Malformed with the reason for quarantine.
        """
        if not tenant.known:
            raise Malformed(QuarantineReason.UNKNOWN_TENANT)
        read: Gathered | Part = Gathered(None)
        if record.value is not None:
            read = self.look(record.value, text=tenant.format_of((record.origin or record).topic) == "text")
        if isinstance(read, Part):
            return read
        assembly = Assembly(read.pieces, whole=read.whole) if read.pieces else None
        return _event(record, event_id, tenant, read.document, assembly)

    def part(self, record: Record, tenant: Tenant) -> Part | None:
        """Return what a record holds of a stream that goes over several records, None where it is no piece."""
        try:
            read = self.decode(record, "", tenant)
        except Malformed:
            return None
        return read if isinstance(read, Part) else None

    def join(self, stream: Closed, event_id: str, *, keep_unended: bool) -> tuple[LLMEvent, Source]:
        """Return the event that the records of a stream make, as far as it came; copies of a record count once.

        Raises Malformed where they make none: the begin is missing, or a piece between, or two streams were mixed.
        """
        try:
            parts = [self.part(record, stream.tenant) for record in without_copies(stream.records)]
            joined = join_parts([part for part in parts if part is not None])
        except Unjoinable:
            raise Malformed(QuarantineReason.STREAM_PIECE, records=len(stream.records)) from None
        kept = joined.begun and (joined.ended or keep_unended)
        if stream.why is Why.TOO_LARGE:
            raise Malformed(QuarantineReason.TOO_LARGE, records=len(stream.records))
        if stream.why in _SEALED or not kept or None in parts or holds_piece(joined.document):
            raise Malformed(QuarantineReason.STREAM_PIECE, records=len(stream.records))
        assembly = Assembly(joined.pieces, joined.ended, *_places(stream.records))
        return _event(stream.records[0], event_id, stream.tenant, joined.document, assembly)

    def alone(self, held: Held, event_id: str) -> tuple[LLMEvent, Source]:
        """Return the event of a part that may stand alone, and does; raises Malformed."""
        read = self._standing(held.part, len(held.record.value or b""))
        assembly = Assembly(read.pieces, whole=read.whole) if read.pieces else None
        return _event(held.record, event_id, held.tenant, read.document, assembly)

    def read(self, value: bytes, *, text: bool) -> Gathered:
        """Return the tree of a record, with the streams that stand whole in it joined; a piece of one is Malformed."""
        read = self.look(value, text=text)
        if isinstance(read, Part) and read.alone:
            return self._standing(read, len(value))
        if isinstance(read, Part):
            raise Malformed(QuarantineReason.STREAM_PIECE, size=len(value))
        return read

    def _standing(self, part: Part, size: int) -> Gathered:
        """Return the tree of a whole answer; chunks of one are joined."""
        try:
            joined = join_parts([part]) if len(part.trees) > 1 else None
        except Unjoinable:
            raise Malformed(QuarantineReason.STREAM_PIECE, size=size) from None
        if joined is not None and not (joined.begun and joined.ended):
            raise Malformed(QuarantineReason.STREAM_PIECE, size=size)
        if joined is not None:
            read = Gathered(joined.document, joined.pieces)
        else:
            tree = part.trees[0] if part.envelope is None else folded([part.envelope], part.trees[0])
            read = gather(tree, self.bounds)
        if holds_piece(read.document):
            raise Malformed(QuarantineReason.STREAM_PIECE, size=size)
        return read

    def look(self, value: bytes, *, text: bool) -> Gathered | Part:
        """Return the tree of a record, or the part of a stream that it holds; raises Malformed."""
        if text:
            return Gathered(_declared_text(value, self.bounds))
        if is_event_stream(value):
            return self._event_stream(value)
        if are_lines(value) and may_hold_pieces(value):
            events = Events(read_lines(_declared_text(value, self.bounds), self.bounds), done=False)
            if any(map(holds_piece, events.trees)):
                return self._stream(events, len(value))
        tree = decode_value(value, self.bounds)
        if not may_hold_pieces(value):
            read = Gathered(tree)
        elif (part := part_of(tree)) is not None:
            return part
        else:
            read = gather(tree, self.bounds)
        if holds_piece(read.document):
            raise Malformed(QuarantineReason.STREAM_PIECE, size=len(value))
        return read

    def _event_stream(self, value: bytes) -> Gathered | Part:
        """Return what a body of server-sent events makes; one without its begin or end is a part of a stream."""
        try:
            events = read_events(_declared_text(value, self.bounds), self.bounds)
        except Unjoinable:
            raise Malformed(QuarantineReason.STREAM_PIECE, size=len(value)) from None
        return self._stream(events, len(value))

    def _stream(self, events: Events, size: int) -> Gathered | Part:
        """Return what some events or lines make, or the part of a stream that they are."""
        try:
            part = part_of_events(events)
            if part is not None and part.format in ("gemini", "local"):
                return part  # Their last chunks look like a whole answer.
            joined = join_pieces(events.trees, done=events.done) if len(events.trees) > 1 else None
        except Unjoinable:
            raise Malformed(QuarantineReason.STREAM_PIECE, size=size) from None
        if joined is not None and joined.begun and joined.ended and not holds_piece(joined.document):
            return Gathered(joined.document, joined.pieces)
        if part is None:
            raise Malformed(QuarantineReason.STREAM_PIECE, size=size)
        return part


def _event(
    record: Record, event_id: str, tenant: Tenant, document: object, assembly: Assembly | None
) -> tuple[LLMEvent, Source]:
    """Return the event around a document, and the source that recognises it."""
    source = GENERIC if document is None else recognise(document)
    headers = tuple((name, _text(value)) for name, value in record.headers)
    event = LLMEvent(
        event_id, tenant.id, source.name, document, _text(record.key), headers, record.timestamp_ms, assembly
    )
    return event, source


def _places(records: Sequence[Record]) -> tuple[tuple[tuple[int, int], ...], tuple[tuple[int, int, int], ...]]:
    """Return the runs of records in the raw partition of the first, and those in others with their partition."""
    offsets: dict[int, list[int]] = {}
    for where in map(coordinates_of, records):
        offsets.setdefault(where.partition, []).append(where.offset)
    first, *others = offsets
    elsewhere = tuple((number, *run) for number in sorted(others) for run in _runs(offsets[number]))
    return _runs(offsets[first]), elsewhere


def _runs(offsets: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """Return the first and last of each run of offsets.

    >>> _runs([3, 4, 5, 9])
    ((3, 5), (9, 9))
    """
    runs: list[list[int]] = []
    for offset in sorted(offsets):
        if runs and offset == runs[-1][1] + 1:
            runs[-1][1] = offset
        else:
            runs.append([offset, offset])
    return tuple((first, last) for first, last in runs)


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
