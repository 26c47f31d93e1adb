"""What a worker is doing, in a shared memory map that outlives a kill.

The supervisor reads it to find a record that hangs or kills workers; the kill campaign aims by it.
"""

import mmap
import struct
import time
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from streams.log.ports import Record

_FORMAT = struct.Struct("<QBIqdddd200s")
_SIZE = 4096


class Phase(IntEnum):
    """The phases of a worker."""

    STARTING = 0
    IDLE = 1
    ANALYSE = 2
    TRANSACTION = 3


@dataclass(frozen=True, slots=True)
class Reading:
    """One consistent view of a worker: phase, the record it is at, CPU seconds at its begin and its budget.

    `began` is CLOCK_MONOTONIC, which all processes of a host share; budgets and CPU times are in seconds.
    """

    phase: Phase
    topic: str
    partition: int
    offset: int
    began: float
    cpu_at_start: float
    cpu_budget: float
    wall_budget: float

    @property
    def coordinates(self) -> str:
        """Topic, partition and offset as one string."""
        return f"{self.topic}/{self.partition}/{self.offset}"


class PhaseMap:
    """A slot's page: one writer, any number of readers, no locks.

    The sequence number is odd while the page is being written, so a reader tries again until it is even and unchanged.
    """

    def __init__(self, path: Path) -> None:
        with path.open("a+b") as file:
            if path.stat().st_size < _SIZE:
                file.truncate(_SIZE)
            self._map = mmap.mmap(file.fileno(), _SIZE)
        self._sequence = _FORMAT.unpack_from(self._map)[0] // 2 * 2

    def write(self, phase: Phase, record: Record | None = None, budgets: tuple[float, float] = (0.0, 0.0)) -> None:
        """Say what the worker does now; *budgets* are CPU and wall seconds."""
        topic, partition, offset = (record.topic, record.partition, record.offset) if record else ("", 0, -1)
        now = (time.monotonic(), time.process_time(), *budgets)
        self._sequence += 2
        struct.pack_into("<Q", self._map, 0, self._sequence - 1)
        _FORMAT.pack_into(self._map, 0, self._sequence - 1, phase, partition, offset, *now, topic.encode()[:200])
        struct.pack_into("<Q", self._map, 0, self._sequence)

    def read(self) -> Reading | None:
        """Return what the worker does, or None where it died in the middle of a write."""
        for _ in range(100):
            sequence, phase, partition, offset, began, cpu, *budgets, topic = _FORMAT.unpack_from(self._map)
            if sequence % 2 == 0 and struct.unpack_from("<Q", self._map)[0] == sequence:
                name = topic.rstrip(b"\0").decode()
                return Reading(Phase(phase), name, partition, offset, began, cpu, budgets[0], budgets[1])
        return None
