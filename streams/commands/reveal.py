"""`phistream reveal` and `phistream disclosures`: clear values under a grant, and who was shown them."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import orjson
import typer
from rich.console import Console
from rich.table import Table

from schemas.access import View
from streams.commands.at_desk import DeploymentConfig, FolderTenant, at_desk
from streams.commands.options import PurposeOption, read_text
from streams.commands.signing_in import CredentialsSource, State

if TYPE_CHECKING:
    from streams.breakglass.revealing import RevealResult


def reveal(
    grant: Annotated[str, typer.Argument(help="The active grant.")],
    state: State,
    *,
    purpose: PurposeOption,
    token: Annotated[list[str] | None, typer.Option(help="A token; may be repeated.")] = None,
    event: Annotated[list[str] | None, typer.Option(help="Every token of an event.")] = None,
    conversation: Annotated[list[str] | None, typer.Option(help="Every token of a conversation.")] = None,
    text: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A redacted text, or -; printed with its values.")
    ] = None,
    masked: Annotated[bool, typer.Option("--masked", help="Only the first character of each value.")] = False,
    credentials: CredentialsSource = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
    config: DeploymentConfig = None,
) -> None:
    """Show clear values under a grant of yours; each token that is opened stands in the audit log before you see it."""
    from streams.breakglass.revealing import RevealRequest
    from streams.breakglass.scoping import Asked

    redacted = None if text is None else read_text(text)
    asked = Asked(tuple(token or ()), tuple(event or ()), tuple(conversation or ()), redacted)
    request = RevealRequest(grant, View.MASKED if masked else View.FULL, purpose, asked)
    with (
        at_desk(state, credentials, opens=True, config=config) as signed,
        signed.desk.revealer(signed.passphrase) as revealer,
    ):
        # Shown at once: leaving a log that does not answer may take a while.
        _show(revealer.reveal(signed.identity, request), json=json)


def _show(result: "RevealResult", *, json: bool) -> None:
    if json:
        for item in result.items:
            typer.echo(orjson.dumps(asdict(item)).decode())
    elif result.text is not None:
        typer.echo(result.text, nl=False)
    else:
        table = Table("token", "status", "value", "in whose text", "event")
        table.columns[0].no_wrap = True
        for item in result.items:
            status = item.status.value if item.stale_since is None else f"{item.status.value}, stale"
            table.add_row(item.token, status, item.value or "", item.side or "", item.event_id or "")
        Console(markup=False).print(table)
    typer.echo(f"In the audit log: {', '.join(str(each.index) for each in result.audit)}.", err=True)


def disclosures(
    state: State,
    *,
    token: Annotated[list[str] | None, typer.Option(help="Only of this token; may be repeated.")] = None,
    tenant: FolderTenant = None,
    credentials: CredentialsSource = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """List who was shown which values, when and what for: the accounting of 45 CFR 164.528.

    The tokens of one patient are found with `phistream lookup`.
    """
    from schemas.vault import TenantId, Token
    from streams.breakglass.desk import HOME
    from streams.breakglass.disclosures import Accounting, account

    asked = Accounting(HOME if tenant is None else TenantId(tenant), frozenset(map(Token, token or ())))
    with at_desk(state, credentials) as signed:
        granting = signed.desk.granting
        found = account(signed.log.log, granting.trail, signed.identity, asked, granting.now())
    if json:
        for each in found:
            typer.echo(orjson.dumps(asdict(each)).decode())
        return
    table = Table("when", "to", "purpose", "view", "tokens", "grant", "log")
    for each in found:
        to = f"{each.to.issuer}|{each.to.subject}"
        tokens_shown = "\n".join(each.tokens)
        table.add_row(each.at, to, each.purpose, each.view, tokens_shown, each.grant_id, str(each.index))
    for column in table.columns:
        column.overflow = "fold"
    Console().print(table)
