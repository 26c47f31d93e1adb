"""The records of one open stream, kept small: many streams wait at once, and their pieces say almost the same."""

import marshal
import zlib
from collections.abc import Iterator

from schemas.origin import Origin
from streams.log.ports import Headers, Record

#: As many records are compressed together; the latest wait for that as they are.
_TOGETHER = 8
#: The fastest: pieces repeat each other so much that more effort gains little.
_LEVEL = 1

_Origin = tuple[int, str, str, int, int, int, str | None, str | None]
_Parts = tuple[int, int, bytes | None, bytes | None, Headers, _Origin | None]


class KeptRecords:
    """Records of one partition in the order in which they came; all but the first are packed.

    What is packed is written and read by this process alone, and never leaves its memory.
    """

    __slots__ = ("_blocks", "_first", "_loose")

    def __init__(self) -> None:
        self._first: Record | None = None
        self._blocks: list[bytes] = []
        self._loose: list[bytes] = []

    def __len__(self) -> int:
        """Return how many records are kept."""
        return len(self._blocks) * _TOGETHER + len(self._loose) + (self._first is not None)

    def __iter__(self) -> Iterator[Record]:
        """Yield every record as it came."""
        if self._first is None:
            return
        yield self._first
        for block in self._blocks:
            for packed in _opened(block):
                yield _unpacked(packed, self._first)
        for packed in self._loose:
            yield _unpacked(packed, self._first)

    @property
    def first(self) -> Record:
        """The record that begins the stream."""
        if self._first is None:
            raise IndexError("stream without records")
        return self._first

    def append(self, record: Record) -> None:
        """Keep one more record of the same partition."""
        if self._first is None:
            self._first = record
            return
        self._loose.append(_packed(record))
        if len(self._loose) == _TOGETHER:
            self._blocks.append(zlib.compress(marshal.dumps(self._loose), _LEVEL))
            self._loose = []

    def pop(self) -> None:
        """Let go of the last record."""
        if not self._loose and self._blocks:
            self._loose = _opened(self._blocks.pop())
        if self._loose:
            self._loose.pop()
        else:
            self._first = None


def _packed(record: Record) -> bytes:
    parts = (record.offset, record.timestamp_ms, record.key, record.value, record.headers, _origin_parts(record.origin))
    return marshal.dumps(parts)


def _origin_parts(origin: Origin | None) -> _Origin | None:
    if origin is None:
        return None
    where = origin.topic, origin.partition, origin.offset, origin.timestamp_ms
    return (origin.v, origin.event_id, *where, origin.tenant, origin.conversation)


def _unpacked(packed: bytes, first: Record) -> Record:
    parts: _Parts = marshal.loads(packed)  # noqa: S302 - written by this process a moment ago, and kept in its memory.
    offset, timestamp_ms, key, value, headers, origin = parts
    where = None if origin is None else Origin(*origin)
    return Record(first.topic, first.partition, offset, timestamp_ms, key, value, headers, where)


def _opened(block: bytes) -> list[bytes]:
    found: list[bytes] = marshal.loads(zlib.decompress(block))  # noqa: S302 - as above.
    return found
