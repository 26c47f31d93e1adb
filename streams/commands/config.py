"""`phistream config check`: every setting in force, with secrets hidden."""

from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console

from streams.config import Settings, load_settings, refuse_undeclared

config_app = typer.Typer(help="Print and check the settings.", no_args_is_help=True)


@config_app.callback()
def _config() -> None:
    """Print and check the settings."""


@config_app.command()
def check(
    file: Annotated[Path | None, typer.Option("--config", "-c", help="The TOML settings file.")] = None,
) -> None:
    """Print every setting with secrets hidden, and refuse what no service may run with."""
    from streams.detection.analyzers import build_recognizers

    settings = load_settings(file)
    console = Console()
    console.print_json(_shown(settings).decode())
    if settings.allow_plaintext:
        console.print("allow_plaintext = true: connections may be read on the way", style="bold red")
    refuse_undeclared(settings)
    build_recognizers(settings.detector)
    if settings.detector.shadow is not None:
        build_recognizers(settings.detector.shadow)
    console.print("Settings are fit to run with.", style="green")


def _shown(settings: Settings) -> bytes:
    """Write the settings as JSON; pydantic prints a secret as asterisks."""
    return orjson.dumps(settings.model_dump(mode="json"))
