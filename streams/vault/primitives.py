"""The few byte operations that FORMAT.md is written in; nothing else here wires cryptography together by hand."""

import base64
import binascii
import hmac
import struct

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from schemas.vault import ALPHABET

KEY_BYTES = 32
NONCE_BYTES = 12
ALGORITHM = "A256GCM"

_BASE = len(ALPHABET)
_PAIRS = tuple(first + second for first in ALPHABET for second in ALPHABET)


def as_bytes(part: str | bytes) -> bytes:
    """Return text as UTF-8; a lone surrogate is written as its three bytes instead of failing."""
    return part if isinstance(part, bytes) else part.encode("utf-8", "surrogatepass")


def length_prefixed(*parts: str | bytes) -> bytes:
    """Return the parts, each after its length as four bytes: no two lists of parts give the same bytes."""
    encoded = [as_bytes(part) for part in parts]
    return b"".join(struct.pack(">I", len(part)) + part for part in encoded)


def optional_part(part: str | bytes | None) -> bytes:
    """Return a part that may be missing, so that missing and empty differ."""
    return b"\x00" if part is None else b"\x01" + length_prefixed(part)


def keyed_digest(secret: bytes, message: bytes) -> bytes:
    """Return HMAC-SHA-256."""
    return hmac.digest(secret, message, "sha256")


def derive(secret: bytes, *info: str) -> bytes:
    """Return the 32-byte key that *secret* gives for *info*: HKDF-SHA-256 without salt."""
    # Extract with no salt, as RFC 5869 section 2.2 says: a salt of zeros as long as the hash.
    extracted = hmac.digest(bytes(SHA256.digest_size), secret, "sha256")
    return HKDFExpand(algorithm=SHA256(), length=KEY_BYTES, info=length_prefixed(*info)).derive(extracted)


def letters(digest: bytes, count: int) -> str:
    """Write a number of many bytes as an even *count* of letters of the token alphabet, most significant first.

    >>> letters(bytes([0, 21]), 4)
    'bbcc'
    """
    rest = int.from_bytes(digest, "big") % _BASE**count
    pairs = []
    for _ in range(count // 2):
        rest, pair = divmod(rest, len(_PAIRS))
        pairs.append(_PAIRS[pair])
    return "".join(reversed(pairs))


def to_base64url(data: bytes) -> str:
    """Write bytes as base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def from_base64url(text: str) -> bytes:
    """Read base64url without padding; raises ValueError, which holds no text, where it is none."""
    try:
        padded = (text + "=" * (-len(text) % 4)).encode("ascii").translate(bytes.maketrans(b"-_", b"+/"))
        return base64.b64decode(padded, validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise ValueError("not base64url") from None
