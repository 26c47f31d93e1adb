"""Feed damaged inputs with canaries in them to every parser of formats, and report what broke.

`python -m benchmarks.fuzz.run [--inputs N] [--seed N] [--json OUT] [--only PARSER:NUMBER]`

A crash is an exception that nobody declared; a leak is a canary in clear in what is redacted or told, although the
analyzer finds exactly the canaries. Each input follows from the seed, its parser and its number: --only repeats one.
"""

import argparse
import json
import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.fuzz.inputs import parsers
from benchmarks.fuzz.judge import Judge, Leak
from benchmarks.throughput.detector_facts import facts

_COMMAND = "python -m benchmarks.fuzz.run"
_MOST_TOLD = 50
_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Broken:
    """An input that broke something, by what repeats it; `where` names code or a constant, never a value."""

    parser: str
    number: int
    what: str
    where: str


@dataclass(slots=True)
class Report:
    """What a run met."""

    seed: int
    inputs: dict[str, int] = field(default_factory=dict)
    fates: dict[str, dict[str, int]] = field(default_factory=dict)
    crashes: list[Broken] = field(default_factory=list)
    leaks: list[Broken] = field(default_factory=list)
    seconds: float = 0.0
    cpu_seconds: float = 0.0

    @property
    def total(self) -> int:
        """How many inputs there were."""
        return sum(self.inputs.values())

    def as_tree(self) -> dict[str, Any]:
        """Return the report as JSON."""
        found = f"{len(self.crashes)} crashes, {len(self.leaks)} leaks"
        return {
            "what": "damaged inputs with canaries through readers, pipeline, assembly and routing; canaries are marked",
            "seed": self.seed,
            "inputs": self.total,
            "parsers": {
                name: {"inputs": count, "became": dict(sorted(self.fates[name].items()))}
                for name, count in self.inputs.items()
            },
            "seconds": round(self.seconds, 1),
            "cpu_seconds": round(self.cpu_seconds, 1),
            "crashes": len(self.crashes),
            "leaks": len(self.leaks),
            "broken": [
                {"input": f"{each.parser}:{each.number}", "what": each.what, "where": each.where}
                for each in (self.crashes + self.leaks)[:_MOST_TOLD]
            ],
            "machine": facts(),
            "readme": [
                {
                    "what": f"{self.total:,} damaged inputs to {len(self.inputs)} parsers of formats, canaries in them",
                    "figure": found,
                    "command": f"{_COMMAND} --inputs {self.total} --seed {self.seed}",
                }
            ],
        }


def fuzz(inputs: int, seed: int, folder: Path, only: tuple[str, int] | None = None) -> Report:
    """Feed about *inputs* inputs, as many to each parser, and return what came of them."""
    report = Report(seed)
    judge = Judge(folder)
    makers = parsers()
    wall, cpu = time.monotonic(), time.process_time()
    for place, (name, make) in enumerate(makers.items()):
        if only is not None and name != only[0]:
            continue
        judge.fates = Counter()
        share = inputs // len(makers) + (place < inputs % len(makers))
        numbers: Sequence[int] = range(share) if only is None else (only[1],)
        for number in numbers:
            rng = random.Random(f"{seed}/{name}/{number}")
            try:
                judge.judge(make(rng), rng)
            except Leak as leak:
                report.leaks.append(Broken(name, number, "leak", str(leak)))
            except Exception as error:  # noqa: BLE001 - whatever it is, it is what is looked for.
                report.crashes.append(Broken(name, number, type(error).__name__, _place_of(error)))
        report.inputs[name], report.fates[name] = len(numbers), dict(judge.fates)
    report.seconds, report.cpu_seconds = time.monotonic() - wall, time.process_time() - cpu
    return report


def _place_of(error: Exception) -> str:
    """Return where in our own code an exception was raised."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(str(_ROOT))]
    ours = [frame for frame in frames if "site-packages" not in frame.filename]
    return f"{Path(ours[-1].filename).relative_to(_ROOT)}:{ours[-1].lineno}" if ours else "elsewhere"


def main() -> int:
    """Run, print and write the report; return 1 where something broke."""
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        report = fuzz(options.inputs, options.seed, Path(folder), options.only)
    tree = report.as_tree()
    print(json.dumps({key: value for key, value in tree.items() if key != "parsers"}, indent=1))
    if options.json:
        options.json.write_text(json.dumps(tree, indent=1) + "\n", encoding="utf-8")
    return 1 if report.crashes or report.leaks else 0


def _one(text: str) -> tuple[str, int]:
    name, _, number = text.rpartition(":")
    return name, int(number)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Feed damaged inputs with canaries to every parser of formats.")
    parser.add_argument("--inputs", type=int, default=10_000, help="how many inputs in all (10000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=_one, metavar="PARSER:NUMBER", help="repeat one input of a report")
    parser.add_argument("--json", type=Path, metavar="OUT")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
