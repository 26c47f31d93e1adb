"""Pieces that a producer wrote twice: told apart from what was said twice by an id that the producer gave each piece.

Without one nothing tells "ha" that came twice from "ha" that was said twice, not even the same millisecond: a server
sends several chunks at once. So such pieces all count: text may be doubled, and is never lost.
"""

from collections.abc import Iterator, Sequence

from streams.log.ports import Record

#: CloudEvents 1.0, Kafka protocol binding: source and id together are unique for each event, and a copy has both.
_ID, _SOURCE = "ce_id", "ce_source"


def without_copies(records: Sequence[Record]) -> Iterator[Record]:
    """Yield records but those that an earlier one equals in its producer's id for it, and in its value."""
    seen: set[tuple[bytes, bytes, bytes | None]] = set()
    for record in records:
        id_, source = _header(record, _ID), _header(record, _SOURCE)
        if id_ and source:
            if (id_, source, record.value) in seen:
                continue
            seen.add((id_, source, record.value))
        yield record


def _header(record: Record, wanted: str) -> bytes | None:
    """Return the value of a header that stands there once."""
    values = [value for name, value in record.headers if name == wanted]
    return values[0] if len(values) == 1 else None
