"""`phistream breakglass person`: people come and go."""

from typing import Annotated

import typer

from streams.commands.signing_in import (
    CredentialsSource,
    State,
    ask_credentials,
    at_accounts,
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
    from streams.embedded.state import EmbeddedState

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
    from streams.embedded.state import EmbeddedState

    embedded = EmbeddedState(state)
    given = ask_credentials(credentials)
    with open_audit(embedded) as audit:
        # Before the new person types, while the code is young.
        identity = sign_in(open_accounts(embedded, audit), given)
    account = ask_new("New person") if new is None else read_new(new)
    with open_audit(embedded) as audit:
        person = People(open_accounts(embedded, audit)).add(identity, account, now())
    typer.echo(f"{person.issuer}|{person.subject}")


@person_app.command("same")
def same_person(
    account: Annotated[str, typer.Argument(help="The name of an account, or ISSUER|SUBJECT.")],
    person: Annotated[str, typer.Argument(help="Whose it is, too, written the same way.")],
    state: State,
    *,
    credentials: CredentialsSource = None,
) -> None:
    """Propose that two accounts are one person's; another person confirms it with `role confirm`."""
    from streams.breakglass.identity.changes import Change, ChangeKind, Changes
    from streams.breakglass.identity.people import person_of

    with at_accounts(state, credentials) as (accounts, given):
        one, same_as = person_of(accounts, account), person_of(accounts, person)
        change = Change(ChangeKind.SAME_PERSON, one.issuer, one.subject, accounts.registry.home, None, same_as)
        proposal = Changes(accounts.registry).propose(sign_in(accounts, given), change, now())
    typer.echo(proposal.id)


@person_app.command()
def offboard(
    person: Annotated[str, typer.Argument(help="The name of an account, or ISSUER|SUBJECT.")],
    state: State,
    *,
    credentials: CredentialsSource = None,
) -> None:
    """End a person's sign-in, roles and open grants. It takes one administrator, and cannot be taken back."""
    from streams.breakglass.identity.people import People, person_of
    from streams.commands.at_desk import at_desk

    with at_desk(state, credentials) as signed:
        people = People(open_accounts(signed.desk.state, signed.log))
        ended: list[int] = []
        found = person_of(people.accounts, person)
        people.offboard(signed.identity, found, now(), lambda left: ended.append(signed.desk.granting.offboard(left)))
    typer.echo(f"Offboarded; {sum(ended)} open grants revoked.", err=True)
