"""Run the command on a file of records in a temporary folder and read back what it wrote."""

import base64
import json
import subprocess
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.raw.judge import BLOB, forms, missing
from benchmarks.raw.leaves import Pairs, parse
from benchmarks.raw.outcomes import Outcome
from benchmarks.raw.records import RawRecord

LONG_ENOUGH = 8


@dataclass(frozen=True, slots=True)
class Run:
    """What the command left behind."""

    status: int
    seconds: float
    redacted: dict[int, Pairs] = field(repr=False)
    reasons: dict[int, str] = field(repr=False)
    without: tuple[int, ...]
    several: tuple[int, ...]
    files: dict[str, bytes] = field(repr=False)


def redact(command: str, records: Sequence[RawRecord], folder: Path) -> Run:
    """Redact *records* with the command and return what came of each; raise where it wrote nothing."""
    source, out, state = folder / "records.jsonl", folder / "out", folder / "state"
    source.write_text("".join(json.dumps(envelope(record)) + "\n" for record in records), encoding="utf-8")
    begun = time.perf_counter()
    done = subprocess.run(
        [command, "redact", str(source), "--records", "-o", str(out), "--state", str(state)],
        capture_output=True,
        check=False,
    )
    seconds = time.perf_counter() - begun
    redacted, quarantined = _lines(out / "redacted.jsonl"), _lines(out / "quarantined.jsonl")
    if not redacted and not quarantined:
        raise SystemExit(f"{command} redact left with status {done.returncode} and wrote no outcome")
    inputs = [[int(number) for number in dict(line)["inputs"]] for line in [*redacted, *quarantined]]
    without, several = missing(range(1, len(records) + 1), inputs)
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in _files(out, state)}
    files["stdout"], files["stderr"] = done.stdout, done.stderr
    return Run(
        status=done.returncode,
        seconds=round(seconds, 1),
        redacted={number: line for line, numbers in zip(redacted, inputs, strict=False) for number in numbers},
        reasons={int(number): str(dict(line)["reason"]) for line in quarantined for number in dict(line)["inputs"]},
        without=tuple(without),
        several=tuple(several),
        files=files,
    )


def envelope(record: RawRecord) -> dict[str, object]:
    """Return the line of a records file that carries *record*."""
    return {
        "key": record.key,
        "headers": {name: _base64(value.encode()) for name, value in record.headers.items()},
        "value_base64": None if record.value is None else _base64(record.value),
    }


def clear_at_rest(outcomes: Sequence[Outcome], run: Run) -> dict[str, int]:
    """Count, by file, the planted values that came out nowhere else but lie in clear in what the command wrote."""
    leaked = {form for outcome in outcomes for leak in outcome.leaks for form in forms(leak.planted)}
    values = {
        form.encode()
        for outcome in outcomes
        for planted in outcome.record.planted
        if not leaked.intersection(forms(planted))
        for form in forms(planted)
        if LONG_ENOUGH <= len(form) <= BLOB
    }
    allowed = b"\n".join(_unmarked(outcomes))
    hidden = [value for value in values if value not in allowed]
    counts = {name: sum(value in content for value in hidden) for name, content in run.files.items()}
    return {name: count for name, count in sorted(counts.items()) if count and name != "out/redacted.jsonl"}


def _unmarked(outcomes: Iterable[Outcome]) -> Iterable[bytes]:
    """Yield what the records hold beside the planted values."""
    for outcome in outcomes:
        yield from (leaf.text.encode(errors="replace") for leaf in outcome.record.blanked)


def _lines(path: Path) -> list[Pairs]:
    """Parse a file of JSON lines; leave, with the line's number, at one that is none."""
    lines: list[Pairs] = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n") if path.exists() else (), 1):
        try:
            lines += [parse(line)] if line else []
        except ValueError:
            raise SystemExit(f"{path.name}: line {number} is no JSON") from None
    return lines


def _files(*folders: Path) -> list[Path]:
    return [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()
