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


@dataclass(slots=True)
class LiveDek:
    """A DEK in use by this process, and the tokens whose entries it has sealed and seen committed."""

    id: str
    unit: str
    generation: int
    born: float
    cipher: AESGCM = field(repr=False)
    uses: int = 0
    committed: OrderedDict[Token, None] = field(default_factory=OrderedDict, repr=False)


class SealingVault:
    """Seals the secrets of one tenant, each token once for as long as its entry is known to be committed.

    Used by one thread. *entry_memory* bounds how many committed tokens are remembered for each DEK; what is forgotten
    is sealed again, which costs a record and loses nothing.
    """

    def __init__(self, tenant: str, kek: Kek, keystore: KeyStore, clock: Clock, entry_memory: int = 100_000) -> None:
        self.tenant = TenantId(tenant)
        self._kek = kek
        self._keystore = keystore
        self._clock = clock
        self._entry_memory = entry_memory
        self._live: OrderedDict[str, LiveDek] = OrderedDict()
        self._pending: set[tuple[str, Token]] = set()
        self._used: dict[str, int] = {}

    def seal(self, event_id: str, secrets: Sequence[Secret], timestamp_ms: int) -> tuple[VaultEntry, ...]:
        """Return the entries that the event's tokens still need, for the transaction that publishes the event.

        Leaves out what this process has committed under the unit's DEK, and what it sealed since the last commit.
        Raises KmsUnavailable or KeyRetired where no DEK can be had; nothing may be published then.
        """
        if not secrets:
            return ()
        unit = unit_of(timestamp_ms)
        sealed: list[VaultEntry] = []
        for secret in secrets:
            dek = self._dek(unit)
            if secret.token in dek.committed:
                dek.committed.move_to_end(secret.token)
            elif (unit, secret.token) not in self._pending:
                sealed.append(self._seal(event_id, secret, dek))
                self._pending.add((unit, secret.token))
        return tuple(sealed)

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
            dek = self._live.get(entry.unit)
            if dek is not None and dek.id == entry.dek_id:
                dek.committed[entry.token] = None
                if len(dek.committed) > self._entry_memory:
                    dek.committed.popitem(last=False)
        self.aborted()

    def discard(self, entries: Sequence[VaultEntry]) -> None:
        """Forget entries that will not be in their batch (an event too large); called before the next is sealed."""
        self._pending.difference_update((entry.unit, entry.token) for entry in entries)

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
        wrapped = self._kek.wrap(secret, WrapContext(self.tenant, unit, id_, self._kek.uri))
        self._keystore.put(
            WrappedDek(
                v=_DEK_VERSION,
                dek_id=id_,
                tenant=self.tenant,
                unit=unit,
                kek_uri=self._kek.uri,
                wrapped=wrapped,
                created_at_ms=self._clock.now_ms(),
                state=DekState.ACTIVE,
            ),
            generation,
        )
        return LiveDek(id_, unit, generation, self._clock.monotonic(), AESGCM(secret))
