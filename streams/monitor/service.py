"""The monitor put together: recount what was open, then watch."""

import time
from typing import TYPE_CHECKING

import structlog

from schemas.errors import ConfigError, LogUnavailable
from schemas.monitor import Alert
from schemas.topics import REDACTED
from streams.clock import SystemClock
from streams.config import Settings
from streams.log.our_records import read_redacted
from streams.monitor.state import MonitorState

if TYPE_CHECKING:
    from streams.monitor.app import Monitor

log = structlog.get_logger(__name__)

_ATTEMPTS = 30
_PAUSE_SECONDS = 1.0


def build_monitor(settings: Settings) -> "Monitor":
    """Build the monitor of an environment; raises ConfigError where its extra is not installed."""
    try:
        from streams.monitor.app import MONITORS, Monitor  # noqa: PLC0415 - Faust is an extra.
    except ImportError:
        raise ConfigError('the monitor is an extra: pip install "phistream[monitor]"') from None
    state = MonitorState(settings.monitor)
    return Monitor(settings, state, recount(settings, state, MONITORS))


def recount(settings: Settings, state: MonitorState, group: str) -> tuple[Alert, ...]:
    """Count again what the group has committed of the open windows; return the alerts that they call for.

    One of them may have been published before: its id is the same. Raises LogUnavailable where the brokers stay silent.
    """
    alerts: dict[str, Alert] = {}
    for attempt in range(1, _ATTEMPTS + 1):
        try:
            _count_again(settings, state, group, alerts)
        except LogUnavailable:
            if attempt == _ATTEMPTS:
                raise
            log.warning("Log does not answer yet.", failures=attempt)
            time.sleep(_PAUSE_SECONDS)
        else:
            break
    return tuple(alerts.values())


def _count_again(settings: Settings, state: MonitorState, group: str, alerts: dict[str, Alert]) -> None:
    """Count into *state*, which counts an event once however often it is read."""
    from streams.log.kafka_recount import read_again  # noqa: PLC0415 - only services need the Kafka client.

    clock = SystemClock()
    for record in read_again(settings, group, REDACTED, state.windows.length_ms):
        if record.value is not None:
            alert = state.observe(read_redacted(record), clock.now_ms())
            if alert is not None:
                alerts[alert.alert_id] = alert  # Of the same one the last, whose counts say most.
