"""`phistream worker`: supervised redactors, one process a slot."""

import signal
from typing import Annotated

import typer

from streams.commands.options import ConfigFile, service_settings, slots
from streams.telemetry.logs import configure


def worker(
    config: ConfigFile = None,
    *,
    slot_range: Annotated[str, typer.Option("--slots", help="Slots of this host, such as 0-3.")] = "0",
    start: Annotated[
        str | None,
        typer.Option("--from", help="Where a group without offsets begins: earliest or latest."),
    ] = None,
) -> None:
    """Redact raw events from Kafka until asked to stop (SIGTERM or Ctrl-C).

    Outputs, vault entries and offsets are one transaction, so a worker can be killed at any time. Every slot of an
    environment runs once: a second one of the same number is fenced.
    """
    from schemas.topics import KEYED
    from streams.accepted_policy import refuse_unaccepted
    from streams.config import redactor_topics
    from streams.embedded.supervising import kafka_supervisor
    from streams.log.startup import REDACTORS, begin_group, refuse_unfit

    configure()
    if start not in (None, "earliest", "latest"):
        raise typer.BadParameter("earliest or latest", param_hint="--from")
    settings = service_settings(config)
    numbers = slots(slot_range)
    refuse_unaccepted(settings)
    refuse_unfit(settings)
    for topic in redactor_topics(settings):
        # What intake wrote on is settled nowhere else: none of it may be left out.
        begin_group(settings.kafka, REDACTORS, [topic], "earliest" if topic == KEYED else start)
    supervisor = kafka_supervisor(config, settings.run_folder, numbers)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: supervisor.stop())
    status = supervisor.run()
    if status:
        raise typer.Exit(status)
