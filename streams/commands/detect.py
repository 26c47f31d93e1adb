"""`phistream detect`: lines of {"id","text"} in, lines of {"id","spans"} out."""

import contextlib
import sys
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from schemas.spans import Span

BAD_LINE_STATUS = 2


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
    bad = 0
    with contextlib.nullcontext(sys.stdin.buffer) if file == "-" else Path(file).open("rb") as source:
        for number, line in enumerate(source, 1):
            row, error = _read(line)
            if error is not None:
                bad += 1
                _write({"id": None, "line": number, "error": error})
                continue
            spans = analyzer.analyze(row["text"])
            _write({"id": row["id"], "spans": [_span(span) for span in spans]})
    sys.stdout.flush()
    if bad:
        raise typer.Exit(BAD_LINE_STATUS)


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
