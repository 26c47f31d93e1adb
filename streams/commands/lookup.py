"""`phistream lookup`: the tokens of a value, under a grant that says so."""

from pathlib import Path
from typing import Annotated

import typer

from schemas.identifiers import IdentifierType
from streams.commands.at_desk import at_desk
from streams.commands.options import read_text
from streams.commands.signing_in import CredentialsSource, State


def lookup(
    grant: Annotated[str, typer.Argument(help="The active grant; asked for with --lookup.")],
    type_: Annotated[IdentifierType, typer.Argument(metavar="TYPE", help="What the values are.", show_choices=True)],
    state: State,
    *,
    values: Annotated[
        Path | None, typer.Option(metavar="FILE", help="One value a line, or -; asked for, unseen, otherwise.")
    ] = None,
    credentials: CredentialsSource = None,
) -> None:
    """Print the tokens of values, a line each, in whichever conversation and epoch; at most 20 values a grant.

    Values are typed or read, never given as arguments: those stand in the shell's history.
    """
    wanted = [line for line in _read(values).splitlines() if line.strip()]
    with at_desk(state, credentials) as signed:
        found = signed.desk.finder().look_up(signed.identity, grant, type_, wanted)
    for tokens in found:
        typer.echo(" ".join(tokens) or "none")


def _read(path: Path | None) -> str:
    if path is None:
        value: str = typer.prompt("Value", hide_input=True, err=True)
        return value
    return read_text(path)
