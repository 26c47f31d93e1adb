"""Measure what joining pieces of streams costs beside consuming and decoding the same pieces: CPU time, no detector.

`python -m benchmarks.throughput.joining [--streams N] [--json OUT]`

Chat streams that go through each other, in the embedded log. Joining is everything that is done because a record is a
piece: holding it, pointers, closing its stream, and making one event of the pieces.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.throughput.detector_facts import facts
from schemas.sources.streamed.part import Part
from schemas.topics import RAW
from streams.assembly.rebuilding import follow
from streams.assembly.stream import Closed, Held
from streams.log.ports import Publication, Record
from streams.worker import Worker
from tests.schemas.sources.streamed.streams import chat
from tests.streams.embedded_rig import EmbeddedRig, rig_at

PIECES = 20
_THROUGH_EACH_OTHER = 100
#: Longer than a stream that has ended is waited for.
_APART_MS = 20_000
_ALLOWED = 2.0
_COMMAND = "python -m benchmarks.throughput.joining"


def main() -> None:
    """Print the figures, and write them where --json says."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        rig = rig_at(Path(folder))
        _feed(rig, options.streams)
        figures = _measured(rig.worker(), options.streams)
    figures |= {"what": __doc__.splitlines()[0], "machine": facts(), "allowed": _ALLOWED, "readme": [_row(figures)]}
    print(json.dumps(figures, indent=1))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def _measured(worker: Worker, streams: int) -> dict[str, Any]:
    """Read everything, and tell reading and decoding from what joining adds."""
    reading = joining = 0.0
    pieces = events = 0
    while True:
        begin = time.process_time()
        records = worker.log.read(1_000, 0.1)
        reading += time.process_time() - begin
        if not records:
            break
        follow(worker.streams, worker.log, worker.pipeline)
        for record in records:
            begin = time.process_time()
            part = _decoded(worker, record)
            middle = time.process_time()
            events += _joined(worker, record, part)
            reading, joining = reading + middle - begin, joining + time.process_time() - middle
        pieces += len(records)
        worker.log.publish((), records)
    begin = time.process_time()
    events += _made(worker, worker.streams.end_waiting())
    joining += time.process_time() - begin
    assert (pieces, events) == (streams * PIECES, streams)
    return {
        "streams": streams,
        "pieces": pieces,
        "consume_and_decode_us_a_piece": round(reading * 1e6 / pieces, 1),
        "joining_us_a_piece": round(joining * 1e6 / pieces, 1),
        "ratio": round(joining / reading, 3),
    }


def _decoded(worker: Worker, record: Record) -> Part:
    pipeline = worker.pipeline
    part = pipeline.decoder.decode(record, pipeline.identity.of(record), pipeline.tenants.of(record))
    assert isinstance(part, Part)
    return part


def _joined(worker: Worker, record: Record, part: Part) -> int:
    """Hold a piece; return how many events its stream makes."""
    closed = worker.streams.take(Held(record, worker.pipeline.tenants.of(record), part))
    return _made(worker, closed)


def _made(worker: Worker, closed: Sequence[Closed]) -> int:
    pipeline, streams = worker.pipeline, worker.streams
    for stream in closed:
        pipeline.decoder.join(stream, pipeline.identity.of(stream.records[0]), keep_unended=True)
    streams.pointers()
    streams.keep(streams.mark())
    return len(closed)


def _feed(rig: EmbeddedRig, streams: int) -> None:
    store, now = rig.state.open_store(), time.time_ns() // 1_000_000
    with store.transaction():
        store.append(list(_pieces(streams, now)))
    store.close()


def _pieces(streams: int, now_ms: int) -> Iterator[Publication]:
    """Yield whole streams, some at a time, the first piece of each, then the second of each, and so on."""
    for first in range(0, streams, _THROUGH_EACH_OTHER):
        made = [
            chat([f" word{part} of {stream}" for part in range(PIECES - 3)], id_=f"chatcmpl-{stream:08d}")
            for stream in range(first, min(streams, first + _THROUGH_EACH_OTHER))
        ]
        at_ms = now_ms - (streams - first) // _THROUGH_EACH_OTHER * _APART_MS
        for number in range(PIECES):
            for stream in made:
                yield Publication(RAW, None, json.dumps(stream[number]).encode(), (), at_ms, partition=0)


def _row(figures: dict[str, Any]) -> dict[str, str]:
    return {
        "what": "joining pieces of streams, beside consuming and decoding them, CPU time",
        "figure": f"{figures['ratio']:.2f} times as much (allowed: {_ALLOWED:.0f} times)",
        "command": _COMMAND,
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=2_000)
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
