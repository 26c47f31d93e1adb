"""The journal: entries that no full tile holds yet, each durable before its append returns.

A journal is a header with the index of its first entry, then frames: length (2 bytes), leaf hash (32), entry. A frame
that a crash left incomplete at the very end never counted, because its append never returned; it is cut off when the
journal is opened. Damage anywhere else is an alteration, and never repaired.
"""

import contextlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import AuditAltered, AuditUnavailable
from streams.audit.files import write_durable
from streams.audit.verify_log import HASH_BYTES, leaf_hash

_MAGIC = b"phistream/journal/v1"
_HEADER_BYTES = len(_MAGIC) + 8
_PREFIX_BYTES = 2 + HASH_BYTES
#: C2SP allows 65,535 bytes an entry; ours stay below this.
MAX_ENTRY_BYTES = 8 * 1024
_MAX_FRAME = _PREFIX_BYTES + MAX_ENTRY_BYTES


@dataclass(slots=True)
class Journal:
    """An open journal: `first` is the index of its first entry, `entries` what stands in it."""

    path: Path
    first: int
    entries: list[bytes]
    _descriptor: int
    _length: int

    @classmethod
    def start(cls, path: Path, first: int, entries: Sequence[bytes]) -> "Journal":
        """Write a journal in place of any other, whole or not at all, and open it."""
        content = _MAGIC + first.to_bytes(8, "big") + b"".join(_frame(entry) for entry in entries)
        write_durable(path, content)
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        return cls(path, first, list(entries), descriptor, len(content))

    @classmethod
    def open(cls, path: Path) -> "Journal":
        """Read a journal, without the frame that a crash cut short, and write it anew: what was read is then durable.

        Raises AuditAltered where it is none, or damaged otherwise than by a crash.
        """
        content = path.read_bytes()
        if len(content) < _HEADER_BYTES or not content.startswith(_MAGIC):
            raise AuditAltered("audit journal is damaged", path=path.name)
        entries = _read_frames(content)
        return cls.start(path, int.from_bytes(content[len(_MAGIC) : _HEADER_BYTES], "big"), entries)

    def append(self, entry: bytes) -> None:
        """Write one frame and wait until it is on the disk; raises AuditUnavailable, and the frame does not count."""
        frame = _frame(entry)
        try:
            written = os.pwrite(self._descriptor, frame, self._length)
            os.fdatasync(self._descriptor)
        except OSError as error:
            self._cut_back()
            raise AuditUnavailable("audit record cannot be written", errno=error.errno) from None
        if written != len(frame):
            self._cut_back()
            raise AuditUnavailable("audit record was written in part")
        self._length += len(frame)
        self.entries.append(entry)

    def close(self) -> None:
        """Close the file."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _cut_back(self) -> None:
        """Take back what was written in part. Nothing is appended after it: a failed fsync may hide what it lost."""
        with contextlib.suppress(OSError):
            os.ftruncate(self._descriptor, self._length)
            os.fdatasync(self._descriptor)
        self.close()


def _frame(entry: bytes) -> bytes:
    return len(entry).to_bytes(2, "big") + leaf_hash(entry) + entry


def _read_frames(content: bytes) -> list[bytes]:
    entries: list[bytes] = []
    start = _HEADER_BYTES
    while start < len(content):
        entry = _frame_at(content, start)
        if entry is None:
            rest = len(content) - start
            if rest > _MAX_FRAME or any(_frame_at(content, place) is not None for place in range(start, len(content))):
                raise AuditAltered("audit journal is damaged before its end", entry=len(entries))
            break
        entries.append(entry)
        start += _PREFIX_BYTES + len(entry)
    return entries


def _frame_at(content: bytes, start: int) -> bytes | None:
    """Return the entry of the frame that begins at *start*, or None where no whole frame does."""
    end = start + _PREFIX_BYTES + int.from_bytes(content[start : start + 2], "big")
    if end > len(content):
        return None
    entry = content[start + _PREFIX_BYTES : end]
    return entry if content[start + 2 : start + _PREFIX_BYTES] == leaf_hash(entry) else None
