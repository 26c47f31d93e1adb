"""Measure what sealing and the transaction add to the pipeline's time per event, on a real broker.

`python -m benchmarks.throughput.sealing [--records 2000] [--json OUT]` needs the plain stack (`make stack-up`).

One worker, in this process: the time in which events are decoded, analysed and rewritten, beside the time in which
their secrets are sealed, their batch is built, and the transaction is written and committed, waits for the broker
included.
Calls of the KEK are counted: one for each new DEK, and one at the start that proves the keys.
"""

import argparse
import json
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.throughput.detector_facts import facts
from benchmarks.throughput.traffic import Traffic, requests
from detectors.analyzer import Analyzer
from streams.batch import BatchBuilder
from streams.composition import Slot, build_worker
from streams.log.kafka import KafkaTransactionalLog, connect_slot
from streams.pipeline import Pipeline
from streams.vault.envelope import SealingVault
from streams.vault.kek import CountedKek
from tests.e2e.deployment import Deployment, deployed
from tests.stack.required import required_stack
from tests.stack.running import Stack

_COMMAND = "python -m benchmarks.throughput.sealing"
TRANSACTIONS = (50, 200, 1_000)
_WARM_UP = 200
_ALLOWED = 0.25
_TIMED = (
    (Pipeline, "process"),
    (SealingVault, "seal"),
    (SealingVault, "check_units"),
    (SealingVault, "committed"),
    (BatchBuilder, "build"),
    (KafkaTransactionalLog, "publish"),
    (CountedKek, "wrap"),
)


def main() -> None:
    """Print the figures, and write them where --json says."""
    options = _options()
    stack = required_stack()
    sizes = {str(size): _measured(stack, size, options.records) for size in TRANSACTIONS}
    figures = {"what": __doc__.splitlines()[0], "machine": facts(), "allowed": _ALLOWED, "transactions": sizes}
    figures["readme"] = [_row(sizes)]
    print(json.dumps(figures, indent=1))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def _measured(stack: Stack, size: int, records: int) -> dict[str, Any]:
    kafka = {"session_timeout_ms": 45_000, "transaction_timeout_ms": 30_000}
    with (
        tempfile.TemporaryDirectory() as folder,
        deployed(stack, Path(folder), kafka=kafka, limits={"batch_records": size}) as made,
    ):
        traffic = Traffic(made)
        traffic.at_once(list(requests(_WARM_UP, seed=1)))
        _work(made)
        traffic.at_once(list(requests(records, seed=2)))
        with _timed() as (seconds, calls):
            _work(made)
    added = {name: seconds[name] for name in ("seal", "check_units", "committed", "build", "publish")}
    pipeline = seconds["process"] - seconds["seal"]
    return {
        "records": records,
        "batches": calls["publish"],
        "pipeline_ms_an_event": round(pipeline * 1000 / records, 3),
        "added_ms_an_event": {name: round(one * 1000 / records, 3) for name, one in added.items()},
        "added": round(sum(added.values()) / pipeline, 3),
        "kek_calls": calls["wrap"],
    }


def _work(made: Deployment) -> None:
    """Redact what is there in one worker of this process."""
    folder = made.folder / "run"
    folder.mkdir(exist_ok=True)
    with connect_slot(made.settings, 0) as log:
        slot = Slot(0, folder, lambda: False)
        build_worker(made.settings, log, slot, Analyzer.default()).run(until_drained=True)


@contextmanager
def _timed() -> Iterator[tuple[Mapping[str, float], Mapping[str, int]]]:
    """Time some methods of the product for as long as the block lasts; yield seconds and calls by name."""
    seconds: dict[str, float] = defaultdict(float)
    calls: Counter[str] = Counter()
    kept = [(kind, name, getattr(kind, name)) for kind, name in _TIMED]
    for kind, name, method in kept:
        setattr(kind, name, _timing(name, method, seconds, calls))
    try:
        yield seconds, calls
    finally:
        for kind, name, method in kept:
            setattr(kind, name, method)


def _timing(name: str, method: Any, seconds: dict[str, float], calls: "Counter[str]") -> Any:
    def timed(*args: Any, **named: Any) -> Any:
        begin = time.perf_counter()
        try:
            return method(*args, **named)
        finally:
            seconds[name] += time.perf_counter() - begin
            calls[name] += 1

    return timed


def _row(sizes: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    shares = " / ".join(f"{one['added']:.0%}" for one in sizes.values())
    calls = max(one["kek_calls"] for one in sizes.values())
    return {
        "what": f"added to the pipeline's time per event by sealing and transactions of {' / '.join(sizes)} records",
        "figure": f"{shares} (allowed: {_ALLOWED:.0%}); {calls} calls of the KEK a run",
        "command": _COMMAND,
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=2_000)
    parser.add_argument("--json", type=Path)
    return parser.parse_args()


if __name__ == "__main__":
    main()
