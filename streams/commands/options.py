"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

from schemas.errors import ConfigError
from streams.config import Settings, load_settings, refuse_undeclared

ConfigFile = Annotated[Path | None, typer.Option("--config", "-c", help="The TOML settings file.", dir_okay=False)]
StateFolder = Annotated[Path | None, typer.Option("--state", help="State folder of an embedded run.", file_okay=False)]


def service_settings(config: Path | None) -> Settings:
    """Return settings that a service may run with; raises ConfigError where it may not."""
    settings = load_settings(config)
    refuse_undeclared(settings)
    return settings


def slots(text: str) -> range:
    """Read a range of worker slots.

    >>> list(slots("0-3")), list(slots("2"))
    ([0, 1, 2, 3], [2])
    """
    first, _, last = text.partition("-")
    if not first.isdecimal() or not (last or first).isdecimal() or int(last or first) < int(first):
        raise ConfigError("slots are a number or a range such as 0-3", setting="--slots")
    return range(int(first), int(last or first) + 1)
