"""A log as the disk holds it: checkpoint, journal and tree, checked to be one log, and the one that is known."""

from dataclasses import dataclass, field
from pathlib import Path

from schemas.errors import AuditAltered
from streams.audit.files import write_durable
from streams.audit.journal import Journal
from streams.audit.reading import read_row
from streams.audit.signing import LogKeys
from streams.audit.verify_log import WIDTH, Altered, Checkpoint, Tree, leaf_hash, open_checkpoint, root_of


@dataclass(frozen=True, slots=True)
class Tail:
    """What of a log is known to be durable, and the entry that may stand behind it, since its write failed."""

    size: int
    root: bytes
    refused: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Recovered:
    """A log that may be written; its journal is open."""

    checkpoint: Checkpoint
    tree: Tree
    journal: Journal


def recover(folder: Path, keys: LogKeys, known: Tail | None = None) -> Recovered:
    """Read a log, cut off what a crash or a failed write left at its end, and begin one where nothing is *known*.

    Raises AuditAltered where it is not what was signed or not what is known, AuditUnavailable or OSError where it
    cannot be read or written.
    """
    checkpoint = _checkpoint(folder, keys, begin=known is None)
    journal = _journal(folder, checkpoint)
    try:
        marks = [(checkpoint.size, checkpoint.root)]
        if known is not None:
            marks.append((known.size, known.root))
        tree = _grown(folder, journal, marks)
        if known is not None:
            _refuse_strange(known, tree, journal)
    except BaseException:
        journal.close()
        raise
    return Recovered(checkpoint, tree, journal)


def edge_at(folder: Path, size: int) -> Tree:
    """Return the right edge of the tree at *size*, a multiple of 256, out of the full tiles below it."""
    tree = Tree(size, [[]])
    level, count = 1, size // WIDTH
    while count:
        start = count - count % WIDTH
        tree.edge.append([root_of(read_row(folder, level - 1, index, WIDTH)) for index in range(start, count)])
        level, count = level + 1, count // WIDTH
    return tree


def _checkpoint(folder: Path, keys: LogKeys, *, begin: bool) -> Checkpoint:
    note = folder / "checkpoint"
    if not note.exists():
        if not begin or (folder / "journal").exists() or (folder / "tile").exists():
            raise AuditAltered("audit log has lost its checkpoint")
        write_durable(note, keys.note(Checkpoint(keys.origin, 0, root_of(()))).encode())
    try:
        return open_checkpoint(note.read_text(encoding="utf-8", errors="replace"), keys.verifiers)
    except Altered as altered:
        raise AuditAltered(f"audit log: {altered}") from None


def _journal(folder: Path, checkpoint: Checkpoint) -> Journal:
    path = folder / "journal"
    if path.exists():
        return Journal.open(path)
    if checkpoint.size:
        raise AuditAltered("audit log has lost its journal")
    return Journal.start(path, 0, ())


def _grown(folder: Path, journal: Journal, marks: list[tuple[int, bytes]]) -> Tree:
    """Return the tree over everything; raises AuditAltered where it had another root at the size of a mark."""
    first, size = journal.first, journal.first + len(journal.entries)
    if first % WIDTH or any(not first <= mark <= size for mark, _ in marks):
        raise AuditAltered("audit log is shorter than its checkpoint", size=size)
    tree = edge_at(folder, first)
    roots = {first: tree.root()}
    for entry in journal.entries:
        tree.add(leaf_hash(entry))
        if any(tree.size == mark for mark, _ in marks):
            roots[tree.size] = tree.root()
    for mark, root in marks:
        if roots[mark] != root:
            raise AuditAltered("audit log does not give its signed root", size=mark)
    return tree


def _refuse_strange(known: Tail, tree: Tree, journal: Journal) -> None:
    """Raise AuditAltered where anything but the entry that was refused stands behind what is known."""
    behind = journal.entries[len(journal.entries) - (tree.size - known.size) :] if tree.size > known.size else []
    if behind not in ([], [known.refused]):
        raise AuditAltered("another one wrote the audit log meanwhile", size=tree.size)
