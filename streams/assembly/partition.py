"""What a worker knows of one partition beside its open streams: its time, when they are due, and its gaps."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from streams.assembly.gaps import Gap
from streams.assembly.stream import AssemblyLimits, Held, OpenStream, StreamKey
from streams.log.ports import Record


@dataclass(slots=True)
class Partition:
    """One partition; `epoch` is the number of its assignment, `gaps` what nobody may read of it, the oldest first.

    `now_ms` is its record time, `skipped_ms` how much of it lies in steps between two records beyond the longest.
    """

    epoch: int
    now_ms: int = 0
    skipped_ms: int = 0
    last: Record | None = None
    gaps: list[Gap] = field(default_factory=list)
    _due: list[tuple[int, int, OpenStream]] = field(default_factory=list)
    _count: int = 0

    def see(self, record: Record, wall_ms: int, step_ms: int) -> None:
        """Let the record time be that of the latest record, whatever wrong clocks wrote."""
        now_ms = max(self.now_ms, min(record.timestamp_ms, wall_ms))
        if self.last is not None:
            self.skipped_ms += max(0, now_ms - self.now_ms - step_ms)
        self.now_ms, self.last = now_ms, record

    def as_it_is(self) -> Callable[[], None]:
        """Return how to bring back the time of now."""
        return partial(self._set, self.now_ms, self.skipped_ms, self.last)

    def _set(self, now_ms: int, skipped_ms: int, last: Record | None) -> None:
        self.now_ms, self.skipped_ms, self.last = now_ms, skipped_ms, last

    def wait(self, stream: OpenStream, limits: AssemblyLimits) -> None:
        """Note when a stream is due, unless somebody looks before; a note that came too early is renewed."""
        deadline = stream.deadline_ms(limits, self.skipped_ms)
        if stream.noted_ms is None or deadline < stream.noted_ms:
            stream.noted_ms = deadline
            self._count += 1
            heapq.heappush(self._due, (deadline, self._count, stream))

    def next_size(self) -> int | None:
        """Return the size of the stream that somebody is to look at by now, None where nobody need look."""
        return self._due[0][2].progress.size if self._due and self._due[0][0] <= self.now_ms else None

    def next_due(self) -> OpenStream:
        """Return the stream that somebody is to look at next; it is noted no longer."""
        _, _, stream = heapq.heappop(self._due)
        stream.noted_ms = None
        return stream

    def has_lost_begin(self, held: Held, key: StreamKey, limits: AssemblyLimits) -> bool:
        """Tell whether a stream that opens may have begun in a record that nobody may read."""
        return any(gap.begins(held, key, self.now_ms, limits.idle_ms) for gap in self.gaps)
