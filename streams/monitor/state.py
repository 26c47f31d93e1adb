"""Everything the monitor knows: counts, what was raised, what the batches said, how far behind it is."""

from collections import OrderedDict, deque
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from schemas.audit import BatchRecord
from schemas.events import RedactedEvent, Withheld
from schemas.monitor import Alert
from streams.clock import rfc3339
from streams.config import MonitorSettings
from streams.monitor.rules import QuarantineRate
from streams.monitor.windows import Window, Windows

_SHOWN_WINDOWS = 12
_SHOWN_ALERTS = 20
_MOST_RAISED = 10_000


@dataclass(slots=True)
class SlotCount:
    """What one worker slot wrote since the monitor began."""

    batches: int = 0
    redacted: int = 0
    quarantined: int = 0
    written_at: str = ""


class MonitorState:
    """The state of one monitor; it is rebuilt from the topics, so nothing of it is stored."""

    def __init__(self, settings: MonitorSettings) -> None:
        self.windows = Windows(settings.window_seconds)
        self.rule = QuarantineRate(
            settings.quarantine_share, settings.quarantine_least_events, self.windows.length_ms
        )  # fmt: skip
        self.alerts: deque[Alert] = deque(maxlen=_SHOWN_ALERTS)
        self.slots: dict[str, SlotCount] = {}
        self.seen = 0
        self.seen_before = 0
        self._raised: OrderedDict[str, None] = OrderedDict()
        self._last_ms: int | None = None
        self._delay_ms: int | None = None

    def observe(self, value: RedactedEvent | Withheld, now_ms: int) -> Alert | None:
        """Count an event; return an alert that is to be published, or None.

        The same alert is returned until raised() says that it is durable.
        """
        self.seen += 1
        self._last_ms = now_ms
        written = value.redacted_at if isinstance(value, RedactedEvent) else value.time
        self._delay_ms = max(0, now_ms - round(datetime.fromisoformat(written).timestamp() * 1000))
        count = self.windows.add(value)
        if count is None:
            self.seen_before += 1
            return None
        alert = self.rule.alert(count, now_ms)
        return None if alert is None or alert.alert_id in self._raised else alert

    def raised(self, alert: Alert) -> None:
        """Note that an alert is durable."""
        if alert.alert_id not in self._raised:
            self.alerts.appendleft(alert)
        self._raised[alert.alert_id] = None
        if len(self._raised) > _MOST_RAISED:
            self._raised.popitem(last=False)

    def batch(self, batch: BatchRecord) -> None:
        """Count what one transaction did."""
        slot = self.slots.setdefault(batch.slot, SlotCount())
        slot.batches += 1
        slot.redacted += batch.redacted
        slot.quarantined += batch.quarantined
        slot.written_at = max(slot.written_at, batch.written_at)

    def lag_seconds(self, behind: int | None, now_ms: int) -> float | None:
        """Return how old the last counted event was, growing while records wait; 0 where none waits, None if unknown.

        *behind* is how many records stand after the last one that was counted, None where the brokers do not say.
        """
        if behind is None or self._delay_ms is None or self._last_ms is None:
            return 0.0 if behind == 0 else None
        return round((self._delay_ms + now_ms - self._last_ms) / 1000, 1) if behind else 0.0

    def snapshot(self, behind: int | None, now_ms: int) -> dict[str, Any]:
        """Return what the view shows; counts and names of tenants, models and identifiers, no text."""
        return {
            "approximate": True,
            "now": rfc3339(now_ms),
            "window_seconds": self.windows.length_ms // 1000,
            "events_seen": self.seen,
            "records_behind": behind,
            "lag_seconds": self.lag_seconds(behind, now_ms),
            "windows": [_window(window) for window in self.windows.latest(_SHOWN_WINDOWS)],
            "slots": {name: asdict(slot) for name, slot in sorted(self.slots.items())},
            "alerts": [asdict(alert) for alert in self.alerts],
        }


def _window(window: Window) -> dict[str, Any]:
    return {
        "start": rfc3339(window.start_ms),
        "events": window.events,
        "withheld": window.withheld,
        "tenants": dict(window.tenants.most_common()),
        "models": dict(window.models.most_common()),
        "identifiers": dict(window.identifiers.most_common()),
    }
