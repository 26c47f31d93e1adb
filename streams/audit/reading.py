"""Reading a log's tiles and bundles, also while its writer exchanges partial ones for longer ones."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from schemas.errors import AuditAltered
from streams.audit.proofs import Hashes
from streams.audit.verify_log import (
    HASH_BYTES,
    WIDTH,
    Altered,
    Checkpoint,
    VerifierKey,
    open_checkpoint,
    split_bundle,
    tile_path,
)


def read_checkpoint(folder: Path, verifiers: Sequence[VerifierKey]) -> tuple[str, Checkpoint]:
    """Return the log's signed note and what it says; raises AuditAltered where it is missing or wrongly signed."""
    try:
        note = folder.joinpath("checkpoint").read_text(encoding="utf-8", errors="replace")
        return note, open_checkpoint(note, verifiers)
    except OSError as error:
        raise AuditAltered("no checkpoint of an audit log here", path=str(folder), errno=error.errno) from None
    except Altered as altered:
        raise AuditAltered(f"audit log: {altered}") from None


def hashes_of(folder: Path, size: int) -> Hashes:
    """Return the hashes of a log up to *size*, for proofs and roots."""
    return Hashes(size, partial(read_row, folder))


def read_row(folder: Path, level: int, index: int, width: int) -> Sequence[bytes]:
    """Return the first *width* hashes of a tile; raises AuditAltered where they are not there."""
    content = _content(folder, str(level), index, width)
    if len(content) < width * HASH_BYTES:
        raise AuditAltered("tile of the audit log is cut", level=level, index=index)
    return [content[start : start + HASH_BYTES] for start in range(0, width * HASH_BYTES, HASH_BYTES)]


def read_bundle(folder: Path, index: int, width: int) -> Sequence[bytes]:
    """Return the first *width* entries of a bundle; raises AuditAltered where they are not there."""
    try:
        entries = list(split_bundle(_content(folder, "entries", index, width)))
    except Altered:
        entries = []
    if len(entries) < width:
        raise AuditAltered("entry bundle of the audit log is cut", index=index)
    return entries[:width]


def entries_of(folder: Path, start: int, end: int) -> Iterator[bytes]:
    """Yield entries as readers see them, from *start* up to *end*."""
    for index in range(start // WIDTH, -(-end // WIDTH)):
        bundle = read_bundle(folder, index, min(WIDTH, end - index * WIDTH))
        yield from bundle[max(0, start - index * WIDTH) :]


def _content(folder: Path, kind: str, index: int, width: int) -> bytes:
    """Return the shortest file that holds so much of a tile."""
    partials = folder / (tile_path(kind, index, WIDTH) + ".p")
    for _ in range(2):  # A partial file may be exchanged for a longer one between looking and reading.
        widths = [int(path.name) for path in partials.glob("*") if path.name.isdecimal()]
        for found in sorted(each for each in (*widths, WIDTH) if each >= width):
            try:
                return folder.joinpath(tile_path(kind, index, found)).read_bytes()
            except FileNotFoundError:
                continue
            except OSError:
                break
    raise AuditAltered("audit log has lost a tile", level=kind, index=index)
