"""`phistream breakglass honeytoken`: tokens that nobody has a reason to reveal; whoever names one is told of."""

import secrets
from typing import Annotated

import typer

from schemas.identifiers import IdentifierType
from streams.commands.at_desk import FolderTenant, at_desk
from streams.commands.signing_in import CredentialsSource, State

honeytoken_app = typer.Typer(help="Tokens that nobody has a reason to reveal.", no_args_is_help=True)


@honeytoken_app.command()
def plant(
    state: State,
    *,
    type_: Annotated[IdentifierType, typer.Option("--type", help="What it looks like.")] = IdentifierType.NAME,
    token: Annotated[str | None, typer.Option(help="A token of an invented record instead of a new one.")] = None,
    tenant: FolderTenant = None,
    credentials: CredentialsSource = None,
) -> None:
    """Plant a honeytoken and print it: put it where only who should not look finds it.

    Whoever reveals it, or tries to, is told of at once, granted or not. It takes a role that approves.
    """
    from schemas.errors import ConfigError
    from schemas.vault import ALPHABET, BODY_LENGTH, TenantId, TokenMode, TokenParts, format_token, parse_token
    from streams.breakglass.alerting import Alerting
    from streams.breakglass.desk import HOME

    body = "".join(secrets.choice(ALPHABET) for _ in range(BODY_LENGTH))
    planted = token or format_token(TokenParts(type_, TokenMode.CONVERSATION, "a", body))
    if parse_token(planted) is None:
        raise ConfigError("this is no token")
    with at_desk(state, credentials) as signed:
        Alerting.over(signed.desk.granting).plant(signed.identity, TenantId(tenant or HOME), planted)
    typer.echo(planted)


@honeytoken_app.command()
def count(state: State, *, tenant: FolderTenant = None, credentials: CredentialsSource = None) -> None:
    """Say how many there are; which ones nobody can tell, only their digests are kept."""
    from schemas.vault import TenantId
    from streams.breakglass.alerting import Alerting
    from streams.breakglass.desk import HOME

    with at_desk(state, credentials) as signed:
        typer.echo(Alerting.over(signed.desk.granting).planted(TenantId(tenant or HOME)))
