"""What commands of break-glass share: signing in, and the desk of a state folder, opened for one command."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

from schemas.errors import ConfigError
from streams.commands.signing_in import (
    CredentialsSource,
    State,
    ask_credentials,
    ask_credentials_to_open,
    open_accounts,
    open_audit,
    sign_in,
)

if TYPE_CHECKING:
    from schemas.access import Identity
    from streams.audit.audit_log import AuditLog
    from streams.breakglass.desk import Desk
    from streams.breakglass.identity.credentials import Credentials
    from streams.embedded.state import EmbeddedState


@dataclass(frozen=True, slots=True)
class Signed:
    """Somebody at the desk; `passphrase` is None where they were not asked for it."""

    desk: "Desk"
    identity: "Identity"
    log: "AuditLog"
    passphrase: bytes | None


@contextmanager
def at_desk(state: State, source: CredentialsSource, *, opens: bool = False) -> Iterator[Signed]:
    """Sign in and open the desk; *opens* asks for the passphrase of the private keys, too.

    Raises ConfigError where `breakglass init` was not held, AccessDenied where sign-in is refused.
    """
    from streams.embedded.state import EmbeddedState

    embedded = EmbeddedState(state)
    if not embedded.log_file.exists():
        raise ConfigError("no state folder here; `phistream redact` makes one", path=str(state))
    given = _asked(embedded, source, opens=opens)
    with open_audit(embedded) as log:
        signed = _signed(embedded, log, given, opens=opens)
        try:
            yield signed
        finally:
            _tell(signed.desk)


def _tell(desk: "Desk") -> None:
    """Deliver what people are to be told, this command's messages and those that waited."""
    late = desk.courier.deliver()
    if late:
        typer.secho(f"{late} notifications are undelivered for more than five minutes.", fg="red", err=True)


def _asked(embedded: "EmbeddedState", source: CredentialsSource, *, opens: bool) -> "Credentials":
    from streams.breakglass.identity.ceremony import protection_of

    with open_audit(embedded) as log:
        protection = protection_of(open_accounts(embedded, log).registry)
    if not protection.enrolled:
        raise ConfigError(
            "break-glass is off; `phistream breakglass init` enrols two persons", path=str(embedded.folder)
        )
    return ask_credentials_to_open(source, split=protection.split) if opens else ask_credentials(source)


def _signed(embedded: "EmbeddedState", log: "AuditLog", given: "Credentials", *, opens: bool) -> Signed:
    from streams.breakglass.cleaning import clean
    from streams.breakglass.desk import desk_over
    from streams.breakglass.identity.halves import passphrase_of
    from streams.clock import SystemClock

    identity = sign_in(open_accounts(embedded, log), given)
    desk = desk_over(embedded, SystemClock(), log, clean)
    return Signed(desk, identity, log, passphrase_of(given.passphrase) if opens and given.passphrase else None)
