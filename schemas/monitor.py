"""What the monitor publishes: alerts, without text."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert: a rule fired for a tenant in a window; `alert_id` is the same when the window is counted again.

    `value` and `threshold` are shares in 0..1; counts are approximate where the monitor reads uncommitted records.
    """

    v: int
    alert_id: str
    rule: str
    tenant: str
    source: str
    window_start: str
    window_end: str
    value: float
    threshold: float
    events: int
    raised_at: str
    approximate: bool = True
