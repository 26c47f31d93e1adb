"""The way into a raw topic for those who have no producer of their own: its port, and what both sides say alike."""

from collections.abc import Sequence
from typing import Protocol, Self

from schemas.codec import FILE_POSITION, encode
from schemas.ingest import FilePosition
from schemas.topics import INGESTED
from streams.log.ports import Headers, Publication


class Inlet(Protocol):
    """Writes raw records; what a call returned from is durable.

    A file's records and how far it is are one transaction: after a crash at any point, begin() tells exactly how many
    records of the file stand in the topic.
    """

    @property
    def topic(self) -> str:
        """The raw topic that is written."""
        ...

    @property
    def max_record_bytes(self) -> int:
        """The largest value that the log takes, in bytes."""
        ...

    def begin(self, digest: str) -> FilePosition:
        """Take a file for this process and return how far it is, by the SHA-256 of its bytes.

        What another process had begun for the same file and not committed is undone, and it can commit no more.
        """
        ...

    def append_file(self, values: Sequence[bytes], position: FilePosition) -> None:
        """Write the next records of the file taken last, and how far it then is, in one transaction.

        Raises TransactionFailed or LogUnavailable where the outcome is unknown: begin() again tells it. Raises Fenced
        where another process has taken the file.
        """
        ...

    def append(self, values: Sequence[bytes]) -> None:
        """Write records, at least once; raises LogUnavailable where they may not be durable, LogRefused."""
        ...

    def waiting(self) -> int:
        """Return how many records of the topic no redactor has settled yet."""
        ...

    def close(self) -> None:
        """Give up what is held."""
        ...

    def __enter__(self) -> Self:
        """Return the inlet itself."""
        ...

    def __exit__(self, *exc: object) -> None:
        """Close the inlet."""
        ...


def at_start(digest: str, topic: str) -> FilePosition:
    """Return the position of a file of which nothing was taken in."""
    return FilePosition(FILE_POSITION.version, digest, topic, 0, complete=False)


def position_key(digest: str, topic: str) -> bytes:
    """Return the record key of a file's position."""
    return f"{digest}|{topic}".encode()


def publication_of(position: FilePosition) -> Publication:
    """Return the record that says how far a file is."""
    return Publication(INGESTED, position_key(position.digest, position.topic), encode(position))


def raw_records(topic: str, values: Sequence[bytes], headers: Headers) -> list[Publication]:
    """Return the publications of raw values."""
    return [Publication(topic, None, value, headers) for value in values]
