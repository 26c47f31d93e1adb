"""The worker: read, redact, publish, in a loop that only an OK from the log counts as success.

One consumer, one transaction at a time, one process; parallelism is more slots. What it does with each error is one
table; an unknown exception stops it, and its supervisor starts another.
"""

import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import structlog

from schemas.errors import (
    AccessDenied,
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
    SinkRefused,
    TransactionFailed,
    UnknownToken,
    UnknownVersion,
)
from streams.batch import Batch, BatchBuilder, cut
from streams.limits import Limits
from streams.log.ports import Record, TransactionalLog
from streams.phase import Phase, PhaseMap
from streams.pipeline import Outcome, Pipeline, Quarantined, Redacted
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
    KeyRetired: Disposition.RETRY,
    KmsUnavailable: Disposition.RETRY,
    TransactionFailed: Disposition.RETRY,
    LogUnavailable: Disposition.RETRY,
    Fenced: Disposition.STOP,
    LogRefused: Disposition.STOP,
    Pushback: Disposition.PAUSE,
    Rejected: Disposition.STUB,
    SinkRefused: Disposition.STOP,
    AccessDenied: Disposition.DENY,
}

_WORST_WAIT = 10.0
_MOST_FAILURES = 4
_MEASURE_SECONDS = 10.0


@dataclass(slots=True)
class Worker:
    """One slot's loop; `doomed` tells the coordinates of records that have killed two workers, of whichever slot."""

    log: TransactionalLog
    pipeline: Pipeline
    builder: BatchBuilder
    phases: PhaseMap
    metrics: Metrics
    limits: Limits
    doomed: Callable[[], frozenset[str]] = frozenset
    stopping: Callable[[], bool] = field(default=lambda: False)
    _failures: int = 0
    _stale: bool = False
    _measure_at: float = 0.0

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
        records = self.log.read(self.limits.records, self.limits.poll_seconds)
        if not records:
            return until_drained and self.log.drained()
        self._settle(records)
        return False

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
            outcomes = self._outcomes(run, batch_id, read_at + self.limits.reading_seconds)
            batch = self._fitting(batch_id, outcomes)
            self._publish(batch)
            self.metrics.batch(batch.summary, time.monotonic() - started)
            self._stale = len(batch.records) < len(run) or time.monotonic() > read_at + self.limits.reading_seconds
            if self._stale:
                return

    def _fitting(self, batch_id: str, outcomes: Sequence[tuple[Record, Outcome]]) -> Batch:
        """Return a batch that the log takes, of as many outcomes as fit; one that fits in no batch is quarantined."""
        batch = self.builder.build(batch_id, outcomes)
        while not batch.fits(self.log.max_record_bytes):
            record, outcome = outcomes[0]
            if len(outcomes) > 1:
                outcomes = outcomes[: len(outcomes) // 2]
            elif isinstance(outcome, Redacted):
                tenant = self.pipeline.tenants.of(record)
                tenant.vault.discard(outcome.entries)
                event_id = outcome.event.event_id
                outcomes = [(record, Quarantined(record, event_id, tenant, QuarantineReason.GROWN))]
            else:
                return batch  # The log refuses it: what cannot go into quarantine stops the worker.
            batch = self.builder.build(batch_id, outcomes)
        return batch

    def _outcomes(self, records: Sequence[Record], batch_id: str, until: float) -> list[tuple[Record, Outcome]]:
        """Redact records until the time for one reading is over, at least one."""
        outcomes: list[tuple[Record, Outcome]] = []
        doomed = self.doomed()
        for record in records:
            outcomes.append((record, self._outcome(record, batch_id, doomed)))
            if time.monotonic() > until:
                break
        return outcomes

    def _outcome(self, record: Record, batch_id: str, doomed: frozenset[str]) -> Outcome:
        """Redact one record, or quarantine it unanalysed where it has killed two workers."""
        if f"{record.topic}/{record.partition}/{record.offset}" in doomed:
            tenant, event_id = self.pipeline.tenants.of(record), self.pipeline.identity.of(record)
            return Quarantined(record, event_id, tenant, QuarantineReason.KILLED_WORKER, attempts=2)
        self.phases.write(Phase.ANALYSE, record, self.limits.budgets(record))
        outcome = self.pipeline.process(record, batch_id)
        self.phases.write(Phase.IDLE)
        return outcome

    def _publish(self, batch: Batch) -> None:
        vaults = [tenant.vault for tenant in self.pipeline.tenants.by_id.values()]
        for vault in vaults:
            vault.check_units()
        self.phases.write(Phase.TRANSACTION, batch.records[0])
        self.log.publish(batch.publications, batch.records)
        # Only now are the entries known to stand in the vault; filled earlier, an abort would leave tokens without one.
        for vault in vaults:
            vault.committed(batch.entries)

    def _forget(self, error: PhistreamError) -> None:
        """Drop what was not committed, wait a little longer each time, and read it again.

        A client that has not found its brokers several times running is given up with its process: after a broker's
        restart a new one connects at once where an old one may stay lost for minutes.
        """
        self._failures += 1
        if isinstance(error, LogUnavailable) and self._failures >= _MOST_FAILURES:
            raise error
        self._stale = True
        for tenant in self.pipeline.tenants.by_id.values():
            tenant.vault.aborted()
        self.metrics.retried(type(error).__name__)
        log.warning("Batch dropped, reading again.", reason=type(error).__name__, failures=self._failures)
        time.sleep(min(_WORST_WAIT, 0.05 * 2 ** min(self._failures, 10)))


def disposition(error: PhistreamError) -> Disposition:
    """Return what is done about an error: that of the nearest class in the table, else the worker stops."""
    found = (DISPOSITIONS[kind] for kind in type(error).__mro__ if kind in DISPOSITIONS)
    return next(found, Disposition.STOP)
