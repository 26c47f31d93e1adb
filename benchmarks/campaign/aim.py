"""Aiming: a worker is held by SIGSTOP at the moment when its shared map shows the wanted phase."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from streams.phase import Phase, PhaseMap, Reading
from streams.supervisor import RunFolder

_GLANCE_SECONDS = 0.0005
_PATIENCE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Held:
    """A worker that stands still; `reading` is what its map says of it."""

    slot: int
    pid: int
    reading: Reading


def hold(folder: RunFolder, slot: int, pid: int, aim: Phase | None, delay: float) -> Held | None:
    """Stop a worker in phase *aim*, or anywhere a while after its start; None where it ended by itself.

    The phase is read again once the process stands still, and it is let go if the moment had passed.
    """
    phases = PhaseMap(folder.phase_map(slot))
    until = time.monotonic() + _PATIENCE_SECONDS
    while True:
        reading = phases.read()
        if reading is not None and reading.phase is Phase.STARTING:
            until = time.monotonic() + _PATIENCE_SECONDS  # A start takes its time where the machine does much else.
        late = time.monotonic() > until
        if late or aim is None or (reading is not None and reading.phase is aim):
            time.sleep(delay)
            if not _signal(pid, signal.SIGSTOP):
                return None
            _wait_stopped(pid)
            reading = phases.read()
            if reading is not None and (late or aim is None or reading.phase is aim):
                return Held(slot, pid, reading)
            _signal(pid, signal.SIGCONT)
            delay /= 2  # The phase is shorter than that.
        if not Path(f"/proc/{pid}").exists():
            return None
        time.sleep(_GLANCE_SECONDS)


def kill(held: Held) -> None:
    """End a held worker with SIGKILL."""
    _signal(held.pid, signal.SIGKILL)


def release(held: Held) -> None:
    """Let a held worker go on."""
    _signal(held.pid, signal.SIGCONT)


def _signal(pid: int, number: signal.Signals) -> bool:
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return False
    return True


def _wait_stopped(pid: int) -> None:
    """Wait until every thread of a process stands still, or a second at most."""
    until = time.monotonic() + 1.0
    while time.monotonic() < until:
        try:
            state = (
                Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()[0]
            )
        except OSError:
            return
        if state in "TZX":
            return
        time.sleep(_GLANCE_SECONDS)
