"""What a service does for its log every second: checkpoints when due, anchors when due, and gauges for alarms."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from schemas.errors import AuditError
from streams.audit.anchoring import Anchoring
from streams.audit.merkle_log import MerkleLog
from streams.clock import Clock
from streams.telemetry.metrics import Metrics

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Upkeep:
    """Keeps one log's checkpoints and anchors young; a failure is told and tried again, never hidden by the next."""

    merkle_log: MerkleLog
    anchorings: Sequence[Anchoring]
    metrics: Metrics
    clock: Clock

    def tend(self) -> bool:
        """Do what is due, and tell whether all is well: no anchor older than 15 minutes, nothing that failed."""
        well = True
        if self.merkle_log.checkpoint_due():
            well = self._tried("checkpoint", self.merkle_log.sign_checkpoint)
        for anchoring in self.anchorings:
            if anchoring.due():
                well = self._tried("anchor", anchoring.run) and well
            well = well and not anchoring.stale()
        self._measure()
        return well

    def _tried(self, kind: str, action: Callable[[], object]) -> bool:
        try:
            action()
        except AuditError as error:
            self.metrics.count("phistream_audit_upkeep_total", kind=kind, outcome=type(error).__name__)
            log.error("Upkeep of the audit log failed.", kind=kind, error_class=type(error).__name__)
            return False
        self.metrics.count("phistream_audit_upkeep_total", kind=kind, outcome="done")
        return True

    def anchor_age(self) -> float:
        """Return how old the newest checkpoint of the anchor is that is furthest behind; without any, infinity."""
        return max((anchoring.age_seconds() for anchoring in self.anchorings), default=math.inf)

    def _measure(self) -> None:
        now_ms = self.clock.now_ms()
        self.metrics.set("phistream_audit_anchor_age_seconds", self.anchor_age())
        self.metrics.set("phistream_audit_uncovered_entries", self.merkle_log.size - self.merkle_log.checkpoint.size)
        self.metrics.set("phistream_audit_key_due_seconds", (self.merkle_log.keys.due_at_ms - now_ms) / 1000)
