"""Re-wrapping DEKs to a KEK's current version, by the side that may unwrap; entries are not touched."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from schemas.errors import IncorrectKey, VaultError
from schemas.vault import WrappedDek
from streams.vault.kek import Kek
from streams.vault.keystore import KekUse, KeyStore, live
from streams.vault.openers import Opener
from streams.vault.opening import unwrap_dek
from streams.vault.primitives import KEY_BYTES
from streams.vault.wrapping import WrapContext, dek_id

#: Called with how many DEKs are settled, and how many there are.
Progress = Callable[[int, int], None]
#: Gives the wrapping side of a tenant's KEK.
Target = Callable[[str], Kek]


@dataclass(frozen=True, slots=True)
class Rewrapped:
    """What a run did: DEKs wrapped anew, DEKs that do not open, and the uses of KEKs that it found afterwards."""

    rewrapped: int
    unreadable: tuple[str, ...]
    behind: tuple[KekUse, ...]

    @property
    def complete(self) -> bool:
        """Tell whether every DEK hangs on the current version of its KEK."""
        return not self.unreadable and not self.behind


@dataclass(frozen=True, slots=True)
class Drill:
    """What was opened in an exercise: how many DEKs came back, and which did not."""

    opened: int
    unreadable: tuple[str, ...]


def rewrap_all(store: KeyStore, target: Target, opener: Opener, at_ms: int, progress: Progress) -> Rewrapped:
    """Wrap every DEK to the current version of its tenant's KEK; may be cut short and called again.

    No wrapped DEK is exchanged before the new one has been opened. What is left under another version is counted in the
    store afterwards, which is the proof that none is.
    """
    deks = list(live(store))
    current = {tenant: _current(target(tenant)) for tenant in {dek.tenant for dek in deks}}
    behind = [dek for dek in deks if (dek.kek_uri, dek.kek_version) != current[dek.tenant]]
    rewrapped, unreadable = 0, []
    for number, dek in enumerate(behind):
        try:
            rewrapped += store.rewrap(dek, _rewrap(dek, target(dek.tenant), opener), at_ms)
        except IncorrectKey:
            unreadable.append(dek.dek_id)
        progress(number + 1, len(behind))
    return Rewrapped(rewrapped, tuple(unreadable), _behind(store, target))


def drill(deks: Sequence[WrappedDek], opener: Opener, progress: Progress) -> Drill:
    """Open every DEK and drop it: an exercise that nobody sees the keys of."""
    opened, unreadable = 0, []
    for number, dek in enumerate(deks):
        try:
            unwrap_dek(dek, opener(dek.kek_uri))
            opened += 1
        except IncorrectKey:
            unreadable.append(dek.dek_id)
        progress(number + 1, len(deks))
    return Drill(opened, tuple(unreadable))


def _rewrap(dek: WrappedDek, kek: Kek, opener: Opener) -> WrappedDek:
    secret = unwrap_dek(dek, opener(dek.kek_uri))
    wrap = kek.wrap(secret, WrapContext(dek.tenant, dek.unit, dek.dek_id, kek.uri))
    new = replace(dek, wrapped=wrap.wrapped, kek_uri=kek.uri, kek_version=wrap.kek_version)
    if unwrap_dek(new, opener(kek.uri)) != secret:
        raise VaultError("DEK wrapped anew does not open", dek_id=dek.dek_id)
    return new


def current_version(kek: Kek) -> str:
    """Return the version that *kek* wraps with now, by wrapping something that nobody uses."""
    probe = bytes(KEY_BYTES)
    return kek.wrap(probe, WrapContext("probe", "probe", dek_id(probe), kek.uri)).kek_version


def _current(kek: Kek) -> tuple[str, str]:
    return kek.uri, current_version(kek)


def _behind(store: KeyStore, target: Target) -> tuple[KekUse, ...]:
    """Return the uses of KEKs that are no tenant's current version, counted in the store."""
    current = {_current(target(tenant)) for tenant in store.tenants()}
    return tuple(kek for kek in store.keks() if kek.deks and (kek.uri, kek.version) not in current)
