"""Options that several commands share."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from schemas.access import Purpose
from schemas.errors import ConfigError
from streams.config import Settings, load_settings, refuse_undeclared

ConfigFile = Annotated[Path | None, typer.Option("--config", "-c", help="The TOML settings file.", dir_okay=False)]
StateFolder = Annotated[Path | None, typer.Option("--state", help="State folder of an embedded run.", file_okay=False)]

#: Said at each use of a grant, and held against it.
PurposeOption = Annotated[
    Purpose, typer.Option("--purpose", help="What you want it for now: that of the grant.", show_choices=True)
]


def service_settings(config: Path | None) -> Settings:
    """Return settings that a service may run with; raises ConfigError where it may not."""
    settings = load_settings(config)
    refuse_undeclared(settings)
    return settings


def read_text(path: Path) -> str:
    """Return the text of a file, or of standard input for `-`; raises ConfigError where it cannot be read."""
    try:
        return sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
    except OSError as error:
        raise ConfigError("file cannot be read", path=str(path), reason=error.strerror) from None
    except UnicodeDecodeError:
        raise ConfigError("file is not UTF-8", path=str(path)) from None


def slots(text: str) -> range:
    """Read a range of worker slots.

    >>> list(slots("0-3")), list(slots("2"))
    ([0, 1, 2, 3], [2])
    """
    first, _, last = text.partition("-")
    if not first.isdecimal() or not (last or first).isdecimal() or int(last or first) < int(first):
        raise ConfigError("slots are a number or a range such as 0-3", setting="--slots")
    return range(int(first), int(last or first) + 1)
