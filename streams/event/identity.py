"""Event identity: a function of where a record stands, so that a replay gives the same id."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from streams.log.ports import Record

#: Namespace of phistream's event ids (RFC 9562, version 5); never to be changed.
NAMESPACE = uuid.UUID("6f1c4a52-6e0b-5d0c-9a54-0f6f9c2f7b11")


@dataclass(frozen=True, slots=True)
class EventIdentity:
    """Gives event ids: UUIDv5 of cluster id, topic id, partition and first offset.

    Both ids are part of it, so that a second cluster, or a topic made anew under an old name, cannot collide.
    """

    cluster_id: str
    topic_id: Callable[[str], str]

    def of(self, record: Record) -> str:
        """Return the id of the event that begins with *record*; intake keeps the one that it had before."""
        if record.origin is not None:
            return record.origin.event_id
        name = f"{self.cluster_id}/{self.topic_id(record.topic)}/{record.partition}/{record.offset}"
        return str(uuid.uuid5(NAMESPACE, name))
