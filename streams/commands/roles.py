"""`phistream breakglass role`: roles change at the word of two persons."""

from typing import TYPE_CHECKING, Annotated

import typer

from schemas.access import Role
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

if TYPE_CHECKING:
    from streams.breakglass.identity.accounts import Accounts
    from streams.breakglass.identity.changes import Change

role_app = typer.Typer(help="Roles, and the groups that bring them.", no_args_is_help=True)


@role_app.command()
def propose(
    target: Annotated[str, typer.Argument(help="A name or ISSUER|SUBJECT; with --group ISSUER|GROUP.")],
    role: Annotated[Role, typer.Argument(help="The role.", show_choices=True)],
    state: State,
    *,
    tenant: Annotated[str | None, typer.Option(help="In which tenant; the folder's own where none is named.")] = None,
    group: Annotated[bool, typer.Option("--group", help="Of all members of an identity provider's group.")] = False,
    revoke: Annotated[bool, typer.Option("--revoke", help="Take the role away instead of giving it.")] = False,
    credentials: CredentialsSource = None,
) -> None:
    """Propose to give a role, or to take it away; another person confirms it within a week."""
    from streams.breakglass.identity.changes import Changes

    with at_accounts(state, credentials) as (accounts, given):
        change = _change(accounts, target, role, tenant, group=group, revoke=revoke)
        proposal = Changes(accounts.registry).propose(sign_in(accounts, given), change, now())
    typer.echo(proposal.id)


@role_app.command()
def confirm(
    proposal: Annotated[str, typer.Argument(help="The id that `role propose` printed.")],
    state: State,
    *,
    credentials: CredentialsSource = None,
) -> None:
    """Confirm what another person proposed; of two accounts that become one, what one of them agreed to ends."""
    from streams.breakglass.desk import desk_over
    from streams.breakglass.identity.changes import Changes
    from streams.clock import SystemClock
    from streams.embedded.state import EmbeddedState

    embedded = EmbeddedState(state)
    given = ask_credentials(credentials)
    with open_audit(embedded) as audit:
        accounts = open_accounts(embedded, audit)
        granting = desk_over(embedded, SystemClock(), audit, str).granting
        changes = Changes(accounts.registry, granting.end_joined)
        change = changes.confirm(sign_in(accounts, given), proposal, now())
    typer.echo(_told(change))


@role_app.command("list")
def list_pending(state: State) -> None:
    """List what waits for a second person."""
    from streams.breakglass.identity.changes import Changes
    from streams.embedded.state import EmbeddedState

    embedded = EmbeddedState(state)
    with open_audit(embedded) as audit:
        pending = Changes(open_accounts(embedded, audit).registry).pending(now())
    for each in pending:
        by = f"{each.by.issuer}|{each.by.subject}"
        typer.echo(f"{each.id}  {_told(each.change)}, proposed by {by}")


def _told(change: "Change") -> str:
    what = change.kind.value if change.role is None else f"{change.kind.value} {change.role.value}"
    of = "" if change.same_as is None else f" is {change.same_as.issuer}|{change.same_as.subject}"
    return f"{what} in {change.tenant}: {change.issuer}|{change.target}{of}"


def _change(
    accounts: "Accounts", target: str, role: Role, tenant: str | None, *, group: bool, revoke: bool
) -> "Change":
    from schemas.vault import TenantId
    from streams.breakglass.identity.changes import Change, ChangeKind
    from streams.breakglass.identity.people import person_of

    where = accounts.registry.home if tenant is None else TenantId(tenant)
    if group:
        issuer, _, name = target.rpartition("|")
        kind = ChangeKind.UNMAP_GROUP if revoke else ChangeKind.MAP_GROUP
        if not issuer or not name:
            raise typer.BadParameter("a group is ISSUER|GROUP", param_hint="TARGET")
        return Change(kind, issuer, name, where, role)
    person = person_of(accounts, target)
    kind = ChangeKind.REVOKE_ROLE if revoke else ChangeKind.GRANT_ROLE
    return Change(kind, person.issuer, person.subject, where, role)
