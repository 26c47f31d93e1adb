"""Proofs over a log's hash tiles: that an entry is in it, and that it begins with what it was before (RFC 6962)."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from streams.audit.verify_log import (
    HASH_BYTES,
    PROOF_HEADER,
    WIDTH,
    Altered,
    Checkpoint,
    node_hash,
    root_of,
    split_of,
)


@dataclass(slots=True)
class Hashes:
    """Reads subtree hashes of a log of *size* entries; `row` gives a tile's hashes by level, index and width."""

    size: int
    row: Callable[[int, int, int], Sequence[bytes]]
    _rows: dict[tuple[int, int], Sequence[bytes]] = field(default_factory=dict, init=False)

    def range(self, start: int, end: int) -> bytes:
        """Return the hash over the entries from *start* up to *end*, a subtree of RFC 6962."""
        size = end - start
        if size == 0:
            return root_of(())
        if size & (size - 1) == 0:
            return self._subtree(size.bit_length() - 1, start)
        split = split_of(size)
        return node_hash(self.range(start, start + split), self.range(start + split, end))

    def _subtree(self, height: int, start: int) -> bytes:
        """Return the hash of the perfect subtree of 2**height entries that begins at *start*."""
        level = height // 8
        index, place = divmod(start >> 8 * level, WIDTH)
        if (level, index) not in self._rows:
            width = min(WIDTH, (self.size >> 8 * level) - index * WIDTH)
            self._rows[level, index] = self.row(level, index, width)
        return root_of(self._rows[level, index][place : place + (1 << height % 8)])


def inclusion(hashes: Hashes, index: int, size: int) -> list[bytes]:
    """Return the proof that entry *index* is in the log of *size* entries."""
    return _path(hashes, index, 0, size)


def _path(hashes: Hashes, index: int, start: int, end: int) -> list[bytes]:
    if end - start == 1:
        return []
    split = start + split_of(end - start)
    if index < split:
        return [*_path(hashes, index, start, split), hashes.range(split, end)]
    return [*_path(hashes, index, split, end), hashes.range(start, split)]


def consistency(hashes: Hashes, old: int, size: int) -> list[bytes]:
    """Return the proof that the log of *size* entries begins with the one of *old* entries."""
    return _shared(hashes, old, (0, size), whole=True) if 0 < old < size else []


def _shared(hashes: Hashes, old: int, bounds: tuple[int, int], *, whole: bool) -> list[bytes]:
    start, end = bounds
    if old == end:
        return [] if whole else [hashes.range(start, end)]
    split = start + split_of(end - start)
    if old <= split:
        return [*_shared(hashes, old, (start, split), whole=whole), hashes.range(split, end)]
    return [*_shared(hashes, old, (split, end), whole=False), hashes.range(start, split)]


def verify_consistency(old: Checkpoint, new: Checkpoint, proof: Sequence[bytes]) -> None:
    """Raise Altered unless the newer log begins with the older one."""
    if old.origin != new.origin or old.size > new.size:
        raise Altered("log is shorter than it was, or is another one")
    if old.size in (0, new.size):
        if proof or (old.size and old.root != new.root):
            raise Altered("two logs of one size differ")
        return
    if (old.root, new.root) != _walk(old.size, new.size, proof, old.root):
        raise Altered("the newer log does not begin with the older one")


def _walk(old: int, size: int, proof: Sequence[bytes], known: bytes | None) -> tuple[bytes, bytes]:
    """Return the roots of old and new subtree that a proof leads to; *known* is the old one where it need not tell."""
    if old == size:
        if len(proof) != (known is None):
            raise Altered("consistency proof has the wrong length")
        found = proof[0] if known is None else known
        return found, found
    if not proof:
        raise Altered("consistency proof has the wrong length")
    split = split_of(size)
    if old <= split:
        first, second = _walk(old, split, proof[:-1], known)
        return first, node_hash(second, proof[-1])
    first, second = _walk(old - split, size - split, proof[:-1], None)
    return node_hash(proof[-1], first), node_hash(proof[-1], second)


def write_proof(index: int, steps: Sequence[bytes], note: str) -> str:
    """Write a C2SP tlog-proof: the index, the hashes, and the checkpoint that they lead to."""
    if any(len(step) != HASH_BYTES for step in steps):
        raise Altered("a hash has 32 bytes")
    lines = [PROOF_HEADER, f"index {index}", *(base64.b64encode(step).decode() for step in steps)]
    return "\n".join(lines) + "\n\n" + note
