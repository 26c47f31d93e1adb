"""Raw records from files: JSON lines, a whole JSON document or OTLP in protobuf, gzip, and folders of these.

A position counts the records of a file from 1, so that a reader can go on after any of them.
"""

import gzip
import os
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, cast

from schemas.errors import ConfigError, Malformed
from schemas.raw import Bounds, encode_raw
from schemas.sources.otlp import decode_value

_GZIP = b"\x1f\x8b"
#: What Amazon Bedrock leaves beside its logs to see whether it may write (Bedrock, "Model invocation logging").
_NO_LOGS = frozenset({"amazon-bedrock-logs-permission-check"})


@dataclass(frozen=True, slots=True)
class Input:
    """One record of a file; `consumed` are the bytes of the file read so far."""

    position: int
    value: bytes = field(repr=False)
    consumed: int


def files_of(paths: Iterable[Path]) -> tuple[Path, ...]:
    """Return every file that the paths name, folders searched in the order of names; hidden files are left out."""
    found: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            below = sorted(each for each in path.rglob("*") if each.is_file() and not _is_hidden(each, path))
            found |= dict.fromkeys(each for each in below if each.name not in _NO_LOGS)
        else:
            found[path] = None
    return tuple(found)


def _is_hidden(file: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in file.relative_to(folder).parts)


def inputs_of(path: Path, limit: int, bounds: Bounds) -> Iterator[Input]:
    """Yield the records of a file: each line that is not blank, or those of one document that is the whole file.

    Raises ConfigError with the position of a record longer than *limit* bytes, and where gzip ends early.
    """
    with _opened(path) as (stream, raw):
        whole = _whole(stream, bounds)
        if whole is not None:
            for position, value in enumerate(whole, 1):
                yield Input(position, value, raw.tell())
            return
    with _opened(path) as (stream, raw):
        for position, value in enumerate(_lines(stream, limit, path), 1):
            yield Input(position, value, raw.tell())


@contextmanager
def _opened(path: Path) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """Open a file for reading; the second stream tells how many bytes of it were read."""
    try:
        with path.open("rb") as raw:
            packed = raw.read(len(_GZIP)) == _GZIP
            raw.seek(0, os.SEEK_SET)
            yield (cast("BinaryIO", gzip.GzipFile(fileobj=raw)) if packed else raw), raw
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise ConfigError("gzip file is damaged or cut", path=str(path)) from None
    except OSError as error:
        raise ConfigError("file cannot be read", path=str(path), reason=error.strerror) from None


def _whole(stream: BinaryIO, bounds: Bounds) -> tuple[bytes, ...] | None:
    """Return the records of a file that is one document over several lines, or OTLP; None where it is lines."""
    value = stream.read(bounds.record_bytes + 1)
    if len(value) > bounds.record_bytes or _is_document(value.split(b"\n", 1)[0], bounds):
        return None
    try:
        tree = decode_value(value, bounds)
    except Malformed:
        return None
    if isinstance(tree, list) and all(isinstance(each, dict) for each in tree):
        return tuple(map(encode_raw, tree))
    return (value,)


def _is_document(line: bytes, bounds: Bounds) -> bool:
    try:
        decode_value(line, bounds)
    except Malformed:
        return False
    return True


def _lines(stream: BinaryIO, limit: int, path: Path) -> Iterator[bytes]:
    number = 0
    while line := stream.readline(limit + 2):
        number += 1
        value = line.rstrip(b"\r\n")
        if len(value) > limit:
            raise ConfigError("line is longer than a record may be", path=str(path), line=number, limit=limit)
        if value.strip():
            yield value
