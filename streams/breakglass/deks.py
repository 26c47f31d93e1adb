"""Unwrapped DEKs in memory: few, for five minutes, and none that the key store no longer has."""

from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from schemas.errors import VaultError
from schemas.vault import Secret, VaultEntry
from streams.clock import Clock
from streams.vault.keystore import DekState, KeyStore
from streams.vault.openers import Opener
from streams.vault.opening import open_entry, unwrap_dek

MOST, SECONDS = 256, 300.0


class Shredded(VaultError):
    """The DEK of an entry was destroyed, so nothing opens it any more."""


@dataclass(slots=True)
class Deks:
    """Opens entries; `unwraps` counts the calls of the KEK, `kek_uri` names the last one used. For one thread.

    `denied` gives the tokens of a tenant whose records were erased one by one: these open no more, whatever is there.
    """

    keystore: KeyStore
    keks: Opener
    clock: Clock
    unwraps: int = 0
    kek_uri: str = ""
    denied: Callable[[str], Collection[str]] = lambda _: ()
    _known: OrderedDict[str, tuple[bytes, float]] = field(default_factory=OrderedDict, repr=False)

    def open(self, entry: VaultEntry) -> Secret:
        """Return the secret of an entry.

        Raises Shredded where its DEK is destroyed or its token denied, IncorrectKey where anything was altered,
        KmsUnavailable.
        """
        if entry.token in self.denied(entry.tenant):
            raise Shredded("record was erased")
        wrapped = self.keystore.get(entry.dek_id)
        # Asked each time: what was destroyed a moment ago does not live on in this memory.
        if wrapped is None or wrapped.state == DekState.DESTROYED.value or not wrapped.wrapped:
            self._known.pop(entry.dek_id, None)
            raise Shredded("DEK was destroyed", dek_id=entry.dek_id)
        now = self.clock.monotonic()
        found = self._known.get(entry.dek_id)
        if found is None or now - found[1] >= SECONDS:
            self.unwraps, self.kek_uri = self.unwraps + 1, wrapped.kek_uri
            found = self._known[entry.dek_id] = (unwrap_dek(wrapped, self.keks(wrapped.kek_uri)), now)
        self._known.move_to_end(entry.dek_id)
        while len(self._known) > MOST:
            self._known.popitem(last=False)
        return open_entry(entry, found[0])
