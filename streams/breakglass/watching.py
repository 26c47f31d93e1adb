"""What break-glass shows of itself while it is served: keys that fall due, old anchors, people who were not told."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import structlog

from streams.audit.anchoring import STALE_SECONDS
from streams.breakglass.outbox import Outbox
from streams.clock import Clock
from streams.telemetry.metrics import Metrics
from streams.vault.key_ages import KeyAge

log = structlog.get_logger(__name__)

_KEYS_EVERY_SECONDS = 3600.0


@dataclass(slots=True)
class Watching:
    """Measures, and alarms once for each thing that is not as it should be until it is again."""

    metrics: Metrics
    clock: Clock
    outbox: Outbox
    anchor_age: Callable[[], float]
    key_ages: Callable[[], Sequence[KeyAge]]
    _alarms: set[str] = field(default_factory=set)
    _keys_at: float = -math.inf

    def look(self) -> None:
        """Measure everything that is due; a key store that is not there leaves the dates as they were."""
        late = self.outbox.late(self.clock.now_ms() / 1000)
        self.metrics.set("phistream_breakglass_undelivered_notifications", late)
        self._alarm("undelivered_notification", is_on=late > 0)
        self._alarm("anchor_age", is_on=self.anchor_age() > STALE_SECONDS)
        if self.clock.monotonic() - self._keys_at >= _KEYS_EVERY_SECONDS:
            self._look_at_keys()
            self._keys_at = self.clock.monotonic()

    def _look_at_keys(self) -> None:
        ages = self.key_ages()
        for age in ages:
            due = age.due_ms / 1000
            self.metrics.set("phistream_key_due_timestamp_seconds", due, kind=age.kind, key=age.name)
        self._alarm("key_due", is_on=any(age.is_due(self.clock.now_ms()) for age in ages))

    def _alarm(self, kind: str, *, is_on: bool) -> None:
        self.metrics.set("phistream_breakglass_alarms", float(is_on), kind=kind)
        if is_on and kind not in self._alarms:
            log.error("Break-glass alarms.", kind=kind)
        (self._alarms.add if is_on else self._alarms.discard)(kind)
