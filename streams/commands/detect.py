"""`phistream detect`: lines of {"id","text"} in, lines of {"id","spans"} out."""

import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from io import BufferedReader
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import orjson
import typer

from detectors.profile import Profile
from schemas.errors import ConfigError
from streams.commands.options import ConfigFile

if TYPE_CHECKING:
    from detectors.analyzer import Analyzer

BAD_LINE_STATUS = 2
BLOCK_BYTES = 64 * 1024

Row = dict[str, Any]
Answers = Callable[["Analyzer", Sequence[Row]], Iterator[Row | str]]


def detect(
    file: Annotated[
        str, typer.Argument(metavar="FILE|-", help='Lines of {"id","text"}; - reads standard input.')
    ] = "-",
    *,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Say who found each span, what decided, and what was dropped."),
    ] = False,
    config: ConfigFile = None,
    profile: Annotated[
        Profile | None, typer.Option("--profile", help="Instead of the settings': accurate (the default) or fast.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="With --explain: one JSON object a line, without text.")] = False,
) -> None:
    """Find identifiers in texts, one JSON object a line.

    Offsets count code points. A line that is no such object is answered in its place with an error code, and the exit
    status is 2 at the end. --explain quotes what it found, but no entry of a roster or deny list; with --json it quotes
    nothing.
    """
    from detectors.analyzer import Analyzer

    if json and not explain:
        raise typer.BadParameter("goes with --explain; without it every line is JSON", param_hint="--json")
    answers: Answers = (_json_explained if json else _explained) if explain else _found
    analyzer = Analyzer.default(profile or Profile.ACCURATE) if config is None else _configured(config, profile)
    number = bad = 0
    with _opened(file) as source:
        for lines in _blocks(source):
            rows = list(map(_read, lines))
            answer = answers(analyzer, [row for row, error in rows if error is None])
            for _, error in rows:
                number += 1
                bad += error is not None
                _write(next(answer) if error is None else {"id": None, "line": number, "error": error})
            sys.stdout.flush()
    if bad:
        raise typer.Exit(BAD_LINE_STATUS)


def _configured(config: Path, profile: Profile | None) -> "Analyzer":
    from streams.config import load_settings
    from streams.detection.analyzers import build_analyzer

    settings = load_settings(config).detector
    return build_analyzer(settings if profile is None else settings.model_copy(update={"profile": profile}))


def _opened(file: str) -> AbstractContextManager[BufferedReader]:
    if file == "-":
        return contextlib.nullcontext(cast("BufferedReader", sys.stdin.buffer))
    try:
        return Path(file).open("rb")
    except OSError as error:
        raise ConfigError("file cannot be read", path=file, reason=error.strerror) from None


def _found(analyzer: "Analyzer", rows: Sequence[Row]) -> Iterator[Row]:
    """Yield the spans of each text, read together."""
    from streams.detection.explaining import span_row

    texts = [[(row["text"], "")] for row in rows]
    for row, (spans,) in zip(rows, analyzer.analyze_events(texts), strict=True):
        yield {"id": row["id"], "spans": [span_row(span) for span in spans]}


def _json_explained(analyzer: "Analyzer", rows: Sequence[Row]) -> Iterator[Row]:
    from detectors.explain import explain
    from streams.detection.explaining import as_row

    for row in rows:
        yield {"id": row["id"], **as_row(explain(analyzer, row["text"]))}


def _explained(analyzer: "Analyzer", rows: Sequence[Row]) -> Iterator[str]:
    from detectors.explain import explain
    from streams.detection.explaining import as_lines

    for row in rows:
        explanation = explain(analyzer, row["text"])
        heading = f"{row['id']}: {len(explanation.spans)} found, {len(explanation.dropped)} dropped"
        yield "\n".join((heading, *as_lines(row["text"], explanation)))


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


def _read(line: bytes) -> tuple[Row, str | None]:
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


def _write(answer: Row | str) -> None:
    line = answer.encode("utf-8", "replace") if isinstance(answer, str) else orjson.dumps(answer)
    sys.stdout.buffer.write(line + b"\n")
