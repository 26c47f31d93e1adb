"""How much one transaction takes, and how long one record may take."""

import time
from dataclasses import dataclass, field

from streams.assembly.stream import AssemblyLimits
from streams.log.ports import Record

_MIB = 1024 * 1024
_SLOWEST_HOST = 4.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of the worker's loop.

    A transaction ends at `records` or `batch_bytes`, whichever comes first. A record may use `cpu_seconds` plus
    `cpu_seconds_a_mib` for each MiB of it, and `wall_seconds` at most. After `reading_seconds` the worker publishes
    what is done and reads the rest again. These two together must stay below max.poll.interval.ms.
    """

    records: int = 200
    batch_bytes: int = 8 * _MIB
    poll_seconds: float = 0.5
    cpu_seconds: float = 5.0
    cpu_seconds_a_mib: float = 15.0
    wall_seconds: float = 240.0
    reading_seconds: float = 30.0
    assembly: AssemblyLimits = field(default_factory=AssemblyLimits)

    def budgets(self, record: Record) -> tuple[float, float]:
        """Return the CPU and wall seconds that *record* may use."""
        return self.cpu_seconds + self.cpu_seconds_a_mib * len(record.value or b"") / _MIB, self.wall_seconds

    def deadline(self, record: Record) -> float:
        """Return the monotonic time at which detection gives up: before the supervisor would kill the worker.

        Wall time runs faster than CPU time on a busy host, so it is a multiple of the CPU budget.
        """
        cpu, wall = self.budgets(record)
        return time.monotonic() + min(cpu * _SLOWEST_HOST, 0.9 * wall)
