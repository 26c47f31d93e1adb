"""Grants that ended, by their ids in a file outside the database: an older row put back opens nothing."""

import os
from pathlib import Path
from threading import Lock

from streams.vault.private_file import OWNER_ONLY, make_private_folder


class EndedGrants:
    """An append-only file of a line a grant; several of these may share it, one process writes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._size = -1
        self._known: frozenset[str] = frozenset()

    def add(self, grant_id: str) -> None:
        """Note that a grant ended; it is on the disk when this returns."""
        make_private_folder(self._path.parent)
        with self._lock:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, OWNER_ONLY)
            try:
                # A line of its own, also behind one that a crash cut short.
                os.write(descriptor, f"\n{grant_id}\n".encode())
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def __contains__(self, grant_id: str) -> bool:
        """Tell whether a grant ended."""
        with self._lock:
            size = self._path.stat().st_size if self._path.exists() else 0
            if size != self._size:
                self._known = frozenset(self._path.read_text("ascii", "replace").split()) if size else frozenset()
                self._size = size
            return grant_id in self._known
