"""The worker process: what the supervisor starts for each slot."""

import argparse
import faulthandler
import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType, TracebackType
from typing import NoReturn

import structlog

from detectors.analyzer import Analyzer
from schemas.errors import ConfigError, Fenced, LogRefused, ModelUnavailable, PhistreamError, UnknownVersion
from streams.composition import Slot, build_worker, embedded_log, embedded_settings
from streams.config import Settings, load_settings
from streams.detection import live_analyzer
from streams.detector_settings import DetectorSettings
from streams.embedded import EmbeddedState
from streams.log.ports import TransactionalLog
from streams.supervisor import FENCED_STATUS, STOPPED_STATUS
from streams.telemetry.crashes import place_of
from streams.telemetry.logs import configure

log = structlog.get_logger(__name__)

#: Pure Python frames for a record at the depth bound, in JSON strings at the decoding bound, with room to spare.
_RECURSION = 6_000


class _Stop:
    """Notes that the process was asked to end; the worker ends between transactions."""

    def __init__(self) -> None:
        self.asked = False

    def __call__(self, _signal: int, _frame: FrameType | None) -> None:
        self.asked = True


def main(
    arguments: list[str] | None = None, make_analyzer: Callable[[DetectorSettings], Analyzer] = live_analyzer
) -> int:
    """Run one worker until it is asked to end; return the exit status."""
    options = _parser().parse_args(arguments)
    harden()
    configure()
    stop = _Stop()
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        options.run_folder.mkdir(parents=True, exist_ok=True)
        settings = _settings(options)
        with _open_log(options, settings) as opened:
            slot = Slot(options.slot, options.run_folder, lambda: stop.asked)
            worker = build_worker(settings, opened, slot, make_analyzer(settings.detector))
            if settings.metrics_port:
                worker.metrics.serve(settings.metrics_port + 1 + options.slot)
            worker.run(until_drained=options.drain)
    except Fenced:
        log.error("Slot was taken over, ending.", slot=options.slot)
        return FENCED_STATUS
    except (ConfigError, LogRefused, ModelUnavailable, UnknownVersion) as error:
        log.error("Worker cannot run.", slot=options.slot, reason=str(error))
        return STOPPED_STATUS
    except PhistreamError as error:
        log.error("Worker stopped.", slot=options.slot, error_class=type(error).__name__)
        return 1
    return 0


def harden() -> None:
    """Keep clear text out of core dumps and tracebacks, and give deep records the frames they need."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    faulthandler.disable()
    sys.excepthook = _report
    sys.setrecursionlimit(_RECURSION)


def _report(kind: type[BaseException], _: BaseException, trace: TracebackType | None) -> None:
    """Log an unknown exception's class and place; its message may hold text, so it is not printed."""
    log.error("Worker failed.", error_class=kind.__name__, where=place_of(trace))


def _settings(options: argparse.Namespace) -> Settings:
    if options.embedded is not None:
        return embedded_settings(EmbeddedState(options.embedded), options.policy)
    return load_settings(options.config)


def _open_log(options: argparse.Namespace, settings: Settings) -> TransactionalLog:
    if options.embedded is not None:
        return embedded_log(EmbeddedState(options.embedded))
    from streams.log.kafka import connect_slot  # noqa: PLC0415 - the embedded profile needs no Kafka client.

    return connect_slot(settings, options.slot)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="phistream-worker")
    parser.add_argument("--slot", type=int, required=True)
    parser.add_argument("--run-folder", type=Path, required=True)
    parser.add_argument("--config", type=Path)
    parser.add_argument("--embedded", type=Path)
    parser.add_argument("--policy", default="default")
    parser.add_argument("--drain", action="store_true")
    return parser


def end(status: int) -> NoReturn:
    """End the process at once: nothing of it is needed any more, and the client's threads may not end by themselves."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    end(main())
