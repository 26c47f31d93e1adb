"""The index as the running system sees it: documents in with an outcome each, queries answered in order of time.

Contracts stand here; the implementations (opensearch.py, sqlite.py) stay bare, and one suite (tests/contracts/sink.py)
runs over both.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from schemas.siem import Document, Source


class Outcome(StrEnum):
    """What became of one document.

    STORED: it is there. BETTER: one of a higher revision is there, which counts as done. PUSHBACK: the index did not
    take it now, or it is unknown whether it did: write the same document again. REJECTED: it will never be taken.
    """

    STORED = "stored"
    BETTER = "better"
    PUSHBACK = "pushback"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, order=True)
class Cursor:
    """The place of a hit in the order of time: where the next page goes on."""

    time_ms: int
    sequence: int
    event_id: str


def cursor_of(hit: Source) -> Cursor:
    """Return the place of a hit in the order of time."""
    return Cursor(hit["time"], hit["sequence"], hit["event_id"])


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched; everything given must hold.

    Each of `words` stands in the event's texts, several words in one as a phrase; a token is a word. `since_ms` is
    included, `until_ms` is not. Hits come in order of time, those of one moment in the order of their raw offsets and
    then of their ids; oldest first unless `newest_first`.
    """

    words: tuple[str, ...] = field(default=(), repr=False)
    since_ms: int | None = None
    until_ms: int | None = None
    tenant: str | None = None
    model: str | None = None
    application: str | None = None
    conversation: str | None = None
    identifier: str | None = None
    kind: str | None = None
    newest_first: bool = False
    limit: int = 20
    after: Cursor | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Some hits, the place of the last one where more follow, and how many there are over all pages."""

    hits: tuple[Source, ...] = field(repr=False)
    more: Cursor | None
    total: int


class Sink(Protocol):
    """The index.

    Writing the same document twice leaves it once; a document never replaces one of a higher revision. No document and
    no part of one is ever put into an exception or a log line.
    """

    def write(self, documents: Sequence[Document]) -> Sequence[Outcome]:
        """Store documents; return what became of each, in their order.

        Ids in one call are distinct. Raises SinkRefused where the index denies access or is not what it should be; an
        index that cannot be reached is PUSHBACK for every document, never an error and never a success.
        """
        ...

    def search(self, query: Query) -> Page:
        """Return one page of hits. Raises SinkRefused, or Pushback where the index is busy or cannot be reached."""
        ...
