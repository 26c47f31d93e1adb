"""Copying a log to an anchor: what is new, then the checkpoint that covers it; and how old the newest one is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from schemas.errors import AuditAltered
from streams.audit.anchors import CHECKPOINTS
from streams.audit.ports import Anchor
from streams.audit.reading import hashes_of, read_bundle, read_checkpoint, read_row
from streams.audit.verify_log import WIDTH, Altered, Checkpoint, VerifierKey, leaf_hash, open_checkpoint, tile_path
from streams.clock import Clock

ANCHOR_SECONDS = 300.0
STALE_SECONDS = 900.0


@dataclass(slots=True)
class Anchoring:
    """Keeps one anchor up to date. `kept` is the newest checkpoint there, `kept_at_ms` when it was put."""

    folder: Path
    verifiers: Sequence[VerifierKey]
    anchor: Anchor
    clock: Clock
    kept: Checkpoint | None = field(default=None, init=False)
    kept_at_ms: int | None = field(default=None, init=False)

    def age_seconds(self) -> float:
        """Return how old the newest anchored checkpoint is; without one, as old as can be."""
        return float("inf") if self.kept_at_ms is None else (self.clock.now_ms() - self.kept_at_ms) / 1000

    def due(self) -> bool:
        """Tell whether the log should be anchored now: every five minutes, also where nothing is new."""
        return self.age_seconds() >= ANCHOR_SECONDS

    def stale(self) -> bool:
        """Tell whether to alarm: nothing was anchored for 15 minutes."""
        return self.age_seconds() > STALE_SECONDS

    def load(self) -> None:
        """Read what the anchor holds already; raises AuditAltered where nobody with our keys signed it."""
        name = self.anchor.newest()
        content = None if name is None else self.anchor.get(name)
        if name is None or content is None:
            return
        try:
            self.kept = open_checkpoint(content.decode("utf-8", "replace"), self.verifiers)
        except Altered:
            raise AuditAltered("newest anchored checkpoint is not of this log", path=name) from None
        self.kept_at_ms = _time_of(name)

    def run(self) -> Checkpoint:
        """Anchor the log as it was signed last; raises AuditUnavailable, or AuditAltered where it is not what it was.

        What is already anchored must be the log's beginning, and each new entry the one that the tiles name: a log that
        was changed is not anchored over.
        """
        if self.kept is None:
            self.load()
        note, checkpoint = read_checkpoint(self.folder, self.verifiers)
        self._refuse_altered(checkpoint)
        for name, content in self._new_files(checkpoint):
            self.anchor.put(name, content)
        now_ms = self.clock.now_ms()
        self.anchor.put(_name_of(now_ms, checkpoint.size), note.encode())
        self.kept, self.kept_at_ms = checkpoint, now_ms
        return checkpoint

    def _refuse_altered(self, checkpoint: Checkpoint) -> None:
        hashes = hashes_of(self.folder, checkpoint.size)
        for old in (checkpoint, *([self.kept] if self.kept else [])):
            if old.origin != checkpoint.origin or old.size > checkpoint.size:
                raise AuditAltered("audit log is shorter than what was anchored", size=checkpoint.size, kept=old.size)
            if hashes.range(0, old.size) != old.root:
                raise AuditAltered("audit log is not what was anchored", size=checkpoint.size, kept=old.size)

    def _new_files(self, checkpoint: Checkpoint) -> Iterator[tuple[str, bytes]]:
        done = self.kept.size if self.kept else 0
        for index, width in _new_tiles(done, checkpoint.size):
            entries = read_bundle(self.folder, index, width)
            if [leaf_hash(entry) for entry in entries] != list(read_row(self.folder, 0, index, width)):
                raise AuditAltered("entries are not those of the log's tiles", index=index)
            content = b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)
            yield tile_path("entries", index, width), content
        for level in range(8):
            for index, width in _new_tiles(done >> 8 * level, checkpoint.size >> 8 * level):
                yield tile_path(str(level), index, width), b"".join(read_row(self.folder, level, index, width))


def _new_tiles(done: int, count: int) -> Iterator[tuple[int, int]]:
    """Yield index and width of the tiles of *count* things that are not whole among the first *done*."""
    if count == done:
        return
    for index in range(done // WIDTH, -(-count // WIDTH)):
        yield index, min(WIDTH, count - index * WIDTH)


def _name_of(now_ms: int, size: int) -> str:
    moment = datetime.fromtimestamp(now_ms // 1000, UTC)
    return f"{CHECKPOINTS}/{moment:%Y-%m-%d}/{now_ms:015d}-{size}"


def _time_of(name: str) -> int:
    time, _, _ = name.rsplit("/", 1)[-1].partition("-")
    if not time.isdecimal():
        raise AuditAltered("anchor holds a checkpoint under a name of no time", path=name)
    return int(time)
