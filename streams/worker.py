"""The worker: read, redact, publish, in a loop that only an OK from the log counts as success.

One consumer, one transaction at a time, one process; parallelism is more slots. What it does with each error is one
table; an unknown exception stops it, and its supervisor starts another.
"""

import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import structlog

from schemas.errors import (
    AccessDenied,
    AuditAltered,
    AuditRefused,
    AuditUnavailable,
    ConfigError,
    DetectionError,
    Disposition,
    Fenced,
    IncorrectKey,
    KeyRetired,
    KmsUnavailable,
    LogRefused,
    LogUnavailable,
    ModelUnavailable,
    PhistreamError,
    Pushback,
    QuarantineReason,
    Rejected,
    SchemaError,
    Shredded,
    SinkRefused,
    TransactionFailed,
    UnknownToken,
    UnknownVersion,
)
from schemas.origin import Mark
from streams.assembly.open_streams import OpenStreams
from streams.assembly.rebuilding import follow
from streams.assembly.stream import Closed, Held, as_one
from streams.assembly.waiting import Waiting
from streams.batch import Batch, BatchBuilder, Step, cut
from streams.intake.origins import believed
from streams.limits import Limits
from streams.log.ports import Record, TransactionalLog
from streams.phase import Phase, PhaseMap
from streams.pipeline import Outcome, Pipeline, Redacted
from streams.telemetry.metrics import Metrics

log = structlog.get_logger(__name__)

DISPOSITIONS: Mapping[type[PhistreamError], Disposition] = {
    SchemaError: Disposition.QUARANTINE,
    DetectionError: Disposition.QUARANTINE,
    UnknownVersion: Disposition.STOP,
    ConfigError: Disposition.STOP,
    ModelUnavailable: Disposition.STOP,
    IncorrectKey: Disposition.DENY,
    UnknownToken: Disposition.DENY,
    Shredded: Disposition.DENY,
    KeyRetired: Disposition.RETRY,
    KmsUnavailable: Disposition.RETRY,
    TransactionFailed: Disposition.RETRY,
    LogUnavailable: Disposition.RETRY,
    Fenced: Disposition.STOP,
    LogRefused: Disposition.STOP,
    Pushback: Disposition.PAUSE,
    Rejected: Disposition.STUB,
    SinkRefused: Disposition.STOP,
    AuditUnavailable: Disposition.DENY,
    AuditRefused: Disposition.DENY,
    AuditAltered: Disposition.STOP,
    AccessDenied: Disposition.DENY,
}

Found = TypeVar("Found", bound=Held | tuple[Outcome, ...])

_WORST_WAIT = 10.0
_MOST_FAILURES = 4
_MEASURE_SECONDS = 10.0


@dataclass(slots=True)
class Worker:
    """One slot's loop; `doomed` gives the coordinates of records that have killed two workers, of any slot.

    `_stale` says that the log has to be read again from the committed offsets, `_failures` how many batches in a row
    were dropped.
    """

    log: TransactionalLog
    pipeline: Pipeline
    builder: BatchBuilder
    phases: PhaseMap
    metrics: Metrics
    limits: Limits
    streams: OpenStreams
    doomed: Callable[[], frozenset[str]] = frozenset
    stopping: Callable[[], bool] = field(default=lambda: False)
    _failures: int = 0
    _stale: bool = False
    _measure_at: float = 0.0
    _waiting: Waiting = field(init=False)

    def __post_init__(self) -> None:
        """Let time pass in the log that is read."""
        self._waiting = Waiting(self.log, self.streams, self.metrics, self.limits.poll_seconds)

    def run(self, *, until_drained: bool = False) -> None:
        """Work until asked to stop, or until nothing is left to read; raises what stops it."""
        while not self.stopping():
            try:
                if self._step(until_drained=until_drained):
                    return
                self._failures = 0
            except PhistreamError as error:
                if disposition(error) is not Disposition.RETRY:
                    self.phases.write(Phase.IDLE)  # No record is to blame for what settings, keys or the log do.
                    raise
                self._forget(error)

    def _step(self, *, until_drained: bool) -> bool:
        """Read and settle some records; tell whether everything was read that there is."""
        self.phases.write(Phase.IDLE)
        if self._stale:
            self.log.rewind()
            self._stale = False
        self._measure()
        records = [believed(record) for record in self.log.read(self.limits.records, self.limits.poll_seconds)]
        follow(self.streams, self.log, self.pipeline)
        if not records:
            return self._wait(until_drained=until_drained)
        self._waiting.read(records)
        self._settle(records)
        return False

    def _wait(self, *, until_drained: bool) -> bool:
        """Close the streams that waited long enough, or all of them at the end; tell whether this is the end."""
        if not len(self.streams):
            self._waiting.rest()
            return until_drained and self.log.drained()
        closed = self._waiting.ended() if until_drained else self._waiting.closed()
        if closed:
            self._settle_closed(closed)
        else:
            self.streams.keep(self.streams.mark())
        return False

    def _settle_closed(self, closed: Sequence[Closed]) -> None:
        """Publish what streams make that no record closed, in a transaction that proves whose partitions they are."""
        started = time.monotonic()
        batch_id, doomed = str(uuid.uuid4()), self.doomed()
        outcomes = tuple(outcome for stream in closed for outcome in self._assembled(stream, batch_id, doomed))
        step = Step(None, outcomes, self.streams.pointers(), self.streams.mark())
        steps, batch = self._fitting(batch_id, [step], self.streams.anchors(closed))
        self._publish(batch, steps)
        self.metrics.batch(batch.summary, time.monotonic() - started)

    def _measure(self) -> None:
        """Say now and then how much is left to read."""
        if time.monotonic() >= self._measure_at:
            self._measure_at = time.monotonic() + _MEASURE_SECONDS
            self.metrics.set("phistream_redactor_lag_records", sum(self.log.lag().values()))

    def _settle(self, records: Sequence[Record]) -> None:
        """Publish *records* run by run; past the time for one reading, the rest is read again.

        The log must hear of the worker before max.poll.interval.ms has passed, however slow the records are.
        """
        read_at = time.monotonic()
        for run in cut(records, self.limits.batch_bytes):
            started = time.monotonic()
            batch_id = str(uuid.uuid4())
            steps, batch = self._fitting(batch_id, self._steps(run, batch_id, read_at + self.limits.reading_seconds))
            self._publish(batch, steps)
            self.metrics.batch(batch.summary, time.monotonic() - started)
            self._stale = len(batch.records) < len(run) or time.monotonic() > read_at + self.limits.reading_seconds
            if self._stale:
                return

    def _fitting(
        self, batch_id: str, steps: Sequence[Step], anchors: Sequence[Record] = ()
    ) -> tuple[Sequence[Step], Batch]:
        """Return a batch that the log takes, of as many steps as fit; what fits in no batch is quarantined."""
        batch = self.builder.build(batch_id, steps, anchors)
        while not batch.fits(self.log.max_record_bytes):
            if len(steps) > 1:
                steps = steps[: len(steps) // 2]
            elif any(isinstance(outcome, Redacted) for outcome in steps[0].outcomes):
                steps = [replace(steps[0], outcomes=tuple(self._without_grown(steps[0].outcomes)))]
            else:
                break  # The log refuses it: what cannot go into quarantine stops the worker.
            batch = self.builder.build(batch_id, steps, anchors)
        return steps, batch

    def _without_grown(self, outcomes: Sequence[Outcome]) -> Iterator[Outcome]:
        """Yield outcomes with the records of every event in quarantine."""
        for outcome in outcomes:
            if isinstance(outcome, Redacted):
                self.pipeline.tenants.of(outcome.records[0]).vault.discard(outcome.entries)
                yield from self.pipeline.withhold(outcome.records, QuarantineReason.GROWN)
            else:
                yield outcome

    def _steps(self, records: Sequence[Record], batch_id: str, until: float) -> list[Step]:
        """Redact records until the time for one reading is over, at least one."""
        steps: list[Step] = []
        doomed = self.doomed()
        for record in records:
            steps.append(self._step_of(record, batch_id, doomed))
            if time.monotonic() > until:
                break
        return steps

    def _step_of(self, record: Record, batch_id: str, doomed: frozenset[str]) -> Step:
        """Redact one record, or hold it, and close the streams that end with it or waited long enough."""
        found: Held | tuple[Outcome, ...]
        if _is_unread(record, doomed):
            found = self.pipeline.withhold([record], QuarantineReason.KILLED_WORKER, attempts=2)
            closed = self.streams.pass_unread(record, self.pipeline.tenants.of(record))
        else:
            found = self._analysed([record], lambda: self.pipeline.process(record, batch_id, self.streams.awaits))
            closed = self.streams.take(found) if isinstance(found, Held) else self.streams.pass_record(record)
        outcomes: tuple[Outcome, ...] = () if isinstance(found, Held) else found
        for stream in closed:
            outcomes += self._assembled(stream, batch_id, doomed)
        return Step(record, outcomes, self.streams.pointers(), self.streams.mark())

    def _assembled(self, stream: Closed, batch_id: str, doomed: frozenset[str]) -> tuple[Outcome, ...]:
        """Redact what a stream makes, unless that killed two workers, which its first record tells."""
        if _is_unread(stream.records[0], doomed):
            return self.pipeline.withhold(stream.records, QuarantineReason.KILLED_WORKER, attempts=2)
        return self._analysed(stream.records, lambda: self.pipeline.assemble(stream, batch_id))

    def _analysed(self, records: Sequence[Record], analyse: Callable[[], Found]) -> Found:
        """Analyse what stands in records; the first is to blame where this kills the worker."""
        self.phases.write(Phase.ANALYSE, records[0], self.limits.budgets(as_one(records)))
        found = analyse()
        self.phases.write(Phase.IDLE)
        return found

    def _publish(self, batch: Batch, steps: Sequence[Step]) -> None:
        vaults = [tenant.vault for tenant in self.pipeline.tenants.by_id.values()]
        for vault in vaults:
            vault.check_units()
        self.phases.write(Phase.TRANSACTION, batch.records[0])
        self.log.publish(batch.publications, batch.records)
        # Only now are the entries known to stand in the vault; filled earlier, an abort would leave tokens without one.
        for vault in vaults:
            vault.committed(batch.entries)
        self.streams.keep(steps[-1].mark)

    def _forget(self, error: PhistreamError) -> None:
        """Drop what was not committed, wait a little longer each time, and read it again.

        A client that has not found its brokers several times running is given up with its process: after a broker's
        restart a new one connects at once where an old one may stay lost for minutes.
        """
        self._failures += 1
        if isinstance(error, LogUnavailable) and self._failures >= _MOST_FAILURES:
            raise error
        self._stale = True
        self.streams.forget_all()  # The outcome may be unknown: only the log tells which streams are open.
        if isinstance(error, LogUnavailable):
            self._waiting.rest_after_outage()
        for tenant in self.pipeline.tenants.by_id.values():
            tenant.vault.aborted()
        self.metrics.retried(type(error).__name__)
        log.warning("Batch dropped, reading again.", reason=type(error).__name__, failures=self._failures)
        time.sleep(min(_WORST_WAIT, 0.05 * 2 ** min(self._failures, 10)))


def _is_unread(record: Record, doomed: frozenset[str]) -> bool:
    """Tell whether a record stays unread: it has killed two workers, or two processes of intake, which says so."""
    return record.mark is Mark.UNREAD or f"{record.topic}/{record.partition}/{record.offset}" in doomed


def disposition(error: PhistreamError) -> Disposition:
    """Return what is done about an error: that of the nearest class in the table, else the worker stops."""
    found = (DISPOSITIONS[kind] for kind in type(error).__mro__ if kind in DISPOSITIONS)
    return next(found, Disposition.STOP)
