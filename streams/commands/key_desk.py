"""What the commands of keys and erasure share: who acts, the key store with its ledger, and the audit log."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rich.progress import Progress

from schemas.access import Role
from schemas.errors import AccessDenied, ConfigError
from streams.clock import Clock, SystemClock
from streams.commands.signing_in import (
    ask_credentials,
    ask_credentials_to_open,
    ask_passphrase,
    open_accounts,
    open_audit,
    sign_in,
)

if TYPE_CHECKING:
    from schemas.audit import Actor, AuditRecord
    from schemas.audit_terms import Action, Phase, Reason
    from streams.audit.audit_log import AuditLog
    from streams.breakglass.identity.credentials import Credentials
    from streams.breakglass.trail import Trail
    from streams.config import Settings
    from streams.embedded.state import EmbeddedState
    from streams.vault.kek import Kek
    from streams.vault.keystore import KeyStore
    from streams.vault.ledger import Ledger
    from streams.vault.openers import Openers


@dataclass(frozen=True, slots=True)
class KeyDesk:
    """Everything that a command on keys needs; `passphrase` is None where no private half asks for one."""

    settings: "Settings"
    state: "EmbeddedState | None"
    store: "KeyStore"
    ledger: "Ledger"
    trail: "Trail"
    actor: "Actor"
    tenant: str
    clock: Clock
    passphrase: bytes | None

    def openers(self) -> "Openers":
        """Return the unwrapping sides."""
        from streams.vault.openers import Openers

        return Openers(self.settings.vault.private_folder, self.passphrase)

    def kek(self, tenant: str) -> "Kek":
        """Return the wrapping side of a tenant's KEK."""
        from streams.vault.kek import open_kek

        declared = self.settings.tenants.get(tenant)
        uri = (declared.kek_uri if declared is not None else None) or self.settings.vault.kek_uri
        if uri is None:
            raise ConfigError("setting is missing", setting="vault.kek_uri")
        return open_kek(uri)

    @contextmanager
    def audited(self, action: "Action") -> Iterator[None]:
        """Announce an action on keys before the block, and tell what came of it after it."""
        from schemas.audit_terms import Phase, Result
        from schemas.errors import PhistreamError
        from streams.breakglass.trail import reason_of

        intent = self.trail.begin(_record(action, Phase.INTENT, self.actor, self.tenant))
        try:
            yield
        except PhistreamError as error:
            self.trail.end(intent, Result.ERROR, reason_of(error))
            raise
        self.trail.end(intent, Result.SUCCESS)


@contextmanager
def at_key_desk(
    config: Path | None,
    state: Path | None,
    source: str | None,
    role: Role,
    *,
    opens: bool = False,
    replayed: bool = True,
) -> Iterator[KeyDesk]:
    """Open the desk for one command.

    Over a state folder whose people are enrolled, somebody who holds *role* signs in; beyond it the account of the host
    acts, under its name. *opens* asks for the passphrase of the private keys where they have one. Raises ConfigError,
    AccessDenied or AuditUnavailable, and nothing was done then.
    """
    from streams.audit.audit_log import open_audit_log
    from streams.breakglass.trail import Trail
    from streams.vault.ledger import Ledger
    from streams.vault.stores import open_key_store, open_unreplayed

    settings, embedded = _settings(config, state)
    vault = settings.vault
    if vault.ledger is None or vault.audit_log is None or vault.audit_keys is None:
        raise ConfigError("set vault.ledger, vault.audit_log and vault.audit_keys", setting="vault.audit_log")
    given = _asked(embedded, source, opens=opens)
    passphrase = _passphrase(settings, given, opens=opens)
    with open_audit_log(vault.audit_log, vault.audit_keys, SystemClock().now_ms()) as log:
        actor = _actor(embedded, log, given, role)
        store = (open_key_store if replayed else open_unreplayed)(vault)
        try:
            yield KeyDesk(
                settings, embedded, store, Ledger(vault.ledger), Trail(log), actor, settings.operator_tenant,
                SystemClock(), passphrase,
            )  # fmt: skip
        finally:
            store.close()


@contextmanager
def bar(what: str) -> Iterator["Bar"]:
    """Show a bar on standard error while something counts up."""
    from rich.console import Console

    with Progress(console=Console(stderr=True)) as progress:
        yield Bar(progress, what)


class Bar:
    """Called with how many are done, and of how many."""

    def __init__(self, progress: Progress, what: str) -> None:
        self._progress = progress
        self._task = progress.add_task(what, total=None)

    def __call__(self, done: int, of: int) -> None:
        """Move the bar."""
        self._progress.update(self._task, completed=done, total=of)


def _settings(config: Path | None, state: Path | None) -> "tuple[Settings, EmbeddedState | None]":
    from streams.composition import embedded_settings
    from streams.config import load_settings
    from streams.embedded.state import EmbeddedState

    if (config is None) == (state is None):
        raise ConfigError("give --config or --state, and not both")
    if state is None:
        return load_settings(config), None
    embedded = EmbeddedState(state)
    if not embedded.log_file.exists():
        raise ConfigError("no state folder here; `phistream redact` makes one", path=str(state))
    return embedded_settings(embedded, "default"), embedded


def _asked(embedded: "EmbeddedState | None", source: str | None, *, opens: bool) -> "Credentials | None":
    """Ask who signs in, where people are enrolled; nobody is asked anything while the audit log is held."""
    from streams.breakglass.identity.ceremony import protection_of

    if embedded is None:
        return None
    with open_audit(embedded) as log:
        protection = protection_of(open_accounts(embedded, log).registry)
    if not protection.enrolled:
        return None
    return ask_credentials_to_open(source, split=protection.split) if opens else ask_credentials(source)


def _passphrase(settings: "Settings", given: "Credentials | None", *, opens: bool) -> bytes | None:
    from streams.breakglass.identity.halves import passphrase_of
    from streams.vault.openers import private_half
    from streams.vault.passphrase import is_protected
    from streams.vault.private_file import read_private

    if given is not None:
        return passphrase_of(given.passphrase) if opens and given.passphrase else None
    uri = settings.vault.kek_uri or ""
    half = private_half(uri.removeprefix("local:"), settings.vault.private_folder)
    if opens and uri.startswith("local:") and half.exists() and is_protected(read_private(half)):
        return passphrase_of(ask_passphrase(split=False))
    return None


def _actor(embedded: "EmbeddedState | None", log: "AuditLog", given: "Credentials | None", role: Role) -> "Actor":
    from schemas.audit import Actor
    from schemas.audit_terms import Action, Phase, Reason
    from schemas.vault import TenantId
    from streams.breakglass.identity.registry import actor_of
    from streams.embedded.state import TENANT

    if embedded is None or given is None:
        return Actor("local", f"host-{getpass.getuser()}")
    identity = sign_in(open_accounts(embedded, log), given)
    actor = actor_of(identity)
    if not identity.holds(TenantId(TENANT), role):
        log.append(_record(Action.AUTH_DENIED, Phase.SINGLE, actor, TENANT, Reason.ROLE_MISSING))
        raise AccessDenied("role is missing", code=Reason.ROLE_MISSING.value, role=role.value)
    return actor


def _record(
    action: "Action", phase: "Phase", actor: "Actor", tenant: str, reason: "Reason | None" = None
) -> "AuditRecord":
    from importlib.metadata import version

    from schemas.audit import AuditRecord, Resource
    from schemas.audit_terms import ResourceKind, Result
    from schemas.vault import TenantId
    from streams.clock import rfc3339

    now = rfc3339(SystemClock().now_ms())
    named = Resource(ResourceKind.TENANT, (tenant,), 1)
    result = None if reason is None else Result.DENIED
    return AuditRecord(
        now, TenantId(tenant), phase, action, actor, named, version("phistream"), result=result, reason=reason
    )
