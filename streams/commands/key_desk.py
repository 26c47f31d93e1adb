"""What the commands of keys and erasure share: who acts, the key store with its ledger, and the audit log."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
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
    refuse_missing,
    sign_in,
)

if TYPE_CHECKING:
    from schemas.access import Identity
    from schemas.audit import Actor, AuditRecord, Resource
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
class Needs:
    """What a command asks for: *role* in *tenant*, the deployment's own or the folder's where none is named.

    *opens* asks for the passphrase of the private keys; *unattended* commands open and change nothing, so over a
    deployment the account of the host may run them; *replayed* has the ledger of erasures replayed before anything.
    """

    role: Role
    tenant: str | None = None
    anywhere: bool = False
    opens: bool = False
    unattended: bool = False
    replayed: bool = True


@dataclass(frozen=True, slots=True)
class KeyDesk:
    """Everything that a command on keys needs; `passphrase` is None where no private half asks for one.

    `state` is the state folder whose keys they are, None for those of a deployment; `identity` is None where nobody
    had to sign in.
    """

    settings: "Settings"
    state: "EmbeddedState | None"
    store: "KeyStore"
    ledger: "Ledger"
    trail: "Trail"
    actor: "Actor"
    identity: "Identity | None"
    tenant: str
    clock: Clock
    passphrase: bytes | None = field(repr=False)

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
    def audited(self, action: "Action", resource: "Resource | None" = None) -> Iterator[None]:
        """Announce an action on keys, or on *resource*, before the block, and tell what came of it after it."""
        from schemas.audit_terms import Phase, Result
        from schemas.errors import PhistreamError
        from streams.breakglass.trail import reason_of

        intent = self.trail.begin(_record(action, Phase.INTENT, self.actor, self.tenant, resource=resource))
        try:
            yield
        except PhistreamError as error:
            self.trail.end(intent, Result.ERROR, reason_of(error))
            raise
        self.trail.end(intent, Result.SUCCESS)


@dataclass(frozen=True, slots=True)
class _Place:
    """Whose keys, and whose people: a state folder has both, a deployment has its people in one."""

    settings: "Settings"
    state: "EmbeddedState | None"
    people: "EmbeddedState | None"
    audit: tuple[Path, Path]

    @property
    def home(self) -> str:
        """Return the tenant in which whoever acts on keys holds a role."""
        from streams.embedded.state import TENANT

        return TENANT if self.state is not None else self.settings.operator_tenant

    def open_log(self) -> "AuditLog":
        """Open the audit log that is told of everything done here."""
        from streams.audit.audit_log import open_audit_log

        return open_audit_log(*self.audit, SystemClock().now_ms())


@contextmanager
def at_key_desk(config: Path | None, state: Path | None, source: str | None, needs: Needs) -> Iterator[KeyDesk]:
    """Open the desk for one command.

    Somebody who holds the role signs in: of a state folder's people, once they are enrolled, and of a deployment's,
    whose break-glass lies in *state* beside *config*. Raises ConfigError, AccessDenied or AuditUnavailable, and nothing
    was done then.
    """
    from streams.breakglass.trail import Trail
    from streams.vault.ledger import Ledger
    from streams.vault.stores import open_key_store, open_unreplayed

    place = _place(config, state)
    settings, ledger = place.settings, place.settings.vault.ledger
    if ledger is None:
        raise ConfigError("setting is missing", setting="vault.ledger")
    if place.people is None and not needs.unattended:
        raise ConfigError("keys of a deployment are its people's: name their folder, too", setting="--state")
    given = _asked(place, source, needs)
    passphrase = _passphrase(settings, given, needs)
    with place.open_log() as log:
        identity = _signed(place, log, given, needs)
        store = (open_key_store if needs.replayed else open_unreplayed)(settings.vault)
        try:
            yield KeyDesk(
                settings, place.state, store, Ledger(ledger), Trail(log), _actor(identity), identity,
                settings.operator_tenant, SystemClock(), passphrase,
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


def _place(config: Path | None, state: Path | None) -> _Place:
    from streams.composition import embedded_settings
    from streams.config import load_settings
    from streams.embedded.state import EmbeddedState

    embedded = None if state is None else EmbeddedState(state)
    if config is None:
        if embedded is None:
            raise ConfigError("give --config or --state")
        if not embedded.keys.is_dir():
            raise ConfigError("no state folder here; `redact` and `breakglass init` make one", path=str(state))
        return _Place(embedded_settings(embedded, "default"), embedded, embedded, _audit_of(embedded))
    settings = load_settings(config)
    if embedded is not None:
        refuse_missing(embedded)
    vault = settings.vault
    if vault.audit_log is not None and vault.audit_keys is not None:
        return _Place(settings, None, embedded, (vault.audit_log, vault.audit_keys))
    if embedded is None or vault.audit_log is not None or vault.audit_keys is not None:
        raise ConfigError("set vault.audit_log and vault.audit_keys, or name --state", setting="vault.audit_log")
    return _Place(settings, None, embedded, _audit_of(embedded))


def _audit_of(embedded: "EmbeddedState") -> tuple[Path, Path]:
    return embedded.audit_log, embedded.audit_keys


def _asked(place: _Place, source: str | None, needs: Needs) -> "Credentials | None":
    """Ask who signs in; nobody is asked anything while the audit log is held."""
    from streams.breakglass.identity.ceremony import protection_of

    if place.people is None:
        return None
    with place.open_log() as log:
        protection = protection_of(open_accounts(place.people, log).registry)
    if not protection.enrolled:
        if place.state is None:
            raise ConfigError("break-glass is off; `phistream breakglass init` enrols two persons")
        return None
    return ask_credentials_to_open(source, split=protection.split) if needs.opens else ask_credentials(source)


def _passphrase(settings: "Settings", given: "Credentials | None", needs: Needs) -> bytes | None:
    from streams.breakglass.identity.halves import passphrase_of
    from streams.vault.openers import private_half
    from streams.vault.passphrase import is_protected
    from streams.vault.private_file import read_private

    if given is not None:
        return passphrase_of(given.passphrase) if needs.opens and given.passphrase else None
    uri = settings.vault.kek_uri or ""
    half = private_half(uri.removeprefix("local:"), settings.vault.private_folder)
    if needs.opens and uri.startswith("local:") and half.exists() and is_protected(read_private(half)):
        return passphrase_of(ask_passphrase(split=False))
    return None


def _signed(place: _Place, log: "AuditLog", given: "Credentials | None", needs: Needs) -> "Identity | None":
    """Return who signed in and holds the role; raises AccessDenied, told, for everybody else."""
    from schemas.audit_terms import Action, Phase, Reason
    from schemas.vault import TenantId
    from streams.breakglass.identity.registry import actor_of

    if place.people is None or given is None:
        return None
    identity = sign_in(open_accounts(place.people, log), given)
    # In a state folder the folder's own tenant is the only one, whatever name was given.
    named = needs.tenant if needs.tenant is not None and place.state is None else place.home
    tenants = [*identity.roles] if needs.anywhere and place.state is None else [TenantId(named)]
    if not any(identity.holds(tenant, needs.role) for tenant in tenants):
        log.append(_record(Action.AUTH_DENIED, Phase.SINGLE, actor_of(identity), named, Reason.ROLE_MISSING))
        raise AccessDenied("role is missing", code=Reason.ROLE_MISSING.value, role=needs.role.value, tenant=named)
    return identity


def _actor(identity: "Identity | None") -> "Actor":
    """Return who acts: a person, or the account of the host, which is nobody's word."""
    from schemas.audit import Actor
    from schemas.audit_terms import ActorType
    from streams.breakglass.identity.registry import actor_of

    if identity is None:
        return Actor("local", f"host-{getpass.getuser()}", ActorType.SERVICE)
    return actor_of(identity)


def _record(
    action: "Action",
    phase: "Phase",
    actor: "Actor",
    tenant: str,
    reason: "Reason | None" = None,
    resource: "Resource | None" = None,
) -> "AuditRecord":
    from importlib.metadata import version

    from schemas.audit import AuditRecord, Resource
    from schemas.audit_terms import ResourceKind, Result
    from schemas.vault import TenantId
    from streams.clock import rfc3339

    now = rfc3339(SystemClock().now_ms())
    named = resource or Resource(ResourceKind.TENANT, (tenant,), 1)
    result = None if reason is None else Result.DENIED
    return AuditRecord(
        now, TenantId(tenant), phase, action, actor, named, version("phistream"), result=result, reason=reason
    )
