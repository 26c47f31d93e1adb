"""What must stay noted, by words in a file outside the database: rows taken away or put back change none of it."""

import os
from pathlib import Path
from threading import Lock

from streams.vault.private_file import OWNER_ONLY, make_private_folder


class Noted:
    """An append-only file of a word a line; several of these may share it, one process writes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._size = -1
        self._known: frozenset[str] = frozenset()

    def add(self, word: str) -> None:
        """Note a word; it is on the disk when this returns."""
        make_private_folder(self._path.parent)
        with self._lock:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, OWNER_ONLY)
            try:
                # A line of its own, also behind one that a crash cut short.
                os.write(descriptor, f"\n{word}\n".encode())
                os.fsync(descriptor)
            finally:
                os.close(descriptor)

    def words(self) -> frozenset[str]:
        """Return every word that was noted."""
        with self._lock:
            size = self._path.stat().st_size if self._path.exists() else 0
            if size != self._size:
                self._known = frozenset(self._path.read_text("ascii", "replace").split()) if size else frozenset()
                self._size = size
            return self._known

    def __contains__(self, word: str) -> bool:
        """Tell whether a word was noted."""
        return word in self.words()
