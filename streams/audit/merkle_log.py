"""A Merkle log of one writer in a folder: entries durable when appended, checkpoints signed, C2SP tlog-tiles to read.

What is written when, so that a kill at any step loses nothing that counted:
1. append: one frame at the journal's end, fsync. Nothing else.
2. checkpoint: full tiles and bundles, then partial ones, then the signed checkpoint, then a shorter journal, and last
   the partial tiles of earlier checkpoints are removed. Each file appears whole; the same again changes nothing.
"""

import contextlib
import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from schemas.errors import AuditAltered, AuditRefused, AuditUnavailable
from streams.audit.files import READ_ONLY, lock, write_durable
from streams.audit.journal import MAX_ENTRY_BYTES, Journal
from streams.audit.ports import Appended
from streams.audit.proofs import Hashes
from streams.audit.reading import hashes_of, read_row
from streams.audit.signing import LogKeys
from streams.audit.verify_log import (
    WIDTH,
    Altered,
    Checkpoint,
    Tree,
    leaf_hash,
    open_checkpoint,
    root_of,
    tile_path,
)

#: A checkpoint is due after so many seconds, or entries.
CHECKPOINT_SECONDS = 10.0
CHECKPOINT_ENTRIES = 256
_WAIT_SECONDS = 10.0
_PROBE = ".probe"


@dataclass(slots=True)
class MerkleLog:
    """An open log; nobody else writes it while this is open. Threads may share it."""

    folder: Path
    keys: LogKeys
    monotonic: Callable[[], float] = time.monotonic
    wait_seconds: float = _WAIT_SECONDS
    checkpoint: Checkpoint = field(init=False)
    _tree: Tree = field(default_factory=Tree, init=False)
    _journal: Journal = field(init=False)
    _lock_descriptor: int = field(init=False)
    _mutex: threading.RLock = field(default_factory=threading.RLock, init=False)
    _signing: threading.Lock = field(default_factory=threading.Lock, init=False)
    _checkpointed_at: float = field(init=False)
    _broken: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        """Open the log, or begin one; raises AuditAltered where it is not what was signed."""
        self._lock_descriptor = lock(self.folder, self.wait_seconds)
        try:
            self._recover()
        except OSError as error:
            os.close(self._lock_descriptor)
            raise AuditUnavailable("audit log cannot be read", errno=error.errno) from None
        except BaseException:
            os.close(self._lock_descriptor)
            raise
        self._checkpointed_at = self.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def size(self) -> int:
        """Return how many entries count."""
        return self._tree.size

    def append(self, entry: bytes) -> Appended:
        """Append an entry; when this returns, it outlives a power cut.

        Raises AuditRefused where it is too long, AuditUnavailable where it cannot be written. After a failed write the
        log takes nothing more until it is opened anew, since only that shows what the disk holds.
        """
        if len(entry) > MAX_ENTRY_BYTES:
            raise AuditRefused("audit record is too long", size=len(entry))
        with self._mutex:
            self._refuse_broken()
            try:
                self._journal.append(entry)
            except AuditUnavailable:
                self._broken = True
                raise
            index, hash_ = self._tree.size, leaf_hash(entry)
            self._tree.add(hash_)
            return Appended(index, hash_.hex())

    def refuse_unwritable(self) -> None:
        """Raise AuditUnavailable where an entry could not be written now: tried with a file that goes again."""
        with self._mutex:
            self._refuse_broken()
        path = self.folder / _PROBE
        write_durable(path, bytes(MAX_ENTRY_BYTES))
        with contextlib.suppress(OSError):
            path.unlink()

    def checkpoint_due(self) -> bool:
        """Tell whether a checkpoint should be signed now: after 10 seconds with something new, or 256 entries."""
        new = self._tree.size - self.checkpoint.size
        late = self.monotonic() - self._checkpointed_at >= CHECKPOINT_SECONDS
        return new >= CHECKPOINT_ENTRIES or (new > 0 and late)

    def sign_checkpoint(self) -> Checkpoint:
        """Write tiles and a signed checkpoint over everything appended; raises AuditUnavailable where it cannot.

        Entries count without it: a checkpoint only shows them to others. Others may append meanwhile.
        """
        with self._signing:
            with self._mutex:
                self._refuse_broken()
                checkpoint = Checkpoint(self.keys.origin, self._tree.size, self._tree.root())
                first, entries = self._journal.first, tuple(self._journal.entries)
            self._write_tiles(first, entries)
            write_durable(self.folder / "checkpoint", self.keys.note(checkpoint).encode())
            with self._mutex:
                earlier, self.checkpoint, self._checkpointed_at = self.checkpoint, checkpoint, self.monotonic()
                self._shorten(len(entries) - len(entries) % WIDTH)
            self._remove_partials(earlier.size)
            return checkpoint

    def close(self) -> None:
        """Sign a last checkpoint where something is new, and let others write."""
        if self._lock_descriptor < 0:
            return
        try:
            if not self._broken and self._tree.size > self.checkpoint.size:
                self.sign_checkpoint()
        finally:
            self._journal.close()
            os.close(self._lock_descriptor)
            self._lock_descriptor = -1
            self._broken = True

    def hashes(self) -> Hashes:
        """Return the hashes of the log as it was signed last, for proofs."""
        return hashes_of(self.folder, self.checkpoint.size)

    def _refuse_broken(self) -> None:
        if self._broken:
            raise AuditUnavailable("audit log is closed, or a write failed: open it anew")

    def _recover(self) -> None:
        """Read checkpoint and journal, and check that they are one log."""
        note, journal = self.folder / "checkpoint", self.folder / "journal"
        if not note.exists():
            if journal.exists() or (self.folder / "tile").exists():
                raise AuditAltered("audit log has lost its checkpoint")
            empty = Checkpoint(self.keys.origin, 0, root_of(()))
            write_durable(note, self.keys.note(empty).encode())
        try:
            self.checkpoint = open_checkpoint(note.read_text(encoding="utf-8", errors="replace"), self.keys.verifiers)
        except Altered as altered:
            raise AuditAltered(f"audit log: {altered}") from None
        if not journal.exists():
            if self.checkpoint.size:
                raise AuditAltered("audit log has lost its journal")
            self._journal = Journal.start(journal, 0, ())
        else:
            self._journal = Journal.open(journal)
        self._grow_to_journal()

    def _grow_to_journal(self) -> None:
        first, entries = self._journal.first, self._journal.entries
        if first % WIDTH or first > self.checkpoint.size or first + len(entries) < self.checkpoint.size:
            raise AuditAltered("audit log is shorter than its checkpoint", size=first + len(entries))
        self._tree = self._edge_at(first)
        root = self._tree.root() if first == self.checkpoint.size else None
        for entry in entries:
            self._tree.add(leaf_hash(entry))
            if self._tree.size == self.checkpoint.size:
                root = self._tree.root()
        if root != self.checkpoint.root:
            raise AuditAltered("audit log does not give its signed root", size=self.checkpoint.size)

    def _edge_at(self, size: int) -> Tree:
        """Return the right edge of the tree at *size*, a multiple of 256, out of the full tiles below it."""
        tree = Tree(size, [[]])
        level, count = 1, size // WIDTH
        while count:
            start = count - count % WIDTH
            tree.edge.append([root_of(read_row(self.folder, level - 1, index, WIDTH)) for index in range(start, count)])
            level, count = level + 1, count // WIDTH
        return tree

    def _write_tiles(self, first: int, entries: Sequence[bytes]) -> None:
        """Write what *entries*, which begin at *first*, make of bundles and tiles."""
        for start in range(0, len(entries), WIDTH):
            self._write_bundle((first + start) // WIDTH, entries[start : start + WIDTH])
        tree = self._edge_at(first)
        full = [tile for entry in entries for tile in tree.add(leaf_hash(entry))]
        for tile in (*full, *tree.partial()):
            write_durable(self.folder / tile.path, b"".join(tile.hashes), READ_ONLY)

    def _shorten(self, full: int) -> None:
        """Write the journal anew without the entries that full bundles hold."""
        if full:
            self._refuse_broken()
            self._journal.close()  # First, so that nothing is appended to a file that has lost its name.
            path, first, rest = self._journal.path, self._journal.first + full, self._journal.entries[full:]
            self._journal = Journal.start(path, first, rest)

    def _write_bundle(self, index: int, entries: Sequence[bytes]) -> None:
        path = self.folder / tile_path("entries", index, len(entries))
        write_durable(path, b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries), READ_ONLY)

    def _remove_partials(self, earlier: int) -> None:
        """Remove the partial tiles of an earlier checkpoint; that some are left after a crash harms nobody."""
        for path in _partials(earlier) - _partials(self.checkpoint.size):
            with contextlib.suppress(OSError):
                self.folder.joinpath(path).unlink(missing_ok=True)
                self.folder.joinpath(path).parent.rmdir()


def _partials(size: int) -> set[str]:
    """Return the paths of the tiles that are not full in a log of *size* entries."""
    kinds = [("entries", size), *((str(level), size >> 8 * level) for level in range(8))]
    return {tile_path(kind, count // WIDTH, count % WIDTH) for kind, count in kinds if count % WIDTH}
