"""Events: what a raw record says, and what may be seen of it."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class FieldKind(StrEnum):
    """Where in a record a text stands."""

    VALUE = "value"
    KEY = "key"
    NUMBER = "number"
    HEADER = "header"
    RECORD_KEY = "record_key"


class Side(StrEnum):
    """Whose text it is, so that a reveal can show who brought an identifier in."""

    INPUT = "input"
    OUTPUT = "output"
    TOOL = "tool"
    ENVELOPE = "envelope"


@dataclass(frozen=True, slots=True)
class TextField:
    """One text of an event, to be analysed.

    `path` is a JSON pointer without clear keys that were text themselves; `hint` the object key or header under which
    the text stands, lower-cased.
    """

    path: str
    text: str = field(repr=False)
    hint: str = field(default="", repr=False)
    kind: FieldKind = FieldKind.VALUE
    side: Side = Side.ENVELOPE


@dataclass(frozen=True, slots=True)
class Assembly:
    """How an event was put together: of how many pieces of a stream, and whether its begin and end are among them.

    `offsets` are the first and last of each run of records that hold them, in the partition of the event's
    coordinates; empty where all stand in one record. `elsewhere` are the partition, first and last of each run of
    those in other partitions of the same topic.
    """

    pieces: int
    whole: bool
    offsets: tuple[tuple[int, int], ...] = ()
    elsewhere: tuple[tuple[int, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class LLMEvent:
    """A decoded raw record, or what the pieces of a stream make.

    `source` names the format; `document` is the JSON tree (dict, list, str, int, float, bool, None), or None for a
    tombstone; it is never changed in place. `timestamp_ms` is the record's, in milliseconds of the epoch, UTC.
    """

    event_id: str
    tenant: str
    source: str
    document: Any = field(repr=False)
    record_key: str | None = field(default=None, repr=False)
    headers: tuple[tuple[str, str | None], ...] = field(default=(), repr=False)
    timestamp_ms: int = 0
    assembly: Assembly | None = None


@dataclass(frozen=True, slots=True)
class TokenUsage:
    """How many model tokens a call used; None where the source does not say."""

    input: int | None = None
    output: int | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """What an auditor asks of one AI call; every value is taken from the redacted record, None is unknown.

    `called_at` is RFC 3339; `latency_ms` milliseconds; `data_sources` names retrieval sources and tools.
    """

    called_at: str | None = None
    provider: str | None = None
    endpoint: str | None = None
    operation: str | None = None
    model: str | None = None
    usage: TokenUsage = TokenUsage()
    status: str | None = None
    finish_reasons: tuple[str, ...] = ()
    latency_ms: float | None = None
    application: str | None = None
    workforce: str | None = None
    end_user: str | None = None
    session: str | None = None
    conversation: str | None = None
    trace_id: str | None = None
    span_id: str | None = None
    request_id: str | None = None
    response_id: str | None = None
    previous_response_id: str | None = None
    data_sources: tuple[str, ...] = ()
    region: str | None = None
    agreement: str | None = None


@dataclass(frozen=True, slots=True)
class Coordinates:
    """Where the raw record stood: how an auditor finds it, and what the event id is made of."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int


@dataclass(frozen=True, slots=True)
class PhiSummary:
    """Whether identifiers were present, and how many of each IdentifierType."""

    present: bool
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class PayloadDigest:
    """HMAC-SHA-256, in hex, of the raw record's value bytes under the tenant's digest key of that epoch.

    Of a joined stream the values of its records in order, with a line feed between them.
    """

    algorithm: str
    key_id: str
    value: str


@dataclass(frozen=True, slots=True)
class RedactedEvent:
    """What may be seen of one event: version 1 of the redacted topic.

    `record` keeps the source's own JSON shape, redacted; `revision` is 0 for a stub, 1 for a first redaction, more for
    better ones; `incomplete` tells that a pointer or an unfinished stream hides part of the call.
    """

    v: int
    kind: str
    event_id: str
    tenant: str
    revision: int
    source: str
    time: str
    redacted_at: str
    coordinates: Coordinates
    call: Call
    phi: PhiSummary
    payload_digest: PayloadDigest
    processing_region: str | None
    policy: str
    detector: str
    batch_id: str
    incomplete: bool
    key: str | None = field(repr=False)
    headers: dict[str, str | None] = field(repr=False)
    record: Any = field(repr=False)
    calls: tuple[Call, ...] = ()
    assembly: Assembly | None = None


@dataclass(frozen=True, slots=True)
class Withheld:
    """The place of a quarantined record in the timeline: no text, so no silent hole."""

    v: int
    kind: str
    event_id: str
    tenant: str
    time: str
    reason: str
    coordinates: Coordinates
    batch_id: str
