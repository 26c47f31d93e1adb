"""`phistream policy`: what a deployment protects, beside what two persons accepted; weakening it takes both."""

from typing import TYPE_CHECKING, Annotated

import typer

from streams.commands.options import ConfigFile
from streams.commands.signing_in import (
    CredentialsSource,
    State,
    at_accounts,
    now,
    open_accounts,
    open_audit,
    refuse_missing,
    sign_in,
)

if TYPE_CHECKING:
    from pathlib import Path

    from streams.config import Settings

policy_app = typer.Typer(
    help="The protection that two people accepted; settings that are weaker do not start.", no_args_is_help=True
)
Name = Annotated[str, typer.Option("--policy", help="Of a state folder: a policy that ships, or a file.")]


@policy_app.command()
def check(state: State, config: ConfigFile = None, *, policy: Name = "default") -> None:
    """Compare the settings with what was accepted; exit status 1 where they are weaker, and each name a line."""
    from streams.accepted_policy import accepted_file, weaker_than_accepted

    settings = _settings(state, config, policy)
    if accepted_file(settings).read() is None:
        typer.echo("Nothing was accepted yet: `phistream policy propose`.", err=True)
    weaker = weaker_than_accepted(settings)
    for name in weaker:
        typer.echo(name)
    if weaker:
        raise typer.Exit(1)


@policy_app.command()
def propose(
    state: State, config: ConfigFile = None, *, policy: Name = "default", credentials: CredentialsSource = None
) -> None:
    """Propose what the settings protect now; another person confirms it within a week."""
    from streams.accepted_policy import accepted_file, posture_of_settings
    from streams.breakglass.accepting import Accepting

    settings = _settings(state, config, policy)
    with at_accounts(state, credentials) as (accounts, given):
        accepting = Accepting(accounts.registry)
        who = sign_in(accounts, given)
        proposal = accepting.propose(who, accepted_file(settings), posture_of_settings(settings), now())
    typer.echo(proposal.id)


@policy_app.command()
def confirm(
    proposal: Annotated[str, typer.Argument(help="The id that `policy propose` printed.")],
    state: State,
    *,
    credentials: CredentialsSource = None,
) -> None:
    """Accept what another person proposed: from now on nothing weaker starts."""
    from streams.breakglass.accepting import Accepting

    with at_accounts(state, credentials) as (accounts, given):
        done = Accepting(accounts.registry).confirm(sign_in(accounts, given), proposal, now())
    typer.echo(f"Accepted: {done.posture.policy}, digest {done.posture.digest}, in {done.file.path}.", err=True)


@policy_app.command("list")
def list_pending(state: State) -> None:
    """List what waits for a second person, and what of it is weaker than what was accepted."""
    from streams.breakglass.accepting import Accepting
    from streams.embedded.state import EmbeddedState
    from streams.posture import weakenings

    embedded = EmbeddedState(state)
    with open_audit(embedded) as audit:
        pending = Accepting(open_accounts(embedded, audit).registry).pending(now())
    for each in pending:
        accepted = each.file.read()
        weaker = () if accepted is None else weakenings(accepted.posture, each.posture)
        of = f"weaker in {', '.join(weaker)}" if weaker else "nothing is weaker"
        typer.echo(f"{each.id}  {each.posture.policy}, by {each.by.issuer}|{each.by.subject}: {of}")


def _settings(state: "Path", config: "Path | None", policy: str) -> "Settings":
    from streams.composition import embedded_settings
    from streams.config import load_settings
    from streams.embedded.state import EmbeddedState

    if config is not None:
        return load_settings(config)
    embedded = EmbeddedState(state)
    refuse_missing(embedded)
    return embedded_settings(embedded, policy)
