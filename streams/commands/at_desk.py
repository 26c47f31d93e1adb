"""What commands of break-glass share: signing in, and the desk of a state folder, opened for one command."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from schemas.errors import AccessDenied, ConfigError, LogUnavailable
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
    from schemas.vault import TenantId
    from streams.audit.audit_log import AuditLog
    from streams.breakglass.desk import Desk, Elsewhere
    from streams.breakglass.entries import Entries
    from streams.breakglass.identity.credentials import Credentials
    from streams.config import Settings
    from streams.embedded.state import EmbeddedState

DeploymentConfig = Annotated[
    Path | None,
    typer.Option("--config", "-c", help="Over a deployment, whose break-glass the folder is of.", dir_okay=False),
]
FolderTenant = Annotated[
    str | None, typer.Option("--tenant", help="The tenant of a deployment; the folder's own where none is named.")
]
#: How long a view that is behind is waited for; one that never began may take several commands.
_CATCH_UP_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Signed:
    """Somebody at the desk; `passphrase` is None where they were not asked for it."""

    desk: "Desk"
    identity: "Identity"
    log: "AuditLog"
    passphrase: bytes | None


@contextmanager
def at_desk(
    state: State, source: CredentialsSource, *, opens: bool = False, follows: bool = False, config: Path | None = None
) -> Iterator[Signed]:
    """Sign in and open the desk; *opens* asks for the passphrase of the private keys, too, *follows* only for the log.

    With *config* it is the desk of a deployment, for who has an account and roles in this folder: neither its identity
    provider nor, for tokens that are known, its log need be there. Raises ConfigError where `breakglass init` was not
    held, AccessDenied where sign-in is refused.
    """
    from streams.embedded.state import EmbeddedState

    embedded, settings = EmbeddedState(state), _settings(config)
    if settings is None and not embedded.keys.is_dir():
        raise ConfigError("no state folder here; `redact` and `breakglass init` make one", path=str(state))
    given = _asked(embedded, source, opens=opens)
    with open_audit(embedded) as log, _elsewhere(settings, embedded, follows=follows or opens) as elsewhere:
        signed = _signed(embedded, log, given, elsewhere, opens=opens)
        if settings is not None:
            signed.desk.granting.store.set_tenants(_approvals(settings))
        try:
            yield signed
        finally:
            _tell(signed.desk)


def tenant_of(config: Path | None, named: str | None) -> str:
    """Return the tenant meant: the folder's own, or of a deployment the one *named*, or its only one."""
    from streams.breakglass.desk import HOME

    settings = _settings(config)
    tenants = sorted(_approvals(settings)) if settings is not None else [HOME]
    if named is None and len(tenants) == 1:
        return tenants[0]
    if named not in tenants:
        raise ConfigError("name a tenant that break-glass is on for", setting="--tenant")
    return named


def _settings(config: Path | None) -> "Settings | None":
    from streams.accepted_policy import refuse_unaccepted
    from streams.config import load_settings

    if config is None:
        return None
    settings = load_settings(config)
    refuse_unaccepted(settings)
    if not _approvals(settings):
        raise ConfigError("break-glass is on for no tenant", setting="tenants")
    return settings


def _approvals(settings: "Settings") -> "dict[TenantId, int]":
    from schemas.vault import TenantId

    return {TenantId(name): tenant.approvals for name, tenant in settings.tenants.items() if tenant.breakglass}


@contextmanager
def _elsewhere(
    settings: "Settings | None", embedded: "EmbeddedState", *, follows: bool
) -> "Iterator[Elsewhere | None]":
    """Follow the deployment's log where something is opened or found, once all that is there is known."""
    from streams.breakglass.deployment import deployment
    from streams.clock import SystemClock

    if settings is None or not follows:
        yield None
        return
    with deployment(settings, embedded, SystemClock()) as elsewhere:
        if elsewhere is not None:
            _catch_up(elsewhere.entries)
        yield elsewhere


def _catch_up(entries: "Entries") -> None:
    until = time.monotonic() + _CATCH_UP_SECONDS
    while time.monotonic() < until:
        try:
            entries.keep_up()
        except LogUnavailable:
            typer.secho("The log cannot be reached: what is known is shown, as old as it is.", fg="red", err=True)
            return
        except AccessDenied:
            continue
        return


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


def _signed(
    embedded: "EmbeddedState", log: "AuditLog", given: "Credentials", elsewhere: "Elsewhere | None", *, opens: bool
) -> Signed:
    from streams.breakglass.cleaning import clean
    from streams.breakglass.desk import desk_over
    from streams.breakglass.identity.halves import passphrase_of
    from streams.clock import SystemClock

    identity = sign_in(open_accounts(embedded, log), given)
    desk = desk_over(embedded, SystemClock(), log, clean, elsewhere=elsewhere)
    return Signed(desk, identity, log, passphrase_of(given.passphrase) if opens and given.passphrase else None)
