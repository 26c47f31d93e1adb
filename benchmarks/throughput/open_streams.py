"""Measure what many open streams cost: the memory of the process that holds them, and the time of a restart with them.

`python -m benchmarks.throughput.open_streams [--streams N] [--json OUT]`

An embedded worker reads the pieces of streams that never end, all interleaved; then another process opens the same
state folder, as after a crash, until every stream is open again. The detector is left out: its memory is a figure of
its own (benchmarks/throughput/detector_memory.py).
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from benchmarks.throughput.detector_facts import facts
from benchmarks.throughput.detector_memory import resident
from schemas.topics import RAW
from streams.log.ports import Publication
from streams.worker import Worker
from tests.schemas.sources.streamed.streams import chat
from tests.streams.embedded_rig import EmbeddedRig, rig_at

PIECES = 20
_TOGETHER = 5_000
_WANTED_STREAMS = 100_000
_MIB = 1024 * 1024
_COMMAND = "python -m benchmarks.throughput.open_streams"


def pieces(streams: int, begun_ms: int) -> Iterator[Publication]:
    """Yield the pieces of streams, the first of each, then the second of each, and so on; none ends."""
    for number in range(PIECES):
        for stream in range(streams):
            parts = [f" word{part} of {stream}" for part in range(PIECES - 1)]
            piece = chat(parts[: number or None], id_=f"chatcmpl-{stream:08d}")[number]
            yield Publication(RAW, None, json.dumps(piece).encode(), (), begun_ms, partition=0)


def feed(rig: EmbeddedRig, streams: int) -> None:
    """Write the pieces into the log of a state folder."""
    store = rig.state.open_store()
    found = pieces(streams, time.time_ns() // 1_000_000)
    while batch := list(islice(found, _TOGETHER)):
        with store.transaction():
            store.append(batch)
    store.close()


def opened(rig: EmbeddedRig, streams: int) -> dict[str, float]:
    """Read until every stream is open; return memory in MiB and seconds."""
    worker = rig.worker()
    before, wall, cpu = resident(), time.monotonic(), time.process_time()
    worker.stopping = lambda: _holds_all(worker, streams)
    worker.run()
    after = resident()
    return {
        "before_mib": before,
        "with_streams_mib": after,
        "of_streams_mib": round(after - before, 1),
        "peak_mib": resident("VmHWM"),
        "seconds": round(time.monotonic() - wall, 1),
        "cpu_seconds": round(time.process_time() - cpu, 1),
    }


def _holds_all(worker: Worker, streams: int) -> bool:
    return len(worker.streams) == streams and worker.log.drained()


def measured(streams: int) -> dict[str, dict[str, float]]:
    """Return what opening streams costs one process, and opening them again the next."""
    with tempfile.TemporaryDirectory() as folder:
        feed(rig_at(Path(folder)), streams)
        return {name: _in_a_process(folder, streams) for name in ("opening", "restart")}


def _in_a_process(folder: str, streams: int) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.throughput.open_streams", "--folder", folder]
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [*command, "--streams", str(streams)], stdout=subprocess.PIPE, text=True, check=True, cwd=root
    )
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


def _readme(streams: int, found: dict[str, dict[str, float]]) -> list[dict[str, str]]:
    held, again = found["opening"], found["restart"]
    a_stream = held["of_streams_mib"] * _MIB / streams / 1000
    figure = (
        f"{held['of_streams_mib']:.0f} MiB ({a_stream:.1f} KB a stream); open again after a restart in "
        f"{again['cpu_seconds']:.0f} s of CPU, with at most {again['peak_mib']:,.0f} MiB in the process meanwhile"
    )
    what = f"{streams:,} open streams of {PIECES} pieces in one worker, without the detector"
    return [{"what": what, "figure": figure, "command": f"{_COMMAND} --streams {streams}"}]


def main() -> None:
    """Print the figures, and write them where --json says."""
    options = _options()
    if options.folder is not None:
        print(json.dumps(opened(rig_at(options.folder), options.streams)))
        return
    found = measured(options.streams)
    figures = {
        "what": "streams of chat pieces that never end, interleaved, in the embedded log; no detector",
        "streams": options.streams,
        "pieces_a_stream": PIECES,
        "piece_bytes": len(next(pieces(1, 0)).value or b""),
        **found,
        "wanted": {"streams": _WANTED_STREAMS, "process_mib": 1024, "restart_seconds": 60},
        "machine": facts(),
        "readme": _readme(options.streams, found),
    }
    print(json.dumps(figures, indent=1))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure what many open streams cost.")
    parser.add_argument("--streams", type=int, default=_WANTED_STREAMS, help="how many streams (100000)")
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--json", type=Path, metavar="OUT")
    return parser.parse_args()


if __name__ == "__main__":
    main()
