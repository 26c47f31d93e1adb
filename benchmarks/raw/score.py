"""Run `phistream redact --records` over the raw exam and say what it did with it.

`python -m benchmarks.raw.score [--command phistream] [--show] [--show-values] [--json OUT]`; exit status 1 where a
contract is broken. All values are invented; they are printed only with `--show-values`.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

from benchmarks.raw.figures import contracts, summarise
from benchmarks.raw.judge import judge
from benchmarks.raw.outcomes import Outcome
from benchmarks.raw.records import RawRecord, all_records
from benchmarks.raw.running import Run, clear_at_rest, redact


def main() -> None:
    """Print the figures, and leave with status 1 where a contract is broken."""
    options = _options()
    records = all_records()
    with tempfile.TemporaryDirectory() as folder:
        run = redact(options.command, records, Path(folder))
        outcomes = _judge(records, run)
        at_rest = clear_at_rest(outcomes, run)
    figures = summarise(outcomes, run, at_rest)
    broken = contracts(figures)
    figures["broken"] = broken
    _print(figures)
    if options.show or options.show_values:
        _show(outcomes, values=options.show_values)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    sys.exit(bool(broken))


def _judge(records: tuple[RawRecord, ...], run: Run) -> list[Outcome]:
    outcomes = []
    for number, record in enumerate(records, 1):
        line = run.redacted.get(number)
        verdict = judge(record, line) if line is not None and record.kind != "malformed" else None
        outcomes.append(Outcome(number, record, line is not None, run.reasons.get(number), verdict))
    return outcomes


def _print(figures: dict[str, object]) -> None:
    for name, value in figures.items():
        if isinstance(value, dict):
            print(name)
            for key, each in value.items():
                print(f"  {key:22} {each}")
        else:
            print(f"{name:24} {value}")


def _show(outcomes: list[Outcome], *, values: bool) -> None:
    """Print every leak, loss and wrong outcome by record id and path."""
    for outcome in outcomes:
        if outcome.wrong:
            print(f"outcome {outcome.record.id}: {outcome.word}, {outcome.record.expect} expected; {outcome.reason}")
        if outcome.verdict is None:
            continue
        for leak in outcome.verdict.leaks:
            said = f" {leak.planted.value!r} left {leak.found!r}" if values else ""
            path = _bare(leak.path, outcome.record, values=values)
            print(f"left    {outcome.record.id} {leak.planted.label} {path}{said}")
        for kept in outcome.verdict.lost:
            said = f" {kept.value[:80]!r}" if values else ""
            print(
                f"lost    {outcome.record.id} {kept.category} {_bare(kept.path, outcome.record, values=values)}{said}"
            )


def _bare(path: str, record: RawRecord, *, values: bool) -> str:
    """Return a path, with planted keys named by their label unless *values* may be shown."""
    for planted in () if values else record.planted:
        path = path.replace(planted.value, f"[{planted.label}]")
    return path


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Score phistream on the raw exam.")
    parser.add_argument("--command", default="phistream", help="the command to run")
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument("--show", action="store_true", help="list leaks and losses by record and path")
    parser.add_argument("--show-values", action="store_true", help="list them with their invented values")
    return parser.parse_args()


if __name__ == "__main__":
    main()
