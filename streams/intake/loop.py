"""Intake: raw records written on under keys by which all pieces of a stream come into one partition.

It judges nothing and changes nothing: each raw record is one record of its topic, byte by byte, in the transaction
that commits its offset. One process serves all partitions of its raw topics, since only so does it see the order in
which pieces were written to several of them.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

from schemas.errors import Disposition, LogUnavailable, PhistreamError
from streams.batch import cut
from streams.intake.merging import Merging
from streams.intake.routing import Router
from streams.limits import Limits
from streams.log.ports import Publication, Record, TransactionalLog
from streams.phase import Phase, PhaseMap
from streams.telemetry.metrics import Metrics
from streams.worker import disposition

log = structlog.get_logger(__name__)

_WORST_WAIT = 10.0
_MOST_FAILURES = 4
#: How often the log is asked at most whether all of it was written on.
_ASK_SECONDS = 1.0


@dataclass(slots=True)
class Intake:
    """The loop of intake; `doomed` tells the coordinates of records that have killed two processes of it."""

    log: TransactionalLog
    merging: Merging
    router: Router
    phases: PhaseMap
    metrics: Metrics
    limits: Limits
    doomed: Callable[[], frozenset[str]] = frozenset
    stopping: Callable[[], bool] = field(default=lambda: False)
    _failures: int = 0
    _stale: bool = False
    _ask_at: float = 0.0

    def run(self, *, until_drained: bool = False) -> None:
        """Write records on until asked to stop, or until nothing is left to read; raises what stops it."""
        while not self.stopping():
            try:
                if self._step() and self._is_drained() and until_drained:
                    return
                self._failures = 0
            except PhistreamError as error:
                if disposition(error) is not Disposition.RETRY:
                    self.phases.write(Phase.IDLE)
                    raise
                self._forget(error)

    def _step(self) -> bool:
        """Write on what is ready; tell whether there was nothing, and nothing waits."""
        self.phases.write(Phase.IDLE)
        if self._stale:
            self.log.rewind()
            self._stale = False
        records = self.merging.read(self.limits.records, self.limits.poll_seconds)
        for run in cut(records, self.limits.batch_bytes):
            self._publish(run)
        return not records and not len(self.merging)

    def _is_drained(self) -> bool:
        """Tell now and then whether all is written on; workers see it then as well (TransactionalLog.drained).

        A raw partition may end in what is no record, by which intake would seem to be behind for ever.
        """
        if time.monotonic() < self._ask_at:
            return False
        self._ask_at = time.monotonic() + _ASK_SECONDS
        return self.log.drained()

    def _publish(self, records: Sequence[Record]) -> None:
        doomed = self.doomed()
        self.router.unread.follow(self.log, doomed)
        publications = [self._forwarded(record, doomed) for record in records]
        self.phases.write(Phase.TRANSACTION, records[0])
        self.log.publish(publications, records)
        self.metrics.count("phistream_intake_records_total", len(records))

    def _forwarded(self, record: Record, doomed: frozenset[str]) -> Publication:
        """Return what is written of a record; one that has killed two processes is not looked into."""
        if f"{record.topic}/{record.partition}/{record.offset}" in doomed:
            return self.router.forwarded(record, unread=True)
        self.phases.write(Phase.ANALYSE, record, self.limits.budgets(record))
        found = self.router.forwarded(record)
        self.phases.write(Phase.IDLE)
        return found

    def _forget(self, error: PhistreamError) -> None:
        """Drop what was not committed, wait a little longer each time, and read it again."""
        self._failures += 1
        if isinstance(error, LogUnavailable) and self._failures >= _MOST_FAILURES:
            raise error
        self._stale = True
        self.merging.forget()
        self.router.unread.forget()
        self.metrics.count("phistream_intake_retries_total", error=type(error).__name__)
        log.warning("Records dropped, reading again.", reason=type(error).__name__, failures=self._failures)
        time.sleep(min(_WORST_WAIT, 0.05 * 2 ** min(self._failures, 10)))
