"""Reading records of topics of ours: one that cannot be read stops its reader, and is never passed over.

The error says where it stands and what to do about it, and nothing of what it holds, names of fields included.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from schemas.codec import Schema, decode, decode_redacted
from schemas.errors import Malformed, UnknownVersion
from schemas.events import RedactedEvent, Withheld
from streams.log.ports import Record

_REMEDY = "record of ours cannot be read: upgrade this service if a newer one wrote it, else see SECURITY.md, Strangers"
_TOLD = ("schema", "found", "known")


def read_own(schema: Schema, record: Record) -> Any:
    """Read a record of *schema*; raises UnknownVersion, which names its place, where it is none."""
    with reading(record.topic, record.partition, record.offset):
        return decode(schema, record.value or b"")


def read_redacted(record: Record) -> RedactedEvent | Withheld:
    """Read a record of the redacted topic; raises as read_own()."""
    with reading(record.topic, record.partition, record.offset):
        return decode_redacted(record.value or b"")


@contextmanager
def reading(topic: str, partition: int, offset: int) -> Iterator[None]:
    """Raise UnknownVersion with the place of a record for whatever cannot be read of it in this block."""
    try:
        yield
    except (Malformed, UnknownVersion) as error:
        raise placed(error, topic, partition, offset) from None


def placed(error: Malformed | UnknownVersion, topic: str, partition: int, offset: int) -> UnknownVersion:
    """Return the error that says where a record stands which cannot be read, and what to do."""
    facts = {name: error.facts[name] for name in _TOLD if name in error.facts}
    return UnknownVersion(_REMEDY, topic=topic, partition=partition, offset=offset, **facts)
