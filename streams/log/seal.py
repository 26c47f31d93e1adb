"""The log key: what rests of raw records on the embedded log's disk is sealed."""

import os
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from schemas.errors import IncorrectKey
from streams.log.ports import Headers

_NONCE = 12
_NONE = 0xFFFFFFFF


class LogSeal:
    """Seals record key, headers and value as one blob, bound to topic, partition and offset.

    It protects copies of the file, not a taken host: the worker can open what it sealed.
    """

    def __init__(self, log_key: bytes) -> None:
        self._aead = AESGCM(log_key)

    def seal(self, where: str, key: bytes | None, value: bytes | None, headers: Headers) -> bytes:
        """Return the sealed blob; *where* names the coordinates."""
        nonce = os.urandom(_NONCE)
        return nonce + self._aead.encrypt(nonce, pack(key, value, headers), where.encode())

    def open(self, where: str, blob: bytes) -> tuple[bytes | None, bytes | None, Headers]:
        """Return record key, value and headers; raises IncorrectKey where the blob was altered or moved."""
        try:
            return unpack(self._aead.decrypt(blob[:_NONCE], blob[_NONCE:], where.encode()))
        except InvalidTag:
            raise IncorrectKey("sealed record cannot be opened") from None


def load_log_key(path: Path) -> bytes:
    """Read the log key, or make it (mode 0600) where there is none."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(descriptor, "wb") as file:
        file.write(key := AESGCM.generate_key(256))
        file.flush()
        os.fsync(file.fileno())
    return key


def pack(key: bytes | None, value: bytes | None, headers: Headers) -> bytes:
    """Join the parts of a record unambiguously: each preceded by its length as four bytes, all ones for None."""
    parts: list[bytes | None] = [key, value]
    for name, header in headers:
        parts += [name.encode(), header]
    return b"".join(_part(part) for part in parts)


def unpack(blob: bytes) -> tuple[bytes | None, bytes | None, Headers]:
    """Take apart what pack joined."""
    parts: list[bytes | None] = []
    position = 0
    while position < len(blob):
        length = int.from_bytes(blob[position : position + 4], "big")
        position += 4
        parts.append(None if length == _NONE else blob[position : position + length])
        position += 0 if length == _NONE else length
    names = [(name or b"").decode() for name in parts[2::2]]
    return parts[0], parts[1], tuple(zip(names, parts[3::2], strict=True))


def _part(part: bytes | None) -> bytes:
    return _NONE.to_bytes(4, "big") if part is None else len(part).to_bytes(4, "big") + part
