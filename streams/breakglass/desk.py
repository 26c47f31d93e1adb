"""Break-glass over the state folder of an embedded run: everything that a command needs, opened and closed with it."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial

from schemas.errors import ConfigError
from schemas.vault import TenantId
from streams.audit.ports import Audit
from streams.breakglass.channels import read_channels
from streams.breakglass.database import database_in, open_database, registry_in
from streams.breakglass.deks import DekCache, Deks
from streams.breakglass.entries import Entries, EntryView
from streams.breakglass.following import catch_up
from streams.breakglass.granting import Granting, Notify
from streams.breakglass.identity.ceremony import protection_of
from streams.breakglass.identity.registry import Registry
from streams.breakglass.looking_up import Finder
from streams.breakglass.noted import Noted
from streams.breakglass.notifying import Courier
from streams.breakglass.outbox import Outbox
from streams.breakglass.revealing import Opener, Revealer
from streams.breakglass.store import GrantStore, ReasonSeal
from streams.breakglass.trail import Trail
from streams.clock import Clock
from streams.config import VaultSettings
from streams.embedded.state import TENANT, EmbeddedState
from streams.embedded.tombstones import bury
from streams.vault.erasing import Erasing, Tombstones, denied_tokens
from streams.vault.kek import CountedUnwrappingKek, UnwrappingKek
from streams.vault.ledger import Ledger
from streams.vault.openers import Openers
from streams.vault.stores import open_key_store
from streams.vault.tokenkeys import TokenKeys, load_token_keys

HOME = TenantId(TENANT)
#: What the embedded profile demands: one approval, of a role that the requester does not hold.
_APPROVALS = 1


def _untold(kind: str, outcome: str) -> None:
    """Tell nobody of a call of a KEK."""
    del kind, outcome


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What does not lie in the state folder where break-glass serves a deployment over Kafka.

    *bury* writes tombstones for the entries of a token of a tenant.
    """

    entries: Entries
    vault: VaultSettings
    approvals: Mapping[TenantId, int]
    bury: Tombstones


@dataclass(frozen=True, slots=True)
class Desk:
    """Break-glass of one state folder; threads may share it. It keeps the passphrase once it was given.

    *unwrapped* is told of each call of a KEK: of which kind, and how it ended.
    """

    state: EmbeddedState
    clock: Clock
    audit: Audit
    registry: Registry
    granting: Granting
    courier: Courier
    view: EntryView
    cache: DekCache = field(repr=False)
    elsewhere: Elsewhere | None = None
    unwrapped: Callable[[str, str], None] = _untold
    _keks: dict[bytes | None, Openers] = field(default_factory=dict, repr=False)

    def finder(self) -> Finder:
        """Return what looks up values."""
        return Finder(self.granting, self.granting.trail, self.entries, self._token_keys)

    @contextmanager
    def revealer(self, passphrase: bytes | None = None) -> Iterator[Revealer]:
        """Open the key store for reveals; private halves open with the passphrase, where they are protected."""
        vault = self.vault()
        ledger = Ledger(vault.ledger or self.state.ledger)
        store = open_key_store(vault)
        # A passphrase is stretched for half a second: once, and not for each reveal.
        keks = self._keks.setdefault(passphrase, Openers(vault.private_folder, passphrase))
        deks = Deks(store, lambda uri: self._counted(uri, keks), self.cache)
        deks.denied = lambda tenant: denied_tokens(ledger, tenant)
        try:
            yield self.revealer_with(deks)
        finally:
            store.close()

    def revealer_with(self, opener: Opener) -> Revealer:
        """Return what reveals, with entries opened by *opener*."""
        entries = self.entries()
        return Revealer(self.granting, self.granting.trail, lambda: entries, opener)

    @contextmanager
    def erasing(self) -> Iterator[Erasing]:
        """Open the key store for an erasure."""
        vault = self.vault()
        ledger = Ledger(vault.ledger or self.state.ledger)
        with closing(open_key_store(vault)) as store:
            yield Erasing(store, ledger, self.granting.trail, self.clock, vault.backup_days)

    def bury(self, tenant: str, token: str) -> int:
        """Write tombstones for the entries of a token; return how many."""
        if self.elsewhere is not None:
            return self.elsewhere.bury(tenant, token)
        return bury(self.state, tenant, token)

    def entries(self) -> Entries:
        """Return the entries, as far as they are known here."""
        if self.elsewhere is not None:
            return self.elsewhere.entries
        store = self.state.open_store()
        try:
            catch_up(self.view, store)
        finally:
            store.close()
        return self.view

    def _token_keys(self) -> dict[str, TokenKeys]:
        path = self.vault().token_keys_file
        if path is None:
            raise ConfigError("setting is missing", setting="vault.token_keys_file")
        return dict(load_token_keys(path))

    def _counted(self, uri: str, keks: Openers) -> UnwrappingKek:
        return CountedUnwrappingKek(keks(uri), partial(self.unwrapped, uri.partition(":")[0]))

    def vault(self) -> VaultSettings:
        """Return where keys lie."""
        if self.elsewhere is not None:
            return self.elsewhere.vault
        keys = self.state.keys
        return VaultSettings(
            key_store=self.state.key_store,
            ledger=self.state.ledger,
            private_folder=keys,
            token_keys_file=keys / "token-keys.json",
        )


def desk_over(  # noqa: PLR0913, PLR0917 - what a desk is made of, in one place.
    state: EmbeddedState,
    clock: Clock,
    audit: Audit,
    clean: Callable[[str], str],
    notify: Notify | None = None,
    elsewhere: Elsewhere | None = None,
    unwrapped: Callable[[str, str], None] = _untold,
) -> Desk:
    """Return the break-glass of a state folder over an audit log that is open.

    People are told of grants as `breakglass/notify.toml` says; raises ConfigError where it cannot be read.
    """
    # Each with connections of its own: what watches over people does so at each transaction of theirs.
    engine, registry = database_in(state.breakglass), registry_in(state.breakglass, audit, HOME)
    seal, ended = ReasonSeal.load(state.breakglass / "reasons.key"), Noted(state.breakglass / "ended")
    store = GrantStore(engine, seal, ended, Noted(state.breakglass / "honeytokens"))
    # Off until two people have enrolled: `breakglass init` is what switches it on.
    on = {HOME: _APPROVALS} if elsewhere is None else elsewhere.approvals
    store.set_tenants(on if protection_of(registry).enrolled else {})
    channels = read_channels(state.breakglass / "notify.toml")
    outbox, trail = Outbox(engine, tuple(channels)), Trail(audit)
    granting = Granting(store, trail, clock, clean, registry.current, notify or outbox.queue)
    view = EntryView.open(open_database(f"sqlite:///{(state.breakglass / 'entries.db').absolute()}"))
    courier = Courier(outbox, channels, trail, clock)
    return Desk(state, clock, audit, registry, granting, courier, view, DekCache(clock), elsewhere, unwrapped)
