"""Records that nobody may read, since they killed processes: which streams they may be a piece of.

No parser touches them again. Their bytes are searched for the marks of pieces and for the ids of streams, and a stream
without an id has the record key: whatever such a record may be a piece of has a gap, and is no whole.
"""

import json
from dataclasses import dataclass

from schemas.sources.streamed.gathered import may_hold_pieces
from schemas.sources.streamed.part import ids_of
from schemas.sources.streamed.sse import is_event_stream
from streams.assembly.stream import Held, StreamKey, key_under
from streams.log.ports import Record


@dataclass(frozen=True, slots=True)
class Gap:
    """A record that stays unread, met at *at_ms* of its partition's record time and remembered until *until_ms*."""

    record: Record
    tenant: str
    at_ms: int
    until_ms: int

    def is_in(self, key: StreamKey) -> bool:
        """Tell whether the record may be a piece of a stream of its partition."""
        if key.tenant != self.tenant:
            return False
        if key.named:
            return holds_ids(self.record.value or b"", key.id)
        return key.name == key_under(self.record, None)

    def begins(self, held: Held, key: StreamKey, now_ms: int, idle_ms: int) -> bool:
        """Tell whether the record may have begun the stream of which a part comes as if it were the first.

        A stream without an id shows its begin itself, but for chunks, of which some servers write each like the first.
        """
        return self.is_in(key) and (key.named or (held.part.format == "chat" and now_ms - self.at_ms <= idle_ms))


def may_be_piece(value: bytes) -> bool:
    """Tell whether bytes have a mark of a piece."""
    return may_hold_pieces(value) or is_event_stream(value)


def holds_ids(value: bytes, stream: str) -> bool:
    """Tell whether bytes that may be a piece hold each id that names a stream, as it is or as JSON writes it."""
    written = ((id_.encode(), json.dumps(id_)[1:-1].encode()) for id_ in ids_of(stream))
    return all(plain in value or escaped in value for plain, escaped in written) and may_be_piece(value)
