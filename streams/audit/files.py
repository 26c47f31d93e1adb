"""Files of the log: whole or not at all, never written twice."""

import contextlib
import fcntl
import os
import time
from pathlib import Path

from schemas.errors import AuditUnavailable

TEMPORARY = ".new"
_LOCK_STEP_SECONDS = 0.02
READ_ONLY = 0o400
OWNER_ONLY = 0o600


def write_durable(path: Path, content: bytes, mode: int = OWNER_ONLY) -> None:
    """Write a file so that a reader sees the old bytes or the new ones, and a power cut keeps one of them.

    Folders above it are made, mode 0700. Raises AuditUnavailable where the disk is full or may not be written.
    """
    temporary = path.with_name(path.name + TEMPORARY)
    try:
        _make_folder(path.parent)
        temporary.unlink(missing_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise AuditUnavailable("audit log cannot be written", path=path.name, errno=error.errno) from None


def lock(folder: Path, wait_seconds: float) -> int:
    """Take the folder's lock and return its descriptor; raises AuditUnavailable while another holds it."""
    try:
        _make_folder(folder)
        descriptor = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, OWNER_ONLY)
    except OSError as error:
        raise AuditUnavailable("audit log cannot be opened", path=folder.name, errno=error.errno) from None
    until = time.monotonic() + wait_seconds
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            if time.monotonic() >= until:
                os.close(descriptor)
                raise AuditUnavailable("another one is writing the audit log", path=folder.name) from None
            time.sleep(_LOCK_STEP_SECONDS)
        else:
            return descriptor


def relock(folder: Path, descriptor: int) -> int:
    """Return the descriptor of the folder's lock where that is still the file which it locks, else take the new one.

    Another file system, or a copy, may be there by now. Raises AuditUnavailable while another holds that.
    """
    with contextlib.suppress(FileNotFoundError):
        held, found = os.fstat(descriptor), (folder / ".lock").stat()
        if (held.st_dev, held.st_ino) == (found.st_dev, found.st_ino):
            return descriptor
    fresh = lock(folder, 0.0)
    os.close(descriptor)
    return fresh


def _make_folder(folder: Path) -> None:
    """Make a folder and those above it; each is durable in the one that holds it."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
