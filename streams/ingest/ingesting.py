"""Files into a raw topic: each record once, however often the command is killed and begun again."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from schemas.errors import ConfigError
from schemas.raw import Bounds
from streams.ingest.inputs import Input, inputs_of
from streams.log.inlet import Inlet

_CHUNK_RECORDS = 500
_CHUNK_BYTES = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Ingested:
    """What became of one file: records written by this run, and those that stood in the topic before."""

    written: int
    before: int


def ingest_file(inlet: Inlet, path: Path, bounds: Bounds, on_bytes: Callable[[int], None]) -> Ingested:
    """Write the records of a file that are not in the topic yet; *on_bytes* hears how many bytes of it are done.

    Each chunk and the position after it are one transaction. A file that was taken in whole, under whatever name, is
    not taken in again. Raises as Inlet.append_file, and ConfigError where the file cannot be read or has changed.
    """
    digest = _digest_of(path)
    position = inlet.begin(digest)
    before = position.position
    if not position.complete:
        for chunk in _chunks(inputs_of(path, inlet.max_record_bytes, bounds), before):
            position = replace(position, position=chunk[-1].position)
            inlet.append_file([item.value for item in chunk], position)
            on_bytes(chunk[-1].consumed)
        if _digest_of(path) != digest:
            raise ConfigError("file changed while it was read", path=str(path))
        inlet.append_file([], replace(position, complete=True))
    on_bytes(path.stat().st_size)
    return Ingested(position.position - before, before)


def _chunks(items: Iterator[Input], after: int) -> Iterator[Sequence[Input]]:
    """Yield the records after a position in runs that fit a transaction."""
    chunk: list[Input] = []
    size = 0
    for item in items:
        if item.position <= after:
            continue
        chunk.append(item)
        size += len(item.value)
        if len(chunk) >= _CHUNK_RECORDS or size >= _CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk


def _digest_of(path: Path) -> str:
    """Return SHA-256 of a file's bytes, in hex."""
    try:
        with path.open("rb") as source:
            return hashlib.file_digest(source, "sha256").hexdigest()
    except OSError as error:
        raise ConfigError("file cannot be read", path=str(path), reason=error.strerror) from None
