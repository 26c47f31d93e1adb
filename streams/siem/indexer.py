"""The indexer: records of the redacted and alerts topics into the index, at least once, so effectively once.

An offset is committed only when every document before it has settled: it is stored, a better one is there, or a stub
stands in its place. Ids and dates follow from the event, so whatever is written again overwrites itself.
"""

import random
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import structlog

from schemas.codec import ALERT
from schemas.errors import LogUnavailable, SinkRefused, TransactionFailed
from schemas.siem import WITHHELD, Document, document_of, stub_of
from schemas.topics import ALERTS
from streams.log.our_records import read_own, read_redacted
from streams.log.ports import Reader, Record
from streams.siem.ports import Outcome, Sink
from streams.telemetry.metrics import Metrics

log = structlog.get_logger(__name__)

_POLL_SECONDS = 0.5
_LAG_SECONDS = 5.0
_FIRST_PAUSE = 0.25
#: An index that is back is noticed so soon; one request in so many seconds burdens none that is not.
_LONGEST_PAUSE = 10.0
#: How long a pause is before it is asked again whether to stop.
_SLICE_SECONDS = 0.5


class _Stopped(Exception):
    """The indexer was asked to stop while documents were unsettled: their offsets stay uncommitted."""


@dataclass(slots=True)
class Indexer:
    """One indexer's loop over a reader and a sink."""

    reader: Reader
    sink: Sink
    metrics: Metrics
    batch: int = 500
    stopping: Callable[[], bool] = field(default=lambda: False)
    _lag_at: float = 0.0

    def run(self, *, until_drained: bool = False) -> None:
        """Index until asked to stop, or until nothing is left to read.

        Raises SinkRefused, LogRefused, and UnknownVersion where our own topic holds what it cannot hold.
        """
        while not self.stopping():
            try:
                if self._step() and until_drained and self.reader.drained():
                    return
            except (LogUnavailable, TransactionFailed) as error:
                log.warning("Log did not answer, reading again.", reason=type(error).__name__)
                self._recover()
            except _Stopped:
                return

    def _step(self) -> bool:
        """Read, settle and commit some records; tell whether there was nothing to read."""
        records = self.reader.read(self.batch, _POLL_SECONDS)
        self._measure()
        if not records:
            return True
        self._settle(distinct(documents_of(records)))
        self.reader.commit(records)
        return False

    def _settle(self, documents: Sequence[Document]) -> None:
        """Write documents until each has settled; only those that were pushed back are written again."""
        attempt = 0
        while documents:
            outcomes = self.sink.write(documents)
            for outcome in outcomes:
                self.metrics.count("phistream_indexer_documents_total", outcome=outcome.value)
            settled = zip(documents, outcomes, strict=True)
            documents = [again for document, outcome in settled if (again := _again(document, outcome)) is not None]
            if Outcome.PUSHBACK in outcomes:
                attempt += 1
                self.metrics.count("phistream_indexer_pushbacks_total")
                log.warning("Index asks to slow down.", documents=len(documents))
                self._pause(min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**attempt) * random.uniform(0.5, 1.0))  # noqa: S311

    def _pause(self, seconds: float) -> None:
        """Let the index rest while the group hears of us; raises _Stopped."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            if self.stopping():
                raise _Stopped
            self.reader.wait(min(_SLICE_SECONDS, left))

    def _recover(self) -> None:
        """Read again from the committed offsets: what was not committed is written again."""
        try:
            self._pause(1.0)
            self.reader.rewind()
        except (LogUnavailable, TransactionFailed):
            log.warning("Log still does not answer.")

    def _measure(self) -> None:
        now = time.monotonic()
        if now >= self._lag_at:
            self._lag_at = now + _LAG_SECONDS
            self.metrics.set("phistream_indexer_lag_records", sum(self.reader.lag().values()))


def documents_of(records: Iterable[Record]) -> tuple[Document, ...]:
    """Return the documents of some records of the redacted and alerts topics, tombstones left out."""
    values = (
        read_own(ALERT, record) if record.topic == ALERTS else read_redacted(record)
        for record in records
        if record.value is not None
    )
    return tuple(document_of(value) for value in values)


def distinct(documents: Iterable[Document]) -> list[Document]:
    """Return one document an id: of several the best, of equals the last."""
    best: dict[str, Document] = {}
    for document in documents:
        if document.id not in best or document.revision >= best[document.id].revision:
            best[document.id] = document
    return list(best.values())


def _again(document: Document, outcome: Outcome) -> Document | None:
    """Return what is still to be written for a document: itself, a stub in its place, or nothing."""
    if outcome is Outcome.PUSHBACK:
        return document
    if outcome is not Outcome.REJECTED:
        return None
    log.error("Index refuses a document, a stub takes its place.", event_id=document.id)
    if document.source["kind"] == WITHHELD:
        raise SinkRefused("index refuses a document without text: its mapping is not ours", event_id=document.id)
    return stub_of(document)
