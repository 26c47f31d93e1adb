"""Pointers in the assembly topic: where open streams begin, and which records nobody may read; never their text."""

from collections.abc import Iterable, Mapping

from schemas.assembly import StreamPointer
from schemas.codec import STREAM_POINTER, encode
from schemas.topics import ASSEMBLY
from streams.log.our_records import read_own
from streams.log.ports import Publication, Record

#: Before the place of a record that is to stay unread; no topic's name holds a colon.
_UNREAD = b"unread:"


def pointer_key(first: Record) -> bytes:
    """Return the record key of the pointer to a stream: where its first record stands."""
    return f"{first.topic}/{first.partition}/{first.offset}".encode()


def unread_key(record: Record) -> bytes:
    """Return the record key of the pointer to a record that nobody may read again."""
    return _UNREAD + pointer_key(record)


def is_unread(key: bytes) -> bool:
    """Tell whether a pointer's record key is that of a record that nobody may read."""
    return key.startswith(_UNREAD)


def pointing(key: bytes, record: Record, deadline_ms: int) -> Publication:
    """Return the pointer to a record, to be withdrawn at *deadline_ms* of its partition's record time at the latest."""
    pointer = StreamPointer(STREAM_POINTER.version, record.topic, record.partition, record.offset, deadline_ms)
    return Publication(ASSEMBLY, key, encode(pointer))


def withdrawn(key: bytes) -> Publication:
    """Return what withdraws a pointer."""
    return Publication(ASSEMBLY, key, None)


def standing_pointers(records: Iterable[Record]) -> Mapping[bytes, StreamPointer]:
    """Return the pointers that no later record withdrew, by their record key; only these are read."""
    found: dict[bytes, Record] = {}
    for record in records:
        if record.value is None:
            found.pop(record.key or b"", None)
        else:
            found[record.key or b""] = record
    return {key: read_own(STREAM_POINTER, record) for key, record in found.items()}


def open_pointers(records: Iterable[Record]) -> Mapping[bytes, StreamPointer]:
    """Return the pointers to open streams, by their record key."""
    standing = standing_pointers(records)
    return {key: pointer for key, pointer in standing.items() if not is_unread(key)}
