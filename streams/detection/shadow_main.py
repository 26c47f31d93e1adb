"""The shadow process: reads events from a pipe, analyses them with the second detector, answers with counts.

It is ended by the kernel where one event takes too long, by the end of its pipe where the worker is gone.
"""

import contextlib
import os
import resource
import signal
import sys
from pathlib import Path
from typing import Any, BinaryIO

import orjson
import structlog

from detectors.analyzer import Analyzer
from detectors.comparing import differences
from schemas.errors import PhistreamError
from schemas.identifiers import IdentifierType
from schemas.spans import Span
from streams.detection.analyzers import build_analyzer
from streams.detection.settings import ShadowSettings
from streams.detection.shadow import HEAD_BYTES, Look
from streams.telemetry.crashes import hide_messages
from streams.telemetry.logs import configure

log = structlog.get_logger(__name__)

_NICER = 5


def main(source: BinaryIO, sink: BinaryIO) -> int:
    """Serve one worker until its pipe ends; return the exit status."""
    first = _read(source)
    if first is None:
        return 0
    settings = ShadowSettings.model_validate(first)
    try:
        analyzer = build_analyzer(settings)
    except PhistreamError as error:
        log.error("The shadow detector cannot be built.", reason=str(error))
        return 1
    _write(sink, {})
    while (event := _read(source)) is not None:
        signal.setitimer(signal.ITIMER_REAL, settings.seconds)  # Its signal ends the process, whatever holds it.
        answer = compared(analyzer, event)
        signal.setitimer(signal.ITIMER_REAL, 0)
        _write(sink, answer)
    return 0


def compared(analyzer: Analyzer, event: Any) -> Any:
    """Return what came of one event: counts, or that it failed."""
    try:
        for entries in analyzer.layers.sealed:
            entries.refresh()
        second = analyzer.analyze_all([(text, hint) for text, hint in event["texts"]])
        rows = list[tuple[str, str, int]]()
        for mine, spans in zip(second, event["spans"], strict=True):
            first = [Span(start, end, IdentifierType(type_), 1.0, "first") for start, end, type_ in spans]
            rows += [(type_.value, side.value, count) for (type_, side), count in differences(first, mine).items()]
    except Exception:  # noqa: BLE001 - whatever a second detector raises, it is a failure and no more.
        return {"outcome": Look.FAILED.value, "counts": []}
    return {"outcome": Look.COMPARED.value, "counts": rows}


def _read(source: BinaryIO) -> Any | None:
    head = source.read(HEAD_BYTES)
    if len(head) < HEAD_BYTES:
        return None
    length = int.from_bytes(head, "big")
    frame = source.read(length)
    return orjson.loads(frame) if len(frame) == length else None


def _write(sink: BinaryIO, answer: Any) -> None:
    frame = orjson.dumps(answer)
    sink.write(len(frame).to_bytes(HEAD_BYTES, "big") + frame)
    sink.flush()


if __name__ == "__main__":
    hide_messages()
    configure()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(OSError):
        os.nice(_NICER)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    with Path(os.devnull).open("wb") as nowhere:  # Foreign code may print; nobody reads what it says.
        os.dup2(nowhere.fileno(), sys.stdout.fileno())
    with contextlib.suppress(BrokenPipeError):
        sys.exit(main(sys.stdin.buffer, answers))
