"""Measure the redactor end to end on the running stack, beside a plain copy and a copy in transactions, in one run.

`make stack-up`, then `make throughput`, which writes benchmarks/results/end_to_end.json

Broker, worker, producer and reader share the machine. Rate: a backlog written at once, from the first record that comes
out to the last. Latency: of all three at one load, 70 % of the redactor's rate, from the producer's timestamp to a
reader of committed records.
"""

import argparse
import json
import os
import statistics
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.throughput.copying import Copying, plain_copy, transactional_copy
from benchmarks.throughput.detector_facts import facts
from benchmarks.throughput.traffic import Arrivals, Traffic, requests
from schemas.topics import REDACTED
from tests.e2e.deployment import Deployment, deployed
from tests.stack.required import required_stack
from tests.stack.running import Stack
from tests.stack.topics import fresh_topic

#: With the stack up; the results of a run by hand go where --json says.
COMMAND = "make throughput"
TRANSACTIONS = (50, 200, 1_000)
_SHARE = 0.7
_PATIENCE = 300.0


@dataclass(frozen=True, slots=True)
class Contender:
    """One way from the raw topic to *topic*: how it is run, and how many records it is measured with."""

    name: str
    topic: str
    backlog: int
    run: Callable[[Deployment, int], Any]


def main() -> None:
    """Print the figures, and write them where --json says."""
    options = _options()
    stack = required_stack()
    figures: dict[str, Any] = {"what": __doc__.splitlines()[0], "machine": facts() | {"cores_used": os.cpu_count()}}
    with fresh_topic(stack.kafka_options(), partitions=4) as copies:
        contenders = (
            Contender("redactor", REDACTED, options.records, _redactor),
            Contender("copy in transactions", copies, options.records * 10, _copy(transactional_copy, copies)),
            Contender("plain copy", copies, options.records * 10, _copy(plain_copy, copies)),
        )
        for size in TRANSACTIONS:
            load = 0.0
            for contender in contenders:
                found = _contest(contender, stack, size, load, options.seconds)
                load = load or found["latency_at_events_a_second"]
                figures.setdefault(contender.name, {})[str(size)] = found
                print(contender.name, size, found, flush=True)
    figures["readme"] = rows(figures)
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")


def rows(figures: Mapping[str, Any]) -> list[dict[str, str]]:
    """Return the rows of the README's table: rates and latencies by size of transaction, in its order."""
    redactor, copy = ([figures[name][str(size)] for size in TRANSACTIONS] for name in ("redactor", "plain copy"))
    sizes = " / ".join(f"{size:,}" for size in TRANSACTIONS)
    share = " / ".join(
        f"{mine['events_a_second'] / theirs['events_a_second']:.1%}"
        for mine, theirs in zip(redactor, copy, strict=True)
    )
    what = f"end to end through Kafka, all on {figures['machine']['cores']} cores, {sizes} records a transaction"
    latencies = [_joined(f"{one['latency_ms'][cut]:.0f}" for one in redactor) for cut in ("p50", "p95", "p99")]
    return [
        {
            "what": f"{what}: events of 1 KB a second and worker",
            "figure": f"{_joined(one['events_a_second'] for one in redactor)}; {share} of a plain copy",
            "command": COMMAND,
        },
        {
            "what": f"{what}: milliseconds from producer to reader at 70 % of that rate",
            "figure": f"median {latencies[0]}, 95th percentile {latencies[1]}, 99th {latencies[2]}",
            "command": COMMAND,
        },
    ]


def _joined(figures: Iterable[object]) -> str:
    return " / ".join(str(figure) for figure in figures)


def _copy(
    loop: Callable[[Copying], AbstractContextManager[None]], topic: str
) -> Callable[[Deployment, int], AbstractContextManager[None]]:
    return lambda made, size: loop(Copying(made.config, topic, size))


def _contest(contender: Contender, stack: Stack, size: int, load: float, seconds: float) -> dict[str, Any]:
    """Measure one contender over a deployment of its own."""
    kafka = {"session_timeout_ms": 45_000, "transaction_timeout_ms": 30_000}
    with (
        tempfile.TemporaryDirectory() as folder,
        deployed(stack, Path(folder), kafka=kafka, limits={"batch_records": size}) as made,
    ):
        return _measured(contender, made, size, load, seconds)


def _measured(contender: Contender, made: Deployment, size: int, load: float, seconds: float) -> dict[str, Any]:
    traffic = Traffic(made)
    with contender.run(made, size) as memory:
        _warm_up(contender, made, traffic)
        rate = _rate(contender, made, traffic)
        steady = _latency(contender, made, traffic, load or rate * _SHARE, seconds)
        return {"events_a_second": round(rate), **steady, **({"peak_memory_mib": memory()} if memory else {})}


def _warm_up(contender: Contender, made: Deployment, traffic: Traffic) -> None:
    arrivals = Arrivals(made.stack.kafka_options(), contender.topic)
    traffic.at_once(list(requests(100, seed=1)))
    arrivals.wait(100, _PATIENCE)
    arrivals.end()


def _rate(contender: Contender, made: Deployment, traffic: Traffic) -> float:
    """Return the events a second of a backlog, without its first tenth."""
    values = list(requests(contender.backlog, seed=2))
    arrivals = Arrivals(made.stack.kafka_options(), contender.topic)
    traffic.at_once(values)
    arrivals.wait(len(values), _PATIENCE)
    arrivals.end()
    first = len(values) // 10
    return (len(values) - first) / (arrivals.came[-1] - arrivals.came[first])


def _latency(contender: Contender, made: Deployment, traffic: Traffic, rate: float, seconds: float) -> dict[str, Any]:
    values = list(requests(int(rate * seconds), seed=3))
    arrivals = Arrivals(made.stack.kafka_options(), contender.topic)
    traffic.steadily(values, rate)
    arrivals.wait(len(values), _PATIENCE)
    arrivals.end()
    ages = sorted(arrivals.age_ms)
    cuts = statistics.quantiles(ages, n=100)
    return {
        "latency_at_events_a_second": round(rate),
        "latency_ms": {"p50": round(cuts[49], 1), "p95": round(cuts[94], 1), "p99": round(cuts[98], 1)},
    }


@contextmanager
def _redactor(made: Deployment, size: int) -> Iterator[Callable[[], float]]:
    """Run one worker; yield what tells its peak memory in MiB."""
    del size
    with made.worker() as process:
        yield lambda: _peak_mib(process.pid)


def _peak_mib(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    kib = next(line.split()[1] for line in lines if line.startswith("VmHWM"))
    return round(int(kib) / 1024)


def _options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=3_000, help="backlog of the redactor; ten times as many copies")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long latency is measured")
    parser.add_argument("--json", type=Path)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
