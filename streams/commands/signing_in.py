"""Signing in at the command line: name, hidden password and one-time code, typed in one's own process or read once."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from schemas.errors import ConfigError
from streams.clock import SystemClock

if TYPE_CHECKING:
    from schemas.access import Identity
    from streams.audit.audit_log import AuditLog
    from streams.audit.ports import Audit
    from streams.breakglass.identity.accounts import Accounts
    from streams.breakglass.identity.credentials import Credentials
    from streams.embedded.state import EmbeddedState

#: An embedded state folder; break-glass beyond it is a service.
State = Annotated[Path, typer.Option("--state", help="State folder of an embedded run.", file_okay=False)]
CredentialsSource = Annotated[
    str | None,
    typer.Option(
        "--credentials",
        metavar="FILE",
        help="Instead of typing: a file of mode 0600, or fd:N, with a JSON object of name, password and code.",
    ),
]
_TOTP_KEY = "totp.key"


def refuse_missing(state: "EmbeddedState") -> None:
    """Refuse a state folder that is not there: a mistyped path makes no new one, in which nobody may do anything."""
    if not state.folder.is_dir():
        raise ConfigError("no state folder here; `phistream breakglass init` makes one", path=str(state.folder))


def open_audit(state: "EmbeddedState") -> "AuditLog":
    """Open the audit log of a state folder; one command holds it at a time, so nobody is asked anything meanwhile.

    Raises ConfigError where there is no such folder.
    """
    from streams.audit.audit_log import open_audit_log

    refuse_missing(state)
    return open_audit_log(state.audit_log, state.audit_keys, SystemClock().now_ms())


def open_accounts(state: "EmbeddedState", audit: "Audit") -> "Accounts":
    """Open the accounts of a state folder, empty where there are none yet."""
    from schemas.vault import TenantId
    from streams.breakglass.database import registry_in
    from streams.breakglass.identity.accounts import Accounts
    from streams.breakglass.identity.passwords import Passwords
    from streams.breakglass.identity.totp import TotpSeal
    from streams.embedded.state import TENANT

    registry = registry_in(state.breakglass, audit, TenantId(TENANT))
    return Accounts(registry, TotpSeal.load(state.breakglass / _TOTP_KEY), Passwords())


def ask_credentials(source: str | None) -> "Credentials":
    """Ask who signs in, or read it out of *source*; ask before the audit log is held."""
    from streams.breakglass.identity.credentials import Credentials, read_credentials

    if source is not None:
        return read_credentials(source)
    name = typer.prompt("Name", err=True)
    return Credentials(name, ask_password(name), typer.prompt("One-time code", hide_input=True, err=True))


@contextmanager
def at_accounts(state: Path, source: str | None) -> "Iterator[tuple[Accounts, Credentials]]":
    """Ask who signs in, then open the accounts of a state folder and hold its audit log while the block lasts."""
    from streams.embedded.state import EmbeddedState

    given, embedded = ask_credentials(source), EmbeddedState(state)
    with open_audit(embedded) as audit:
        yield open_accounts(embedded, audit), given


def ask_credentials_to_open(source: str | None, *, split: bool) -> "Credentials":
    """Ask who signs in, and for the passphrase of the private keys, both its parts where it is split."""
    given = ask_credentials(source)
    return given if source is not None else replace(given, passphrase=ask_passphrase(split=split))


def sign_in(accounts: "Accounts", given: "Credentials") -> "Identity":
    """Return who signed in; raises AccessDenied, which never tells what was wrong."""
    return accounts.sign_in(given.name, given.password, given.code, now())


def ask_passphrase(*, split: bool, twice: bool = False) -> tuple[str, ...]:
    """Ask for the passphrase, or for a part of it from each of two persons; nobody sees what is typed."""
    if not split:
        return (_hidden("Passphrase of the private keys", twice=twice),)
    return (
        _hidden("Passphrase, the first person's part", twice=twice),
        _hidden("Passphrase, the second person's part", twice=twice),
    )


def ask_password(name: str, *, twice: bool = False) -> str:
    """Ask for somebody's password; nobody sees what is typed."""
    return _hidden(f"Password of {name}", twice=twice)


def now() -> float:
    """Return the time in seconds of the epoch."""
    return SystemClock().now_ms() / 1000


def _hidden(text: str, *, twice: bool) -> str:
    answer: str = typer.prompt(text, hide_input=True, confirmation_prompt=twice, err=True)
    return answer
