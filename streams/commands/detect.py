"""`phistream detect`: lines of {"id","text"} in, lines of {"id","spans"} out."""

import contextlib
import sys
from collections.abc import Iterator
from io import BufferedReader
from pathlib import Path
from typing import Annotated, Any, cast

import orjson
import typer

from schemas.spans import Span

BAD_LINE_STATUS = 2
BLOCK_BYTES = 64 * 1024


def detect(
    file: Annotated[
        str, typer.Argument(metavar="FILE|-", help='Lines of {"id","text"}; - reads standard input.')
    ] = "-",
) -> None:
    """Find identifiers in texts, one JSON object a line.

    Offsets count code points. A line that is no such object is answered in its place with an error code, and the exit
    status is 2 at the end.
    """
    from detectors.analyzer import Analyzer

    analyzer = Analyzer.default()
    number = bad = 0
    stdin = cast("BufferedReader", sys.stdin.buffer)
    with contextlib.nullcontext(stdin) if file == "-" else Path(file).open("rb") as source:
        for lines in _blocks(source):
            rows = list(map(_read, lines))
            found = iter(analyzer.analyze_events([[(row["text"], "")] for row, error in rows if error is None]))
            for row, error in rows:
                number += 1
                if error is None:
                    _write({"id": row["id"], "spans": [_span(span) for span in next(found)[0]]})
                else:
                    bad += 1
                    _write({"id": None, "line": number, "error": error})
            sys.stdout.flush()
    if bad:
        raise typer.Exit(BAD_LINE_STATUS)


def _blocks(source: BufferedReader) -> Iterator[list[bytes]]:
    """Yield the lines that are there to be read: of a file many, which is faster, of somebody who types each one."""
    begun = list[bytes]()
    while chunk := source.read1(BLOCK_BYTES):
        first, *lines = chunk.split(b"\n")
        begun.append(first)
        if lines:
            yield [b"".join(begun), *lines[:-1]]
            begun = [lines[-1]]
    if any(begun):
        yield [b"".join(begun)]


def _read(line: bytes) -> tuple[dict[str, Any], str | None]:
    """Return the object of a line, or an error code."""
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError:
        return {}, "not_json"
    if not isinstance(row, dict):
        return {}, "not_an_object"
    if not isinstance(row.get("id"), (str, int)):
        return {}, "no_id"
    if not isinstance(row.get("text"), str):
        return {}, "no_text"
    return row, None


def _span(span: Span) -> dict[str, Any]:
    return {
        "start": span.start,
        "end": span.end,
        "type": span.type.value,
        "score": round(span.score, 4),
        "recognizer": span.recognizer,
    }


def _write(row: dict[str, Any]) -> None:
    sys.stdout.buffer.write(orjson.dumps(row) + b"\n")
