"""Counts in windows of event time: per tenant, model, identifier, and per source for the rules.

Pure. Every event counts once by its id, as far as a bounded memory reaches; the monitor reads uncommitted records, so
counts are approximate.
"""

from collections import Counter, OrderedDict
from dataclasses import dataclass, field

from schemas.events import RedactedEvent, Withheld

#: Ids remembered to count an event once: a rebalance re-reads seconds of traffic.
MOST_IDS = 250_000
#: Windows kept, and distinct values of one kind counted in each; the rest is `other`.
MOST_WINDOWS = 200
MOST_VALUES = 200
OTHER = "other"
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class SourceKey:
    """One source in one window: the unit of the rules."""

    tenant: str
    source: str
    start_ms: int


@dataclass(frozen=True, slots=True)
class SourceCount:
    """What one source did in one window so far."""

    key: SourceKey
    events: int
    withheld: int

    @property
    def share(self) -> float:
        """The share of withheld events, in 0..1."""
        return self.withheld / self.events


@dataclass(slots=True)
class Window:
    """Every count of one window."""

    start_ms: int
    events: int = 0
    withheld: int = 0
    tenants: Counter[str] = field(default_factory=Counter)
    models: Counter[str] = field(default_factory=Counter)
    identifiers: Counter[str] = field(default_factory=Counter)
    sources: Counter[tuple[str, str]] = field(default_factory=Counter)
    withheld_sources: Counter[tuple[str, str]] = field(default_factory=Counter)


class Windows:
    """The last windows; each begins at a multiple of its length since the epoch, so a recount finds the same ones."""

    def __init__(self, seconds: int) -> None:
        self.length_ms = seconds * 1000
        self._windows: OrderedDict[int, Window] = OrderedDict()
        self._ids: OrderedDict[str, None] = OrderedDict()

    def add(self, value: RedactedEvent | Withheld) -> SourceCount | None:
        """Count an event; return its source's counts, or None where it was counted before."""
        if value.event_id in self._ids:
            return None
        self._remember(value.event_id)
        window = self._window(value.coordinates.timestamp_ms)
        source = (value.tenant, value.coordinates.topic)
        window.events += 1
        window.sources[source] += 1
        _count(window.tenants, value.tenant)
        if isinstance(value, Withheld):
            window.withheld += 1
            window.withheld_sources[source] += 1
        else:
            _count(window.models, value.call.model or UNKNOWN)
            for type_, found in value.phi.counts.items():
                _count(window.identifiers, type_, found)
        key = SourceKey(*source, window.start_ms)
        return SourceCount(key, window.sources[source], window.withheld_sources[source])

    def latest(self, count: int) -> tuple[Window, ...]:
        """Return the last windows in time, newest first."""
        starts = sorted(self._windows, reverse=True)[:count]
        return tuple(self._windows[start] for start in starts)

    def _window(self, timestamp_ms: int) -> Window:
        start = timestamp_ms - timestamp_ms % self.length_ms
        window = self._windows.get(start)
        if window is None:
            window = self._windows[start] = Window(start)
        self._windows.move_to_end(start)
        if len(self._windows) > MOST_WINDOWS:
            self._windows.popitem(last=False)
        return window

    def _remember(self, event_id: str) -> None:
        self._ids[event_id] = None
        if len(self._ids) > MOST_IDS:
            self._ids.popitem(last=False)


def _count(counts: Counter[str], value: str, amount: int = 1) -> None:
    counts[value if value in counts or len(counts) < MOST_VALUES else OTHER] += amount
