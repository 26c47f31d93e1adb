"""Making large payloads small before they are sealed, since sealed bytes no longer compress.

A record that was compressed on its way into the broker may be many times what the broker takes in clear.
"""

import lzma
import struct

from schemas.errors import VaultError

COMPRESSED = b"phz1"
#: Smaller payloads fit anywhere, and stay as they are.
LEAST_BYTES = 1024 * 1024
#: Nothing that a log of ours takes is larger in clear; more would be a trap.
MOST_BYTES = 1024 * 1024 * 1024
_LENGTH = struct.Struct(">Q")
_FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 1, "dict_size": 16 * 1024 * 1024}]


def compress(payload: bytes) -> bytes:
    """Return *payload*, compressed where it is large and becomes smaller by it."""
    if len(payload) < LEAST_BYTES:
        return payload
    small = COMPRESSED + _LENGTH.pack(len(payload)) + lzma.compress(payload, lzma.FORMAT_RAW, filters=_FILTERS)
    return small if len(small) < len(payload) else payload


def decompress(payload: bytes) -> bytes:
    """Return what compress was given; raises VaultError where it is damaged."""
    if payload[: len(COMPRESSED)] != COMPRESSED:
        return payload
    try:
        begin = len(COMPRESSED) + _LENGTH.size
        (length,) = _LENGTH.unpack(payload[len(COMPRESSED) : begin])
        if length > MOST_BYTES:
            raise VaultError("packed record is too large", size=length, limit=MOST_BYTES)
        whole = lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=_FILTERS).decompress(payload[begin:], length)
    except (lzma.LZMAError, struct.error):
        raise VaultError("packed record is damaged", size=len(payload)) from None
    if len(whole) != length:
        raise VaultError("packed record is damaged", size=len(payload))
    return whole
