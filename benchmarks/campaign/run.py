"""The kill campaign: workers, intake and indexer killed at random under load, and every record accounted for.

`python -m benchmarks.campaign.run --seed 1` needs the plain stack (`make stack-up`), alone: it restarts its servers.
"""

import argparse
import json
import resource
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from confluent_kafka.admin import AdminClient

from benchmarks.campaign import mutant
from benchmarks.campaign.attack import Attack
from benchmarks.campaign.checker import Breach, Evidence, breaches
from benchmarks.campaign.load import Load
from benchmarks.campaign.plan import Size, Step, schedule
from benchmarks.campaign.records import RECORD_BYTES, inputs
from benchmarks.campaign.report import Report
from benchmarks.campaign.seen import aborted_records, look
from benchmarks.campaign.services import ServiceLost, Services
from benchmarks.campaign.stream_drain import await_streams, stream_evidence
from benchmarks.campaign.streams import StreamLoad
from benchmarks.campaign.witness import GroupOffsets, Witness
from schemas.topics import ALERTS, KEYED, REDACTED
from streams.config import intake_topics
from streams.log.kafka import read_whole_topic
from streams.log.startup import INTAKES, REDACTORS, begin_group
from streams.siem.opensearch import connect
from tests.e2e.deployment import TENANT_HEADER, Deployment, deployed
from tests.stack.running import Stack, load_stack

#: The share of measured capacity at which records come.
_LOAD = 0.7
_BATCH_RECORDS = 50
_START_SECONDS = 180.0
_DRAIN_SECONDS = 300.0
_DELETE_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class _Parts:
    """What runs in a campaign."""

    deployment: Deployment
    size: Size
    services: Services
    witness: Witness
    load: Load
    streams: StreamLoad | None
    attack: Attack


def campaign(stack: Stack, folder: Path, seed: int, size: Size, *, wrong: bool = False) -> Report:
    """Run one campaign in *folder* and return what it found; *wrong* puts the mutant in the workers' place."""
    with _deployment(stack, folder, size) as deployment:
        parts = _parts(deployment, seed, size, wrong=wrong)
        watch, used = _Watch(), _cpu_seconds()
        with parts.services.running():
            rate, stalled = _run(parts, schedule(seed, size), watch)
            watch.split("drain")
            _say("looking at what is there")
            if parts.load.unplaced:
                parts.load.place(read_whole_topic(deployment.admin, deployment.topic))
            evidence = _evidence(parts)
            watch.split("index and look")
        found = breaches(evidence)
        watch.split("end and check")
        if stalled:
            found = (Breach("the services go on", 1, (stalled,)), *found)
        return Report(
            seed=seed,
            size=size,
            mutant=mutant.NAME if wrong else None,
            evidence=evidence,
            breaches=found,
            capacity=rate,
            rate=rate * _LOAD,
            parts=watch.parts,
            cpu_seconds=_cpu_seconds() - used,
            looks=parts.witness.looks,
            aborted=aborted_records(deployment) - len(evidence.seen.outputs),
        )


def _parts(deployment: Deployment, seed: int, size: Size, *, wrong: bool) -> _Parts:
    """Make what runs in a campaign; nothing runs yet."""
    services = Services(deployment, size.workers, wrong=wrong, has_intake=size.streams > 0)
    witness = Witness(deployment, size.partitions)
    load = Load(deployment, inputs(seed, size.records, deployment.tenants))
    topics = intake_topics(deployment.settings)
    streams = StreamLoad(deployment, topics[0], seed, size.streams, size.partitions) if topics else None
    offsets, of_intake = GroupOffsets(deployment), GroupOffsets(deployment, INTAKES)
    attack = Attack(deployment, services, witness, offsets, of_intake, load, size, _say)
    return _Parts(deployment, size, services, witness, load, streams, attack)


def _run(parts: _Parts, steps: tuple[Step, ...], watch: "_Watch") -> tuple[float, str]:
    """Run load and attack to their end; return the capacity, and why the services did not go on, if they did not."""
    rate = 0.0
    parts.witness.start()
    if parts.streams is not None:
        parts.streams.start()
    try:
        rate = _capacity(parts.services, parts.witness, parts.load, parts.size)
        watch.split("start and capacity")
        _say(f"capacity {rate:.0f} records/s, load {rate * _LOAD:.0f}/s")
        parts.load.steady(rate * _LOAD)
        parts.attack.carry_out(steps)
        watch.split("attack")
        _drain(parts.services, parts.witness, parts.load, parts.size)
        if parts.streams is not None:
            parts.streams.stop()
            await_streams(parts.deployment, parts.streams.topic, parts.services.refuse_lost, _DRAIN_SECONDS)
    except ServiceLost as lost:
        return rate, str(lost)
    finally:
        parts.load.stop()
        if parts.streams is not None:
            parts.streams.stop()
        parts.witness.stop()
    return rate, ""


def _evidence(parts: _Parts) -> Evidence:
    """Return what was done and what is there now."""
    seen = look(parts.deployment)
    streams = None if parts.streams is None else stream_evidence(parts.deployment, parts.streams, seen.streamed)
    hits, zombies = parts.attack.hits, parts.attack.zombies
    settings = parts.deployment.settings
    return Evidence(settings, parts.load.placed, seen, hits, zombies, parts.witness.ahead, streams)


@dataclass(slots=True)
class _Watch:
    """Tells how long each part of a campaign took."""

    parts: dict[str, float] = field(default_factory=dict)
    _began: float = field(default_factory=time.monotonic)

    def split(self, part: str) -> None:
        """End a part."""
        now = time.monotonic()
        self.parts[part], self._began = now - self._began, now


@contextmanager
def _deployment(stack: Stack, folder: Path, size: Size) -> Iterator[Deployment]:
    """Make topics, keys, groups and an index that nobody else uses."""
    prefix = f"phistream-campaign-{uuid.uuid4().hex[:12]}"
    sections: dict[str, Mapping[str, Any]] = {
        "kafka": {"partitions": size.partitions},
        "siem": {"index_prefix": prefix, "bulk_documents": 200},
        "limits": {"record_bytes": RECORD_BYTES, "batch_records": _BATCH_RECORDS},
    }
    streams = f"test.streams.{uuid.uuid4().hex[:12]}.v1" if size.streams else None
    if streams is not None:
        sections["topics"] = {streams: {"tenant_header": TENANT_HEADER, "keyed_by": "none"}}
    with deployed(stack, folder, tenants=size.tenants, user="admin", **sections) as made:
        begin_group(made.admin.kafka, "indexer", [REDACTED, ALERTS], "latest")
        if streams is not None:
            begin_group(made.admin.kafka, INTAKES, [streams], "earliest")
            begin_group(made.admin.kafka, REDACTORS, [KEYED], "latest")
        yield made
        if streams is not None:
            admin = AdminClient(stack.kafka_options())
            admin.delete_topics([streams])[streams].result(_DELETE_SECONDS)
        client = connect(made.settings.siem)
        client.indices.delete(index=f"{prefix}-*")
        client.close()


def _capacity(services: Services, witness: Witness, load: Load, size: Size) -> float:
    """Return how many records a second the workers settle when there are more than enough."""
    load.burst(size.burst)
    if not witness.wait(size.burst // 4, _START_SECONDS, services.refuse_lost):
        raise ServiceLost("nothing is settled")
    began, first = time.monotonic(), witness.settled
    if not witness.wait(size.burst * 9 // 10, _START_SECONDS, services.refuse_lost):
        raise ServiceLost("too little is settled")
    return (witness.settled - first) / (time.monotonic() - began)


def _drain(services: Services, witness: Witness, load: Load, size: Size) -> None:
    """Wait until everything is written and settled; raises ServiceLost where that takes too long."""
    if not load.wait(_DRAIN_SECONDS) or load.failures:
        raise ServiceLost(f"{load.sent} inputs written, {load.failures} refused")
    if not witness.wait(size.records, _DRAIN_SECONDS, services.refuse_lost):
        raise ServiceLost(f"{witness.settled} of {size.records} inputs settled")


def _cpu_seconds() -> float:
    """Return the CPU time of this process and of every one that it started and that has ended."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _say(line: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {line}", flush=True)


def main() -> int:
    """Run a campaign on the stack that is up; exit status 1 on any breach."""
    options = _parser().parse_args()
    stack = load_stack(secure=False)
    if stack is None:
        print("The stack is not up: run `make stack-up`.", file=sys.stderr)
        return 2
    size = Size(
        options.records,
        options.kills,
        options.workers,
        options.partitions,
        options.tenants,
        options.zombies,
        options.restarts,
        options.outage,
        options.streams,
        options.intake_kills,
    )
    folder = Path(tempfile.mkdtemp(prefix="phistream-campaign-"))
    report = campaign(stack, folder, options.seed, size, wrong=options.mutant is not None)
    print("\n".join(report.lines()))
    print(f"log of the services: {folder}/worker.log")
    if options.json is not None:
        size_words = f"--records {size.records} --kills {size.kills} --outage {size.outage:.0f}"
        tree = report.tree(f"python -m benchmarks.campaign.run --seed {options.seed} {size_words}")
        options.json.write_text(json.dumps(tree, indent=1) + "\n", encoding="utf-8")
    return 1 if report.breaches else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks.campaign.run", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--workers", type=int, default=3)
    parser.add_argument("--partitions", type=int, default=12)
    parser.add_argument("--tenants", type=int, default=3, choices=(1, 2, 3))
    parser.add_argument("--zombies", type=int, default=3, help="workers stopped past their session, then continued")
    parser.add_argument("--restarts", type=int, default=2, help="restarts of the broker")
    parser.add_argument("--outage", type=float, default=60.0, help="seconds for which the index is down")
    parser.add_argument("--streams", type=int, default=20, help="streams in pieces that come through intake at a time")
    parser.add_argument("--intake-kills", type=int, default=20, help="kills of intake")
    parser.add_argument("--mutant", choices=(mutant.NAME,), help="run workers that are wrong on purpose")
    parser.add_argument("--json", type=Path, help="where to write the report")
    return parser


if __name__ == "__main__":
    sys.exit(main())
