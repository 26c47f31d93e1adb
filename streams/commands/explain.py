"""`phistream explain FILE`: how each record is read, and why; paths and classes, never values."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import orjson
import typer

from streams.record.reading import FormatReport, RecordReading, as_lines, as_row, read_record, report_of


def explain(
    file: Annotated[
        Path, typer.Argument(help="Raw events: lines, one document, gzip, or a folder.", exists=True, readable=True)
    ],
    *,
    summary: Annotated[
        bool, typer.Option("--summary", help="Formats, reasons for quarantine, and fields no format knows.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="JSON: one object a record, or one summary.")] = False,
) -> None:
    """Show how raw records are read: their format, what in them is text, what is not, and why.

    "text", "number" and "key" are analysed, and redacted where an identifier is found; "opened" is a string with more
    in it, such as JSON. "passes" is left as it is, because its path allows only a closed shape such as a number or an
    id; "replaced" becomes its type, size and digest; "dropped" repeats other text. Pieces of streams are not joined.

    Nothing is written or redacted. No value is shown, nor an object key that may be one: it appears as an asterisk.
    --summary names an unknown key only if no identifier is found in it.
    """
    readings = _readings(file)
    if summary:
        report = report_of(readings, _may_show())
        typer.echo(orjson.dumps(asdict(report)).decode() if json else "\n".join(_report_lines(report)))
        return
    reading = None
    for reading in readings:
        typer.echo(orjson.dumps(as_row(reading)).decode() if json else "\n".join(as_lines(reading)))
    if reading is None:
        typer.echo("There is no record in it.", err=True)


def _readings(file: Path) -> Iterator[RecordReading]:
    """Yield how each record is read; of a folder, each file is named before its first."""
    from schemas.raw import DEFAULT_BOUNDS
    from streams.ingest.inputs import files_of, inputs_of

    position = 0
    for path in files_of([file]):
        for number, item in enumerate(inputs_of(path, DEFAULT_BOUNDS.record_bytes, DEFAULT_BOUNDS)):
            position += 1
            if path != file and not number:
                typer.echo(f"{path}, from record {position}:", err=True)
            yield read_record(position, item.value, DEFAULT_BOUNDS)


def _may_show() -> Callable[[str], bool]:
    """Return what tells whether a key is a field's name: it looks like one, and nothing is found in it."""
    import re
    from functools import lru_cache

    from detectors.analyzer import Analyzer

    analyzer, shape = Analyzer.default(), re.compile(r"[A-Za-z_$@][A-Za-z_.$:-]{0,63}")

    @lru_cache(maxsize=10_000)
    def may_show(key: str) -> bool:
        words = re.sub(r"(?<=[a-z])(?=[A-Z])|[_.:$-]+", " ", key)
        return shape.fullmatch(key) is not None and not analyzer.analyze(key) and not analyzer.analyze(words.title())

    return may_show


def _report_lines(report: FormatReport) -> Iterator[str]:
    yield f"{report.records} records"
    for name, number in sorted(report.formats.items(), key=lambda pair: -pair[1]):
        told = "  (unknown: everything is text)" if name == "generic" else ""
        yield f"  {name:12} {number}{told}"
    for reason, number in report.reasons.items():
        yield f"  quarantined: {reason} {number}"
    if report.unknown:
        yield "fields that no format knows, by the record in which each was first seen:"
    for field in report.unknown:
        parent = field.parent.rstrip("/")
        yield f"  record {field.first}: {field.source} {parent}/{field.name or '*'} ({field.records} records)"
