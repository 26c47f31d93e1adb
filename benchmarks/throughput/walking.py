"""Measure what reading and rebuilding records costs beside their analysis.

`python -m benchmarks.throughput.walking [--json OUT]`

Records of one megabyte with ten thousand leaves are decoded, walked and rebuilt; then all records of some kinds are
also analysed, as the worker does it. All figures are CPU time of one thread: other work on the machine makes wall time
a poor measure.
"""

import argparse
import json
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.throughput.detector_facts import facts
from benchmarks.throughput.large_records import large_records, leaves_of, small_records
from detectors.analyzer import Analyzer
from detectors.patterns.structured import holds_structured
from schemas.errors import Malformed
from schemas.events import LLMEvent, TextField
from schemas.sources.all import recognise
from streams.demo.traffic import sample_lines
from streams.record.decode import Decoder
from streams.walk import Walker

_COMMAND = "python -m benchmarks.throughput.walking"
_WARM_UP = "Seen by Maria Delgado on 3/4/2024, MRN 4471123."


@dataclass(frozen=True, slots=True)
class Walked:
    """The texts of one record, and the seconds that it took to decode, walk and rebuild it."""

    tree: Any
    texts: tuple[TextField, ...]
    decode: float
    walk: float
    rebuild: float

    @property
    def total(self) -> float:
        """All three."""
        return self.decode + self.walk + self.rebuild


def walked(value: bytes) -> Walked:
    """Decode, walk and rebuild one record; raises Malformed where it is for quarantine."""
    begun = time.process_time()
    tree = Decoder(holds_structured).read(value, text=False).document
    decoded = time.process_time()
    source = recognise(tree)
    walker, event = Walker(source, holds_structured, lambda _: "digest"), LLMEvent("e", "t", source.name, tree)
    texts = walker.texts(event)
    read = time.process_time()
    walker.rebuild(event, [text.text for text in texts])
    return Walked(tree, texts, decoded - begun, read - decoded, time.process_time() - read)


def large(value: bytes, rounds: int) -> dict[str, Any]:
    """Return the milliseconds of one large record."""
    runs = [walked(value) for _ in range(rounds)]
    totals = sorted(run.total for run in runs)
    median = statistics.median_low(totals)
    run = next(run for run in runs if run.total == median)
    return {
        "bytes": len(value),
        "leaves": leaves_of(run.tree),
        "texts": len(run.texts),
        "cpu_ms": {
            "decode": _ms(run.decode),
            "walk": _ms(run.walk),
            "rebuild": _ms(run.rebuild),
            "median": _ms(median),
            "least": _ms(totals[0]),
            "most": _ms(totals[-1]),
        },
    }


def share(analyzer: Analyzer, values: Sequence[bytes]) -> dict[str, Any]:
    """Return the CPU seconds of walking and rebuilding some records, and of analysing them; no two are alike."""
    walking = analysis = 0.0
    records = 0
    for value in values:
        try:
            run = walked(value)
        except Malformed:
            continue
        begun = time.process_time()
        analyzer.analyze_all([(text.text, text.hint) for text in run.texts])
        analysis += time.process_time() - begun
        walking += run.walk + run.rebuild
        records += 1
    return {
        "records": records,
        "walk_and_rebuild_s": round(walking, 3),
        "analysis_s": round(analysis, 3),
        "ratio": round(walking / analysis, 4),
    }


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)


def _readme(records: dict[str, Any], shares: dict[str, Any]) -> list[dict[str, str]]:
    """Return the rows of the README."""
    told = "; ".join(f"{name} {figures['cpu_ms']['median']:.0f} ms" for name, figures in records.items())
    worst = max(shares.values(), key=lambda each: each["ratio"])
    mixed = shares["sample traffic"]
    return [
        {
            "what": "1 MB record with 10,000 leaves decoded, walked and rebuilt: CPU time without detection",
            "figure": told,
            "command": _COMMAND,
        },
        {
            "what": "walking and rebuilding, as a share of the analysis of the same records",
            "figure": f"{mixed['ratio']:.1%} (sample traffic); {worst['ratio']:.1%} at most",
            "command": _COMMAND,
        },
    ]


def main() -> None:
    """Print the figures, and write them where --json says."""
    options = _options()
    values = large_records()
    records = {name: large(value, options.rounds) for name, value in values.items()}
    analyzer = Analyzer.default()
    analyzer.analyze(_WARM_UP)
    shares = {
        "sample traffic": share(analyzer, list(sample_lines())),
        "small chats": share(analyzer, list(small_records(options.small))),
        **{name: share(analyzer, [value]) for name, value in values.items()},
    }
    figures = {
        "what": "CPU time of one thread; large records: the median of so many rounds",
        "rounds": options.rounds,
        "machine": facts(),
        "records": records,
        "shares_of_analysis": shares,
        "readme": _readme(records, shares),
    }
    print(json.dumps(figures, indent=1))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure what reading and rebuilding records costs.")
    parser.add_argument("--rounds", type=int, default=9, help="how often a large record is read (9)")
    parser.add_argument("--small", type=int, default=200, help="how many small records are read (200)")
    parser.add_argument("--json", type=Path, metavar="OUT")
    return parser.parse_args()


if __name__ == "__main__":
    main()
