"""The customer's lists from plain files to sealed ones, and the key that they are sealed under."""

import os
from collections.abc import Iterator
from pathlib import Path

from detectors.roster import write_list
from schemas.errors import ConfigError
from streams.vault.primitives import KEY_BYTES, from_base64url, to_base64url
from streams.vault.private_file import read_private, write_private

_SALT_BYTES = 16
_COMMENT = "#"


def read_lists_key(path: Path) -> bytes:
    """Return the key of a file; raises ConfigError where it is missing, open to others or no key."""
    try:
        key = from_base64url(read_private(path).decode("ascii").strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise ConfigError("key file of the lists is damaged", path=str(path))
    return key


def ensure_lists_key(path: Path) -> bytes:
    """Return the key of a file, made where there is none."""
    if not path.exists():
        write_private(path, to_base64url(os.urandom(KEY_BYTES)).encode("ascii") + b"\n")
    return read_lists_key(path)


def seal_list(plain: bytes, path: Path, key: bytes, *, names: bool = False) -> int:
    """Seal a plain list, one entry a line, and return how many there are.

    Empty lines and those that begin with # are left out. *names* are found with the surname first, too. Raises
    ConfigError that names the line of a bad entry.
    """
    try:
        entries = dict(_entries(plain.decode("utf-8-sig")))
    except UnicodeDecodeError:
        raise ConfigError("a plain list is not UTF-8") from None
    turned = [_turned(entry) for entry in entries.values()] if names else []
    try:
        write_list(path, [*entries.values(), *turned], key, os.urandom(_SALT_BYTES))
    except ConfigError as error:
        line = list(entries)[int(str(error.facts["line"])) - 1]
        raise ConfigError("a list entry is empty, too short or too long", line=line) from None
    except OSError as error:
        raise ConfigError("a sealed list cannot be written", path=str(path), reason=error.strerror) from None
    return len(entries)


def _turned(name: str) -> str:
    """Return a name in the other order: at its comma, else with its last word first.

    >>> _turned("Ana Maria Okonkwo"), _turned("De la Cruz, Ana")
    ('Okonkwo Ana Maria', 'Ana De la Cruz')
    """
    surname, comma, given = name.partition(",")
    if comma:
        return f"{given.strip()} {surname.strip()}"
    *first, last = name.split()
    return " ".join((last, *first))


def _entries(text: str) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() and not line.lstrip().startswith(_COMMENT):
            yield number, line
