"""Enrolling at a terminal: each person alone with their password and their one-time secret, which is shown once."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer
from rich.console import Console

from schemas.errors import AccessDenied, ConfigError
from streams.commands.signing_in import ask_password, now

if TYPE_CHECKING:
    from streams.breakglass.identity.accounts import NewAccount

_TRIES = 3


def ask_new(who: str) -> "NewAccount":
    """Ask a person for name and password, show the one-time secret, and ask for its first code.

    Raises AccessDenied after three wrong codes, and ConfigError for a password that could be guessed.
    """
    from streams.breakglass.identity.accounts import NewAccount, check_new
    from streams.breakglass.identity.totp import TotpSecret

    typer.echo(f"{who}: nobody else looks at the screen now.", err=True)
    name = typer.prompt("Name", err=True)
    password = _asked_until_fit(name)
    secret = TotpSecret.generate()
    with _shown_once():
        typer.echo("Take this into an authenticator app; it is not shown again.", err=True)
        typer.echo(f"  {secret.uri(name)}\n  secret: {secret.text}", err=True)
        for left in reversed(range(_TRIES)):
            new = NewAccount(name, password, secret, typer.prompt("Code that the app shows", err=True))
            try:
                check_new(new, now())
            except AccessDenied:
                if left == 0:
                    raise
                typer.echo("That is not the code; is the clock right?", err=True)
            else:
                return new
    raise AssertionError


def _asked_until_fit(name: str) -> str:
    from streams.breakglass.identity.passwords import check_password

    for _ in range(_TRIES - 1):
        password = ask_password(name, twice=True)
        try:
            check_password(password, name)
        except ConfigError as error:
            typer.echo(f"{error.message}.", err=True)
        else:
            return password
    return ask_password(name, twice=True)


@contextmanager
def _shown_once() -> Iterator[None]:
    """Show on a screen of its own, so that nothing stays in the terminal's memory."""
    console = Console(stderr=True)
    console.set_alt_screen(True)
    try:
        yield
    finally:
        console.set_alt_screen(False)
