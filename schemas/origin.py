"""Where a record that phistream wrote on again first stood: its identity, kept in a header of ours."""

from dataclasses import dataclass
from enum import Enum

#: Headers of ours begin so; on a topic that others may write nobody believes them, and nobody forwards them.
OUR_HEADERS = "phistream-"
#: Holds an Origin.
ORIGIN_HEADER = "phistream-origin"
#: Holds the record key under which the owner wrote it; there is none where it had none.
KEY_HEADER = "phistream-key"
#: Holds a Mark.
MARK_HEADER = "phistream-mark"


class Mark(Enum):
    """What intake says of a record that it forwards: it stayed unread, or a piece before it in its stream did."""

    UNREAD = "unread"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the raw record stood, and what was made of that: its event id, tenant and keyed conversation.

    `tenant` is None where its topic names none; `conversation` None where the record alone tells none.
    """

    v: int
    event_id: str
    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    tenant: str | None
    conversation: str | None
