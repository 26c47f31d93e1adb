"""What sealed bytes are bound to, and how a value is padded: shared by the sealing and the opening side."""

import struct

from schemas.identifiers import IdentifierType
from schemas.vault import VaultEntry
from streams.vault.primitives import ALGORITHM, length_prefixed

_BLOCK = 64
_LENGTH = struct.Struct(">I")


def entry_data(entry: VaultEntry) -> bytes:
    """Return the associated data of an entry: every field but nonce and ciphertext."""
    return length_prefixed(
        "phistream/vault-entry/v1",
        ALGORITHM,
        entry.tenant,
        entry.token,
        IdentifierType(entry.type).value,
        entry.unit,
        entry.event_id,
        entry.field_path,
        entry.side,
        entry.dek_id,
        entry.lookup_tag,
        str(entry.sealed_at_ms),
    )


def quarantine_data(tenant: str, event_id: str, dek_id: str) -> bytes:
    """Return the associated data of a quarantined record."""
    return length_prefixed("phistream/quarantine/v1", ALGORITHM, tenant, event_id, dek_id)


def pad(value: bytes) -> bytes:
    """Return a value after its length, filled with zeros, so that a ciphertext does not tell how long a name is."""
    framed = _LENGTH.pack(len(value)) + value
    return framed + bytes(-len(framed) % _BLOCK)


def unpad(padded: bytes) -> bytes:
    """Return the value; the inverse of pad. Raises ValueError where the length cannot be."""
    length = _LENGTH.unpack_from(padded)[0] if len(padded) >= _LENGTH.size else len(padded)
    if length > len(padded) - _LENGTH.size:
        raise ValueError("padding is damaged")
    return padded[_LENGTH.size : _LENGTH.size + length]
