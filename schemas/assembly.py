"""What is kept of an open stream: where its pieces begin, so that they can be read again; never a word of them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StreamPointer:
    """An open stream: its first record, and the record time in milliseconds by which it is closed at the latest."""

    v: int
    topic: str
    partition: int
    first: int
    deadline_ms: int
