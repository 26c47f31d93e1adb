"""The worker process: what the supervisor starts for each slot."""

import argparse
from collections.abc import Callable
from pathlib import Path

from detectors.analyzer import Analyzer
from streams.child import Stop, end, guarded, harden
from streams.composition import Slot, build_worker, embedded_log, embedded_settings
from streams.config import Settings, load_settings
from streams.detection.analyzers import live_analyzer
from streams.detection.settings import DetectorSettings
from streams.embedded.state import EmbeddedState
from streams.log.ports import TransactionalLog
from streams.telemetry.logs import configure


def main(
    arguments: list[str] | None = None, make_analyzer: Callable[[DetectorSettings], Analyzer] = live_analyzer
) -> int:
    """Run one worker until it is asked to end; return the exit status."""
    options = _parser().parse_args(arguments)
    harden()
    configure()
    stop = Stop()

    def run() -> None:
        options.run_folder.mkdir(parents=True, exist_ok=True)
        settings = _settings(options)
        with _open_log(options, settings) as opened:
            slot = Slot(options.slot, options.run_folder, stop)
            worker = build_worker(settings, opened, slot, make_analyzer(settings.detector))
            if settings.metrics_port:
                worker.metrics.serve(settings.metrics_port + 1 + options.slot)
            worker.run(until_drained=options.drain)

    return guarded(run, options.slot)


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


if __name__ == "__main__":
    end(main())
