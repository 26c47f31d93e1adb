"""`phistream breakglass`: the first two persons, the people after them, their roles, and the review of all of it."""

from typing import TYPE_CHECKING, Annotated

import orjson
import typer
from rich.console import Console
from rich.table import Table

from schemas.access import Role
from streams.commands.honeytokens import honeytoken_app
from streams.commands.options import ConfigFile
from streams.commands.people import person_app
from streams.commands.roles import role_app
from streams.commands.serving_breakglass import serve
from streams.commands.signing_in import (
    CredentialsSource,
    State,
    ask_credentials,
    ask_passphrase,
    now,
    open_accounts,
    open_audit,
    sign_in,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from schemas.vault import TenantId
    from streams.breakglass.identity.accounts import NewAccount
    from streams.breakglass.identity.people import Reviewed
    from streams.breakglass.identity.services import ServiceAccount
    from streams.embedded.state import EmbeddedState

breakglass_app = typer.Typer(
    help="People who may re-identify, their roles and review; the HTTPS API.", no_args_is_help=True
)
access_app = typer.Typer(help="Who may do what.", no_args_is_help=True)
breakglass_app.add_typer(person_app, name="person")
breakglass_app.add_typer(role_app, name="role")
breakglass_app.add_typer(access_app, name="access")
breakglass_app.add_typer(honeytoken_app, name="honeytoken")
breakglass_app.command()(serve)


@breakglass_app.command()
def init(
    state: State,
    *,
    split: Annotated[
        bool, typer.Option("--split", help="Each of the two persons sets a part of the passphrase, and holds it alone.")
    ] = False,
    policy: Annotated[
        str, typer.Option(help="What both accept: nothing weaker is redacted here without two persons.")
    ] = "default",
    credentials: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Instead of typing: a file of mode 0600, or fd:N."),
    ] = None,
) -> None:
    """Enrol the first two persons, and protect the private keys by a passphrase. Once for each state folder.

    Both are there: each sets a password, takes a one-time secret into an authenticator and shows its code. The first
    one becomes privacy officer, the second one security; both may ask. All further people and roles take two persons.
    """
    from streams.accepted_policy import accepted_file, posture_of_settings
    from streams.breakglass.accepting import Accepting
    from streams.breakglass.identity.ceremony import Ceremony, refuse_second
    from streams.breakglass.identity.halves import passphrase_of, protect_halves
    from streams.composition import embedded_settings
    from streams.embedded.state import KEY_PAIRS, EmbeddedState

    embedded = EmbeddedState(state)
    embedded.prepare()
    with open_audit(embedded) as audit:
        refuse_second(open_accounts(embedded, audit).registry)
    two, parts = _asked(split=split) if credentials is None else _read(credentials)
    passphrase = passphrase_of(parts)
    with open_audit(embedded) as audit:
        accounts = open_accounts(embedded, audit)
        ceremony = Ceremony(
            accounts, lambda: protect_halves(embedded.keys, KEY_PAIRS, passphrase), split=len(parts) > 1
        )
        people = ceremony.hold(two, now())
        settings = embedded_settings(embedded, policy)
        Accepting(accounts.registry).begin(people, accepted_file(settings), posture_of_settings(settings), now())
    typer.echo("Two persons are enrolled, and the private keys ask for the passphrase.", err=True)
    typer.echo(_kept(embedded), err=True)


@access_app.command()
def review(
    state: State,
    config: ConfigFile = None,
    *,
    sign_off: Annotated[bool, typer.Option("--sign-off", help="Sign in, and record that you examined this.")] = False,
    credentials: CredentialsSource = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """List every person and every service account, what they may do and when they were last seen; sign it off.

    With --config the services are those of the deployment. The audit log holds the digest of what was signed.
    """
    from streams.breakglass.identity.people import People, line_of
    from streams.breakglass.identity.services import service_line
    from streams.breakglass.reviewing_access import service_accounts
    from streams.config import load_settings
    from streams.embedded.state import EmbeddedState

    embedded = EmbeddedState(state)
    given = ask_credentials(credentials) if sign_off else None
    with open_audit(embedded) as audit:
        people = People(open_accounts(embedded, audit))
        reviewed = people.review()
        services = service_accounts(embedded, audit, None if config is None else load_settings(config))
        who = None if given is None else sign_in(people.accounts, given)
        digest = None if who is None else people.sign_off(who, reviewed, services, now())
    if json:
        for line in (*map(line_of, reviewed), *map(service_line, services)):
            typer.echo(orjson.dumps(line).decode())
    else:
        _show(reviewed, services)
    if digest is not None:
        typer.echo(f"Signed off; the audit log holds the digest {digest}.", err=True)


def _show(reviewed: "Sequence[Reviewed]", services: "Sequence[ServiceAccount]") -> None:
    people = Table("name", "person", "roles", "last seen", "left")
    for each in reviewed:
        person = f"{each.person.issuer}|{each.person.subject}"
        people.add_row(each.name, person, _roles(each.roles), each.last_seen or "never", each.offboarded)
    accounts = Table("service account", "may", "last used")
    for service in services:
        accounts.add_row(service.name, service.may, service.last_used or "unknown")
    for table in (people, accounts):
        for column in table.columns:
            column.overflow = "fold"
        Console().print(table)


def _asked(*, split: bool) -> "tuple[tuple[NewAccount, NewAccount], tuple[str, ...]]":
    from streams.commands.enrolling import ask_new

    two = ask_new("First person (privacy officer)"), ask_new("Second person (security)")
    return two, ask_passphrase(split=split, twice=True)


def _read(source: str) -> "tuple[tuple[NewAccount, NewAccount], tuple[str, ...]]":
    from streams.breakglass.identity.credentials import read_ceremony

    return read_ceremony(source)


def _kept(embedded: "EmbeddedState") -> str:
    return (
        f"Without the passphrase nothing in {embedded.folder} can be re-identified, by anybody, ever: keep a copy "
        "where neither of you goes alone. Older copies of the folder hold the keys unprotected: destroy them."
    )


def _roles(roles: "dict[TenantId, frozenset[Role]]") -> str:
    return "\n".join(f"{tenant}: {', '.join(sorted(held))}" for tenant, held in sorted(roles.items()))
