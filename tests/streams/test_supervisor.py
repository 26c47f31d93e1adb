"""The supervisor: what hangs or kills a worker is quarantined, everything else is done."""

import os
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from schemas.topics import REDACTED
from streams.supervisor import FENCED_STATUS, STOPPED_STATUS, UNREADABLE_STATUS, RunFolder, Supervisor
from tests.streams.embedded_rig import by_offset, rig_at

_MARK = "ran"


def test_deadly_records_are_quarantined(tmp_path: Path) -> None:
    """A record that holds or kills its worker is quarantined after two deaths, and those around it are redacted."""
    deeds = ("hang", "spin", "crash", "kill")
    rig = rig_at(tmp_path / "state")
    rig.feed(*(f'{{"n": "{text}"}}'.encode() for deed in deeds for text in ("before", deed)), b'{"n": "last"}')
    folder = RunFolder(rig.state.run_folder)
    command = [sys.executable, "-m", "tests.streams.deadly_worker", "--slot", "0", "--run-folder", str(folder.path)]
    command += ["--embedded", str(rig.state.folder), "--drain"]
    budgets = {"PHISTREAM__LIMITS__CPU_SECONDS": "1", "PHISTREAM__LIMITS__WALL_SECONDS": "4"}
    status = Supervisor(folder, [0], lambda _: command, environment={**os.environ, **budgets}).run()
    outcomes = by_offset(rig.trees(REDACTED))

    assert status == 0
    assert folder.deaths() == {f"llm.events.raw.v1/0/{number}": 2 for number in (1, 3, 5, 7)}
    assert [outcomes[number].get("reason") for number in range(9)] == [None, "killed_worker"] * 4 + [None]


@pytest.mark.parametrize("status", [0, FENCED_STATUS, STOPPED_STATUS, UNREADABLE_STATUS])
def test_an_end_of_its_own_is_final(tmp_path: Path, status: int) -> None:
    """A worker that is done, was fenced or may not run is not started again, and its status is told."""
    supervisor = Supervisor(RunFolder(tmp_path), [0], lambda _: _python(tmp_path, f"raise SystemExit({status})"))

    assert supervisor.run() == status
    assert _runs(tmp_path) == 1


def test_a_fence_is_borne_a_few_times(tmp_path: Path) -> None:
    """A slot that may be taken back is started again after a fence, and given up after so many in a row."""
    code = f"raise SystemExit({FENCED_STATUS})"
    supervisor = Supervisor(RunFolder(tmp_path), [0], lambda _: _python(tmp_path, code), fences=1)

    assert supervisor.run() == FENCED_STATUS
    assert _runs(tmp_path) == 2


def test_a_record_that_cannot_be_read_is_looked_at_again(tmp_path: Path) -> None:
    """With patience, a slot that met a record of ours which it cannot read begins again, until it is mended."""
    code = f"raise SystemExit({UNREADABLE_STATUS} if {_COUNT} < 3 else 0)"
    supervisor = Supervisor(RunFolder(tmp_path), [0], lambda _: _python(tmp_path, code), patience=0.01)

    assert supervisor.run() == 0
    assert _runs(tmp_path) == 3
    assert RunFolder(tmp_path).deaths() == {}


def test_a_failed_worker_is_started_again(tmp_path: Path) -> None:
    """A worker that failed is started until it is done, with no death counted against a record."""
    code = f"raise SystemExit(1 if {_COUNT} < 3 else 0)"
    supervisor = Supervisor(RunFolder(tmp_path), [0], lambda _: _python(tmp_path, code))

    assert supervisor.run() == 0
    assert _runs(tmp_path) == 3
    assert RunFolder(tmp_path).deaths() == {}


def test_a_silent_worker_is_killed_without_blame(tmp_path: Path) -> None:
    """A worker that hangs outside of any record is killed and started again, and no record pays for it."""
    codes = iter(["import time; time.sleep(600)", ""])

    def command(_: int) -> Sequence[str]:
        code = next(codes)
        supervisor.silent_seconds = 1.0 if code else 600.0  # A start may take its time: only the first one hangs.
        return _python(tmp_path, code)

    supervisor = Supervisor(RunFolder(tmp_path), [0], command)

    assert supervisor.run() == 0
    assert list(codes) == []
    assert RunFolder(tmp_path).deaths() == {}


def test_slots_are_apart(tmp_path: Path) -> None:
    """The end of one slot leaves the others to their work; the worst status is told."""
    codes = {0: "raise SystemExit(0)", 1: f"raise SystemExit({FENCED_STATUS})", 2: "import time; time.sleep(1)"}
    supervisor = Supervisor(RunFolder(tmp_path), [0, 1, 2], lambda slot: _python(tmp_path, codes[slot]))

    assert supervisor.run() == FENCED_STATUS
    assert _runs(tmp_path) == 3


def test_stop_lets_workers_finish(tmp_path: Path) -> None:
    """Asked to stop, a worker is told, ends by itself, and no other is started."""
    ready = tmp_path / "ready"
    code = "import signal, time; signal.signal(15, lambda *_: (print('asked', flush=True), exit(0))); "
    code += f"open({str(ready)!r}, 'w'); time.sleep(600)"
    supervisor = Supervisor(RunFolder(tmp_path), [0], lambda _: _python(tmp_path, code))
    stopping = threading.Thread(target=_stop_when_ready, args=(supervisor, ready))
    stopping.start()

    assert supervisor.run() == 0
    assert _runs(tmp_path) == 1
    stopping.join()


def test_a_dead_supervisor_leaves_no_list_behind(tmp_path: Path) -> None:
    """The count of deaths is replaced whole: a crash in the middle leaves the one before."""
    folder = RunFolder(tmp_path)
    folder.count_death("t/0/1")
    (tmp_path / "deaths.json.new").write_bytes(b"{cut")

    assert folder.count_death("t/0/1") == 2
    assert folder.doomed() == {"t/0/1"}


def _python(folder: Path, code: str) -> Sequence[str]:
    """Return a command that notes that it ran, and runs *code*."""
    note = f"open({str(folder / _MARK)!r}, 'a').write('x'); "
    return (sys.executable, "-c", (note + code).replace(_COUNT, f"len(open({str(folder / _MARK)!r}).read())"))


_COUNT = "COUNT_OF_RUNS"


def _runs(folder: Path) -> int:
    return len((folder / _MARK).read_text())


def _stop_when_ready(supervisor: Supervisor, ready: Path) -> None:
    until = time.monotonic() + 180
    while not ready.exists() and time.monotonic() < until:
        time.sleep(0.05)
    supervisor.stop()
