"""The supervisor: one child a slot, started again when it dies, killed when a record holds it past its budget.

Every path here is about records that hang or kill a worker: after two deaths at the same coordinates the record goes to
quarantine unanalysed, so that one record never stops the rest.
"""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import structlog

from streams.phase import Phase, PhaseMap, Reading

log = structlog.get_logger(__name__)

#: The exit status of a worker whose slot was taken over: it is not started again.
FENCED_STATUS = 75
#: The exit status of a worker that will not do better when started again: settings, topics, keys or rights.
STOPPED_STATUS = 78
#: The exit status of a worker that met a record on a topic of ours which it cannot read: nothing passes it over.
UNREADABLE_STATUS = 76
DEATHS = 2

_TICK = 0.1
_GRACE = 1.5
_FIRST_WAIT = 0.2
_WORST_WAIT = 30.0
#: A worker that lasted this long was well: the wait before the next one begins anew.
_STEADY_SECONDS = 10.0
#: Fences further apart than this are not in a row.
_CALM_SECONDS = 60.0
_FENCED_WAIT = 2.0
_LONGEST_PATIENCE = 300.0
#: Far above what a start, a transaction or a wait for the brokers may take: only a client that hangs is silent so long.
_SILENT_SECONDS = 300.0
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class RunFolder:
    """Where the phase maps of the slots and the list of deadly records lie."""

    path: Path

    def phase_map(self, slot: int) -> Path:
        """Return the file of a slot's phase map."""
        return self.path / f"slot-{slot}.phase"

    def deaths(self) -> dict[str, int]:
        """Return how many workers each record has killed, by coordinates."""
        try:
            counts: dict[str, int] = orjson.loads((self.path / "deaths.json").read_bytes())
        except (FileNotFoundError, orjson.JSONDecodeError):
            return {}
        return counts

    def count_death(self, coordinates: str) -> int:
        """Count one more death at *coordinates*; return how many there were."""
        counts = self.deaths()
        counts[coordinates] = counts.get(coordinates, 0) + 1
        fresh = self.path / "deaths.json.new"
        fresh.write_bytes(orjson.dumps(counts))
        fresh.replace(self.path / "deaths.json")
        return counts[coordinates]

    def doomed(self) -> frozenset[str]:
        """Return the coordinates of records that have killed enough workers."""
        return frozenset(where for where, count in self.deaths().items() if count >= DEATHS)


@dataclass(slots=True)
class _Slot:
    number: int
    phases: PhaseMap
    child: subprocess.Popen[bytes] | None = None
    failures: int = 0
    start_at: float = 0.0
    started_at: float = 0.0
    fences: int = 0
    unreadable: int = 0
    status: int | None = None


@dataclass(slots=True)
class Supervisor:
    """Runs a command for each slot; `command(slot)` is what a child executes.

    A fenced child is final, but for the first `fences` in a row: a broker that restarts can fence a member over a lost
    answer, and nobody else holds the slot. Of two that do hold one, each fences the other until one has had enough.
    A child that cannot read a record of ours is final too, unless there is `patience`: then it looks again after so
    many seconds, and twice as many each time, since only a person can mend that.
    """

    folder: RunFolder
    slots: Sequence[int]
    command: Callable[[int], Sequence[str]]
    environment: dict[str, str] = field(default_factory=lambda: dict(os.environ))
    on_tick: Callable[[], None] = field(default=lambda: None)
    fences: int = 0
    patience: float = 0.0
    silent_seconds: float = _SILENT_SECONDS
    stopping: bool = False
    _slots: list[_Slot] = field(default_factory=list)

    def run(self) -> int:
        """Run until every child has ended by itself or stop() was called; return the worst status."""
        self._slots = [_Slot(number, PhaseMap(self.folder.phase_map(number))) for number in self.slots]
        try:
            while any(slot.status is None for slot in self._slots):
                for slot in self._slots:
                    self._tend(slot)
                self.on_tick()
                time.sleep(_TICK)
        finally:
            self._end_children()
        return max((abs(slot.status or 0) for slot in self._slots), default=0)

    def stop(self) -> None:
        """Ask every child to finish its transaction and end."""
        self.stopping = True
        for slot in self._slots:
            if slot.child is not None and slot.child.poll() is None:
                slot.child.send_signal(signal.SIGTERM)

    def _tend(self, slot: _Slot) -> None:
        if slot.status is not None:
            return
        if slot.child is None:
            if self.stopping:
                slot.status = 0
            elif time.monotonic() >= slot.start_at:
                slot.phases.write(Phase.STARTING)
                slot.started_at = time.monotonic()
                slot.child = subprocess.Popen(self.command(slot.number), env=self.environment)  # noqa: S603
            return
        status = slot.child.poll()
        if status is None:
            self._watch(slot)
        else:
            slot.child = None
            self._bury(slot, status)

    def _watch(self, slot: _Slot) -> None:
        """Kill a child whose record has used up its budget, or that has said nothing for too long."""
        reading = slot.phases.read()
        if slot.child is None or reading is None:
            return
        waited = time.monotonic() - reading.began
        if reading.phase is Phase.ANALYSE:
            used = _cpu_seconds(slot.child.pid) - reading.cpu_at_start
            if used > reading.cpu_budget * _GRACE or waited > reading.wall_budget:
                log.warning("Worker held by a record, killed.", slot=slot.number, seconds=round(waited, 1))
                slot.child.kill()
        elif waited > self.silent_seconds:
            log.warning("Worker silent, killed.", slot=slot.number, seconds=round(waited, 1))
            slot.child.kill()

    def _bury(self, slot: _Slot, status: int) -> None:
        """Note why a child ended, and when the next one starts."""
        lasted = time.monotonic() - slot.started_at
        slot.failures = 0 if lasted > _STEADY_SECONDS else slot.failures
        slot.fences = 0 if lasted > _CALM_SECONDS else slot.fences
        slot.unreadable = 0 if lasted > _CALM_SECONDS else slot.unreadable
        if status == FENCED_STATUS and slot.fences < self.fences and not self.stopping:
            slot.fences += 1
            slot.start_at = time.monotonic() + _FENCED_WAIT
            log.warning("Slot was fenced, starting again.", slot=slot.number, fences=slot.fences)
            return
        if status == UNREADABLE_STATUS and self.patience and not self.stopping:
            wait = min(_LONGEST_PATIENCE, self.patience * 2**slot.unreadable)
            slot.unreadable += 1
            slot.start_at = time.monotonic() + wait
            log.error("Record of ours cannot be read, looking again.", slot=slot.number, seconds=round(wait, 1))
            return
        if status in (0, FENCED_STATUS, STOPPED_STATUS, UNREADABLE_STATUS) or self.stopping:
            slot.status = 0 if self.stopping and status < 0 else status
            return
        reading = slot.phases.read()
        if reading is not None and reading.phase is Phase.ANALYSE:
            self._blame(slot, reading)
        else:
            slot.failures += 1
        wait = 0.0 if slot.failures == 0 else min(_WORST_WAIT, _FIRST_WAIT * 2**slot.failures)
        slot.start_at = time.monotonic() + wait
        log.warning("Worker ended, starting another.", slot=slot.number, status=status, seconds=round(wait, 1))

    def _blame(self, slot: _Slot, reading: Reading) -> None:
        deaths = self.folder.count_death(reading.coordinates)
        slot.failures = 0
        log.warning(
            "Record killed a worker.",
            slot=slot.number,
            topic=reading.topic,
            partition=reading.partition,
            offset=reading.offset,
            deaths=deaths,
        )

    def _end_children(self) -> None:
        for slot in self._slots:
            if slot.child is not None and slot.child.poll() is None:
                slot.child.kill()
                slot.child.wait()


def _cpu_seconds(pid: int) -> float:
    """Return the CPU seconds, user and system, that a process has used (proc(5), fields 14 and 15)."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICKS_A_SECOND
