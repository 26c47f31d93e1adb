"""Records that intake wrote on: wrapped with where they stood, and read as if they had never been moved.

What a header of ours says is believed on the one topic that intake alone may write. Elsewhere anybody may have
written it: it goes, unread.
"""

from dataclasses import replace

from schemas.codec import ORIGIN, decode, encode
from schemas.errors import Malformed, UnknownVersion
from schemas.events import Coordinates
from schemas.origin import KEY_HEADER, MARK_HEADER, ORIGIN_HEADER, OUR_HEADERS, Mark, Origin
from schemas.topics import KEYED
from streams.log.our_records import placed
from streams.log.ports import Headers, Publication, Record


def wrapped(record: Record, route: bytes, origin: Origin, mark: Mark | None = None) -> Publication:
    """Return a raw record as intake writes it: value and headers as they are, under a record key without clear text."""
    ours: Headers = ((ORIGIN_HEADER, encode(origin)),)
    if record.key is not None:
        ours = (*ours, (KEY_HEADER, record.key))
    if mark is not None:
        ours = (*ours, (MARK_HEADER, mark.value.encode()))
    return Publication(KEYED, route, record.value, (*_theirs(record.headers), *ours), record.timestamp_ms)


def believed(record: Record) -> Record:
    """Return a record as its owner wrote it, with its origin where intake tells one; coordinates stay those read.

    What stands in intake's topic without an origin was not written by intake: it keeps none, and so no tenant. Raises
    UnknownVersion where a newer intake wrote it.
    """
    headers = _theirs(record.headers)
    plain = record if len(headers) == len(record.headers) else replace(record, headers=headers)
    if record.topic != KEYED:
        return plain
    told = [value for name, value in record.headers if name == ORIGIN_HEADER and value is not None]
    keys = [value for name, value in record.headers if name == KEY_HEADER]
    said = [value for name, value in record.headers if name == MARK_HEADER]
    mark = next((mark for mark in Mark if [mark.value.encode()] == said), None)
    try:
        origin: Origin = decode(ORIGIN, told[0] if len(told) == 1 else b"")
    except Malformed:
        return plain
    except UnknownVersion as error:
        raise placed(error, record.topic, record.partition, record.offset) from None
    key = keys[0] if keys else None
    return replace(plain, key=key, timestamp_ms=origin.timestamp_ms, origin=origin, mark=mark)


def coordinates_of(record: Record) -> Coordinates:
    """Return where a record stands in the topic that its owner wrote."""
    where = record.origin or record
    return Coordinates(where.topic, where.partition, where.offset, record.timestamp_ms)


def _theirs(headers: Headers) -> Headers:
    return tuple((name, value) for name, value in headers if not name.lower().startswith(OUR_HEADERS))
