"""`phistream breakglass person`: people come and go."""

from typing import Annotated

import typer

from streams.commands.signing_in import (
    CredentialsSource,
    State,
    ask_credentials,
    now,
    open_accounts,
    open_audit,
    sign_in,
)

person_app = typer.Typer(help="People with an account.", no_args_is_help=True)


@person_app.command("list")
def list_people(state: State) -> None:
    """List everyone who has an account, and those who left."""
    from streams.breakglass.identity.people import People
    from streams.embedded import EmbeddedState

    embedded = EmbeddedState(state)
    with open_audit(embedded) as audit:
        reviewed = People(open_accounts(embedded, audit)).review()
    for each in reviewed:
        left = f", left {each.offboarded}" if each.offboarded else ""
        typer.echo(f"{each.name or '-'}  {each.person.issuer}|{each.person.subject}{left}")


@person_app.command()
def add(
    state: State,
    *,
    credentials: CredentialsSource = None,
    new: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Instead of typing: a file of mode 0600, or fd:N, of the new person."),
    ] = None,
) -> None:
    """Enrol a person without any role; you sign in first, they then type for themselves."""
    from streams.breakglass.identity.credentials import read_new
    from streams.breakglass.identity.people import People
    from streams.commands.enrolling import ask_new
    from streams.embedded import EmbeddedState

    embedded = EmbeddedState(state)
    given = ask_credentials(credentials)
    with open_audit(embedded) as audit:
        # Before the new person types, while the code is young.
        identity = sign_in(open_accounts(embedded, audit), given)
    account = ask_new("New person") if new is None else read_new(new)
    with open_audit(embedded) as audit:
        person = People(open_accounts(embedded, audit)).add(identity, account, now())
    typer.echo(f"{person.issuer}|{person.subject}")
