"""Files that only their owner may read: written whole or not at all, refused when they are more open."""

import contextlib
import fcntl
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path

from schemas.errors import ConfigError

OWNER_ONLY = 0o600
_FOLDER_OWNER_ONLY = 0o700
_OTHERS = 0o077


def read_private(path: Path) -> bytes:
    """Return the file's bytes; raises ConfigError where it is missing, or where others than its owner may touch it."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
    except FileNotFoundError:
        raise ConfigError(f"key file is missing: {path}") from None
    except OSError as error:
        raise ConfigError(f"key file cannot be opened: {path}", errno=error.errno) from None
    with os.fdopen(descriptor, "rb") as file:
        found = os.fstat(file.fileno())  # Of the open file, so that it cannot be exchanged after the check.
        if not stat.S_ISREG(found.st_mode):
            raise ConfigError(f"key file is no regular file: {path}")
        if found.st_mode & _OTHERS:
            raise ConfigError(f"key file is open to others, chmod 600 it: {path}", mode=f"{found.st_mode & 0o777:o}")
        if found.st_uid not in (os.geteuid(), 0):
            raise ConfigError(f"key file belongs to another user: {path}")
        return file.read()


def write_private(path: Path, data: bytes, mode: int = OWNER_ONLY) -> None:
    """Write the file so that a reader sees the old bytes or the new ones, and a power cut keeps one of them."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def make_private_folder(folder: Path) -> None:
    """Make the folder, mode 0700, where it is not there yet."""
    folder.mkdir(mode=_FOLDER_OWNER_ONLY, parents=True, exist_ok=True)


@contextlib.contextmanager
def exclusive(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, so that two first commands make one set of keys."""
    descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, OWNER_ONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
