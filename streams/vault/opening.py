"""Opening: the break-glass side of the vault. No module of the redactor imports this one; a test checks it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from schemas.audit import QuarantineRecord
from schemas.errors import IncorrectKey, VaultError
from schemas.vault import Secret, VaultEntry, WrappedDek
from streams.vault.associated import entry_data, quarantine_data, unpad
from streams.vault.compressing import decompress
from streams.vault.kek import UnwrappingKek
from streams.vault.primitives import from_base64url
from streams.vault.quarantine_seal import PACKED
from streams.vault.wrapping import QUARANTINE_UNIT, WrapContext, dek_id


@dataclass(frozen=True, slots=True)
class UnpackedRecord:
    """A quarantined record as it was read."""

    record_key: bytes | None = field(repr=False)
    value: bytes | None = field(repr=False)
    headers: tuple[tuple[str, bytes | None], ...] = field(repr=False)


def unwrap_dek(wrapped: WrappedDek, kek: UnwrappingKek) -> bytes:
    """Return a DEK out of the key store; raises IncorrectKey where it is not the one that its id commits to."""
    if not wrapped.wrapped:
        raise IncorrectKey("DEK was destroyed", dek_id=wrapped.dek_id)
    context = WrapContext(wrapped.tenant, wrapped.unit, wrapped.dek_id, wrapped.kek_uri, wrapped.kek_version)
    return _unwrap(wrapped.wrapped, context, kek)


def open_entry(entry: VaultEntry, dek: bytes) -> Secret:
    """Return the secret of an entry; raises IncorrectKey where the DEK is another one or anything was changed."""
    if dek_id(dek) != entry.dek_id:
        raise IncorrectKey("entry does not open", dek_id=entry.dek_id)
    padded = _open(dek, entry.nonce, entry.ciphertext, entry_data(entry))
    try:
        value = unpad(padded).decode("utf-8", "surrogatepass")
    except ValueError:
        raise IncorrectKey("entry does not open", dek_id=entry.dek_id) from None
    return Secret(entry.token, entry.type, value, entry.field_path, entry.side, entry.lookup_tag)


def open_quarantined(record: QuarantineRecord, kek: UnwrappingKek) -> UnpackedRecord:
    """Return a quarantined record; raises IncorrectKey where the KEK is another one or anything was changed."""
    context = WrapContext(record.tenant, QUARANTINE_UNIT, record.dek_id, record.kek_uri)
    try:
        wrapped = from_base64url(record.wrapped_dek)
    except ValueError:
        raise IncorrectKey("record does not open", dek_id=record.dek_id) from None
    dek = _unwrap(wrapped, context, kek)
    data = quarantine_data(record.tenant, record.event_id, record.dek_id)
    return unpack_record(decompress(_open(dek, record.nonce, record.sealed, data)))


def unpack_record(payload: bytes) -> UnpackedRecord:
    """Return the record in *payload*; the inverse of pack_record. Raises VaultError where it is none."""
    if payload[: len(PACKED)] != PACKED:
        raise VaultError("packed record is of an unknown version")
    reader = _Reader(payload, len(PACKED))
    try:
        record_key, value = reader.optional(), reader.optional()
        headers = tuple(_headers(reader))
    except (IndexError, UnicodeDecodeError):
        raise VaultError("packed record is damaged", size=len(payload)) from None
    if reader.at != len(payload):
        raise VaultError("packed record is damaged", size=len(payload))
    return UnpackedRecord(record_key, value, headers)


@dataclass(slots=True)
class _Reader:
    data: bytes = field(repr=False)
    at: int

    def take(self, count: int) -> bytes:
        end = self.at + count
        if end > len(self.data):
            raise IndexError("past the end")
        taken, self.at = self.data[self.at : end], end
        return taken

    def number(self) -> int:
        return int.from_bytes(self.take(4), "big")

    def optional(self) -> bytes | None:
        present = self.take(1)
        if present not in (b"\x00", b"\x01"):
            raise IndexError("neither missing nor present")
        return self.take(self.number()) if present == b"\x01" else None


def _headers(reader: _Reader) -> Iterator[tuple[str, bytes | None]]:
    for _ in range(reader.number()):
        name = reader.take(reader.number()).decode("utf-8", "surrogatepass")
        yield name, reader.optional()


def _unwrap(wrapped: bytes, context: WrapContext, kek: UnwrappingKek) -> bytes:
    dek = kek.unwrap(wrapped, context)
    if dek_id(dek) != context.dek_id:
        raise IncorrectKey("DEK is not the one its id commits to", dek_id=context.dek_id)
    return dek


def _open(dek: bytes, nonce: str, sealed: str, data: bytes) -> bytes:
    try:
        return AESGCM(dek).decrypt(from_base64url(nonce), from_base64url(sealed), data)
    except (InvalidTag, ValueError):
        raise IncorrectKey("sealed bytes do not open") from None
