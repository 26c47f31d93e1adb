"""The process of intake: what its supervisor starts."""

import argparse
from pathlib import Path

from detectors.patterns.structured import holds_structured
from streams.child import Stop, end, guarded, harden
from streams.clock import SystemClock
from streams.composition import Slot, build_bounds, build_limits, required
from streams.config import Settings, load_settings
from streams.event.identity import EventIdentity
from streams.intake.loop import Intake
from streams.intake.merging import Merging
from streams.intake.routing import Router
from streams.log.ports import TransactionalLog
from streams.phase import PhaseMap
from streams.record.decode import Decoder
from streams.supervisor import RunFolder
from streams.telemetry.logs import configure
from streams.telemetry.metrics import Metrics
from streams.tenants import TopicTenancy
from streams.vault.tokenkeys import ensure_token_keys
from streams.vault.tokens import Minter

#: Added to the port of metrics: above those of the workers' slots.
_METRICS_PORT = 100


def build_intake(settings: Settings, log: TransactionalLog, slot: Slot) -> Intake:
    """Wire intake around a log; it needs token keys, for keys of records, and no others."""
    names = sorted({*settings.tenants, settings.operator_tenant})
    keys = ensure_token_keys(required(settings.vault.token_keys_file, "vault.token_keys_file"), names)
    router = Router(
        identity=EventIdentity(log.cluster_id, log.topic_id),
        tenancies={name: TopicTenancy(topic.tenant, topic.tenant_header) for name, topic in settings.topics.items()},
        minters={name: Minter(name, keys[name]) for name in names},
        operator=settings.operator_tenant,
        decoder=Decoder(holds_structured, build_bounds(settings)),
        text_topics=frozenset(name for name, topic in settings.topics.items() if topic.format == "text"),
    )
    folder = RunFolder(slot.run_folder)
    return Intake(
        log=log,
        merging=Merging(log, SystemClock()),
        router=router,
        phases=PhaseMap(folder.phase_map(slot.number)),
        metrics=Metrics(),
        limits=build_limits(settings),
        doomed=folder.doomed,
        stopping=slot.stopping,
    )


def main(arguments: list[str] | None = None) -> int:
    """Run intake until it is asked to end; return the exit status."""
    options = _parser().parse_args(arguments)
    harden()
    configure()
    stop = Stop()

    def run() -> None:
        from streams.log.kafka_intake import connect_intake  # noqa: PLC0415 - its tests over SQLite need no client.

        options.run_folder.mkdir(parents=True, exist_ok=True)
        settings = load_settings(options.config)
        with connect_intake(settings) as opened:
            intake = build_intake(settings, opened, Slot(0, options.run_folder, stop))
            if settings.metrics_port:
                intake.metrics.serve(settings.metrics_port + _METRICS_PORT)
            intake.run(until_drained=options.drain)

    return guarded(run, 0)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="phistream-intake")
    parser.add_argument("--run-folder", type=Path, required=True)
    parser.add_argument("--config", type=Path)
    parser.add_argument("--drain", action="store_true")
    return parser


if __name__ == "__main__":
    end(main())
