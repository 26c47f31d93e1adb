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

import structlog

from schemas.errors import AuditRefused, AuditUnavailable
from streams.audit.files import READ_ONLY, lock, relock, write_durable
from streams.audit.journal import MAX_ENTRY_BYTES, Journal
from streams.audit.ports import Appended
from streams.audit.proofs import Hashes
from streams.audit.reading import hashes_of
from streams.audit.recovering import Recovered, Tail, edge_at, recover
from streams.audit.signing import LogKeys
from streams.audit.verify_log import WIDTH, Checkpoint, Tree, leaf_hash, tile_path

log = structlog.get_logger(__name__)

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
    _refused: bytes | None = field(default=None, init=False, repr=False)

    def __post_init__(self) -> None:
        """Open the log, or begin one; raises AuditAltered where it is not what was signed."""
        self._lock_descriptor = lock(self.folder, self.wait_seconds)
        try:
            self._take(recover(self.folder, self.keys))
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
        log is read anew before it takes anything more, since only that shows what the disk holds; raises AuditAltered
        where that is not what was durable.
        """
        if len(entry) > MAX_ENTRY_BYTES:
            raise AuditRefused("audit record is too long", size=len(entry))
        with self._mutex:
            self._refuse_broken()
            try:
                self._journal.append(entry)
            except AuditUnavailable:
                self._broken, self._refused = True, entry
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
        """Raise AuditUnavailable where the log is closed; after a write that failed, open it again or raise."""
        if self._lock_descriptor < 0:
            raise AuditUnavailable("audit log is closed")
        if self._broken:
            self._mend()

    def _mend(self) -> None:
        """Open the log again, as its first opening does; it must hold what was durable, and nothing strange."""
        try:
            if (self.folder / "checkpoint").exists():
                self._lock_descriptor = relock(self.folder, self._lock_descriptor)
            recovered = recover(self.folder, self.keys, Tail(self._tree.size, self._tree.root(), self._refused))
        except OSError as error:
            raise AuditUnavailable("audit log cannot be read", errno=error.errno) from None
        self._journal.close()
        self._take(recovered)
        self._broken, self._refused = False, None
        with contextlib.suppress(OSError):  # A disk that is full again has no room for log lines either.
            log.warning("Audit log is open again after a write that failed.", size=self._tree.size)

    def _take(self, recovered: Recovered) -> None:
        self.checkpoint, self._tree, self._journal = recovered.checkpoint, recovered.tree, recovered.journal

    def _write_tiles(self, first: int, entries: Sequence[bytes]) -> None:
        """Write what *entries*, which begin at *first*, make of bundles and tiles."""
        for start in range(0, len(entries), WIDTH):
            self._write_bundle((first + start) // WIDTH, entries[start : start + WIDTH])
        tree = edge_at(self.folder, first)
        full = [tile for entry in entries for tile in tree.add(leaf_hash(entry))]
        for tile in (*full, *tree.partial()):
            write_durable(self.folder / tile.path, b"".join(tile.hashes), READ_ONLY)

    def _shorten(self, full: int) -> None:
        """Write the journal anew without the entries that full bundles hold."""
        if full:
            self._refuse_broken()
            self._journal.close()  # First, so that nothing is appended to a file that has lost its name.
            self._broken = True
            path, first, rest = self._journal.path, self._journal.first + full, self._journal.entries[full:]
            self._journal = Journal.start(path, first, rest)
            self._broken = False

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
