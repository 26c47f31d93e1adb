"""`phistream intake`: raw records written on under keys that keep streams together."""

import signal
from typing import Annotated

import typer

from schemas.errors import ConfigError
from schemas.topics import Role
from streams.commands.options import ConfigFile, service_settings
from streams.telemetry.logs import configure


def intake(
    config: ConfigFile = None,
    *,
    start: Annotated[
        str | None,
        typer.Option("--from", help="Where a group without offsets begins: earliest or latest."),
    ] = None,
) -> None:
    """Re-key the raw topics that are declared `keyed_by = "none"`, until asked to stop (SIGTERM or Ctrl-C).

    Each record comes unchanged to the topic that redactors read in their place. Records and offsets are one
    transaction, so intake can be killed at any time. It runs once an environment: a second one is fenced.
    """
    from streams.config import intake_topics
    from streams.embedded.supervising import intake_supervisor
    from streams.log.startup import INTAKES, begin_group, refuse_unfit

    configure()
    if start not in (None, "earliest", "latest"):
        raise typer.BadParameter("earliest or latest", param_hint="--from")
    settings = service_settings(config)
    topics = intake_topics(settings)
    if not topics:
        raise ConfigError('no topic is declared keyed_by = "none"', setting="topics")
    refuse_unfit(settings, Role.INTAKE)
    begin_group(settings.kafka, INTAKES, topics, start)
    supervisor = intake_supervisor(config, settings.run_folder)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: supervisor.stop())
    status = supervisor.run()
    if status:
        raise typer.Exit(status)
