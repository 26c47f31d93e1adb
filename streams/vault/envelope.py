"""Sealing: from secrets to vault entries, under data keys that are durable in the key store before their first use.

Nothing here opens an entry; that is opening.py, which the redactor never imports.
"""

import os
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from schemas.codec import VAULT_ENTRY
from schemas.errors import KeyRetired
from schemas.vault import Secret, TenantId, Token, VaultEntry, WrappedDek
from streams.clock import Clock
from streams.vault.associated import entry_data, pad
from streams.vault.kek import Kek
from streams.vault.keystore import DekState, KeyStore
from streams.vault.primitives import KEY_BYTES, NONCE_BYTES, as_bytes, to_base64url
from streams.vault.units import unit_of
from streams.vault.wrapping import WrapContext, dek_id

#: How often one DEK may seal: 2^20 random nonces of 96 bits collide with probability 2^-57.
MAX_USES = 2**20
MAX_SECONDS = 3600.0
#: DEKs in memory at once; a worker far behind reads records of many months.
MAX_LIVE = 32
_DEK_VERSION = 1
_PROBE_UNIT = "probe"


@dataclass(slots=True)
class LiveDek:
    """A DEK in use by this process."""

    id: str
    unit: str
    generation: int
    born: float
    cipher: AESGCM = field(repr=False)
    uses: int = 0


class SealingVault:
    """Seals the secrets of one tenant, each token once for as long as its entry is known to be committed.

    Used by one thread. *entry_memory* bounds how many committed tokens are remembered, each with its DEK, so that the
    memory ends with the DEK; what is forgotten is sealed again, which costs a record and loses nothing.
    """

    def __init__(self, tenant: str, kek: Kek, keystore: KeyStore, clock: Clock, entry_memory: int = 50_000) -> None:
        self.tenant = TenantId(tenant)
        self._kek = kek
        self._keystore = keystore
        self._clock = clock
        self._entry_memory = entry_memory
        self._live: OrderedDict[str, LiveDek] = OrderedDict()
        self._committed: OrderedDict[tuple[str, Token], None] = OrderedDict()
        self._pending: dict[tuple[str, Token], VaultEntry] = {}
        self._used: dict[str, int] = {}

    def seal(self, event_id: str, secrets: Sequence[Secret], timestamp_ms: int) -> tuple[VaultEntry, ...]:
        """Return the entries that the event's tokens still need, for the transaction that publishes the event.

        Leaves out what this process has committed under the unit's DEK. What it sealed since the last commit is not
        sealed again but returned again, so that an event keeps its entries when another one is left out of the batch.
        Raises KmsUnavailable or KeyRetired where no DEK can be had; nothing may be published then.
        """
        if not secrets:
            return ()
        unit = unit_of(timestamp_ms)
        entries: dict[Token, VaultEntry] = {}
        for secret in secrets:
            dek = self._dek(unit)
            if (dek.id, secret.token) in self._committed:
                self._committed.move_to_end((dek.id, secret.token))
                continue
            place = (unit, secret.token)
            if place not in self._pending:
                self._pending[place] = self._seal(event_id, secret, dek)
            entries[secret.token] = self._pending[place]
        return tuple(entries.values())

    def prove(self) -> None:
        """Wrap a DEK that nobody will use and read the key store, as a worker does before it joins.

        Raises KmsUnavailable or ConfigError where it could not seal.
        """
        secret = os.urandom(KEY_BYTES)
        self._kek.wrap(secret, WrapContext(self.tenant, _PROBE_UNIT, dek_id(secret), self._kek.uri))
        self._keystore.generations(self.tenant)

    def check_units(self) -> None:
        """Raise KeyRetired where a unit in use was retired; called before each transaction, which must not begin then.

        The unit's DEK is forgotten, with what was sealed since the last commit: the batch is redacted again.
        """
        if not self._live and not self._used:
            return
        generations = self._keystore.generations(self.tenant)
        used = {unit: dek.generation for unit, dek in self._live.items()} | self._used
        retired = [unit for unit, generation in used.items() if generations.get(unit, 0) != generation]
        if retired:
            for unit in retired:
                self._live.pop(unit, None)
            self.aborted()
            raise KeyRetired("units were retired", units=len(retired))

    def committed(self, entries: Sequence[VaultEntry]) -> None:
        """Remember the entries of a transaction, all that were sealed since the last one; called only when it is OK."""
        for entry in entries:
            self._committed[entry.dek_id, entry.token] = None
        while len(self._committed) > self._entry_memory:
            self._committed.popitem(last=False)
        self.aborted()

    def discard(self, entries: Sequence[VaultEntry]) -> None:
        """Forget entries that will not be published although others of their batch will."""
        for entry in entries:
            self._pending.pop((entry.unit, entry.token), None)

    def aborted(self) -> None:
        """Forget what was sealed since the last commit: it was not published, so it is sealed again."""
        self._pending.clear()
        self._used.clear()

    def _seal(self, event_id: str, secret: Secret, dek: LiveDek) -> VaultEntry:
        dek.uses += 1  # Counted before use, so that no failure between the two gives a use for nothing.
        nonce = os.urandom(NONCE_BYTES)
        blank = VaultEntry(
            v=VAULT_ENTRY.version,
            tenant=self.tenant,
            token=secret.token,
            type=secret.type,
            unit=dek.unit,
            event_id=event_id,
            field_path=secret.field_path,
            side=secret.side,
            dek_id=dek.id,
            nonce=to_base64url(nonce),
            ciphertext="",
            lookup_tag=secret.lookup_tag,
            sealed_at_ms=self._clock.now_ms(),
        )
        ciphertext = dek.cipher.encrypt(nonce, pad(as_bytes(secret.value)), entry_data(blank))
        return replace(blank, ciphertext=to_base64url(ciphertext))

    def _dek(self, unit: str) -> LiveDek:
        """Return the unit's DEK, a new one where it is worn out or too old."""
        dek = self._live.get(unit)
        if dek is None or dek.uses >= MAX_USES or self._clock.monotonic() - dek.born >= MAX_SECONDS:
            dek = self._live[unit] = self._new_dek(unit)
        self._live.move_to_end(unit)
        while len(self._live) > MAX_LIVE:
            self._live.popitem(last=False)
        self._used.setdefault(unit, dek.generation)
        return dek

    def _new_dek(self, unit: str) -> LiveDek:
        generation = self._keystore.generation(self.tenant, unit)
        secret = os.urandom(KEY_BYTES)
        id_ = dek_id(secret)
        wrap = self._kek.wrap(secret, WrapContext(self.tenant, unit, id_, self._kek.uri))
        self._keystore.put(
            WrappedDek(
                v=_DEK_VERSION,
                dek_id=id_,
                tenant=self.tenant,
                unit=unit,
                kek_uri=self._kek.uri,
                wrapped=wrap.wrapped,
                created_at_ms=self._clock.now_ms(),
                state=DekState.ACTIVE,
                kek_version=wrap.kek_version,
            ),
            generation,
        )
        return LiveDek(id_, unit, generation, self._clock.monotonic(), AESGCM(secret))
