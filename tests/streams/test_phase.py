"""The phase map: what a worker does, told to others in shared memory, also when it was killed in the middle."""

import signal
import struct
import subprocess
import sys
import time
from pathlib import Path

from streams.log.ports import Record
from streams.phase import Phase, PhaseMap, Reading

_RECORD = Record("llm.events.raw.v1", 7, 123_456_789_012, 0, None, None)
_WRITE_FOR_EVER = """
import sys
from pathlib import Path
from streams.log.ports import Record
from streams.phase import Phase, PhaseMap
pages = PhaseMap(Path(sys.argv[1]))
print("writing", flush=True)
while True:
    for offset in range(1000):
        pages.write(Phase.ANALYSE, Record("t" * (offset % 50), offset, offset, 0, None, None), (offset, offset))
"""


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """Another map over the same page reads phase, coordinates and budgets."""
    PhaseMap(tmp_path / "page").write(Phase.ANALYSE, _RECORD, (5.0, 240.0))
    reading = PhaseMap(tmp_path / "page").read()

    assert reading is not None
    assert reading.phase is Phase.ANALYSE
    assert reading.coordinates == "llm.events.raw.v1/7/123456789012"
    assert (reading.cpu_budget, reading.wall_budget) == (5.0, 240.0)


def test_a_new_page_reads_as_starting(tmp_path: Path) -> None:
    """A page that nobody wrote yet says that the worker is starting."""
    reading = PhaseMap(tmp_path / "page").read()

    assert reading is not None
    assert reading.phase is Phase.STARTING


def test_a_write_cut_short_is_no_reading(tmp_path: Path) -> None:
    """While a page is being written, or was left so by a kill, there is no reading; the next writer mends it."""
    pages = PhaseMap(tmp_path / "page")
    pages.write(Phase.TRANSACTION, _RECORD)
    struct.pack_into("<Q", pages._map, 0, 3)

    assert pages.read() is None
    PhaseMap(tmp_path / "page").write(Phase.IDLE)
    assert PhaseMap(tmp_path / "page").read() is not None


def test_readings_are_never_torn(tmp_path: Path) -> None:
    """While another process writes without pause, every reading is one that it wrote, also after kill -9."""
    pages = PhaseMap(tmp_path / "page")
    command = [sys.executable, "-c", _WRITE_FOR_EVER, str(tmp_path / "page")]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        whole, until = list[Reading](), time.monotonic() + 120
        # A writer that stands still in the middle of a page leaves nothing to read until it goes on.
        while len(whole) < 20_000:
            assert time.monotonic() < until
            reading = pages.read()
            whole += [] if reading is None or reading.phase is not Phase.ANALYSE else [reading]
        process.send_signal(signal.SIGKILL)
    last = pages.read()
    whole += [] if last is None else [last]

    assert all(reading.offset == reading.partition == reading.cpu_budget for reading in whole)
    assert all(len(reading.topic) == reading.offset % 50 for reading in whole)
