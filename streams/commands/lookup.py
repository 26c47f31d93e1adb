"""`phistream lookup`: the tokens of a value, under a grant that says so."""

from pathlib import Path
from typing import Annotated

import typer

from schemas.identifiers import IdentifierType
from streams.commands.at_desk import DeploymentConfig, at_desk
from streams.commands.options import PurposeOption, read_text
from streams.commands.signing_in import CredentialsSource, State


def lookup(
    grant: Annotated[str, typer.Argument(help="The active grant; asked for with --lookup.")],
    type_: Annotated[IdentifierType, typer.Argument(metavar="TYPE", help="What the values are.", show_choices=True)],
    state: State,
    *,
    purpose: PurposeOption,
    values: Annotated[
        Path | None, typer.Option(metavar="FILE", help="One value a line, or -; asked for, unseen, otherwise.")
    ] = None,
    credentials: CredentialsSource = None,
    config: DeploymentConfig = None,
) -> None:
    """Print the tokens of values, a line each, in whichever conversation and epoch; at most 20 values a grant.

    Values are typed or read, never given as arguments: those stand in the shell's history. Over a deployment whose log
    cannot be reached, what is known is printed, and a value of which nothing is known is an error, never "none".
    """
    from streams.breakglass.looking_up import LookupRequest

    wanted = tuple(line for line in _read(values).splitlines() if line.strip())
    with at_desk(state, credentials, follows=True, config=config) as signed:
        found = signed.desk.finder().look_up(signed.identity, LookupRequest(grant, purpose, type_, wanted))
    for each in found:
        typer.echo(" ".join(each.tokens) or "none")


def _read(path: Path | None) -> str:
    if path is None:
        value: str = typer.prompt("Value", hide_input=True, err=True)
        return value
    return read_text(path)
