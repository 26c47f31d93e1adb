"""Sealing whole records that could not be redacted, under a KEK of their own."""

import os
import struct
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from streams.clock import Clock
from streams.vault.associated import quarantine_data
from streams.vault.kek import Kek
from streams.vault.primitives import KEY_BYTES, NONCE_BYTES, length_prefixed, optional_part, to_base64url
from streams.vault.wrapping import QUARANTINE_UNIT, WrapContext, dek_id

#: A DEK that leaks opens this many records at most.
MAX_RECORDS = 1024
MAX_SECONDS = 300.0
MAX_LIVE = 64
PACKED = b"phq1"


@dataclass(frozen=True, slots=True)
class SealedRecord:
    """A record sealed whole; its strings are base64url, as QuarantineRecord has them."""

    dek_id: str
    wrapped_dek: str
    kek_uri: str
    nonce: str
    sealed: str


@dataclass(slots=True)
class _LiveDek:
    id: str
    wrapped: str
    born: float
    cipher: AESGCM = field(repr=False)
    uses: int = 0


class QuarantineSeal:
    """Seals records; the wrapped DEK travels with each, so that it opens without the key store. Used by one thread."""

    def __init__(self, kek: Kek, clock: Clock) -> None:
        self._kek = kek
        self._clock = clock
        self._live: OrderedDict[str, _LiveDek] = OrderedDict()

    def seal(self, tenant: str, event_id: str, payload: bytes) -> SealedRecord:
        """Return *payload* sealed, bound to its tenant and event; raises KmsUnavailable where no DEK can be wrapped."""
        dek = self._dek(tenant)
        dek.uses += 1
        nonce = os.urandom(NONCE_BYTES)
        sealed = dek.cipher.encrypt(nonce, payload, quarantine_data(tenant, event_id, dek.id))
        return SealedRecord(dek.id, dek.wrapped, self._kek.uri, to_base64url(nonce), to_base64url(sealed))

    def _dek(self, tenant: str) -> _LiveDek:
        dek = self._live.get(tenant)
        if dek is None or dek.uses >= MAX_RECORDS or self._clock.monotonic() - dek.born >= MAX_SECONDS:
            secret = os.urandom(KEY_BYTES)
            id_ = dek_id(secret)
            wrapped = self._kek.wrap(secret, WrapContext(tenant, QUARANTINE_UNIT, id_, self._kek.uri)).wrapped
            dek = self._live[tenant] = _LiveDek(id_, to_base64url(wrapped), self._clock.monotonic(), AESGCM(secret))
        self._live.move_to_end(tenant)
        while len(self._live) > MAX_LIVE:
            self._live.popitem(last=False)
        return dek


def pack_record(record_key: bytes | None, value: bytes | None, headers: Sequence[tuple[str, bytes | None]]) -> bytes:
    """Return a record as bytes that read back in one way only; unpack_record of opening.py is the inverse."""
    packed = [length_prefixed(name) + optional_part(content) for name, content in headers]
    count = struct.pack(">I", len(packed))
    return b"".join((PACKED, optional_part(record_key), optional_part(value), count, *packed))
