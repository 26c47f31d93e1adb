"""Unwrapped DEKs in memory: few, for five minutes, and none that the key store no longer has."""

from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from threading import Lock

from schemas.errors import Shredded
from schemas.vault import Secret, VaultEntry
from streams.clock import Clock
from streams.vault.keystore import DekState, KeyStore
from streams.vault.openers import Opener
from streams.vault.opening import open_entry, unwrap_dek

MOST, SECONDS = 256, 300.0


class DekCache:
    """The DEKs that were unwrapped of late; threads share it."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._known: OrderedDict[str, tuple[bytes, float]] = OrderedDict()

    def get(self, dek_id: str) -> bytes | None:
        """Return a DEK, or None where it is not known or was kept for too long."""
        with self._lock:
            dek, since = self._known.get(dek_id, (b"", -SECONDS))
            if not dek or self._clock.monotonic() - since >= SECONDS:
                self._known.pop(dek_id, None)
                return None
            self._known.move_to_end(dek_id)
            return dek

    def put(self, dek_id: str, dek: bytes) -> None:
        """Keep a DEK, and let go of the one that was not used for longest."""
        with self._lock:
            self._known[dek_id] = (dek, self._clock.monotonic())
            while len(self._known) > MOST:
                self._known.popitem(last=False)

    def drop(self, dek_id: str) -> None:
        """Let go of a DEK that was destroyed."""
        with self._lock:
            self._known.pop(dek_id, None)


@dataclass(slots=True)
class Deks:
    """Opens entries; `unwraps` counts the calls of the KEK, `kek_uri` names the last one used. For one thread.

    `denied` gives the tokens of a tenant whose records were erased one by one: these open no more, whatever is there.
    """

    keystore: KeyStore
    keks: Opener
    cache: DekCache = field(repr=False)
    unwraps: int = 0
    kek_uri: str = ""
    denied: Callable[[str], Collection[str]] = lambda _: ()

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
            self.cache.drop(entry.dek_id)
            raise Shredded("DEK was destroyed", dek_id=entry.dek_id)
        dek = self.cache.get(entry.dek_id)
        if dek is None:
            self.unwraps, self.kek_uri = self.unwraps + 1, wrapped.kek_uri
            dek = unwrap_dek(wrapped, self.keks(wrapped.kek_uri))
            self.cache.put(entry.dek_id, dek)
        return open_entry(entry, dek)
