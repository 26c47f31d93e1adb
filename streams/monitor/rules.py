"""The monitor's rules: from counts to alerts. Pure."""

import uuid
from dataclasses import dataclass

from schemas.codec import ALERT
from schemas.monitor import Alert
from streams.clock import rfc3339
from streams.monitor.windows import SourceCount

QUARANTINE_RATE = "quarantine_rate"
_NAMESPACE = uuid.UUID("6f9d2a54-57ab-5d5c-9a0e-1c7c7a4c2f10")


@dataclass(frozen=True, slots=True)
class QuarantineRate:
    """Fires where more than *share* of at least *least* events of one source in one window were withheld."""

    share: float
    least: int
    window_ms: int

    def alert(self, count: SourceCount, now_ms: int) -> Alert | None:
        """Return the alert of a source's counts, or None; the same window always gives the same `alert_id`."""
        if count.events < self.least or count.share <= self.share:
            return None
        key = count.key
        start, end = rfc3339(key.start_ms), rfc3339(key.start_ms + self.window_ms)
        return Alert(
            v=ALERT.version,
            alert_id=str(uuid.uuid5(_NAMESPACE, f"{QUARANTINE_RATE}|{key.tenant}|{key.source}|{start}")),
            rule=QUARANTINE_RATE,
            tenant=key.tenant,
            source=key.source,
            window_start=start,
            window_end=end,
            value=round(count.share, 4),
            threshold=self.share,
            events=count.events,
            raised_at=rfc3339(now_ms),
        )
