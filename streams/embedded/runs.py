"""Runs of `phistream redact`: which lines of which file stand where in the embedded log, so that a run can go on."""

import base64
import binascii
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import orjson

from schemas.errors import ConfigError
from schemas.topics import RAW, REDACTED
from streams.log.ports import Headers, Publication, TopicPartition
from streams.log.sqlite_store import SqliteStore

_SCHEMA = """CREATE TABLE IF NOT EXISTS runs (
    run INTEGER PRIMARY KEY, digest TEXT NOT NULL, first INTEGER NOT NULL, lines INTEGER NOT NULL,
    redacted_first INTEGER NOT NULL, complete INTEGER NOT NULL DEFAULT 0)"""
_CHUNK_LINES = 500
_CHUNK_BYTES = 16 * 1024 * 1024
_PLACE = TopicPartition(RAW, 0)
_REDACTED = TopicPartition(REDACTED, 0)


@dataclass(frozen=True, slots=True)
class Run:
    """One file in the log: line *n* stands at offset `first + n - 1`; `lines` have been fed so far.

    Its outcomes stand from `redacted_first` on in the redacted topic.
    """

    run: int
    first: int
    lines: int
    redacted_first: int
    complete: bool

    def line_of(self, offset: int) -> int | None:
        """Return the number of the line, from 1, at an offset of the raw topic, or None where it is another run's."""
        line = offset - self.first + 1
        return line if 1 <= line <= self.lines else None


def digest_of(file: Path) -> str:
    """Return SHA-256 of a file's bytes, in hex."""
    with file.open("rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()


def begin(store: SqliteStore, digest: str) -> Run:
    """Begin a run at the end of the log."""
    store.connection.execute(_SCHEMA)
    with store.transaction():
        first = store.ends(_PLACE)[1]
        redacted_first = store.ends(_REDACTED)[1]
        cursor = store.connection.execute(
            "INSERT INTO runs (digest, first, lines, redacted_first) VALUES (?, ?, 0, ?)",
            (digest, first, redacted_first),
        )
    return Run(int(cursor.lastrowid or 0), first, 0, redacted_first, complete=False)


def find(store: SqliteStore, run: int, digest: str) -> Run | None:
    """Return an interrupted run of the same file, or None."""
    store.connection.execute(_SCHEMA)
    row = store.connection.execute(
        "SELECT first, lines, redacted_first, complete FROM runs WHERE run = ? AND digest = ?", (run, digest)
    ).fetchone()
    return None if row is None else Run(run, int(row[0]), int(row[1]), int(row[2]), complete=bool(row[3]))


def feed(store: SqliteStore, run: Run, file: Path, *, records: bool, on_bytes: Callable[[int], None]) -> Run:
    """Append the lines of *file* that are not in the log yet; each chunk and its count are one transaction."""
    if run.complete:
        return run
    fed = run.lines
    with file.open("rb") as source:
        for chunk in _chunks(line for number, line in enumerate(source, 1) if number > run.lines):
            with store.transaction():
                store.append([_publication(line, records=records) for line in chunk])
                fed += len(chunk)
                store.connection.execute("UPDATE runs SET lines = ? WHERE run = ?", (fed, run.run))
            on_bytes(sum(map(len, chunk)))
    store.connection.execute("UPDATE runs SET complete = 1 WHERE run = ?", (run.run,))
    return replace(run, lines=fed, complete=True)


def check_records(file: Path) -> None:
    """Raise ConfigError with the number of the first line that is no record envelope."""
    with file.open("rb") as source:
        for number, line in enumerate(source, 1):
            try:
                _envelope(line)
            except (ValueError, TypeError, KeyError, AttributeError):
                raise ConfigError('line is not {"key","headers","value_base64"}', path=str(file), line=number) from None


def _publication(line: bytes, *, records: bool) -> Publication:
    if not records:
        return Publication(RAW, None, line.rstrip(b"\r\n"), partition=0)
    key, headers, value = _envelope(line)
    return Publication(RAW, key, value, headers, partition=0)


def _envelope(line: bytes) -> tuple[bytes | None, Headers, bytes | None]:
    tree = orjson.loads(line)
    key = tree["key"]
    headers = tuple((name, _bytes(value)) for name, value in (tree.get("headers") or {}).items())
    return None if key is None else str(key).encode(), headers, _bytes(tree["value_base64"])


def _bytes(text: str | None) -> bytes | None:
    if text is None:
        return None
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError("not base64") from None


def _chunks(lines: Iterator[bytes]) -> Iterator[Sequence[bytes]]:
    chunk: list[bytes] = []
    size = 0
    for line in lines:
        chunk.append(line)
        size += len(line)
        if len(chunk) >= _CHUNK_LINES or size >= _CHUNK_BYTES:
            yield chunk
            chunk, size = [], 0
    if chunk:
        yield chunk
