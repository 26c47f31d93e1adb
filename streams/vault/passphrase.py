"""Passphrases of private KEK files: stretched by scrypt before PKCS #8 sees them, since its own stretching is weak."""

import os
import re
from collections.abc import Callable

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from schemas.errors import ConfigError

#: RFC 7914; 128 MiB and about half a second: OWASP's first choice for scrypt (2^17, 8, 1).
_COST, _BLOCK, _PARALLEL = 2**17, 8, 1
_SALT_BYTES = 16
_HEADER = re.compile(rb"phistream-kdf: scrypt ln=(\d{1,2}) r=(\d{1,2}) p=(\d{1,2}) salt=([0-9a-f]{32})\n")
_HIGHEST_LOG = 22


def protect(pem_of: Callable[[bytes], bytes], passphrase: bytes, cost: int | None = None) -> bytes:
    """Return the private PEM encrypted, with a line before it that says how the passphrase was stretched."""
    salt = os.urandom(_SALT_BYTES)
    cost = cost or _COST
    header = f"phistream-kdf: scrypt ln={cost.bit_length() - 1} r={_BLOCK} p={_PARALLEL} salt={salt.hex()}\n"
    return header.encode("ascii") + pem_of(_stretch(passphrase, salt, cost, _BLOCK, _PARALLEL))


def pem_password(data: bytes, passphrase: bytes | None) -> bytes | None:
    """Return the password of the PEM in *data*: the passphrase stretched as its first line says, or as it is."""
    found = _HEADER.match(data)
    if found is None or passphrase is None:
        return passphrase
    cost_log, block, parallel = (int(found[index]) for index in (1, 2, 3))
    if cost_log > _HIGHEST_LOG:
        raise ConfigError("private KEK file asks for more memory than is sane", log2=cost_log)
    return _stretch(passphrase, bytes.fromhex(found[4].decode("ascii")), 2**cost_log, block, parallel)


def is_protected(data: bytes) -> bool:
    """Tell whether a private KEK file asks for a passphrase."""
    return _HEADER.match(data) is not None or b"-----BEGIN ENCRYPTED PRIVATE KEY-----" in data


def _stretch(passphrase: bytes, salt: bytes, cost: int, block: int, parallel: int) -> bytes:
    stretched = Scrypt(salt=salt, length=32, n=cost, r=block, p=parallel).derive(passphrase)
    return stretched.hex().encode("ascii")
