"""`phistream monitor`: live counts and alerts over the redacted topic."""

import typer

from streams.commands.options import ConfigFile, service_settings
from streams.telemetry.logs import configure


def monitor(config: ConfigFile = None) -> None:
    """Count redacted events in windows, raise alerts, and serve a live view on this host.

    One monitor an environment: two would share the partitions, and neither would see the whole. It can be killed at
    any time; open windows are counted again at start.
    """
    from streams.monitor.service import build_monitor

    configure()
    settings = service_settings(config)
    running = build_monitor(settings)
    typer.echo(f"Live view: http://127.0.0.1:{settings.monitor.web_port}/", err=True)
    running.run()
