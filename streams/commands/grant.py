"""`phistream grant`: asking for clear values, and the words of others on it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.table import Table

from schemas.access import GrantMode, Purpose, View
from schemas.identifiers import IdentifierType
from streams.commands.at_desk import DeploymentConfig, at_desk, tenant_of
from streams.commands.options import read_text
from streams.commands.signing_in import CredentialsSource, State

if TYPE_CHECKING:
    from schemas.access import Grant

grant_app = typer.Typer(help="Ask for clear values; another person approves.", no_args_is_help=True)
Id = Annotated[str, typer.Argument(metavar="GRANT", help="The id that `grant request` printed.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


@grant_app.command()
def request(
    state: State,
    *,
    purpose: Annotated[Purpose, typer.Option(help="Why the values are needed.", show_choices=True)],
    token: Annotated[list[str] | None, typer.Option(help="A token; may be repeated.")] = None,
    event: Annotated[list[str] | None, typer.Option(help="All tokens of an event; may be repeated.")] = None,
    conversation: Annotated[list[str] | None, typer.Option(help="All tokens of a conversation.")] = None,
    type_: Annotated[list[IdentifierType] | None, typer.Option("--type", help="Only identifiers of this type.")] = None,
    lookup: Annotated[bool, typer.Option("--lookup", help="A look-up: find the tokens of values.")] = False,
    replay: Annotated[
        list[str] | None, typer.Option(help="Put an event's quarantined record back; may be repeated.")
    ] = None,
    destroy: Annotated[
        list[str] | None, typer.Option(help="Destroy an event's quarantined record; may be repeated.")
    ] = None,
    masked: Annotated[bool, typer.Option("--masked", help="Masked values are enough.")] = False,
    minutes: Annotated[
        int | None, typer.Option(min=1, max=240, help="How long; default 60, in an emergency 30.")
    ] = None,
    emergency: Annotated[
        bool, typer.Option("--emergency", help="At once, 30 minutes, 20 tokens; another person ratifies it in 4 hours.")
    ] = False,
    reason_file: Annotated[
        Path | None, typer.Option("--reason", metavar="FILE", help="Why, from a file or - ; asked for otherwise.")
    ] = None,
    ticket: Annotated[str | None, typer.Option(help="The reference of a ticket.")] = None,
    credentials: CredentialsSource = None,
    config: DeploymentConfig = None,
    tenant: Annotated[str | None, typer.Option(help="With --config: the tenant, where there are several.")] = None,
) -> None:
    """Ask for a grant and print its id; an emergency is active at once."""
    from schemas.access import GrantRequest, GrantTerms, Scope
    from schemas.vault import TenantId, Token
    from streams.breakglass.alerting import Alerting
    from streams.breakglass.policy import GrantEvent

    scope = Scope(
        frozenset(map(Token, token or ())),
        frozenset(event or ()),
        frozenset(conversation or ()),
        frozenset(type_ or ()),
        lookup,
        frozenset(replay or ()),
        frozenset(destroy or ()),
    )
    mode = GrantMode.EMERGENCY if emergency else GrantMode.NORMAL
    seconds = 60 * (minutes or (30 if emergency else 60))
    where = TenantId(tenant_of(config, tenant))
    terms = GrantTerms(where, mode, purpose, scope, View.MASKED if masked else View.FULL, seconds)
    wanted = GrantRequest(terms, _reason(reason_file), ticket)
    with at_desk(state, credentials, config=config) as signed:
        grant = Alerting.over(signed.desk.granting).request(signed.identity, wanted)
        if emergency:
            grant = signed.desk.granting.word(signed.identity, grant.id, GrantEvent.ACTIVATE)
    typer.echo(grant.id)
    typer.echo(_next(grant), err=True)


@grant_app.command("list")
def list_grants(state: State, *, json: Json = False, credentials: CredentialsSource = None) -> None:
    """List the grants that you asked for, and those of others where you approve or audit."""
    with at_desk(state, credentials) as signed:
        grants = signed.desk.granting.list(signed.identity)
    if json:
        for grant in grants:
            typer.echo(orjson.dumps(_tree(grant)).decode())
        return
    table = Table("grant", "state", "mode", "purpose", "by", "asked", "tokens")
    table.columns[0].no_wrap = True
    for grant in grants:
        asked = _moment(grant.requested_at)
        by = grant.requester.subject
        table.add_row(grant.id, grant.state, grant.terms.mode, grant.terms.purpose, by, asked, str(grant.usage.tokens))
    Console().print(table)


@grant_app.command()
def show(id_: Id, state: State, *, credentials: CredentialsSource = None) -> None:
    """Show one grant with its scope and its reason."""
    with at_desk(state, credentials) as signed:
        grant, reason = signed.desk.granting.show(signed.identity, id_)
    typer.echo(orjson.dumps({**_tree(grant), "reason": reason}, option=orjson.OPT_INDENT_2).decode())


@grant_app.command()
def approve(id_: Id, state: State, *, credentials: CredentialsSource = None) -> None:
    """Approve somebody else's request."""
    _say("approve", id_, state, credentials)


@grant_app.command()
def deny(id_: Id, state: State, *, credentials: CredentialsSource = None) -> None:
    """Deny somebody else's request."""
    _say("deny", id_, state, credentials)


@grant_app.command()
def activate(id_: Id, state: State, *, credentials: CredentialsSource = None, config: DeploymentConfig = None) -> None:
    """Activate your own grant, once it is approved: its time begins."""
    _say("activate", id_, state, credentials, config)


@grant_app.command()
def ratify(
    id_: Id,
    state: State,
    *,
    contest: Annotated[bool, typer.Option("--contest", help="It was not in order: an incident opens.")] = False,
    credentials: CredentialsSource = None,
) -> None:
    """Ratify the use of somebody else's emergency, within four hours."""
    _say("contest" if contest else "ratify", id_, state, credentials)


@grant_app.command()
def revoke(id_: Id, state: State, *, credentials: CredentialsSource = None) -> None:
    """End a grant at once: the next reveal is refused."""
    _say("revoke", id_, state, credentials)


@grant_app.command()
def release(id_: Id, state: State, *, credentials: CredentialsSource = None) -> None:
    """Give your own grant back before its time is over."""
    _say("release", id_, state, credentials)


@grant_app.command()
def review(
    id_: Id,
    state: State,
    *,
    finding: Annotated[bool, typer.Option("--finding", help="It was not appropriate.")] = False,
    credentials: CredentialsSource = None,
) -> None:
    """Close a grant that has ended, as one who had no part in it."""
    _say("find" if finding else "review", id_, state, credentials)


def _say(word: str, id_: str, state: Path, credentials: str | None, config: Path | None = None) -> None:
    from streams.breakglass.policy import GrantEvent

    with at_desk(state, credentials, config=config) as signed:
        grant = signed.desk.granting.word(signed.identity, id_, GrantEvent(word))
    typer.echo(_next(grant), err=True)


def _next(grant: "Grant") -> str:
    text = f"{grant.id}: {grant.state.value}"
    if grant.expires_at is not None and grant.ended_at is None:
        text += f", until {_moment(grant.expires_at)}"
    if grant.terms.mode is GrantMode.EMERGENCY and grant.ratification is None:
        text += "; another person ratifies it within four hours of its begin, or an incident opens"
    return text


def _tree(grant: "Grant") -> dict[str, Any]:
    from streams.breakglass.store import as_tree

    return as_tree(grant)


def _reason(path: Path | None) -> str:
    if path is None:
        text: str = typer.prompt("Why (no names; they are taken out)", err=True)
        return text
    return read_text(path)


def _moment(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
