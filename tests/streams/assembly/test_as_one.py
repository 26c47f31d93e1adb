"""The records of a stream as one: what an event's payload digest and its budget are made of."""

from streams.assembly.stream import as_one
from streams.log.ports import Record


def _record(offset: int, value: bytes | None) -> Record:
    return Record("llm.events.raw.v1", 2, offset, 1_000 + offset, b"key", value)


def test_every_piece_is_in_it() -> None:
    """It stands where the first piece does and holds the bytes of all: a digest of it covers every one."""
    pieces = (_record(3, b"one"), _record(4, None), _record(7, b"two"))
    joined = as_one(pieces)

    assert (3, 1_003, b"one\n\ntwo") == (joined.offset, joined.timestamp_ms, joined.value)
    assert pieces[0] is as_one(pieces[:1])
