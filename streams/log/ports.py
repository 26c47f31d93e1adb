"""The log as the running system sees it: records in, one transaction out.

Contracts stand here; the implementations (sqlite.py, kafka.py) stay bare, and one suite (tests/contracts/log.py) runs
over both.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, Self

from schemas.origin import Mark, Origin

Headers = tuple[tuple[str, bytes | None], ...]


@dataclass(frozen=True, slots=True)
class TopicPartition:
    """One partition of one topic."""

    topic: str
    partition: int


@dataclass(frozen=True, slots=True)
class Record:
    """A record as read; prints its coordinates and nothing else.

    `timestamp_ms` is the log's record timestamp in milliseconds since the epoch. `origin` tells where it stood before
    intake wrote it on; None where it is read as its owner wrote it (streams/intake/origins.py). `mark` is what intake
    says of it beside.
    """

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None = field(repr=False)
    value: bytes | None = field(repr=False)
    headers: Headers = field(default=(), repr=False)
    origin: Origin | None = None
    mark: Mark | None = None


@dataclass(frozen=True, slots=True)
class Publication:
    """A record to be written; prints its topic and nothing else.

    The partition follows from the record key (murmur2, as Kafka's default partitioner), or from `partition`.
    """

    topic: str
    key: bytes | None = field(repr=False)
    value: bytes | None = field(repr=False)
    headers: Headers = field(default=(), repr=False)
    timestamp_ms: int | None = None
    partition: int | None = None


def size_of(publication: Publication) -> int:
    """Return the bytes of a publication that count against the log's limit."""
    headers = sum(len(name.encode()) + len(value or b"") for name, value in publication.headers)
    return len(publication.key or b"") + len(publication.value or b"") + headers


class Reader(Protocol):
    """A member of a consumer group over some topics, `read_committed`, at least once.

    *position* is the next offset that read() will return of an assigned partition; *committed* the offset from which a
    new member would begin. A group without committed offsets begins where it was told when the reader was made; an
    offset that the log no longer holds raises LogRefused.
    """

    def read(self, limit: int, timeout: float) -> Sequence[Record]:
        """Return at most *limit* records, in offset order within each partition, waiting at most *timeout* seconds.

        Records of aborted or open transactions are never returned. Raises LogUnavailable or LogRefused; an error of a
        partition is never an empty result.
        """
        ...

    def commit(self, records: Sequence[Record]) -> None:
        """Commit the offset after the last of *records* in each of their partitions."""
        ...

    def wait(self, seconds: float) -> None:
        """Stay a member of the group for *seconds* without reading; the position does not move.

        For a reader whose outlet is slow: the group takes one that is silent for too long for dead. Raises as read().
        """
        ...

    def rewind(self) -> None:
        """Move every assigned partition back to its committed offset and drop what is buffered."""
        ...

    def lag(self) -> Mapping[TopicPartition, int]:
        """Return, for each assigned partition, how many records stand after the position."""
        ...

    def drained(self) -> bool:
        """Tell whether the group has settled all that the topics hold, whoever holds the partitions.

        A partition of a member that ended or waits for its place counts too, so that nobody ends over its records.
        """
        ...

    def close(self) -> None:
        """Leave the group."""
        ...


class TransactionalLog(Protocol):
    """A reader whose outputs and offsets are one transaction; one per worker slot.

    Only a return of publish() is success. After TransactionFailed the log has rewound itself to the committed offsets,
    with a new producer of the same identity; everything read before and not published must be dropped. Fenced means
    that another worker holds the slot: end.
    """

    def read(self, limit: int, timeout: float) -> Sequence[Record]:
        """As Reader.read; after a rebalance, records of partitions that were lost are dropped by publish()."""
        ...

    def publish(self, publications: Sequence[Publication], records: Sequence[Record]) -> None:
        """Write *publications* and the offsets after *records* in one transaction.

        Raises TransactionFailed (nothing of it is visible, or its outcome is unknown and it will be read again),
        Fenced, or LogRefused where a publication exceeds `max_record_bytes` (checked before anything is written).
        """
        ...

    def rewind(self) -> None:
        """As Reader.rewind; nothing is published between."""
        ...

    def hold(self, places: Collection[TopicPartition]) -> None:
        """Let read() return nothing of *places*, and again of all others, until told anew or rewound."""
        ...

    def assigned(self) -> Mapping[TopicPartition, int]:
        """Return the assigned partitions, each with a number that is another once it went and came back."""
        ...

    def settled(self, place: TopicPartition, first: int) -> Iterator[Record]:
        """Yield the records of an assigned partition from *first* up to its committed offset; the position stays.

        What the log no longer holds is left out.
        """
        ...

    def everything(self, topic: str) -> Iterator[Record]:
        """Yield what *topic* holds by now, partition by partition, with all that was committed before the call."""
        ...

    @property
    def max_record_bytes(self) -> int:
        """The largest publication (key, value and headers) that the log takes, in bytes."""
        ...

    @property
    def cluster_id(self) -> str:
        """The id of the cluster, or of the state folder: part of every event id."""
        ...

    def topic_id(self, topic: str) -> str:
        """Return the id of *topic*, which a topic made anew does not share."""
        ...

    def lag(self) -> Mapping[TopicPartition, int]:
        """As Reader.lag."""
        ...

    def heard(self) -> Mapping[TopicPartition, float]:
        """Return, for assigned partitions, a moment (time.monotonic()) by which all that was written has been read.

        Where intake writes on what stands in other topics, also what they held at that moment. A partition in which
        something is unread is left out, as is one of which that cannot be told, and all of them where it was asked a
        moment before.
        """
        ...

    def drained(self) -> bool:
        """As Reader.drained; what stands behind the last record and is none counts as settled for others then, too."""
        ...

    def close(self) -> None:
        """Abort what is open and leave the group."""
        ...

    def __enter__(self) -> Self:
        """Return the log itself."""
        ...

    def __exit__(self, *exc: object) -> None:
        """Close the log."""
        ...
