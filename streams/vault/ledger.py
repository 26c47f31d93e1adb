"""The ledger of erasures: an append-only file beside the audit log, replayed over a key store that may be an old copy.

One JSON object a line, each with SHA-256 of the line before it. A line is on the disk before what it tells is done, so
that a crash between the two is made good by the next replay.
"""

import fcntl
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from schemas.errors import ConfigError, VaultError
from streams.vault.private_file import OWNER_ONLY, make_private_folder

VERSION = 1
_FIRST = "0" * 64
_NAMES = ("v", "n", "at_ms", "kind", "tenant", "unit", "generation", "deks", "token", "reason", "by", "prev")


class EntryKind(StrEnum):
    """What a line tells."""

    REQUESTED = "requested"
    DESTROYING = "destroying"
    DESTROYED = "destroyed"
    DENIED = "denied"
    BURIED = "buried"
    HELD = "held"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One line. `unit` is empty for all units of a tenant; `generation` is the first one that is not erased.

    `token` is the event id where quarantined records are buried.
    """

    kind: EntryKind
    tenant: str
    unit: str = ""
    at_ms: int = 0
    generation: int = 0
    deks: int = 0
    token: str = ""
    reason: str = ""
    by: str = ""


Guard = Callable[[tuple[LedgerEntry, ...]], None]


class Ledger:
    """The file; a reading checks the whole chain, unless the file is as it was at the last one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._read: tuple[tuple[int, int, int], tuple[LedgerEntry, ...]] | None = None

    def append(self, entry: LedgerEntry, guard: Guard | None = None) -> None:
        """Append a line; it is on the disk when this returns. Raises ConfigError where the chain is broken.

        *guard* sees every line before it, with nobody else at the file, and raises where this one may not follow.
        """
        make_private_folder(self.path.parent)
        new = not self.path.exists()
        with self._open() as descriptor:
            data = _read(descriptor)
            lines, length = _whole(data)
            if guard is not None:
                guard(tuple(_entries(lines, self.path)))
            os.ftruncate(descriptor, length)  # What a crash left of a line was never acted on.
            os.lseek(descriptor, length, os.SEEK_SET)
            prev = hashlib.sha256(lines[-1]).hexdigest() if lines else _FIRST
            line = {"v": VERSION, "n": len(lines) + 1, "prev": prev} | asdict(entry)
            _write(descriptor, json.dumps(line, sort_keys=True, separators=(",", ":")).encode("ascii") + b"\n")
            os.fsync(descriptor)
        if new:
            _sync(self.path.parent)

    def entries(self) -> tuple[LedgerEntry, ...]:
        """Return every line; raises ConfigError where the chain is broken, and nothing may serve then."""
        mark = self._mark()
        if self._read is None or self._read[0] != mark:
            self._read = (mark, tuple(_entries(self._lines(), self.path)))
        return self._read[1]

    def head(self) -> tuple[int, str]:
        """Return how many lines there are, and SHA-256 of the last one."""
        lines = self._lines()
        list(_entries(lines, self.path))
        return len(lines), hashlib.sha256(lines[-1]).hexdigest() if lines else _FIRST

    def refuse_shorter(self, count: int, head: str) -> None:
        """Raise VaultError where this ledger does not begin with the *count* lines that end in *head*."""
        lines = self._lines()
        found = hashlib.sha256(lines[count - 1]).hexdigest() if 0 < count <= len(lines) else _FIRST
        if count > len(lines) or found != head:
            raise VaultError("ledger of erasures is not the one that was kept", lines=len(lines), wanted=count)

    def _mark(self) -> tuple[int, int, int]:
        """Return what changes with every change of the file."""
        try:
            found = self.path.stat()
        except FileNotFoundError:
            return (0, 0, 0)
        return found.st_ino, found.st_size, found.st_mtime_ns

    def _lines(self) -> list[bytes]:
        if not self.path.exists():
            return []
        with self._open(os.O_RDONLY) as descriptor:
            return _whole(_read(descriptor))[0]

    @contextmanager
    def _open(self, flags: int = os.O_RDWR | os.O_CREAT) -> Iterator[int]:
        """Open the file with nobody else at it."""
        try:
            descriptor = os.open(self.path, flags | os.O_CLOEXEC | os.O_NOFOLLOW, OWNER_ONLY)
        except OSError as error:
            raise ConfigError(f"ledger of erasures cannot be opened: {self.path}", errno=error.errno) from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield descriptor
        finally:
            os.close(descriptor)


def _entries(lines: list[bytes], path: Path) -> Iterator[LedgerEntry]:
    prev = _FIRST
    for number, line in enumerate(lines, start=1):
        tree = _tree(line)
        if tree is None or (tree["v"], tree["n"], tree["prev"]) != (VERSION, number, prev):
            raise ConfigError(f"ledger of erasures was altered: {path}", line=number)
        rest = {name: tree[name] for name in _NAMES if name not in ("v", "n", "prev", "kind")}
        yield LedgerEntry(kind=EntryKind(tree["kind"]), **rest)
        prev = hashlib.sha256(line).hexdigest()


def _tree(line: bytes) -> dict[str, Any] | None:
    """Return a line's members, or None where it is no line of ours."""
    try:
        tree = json.loads(line)
    except ValueError:
        return None
    known = isinstance(tree, dict) and set(tree) == set(_NAMES) and tree["kind"] in set(EntryKind)
    return tree if known else None


def _whole(data: bytes) -> tuple[list[bytes], int]:
    """Return the lines that were written to their end, and how many bytes they take."""
    length = data.rfind(b"\n") + 1
    return data[:length].split(b"\n")[:-1], length


def _read(descriptor: int) -> bytes:
    size = os.fstat(descriptor).st_size
    data = b""
    while len(data) < size:
        part = os.pread(descriptor, size - len(data), len(data))
        if not part:
            break
        data += part
    return data


def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
