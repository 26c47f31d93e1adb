"""The attack: the steps of a plan carried out, each when enough inputs have been settled, and what each hit."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import orjson

from benchmarks.campaign.aim import Held, hold, kill, release
from benchmarks.campaign.load import Load
from benchmarks.campaign.plan import Fault, Size, Step
from benchmarks.campaign.services import ServiceLost, Services
from benchmarks.campaign.witness import GroupOffsets, Witness
from schemas.topics import BATCHES
from streams.clock import SystemClock, rfc3339
from streams.log.kafka import read_whole_topic
from streams.phase import Phase
from streams.supervisor import RunFolder
from tests.e2e.deployment import Deployment
from tests.stack import control

_STALL_SECONDS = 240.0
_RESTART_SECONDS = 180.0
#: How much of the remaining load may come while an aim is taken, in per cent.
_AIMING_SHARE = 10
_TAKEOVER_SECONDS = 180.0


@dataclass(frozen=True, slots=True)
class Hit:
    """One fault that was carried out, and the phase that the worker was in."""

    fault: Fault
    settled: int
    slot: int | None = None
    aim: str | None = None
    phase: str | None = None
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Zombie:
    """A worker that was stopped past its session: the batches it had published before it was let go again."""

    slot: str
    phase: str
    released_at: str
    published: frozenset[str]
    taken_over: bool


@dataclass(frozen=True, slots=True)
class _Target:
    """What is aimed at: where its phase map lies, how its process is found, and what its group has committed."""

    folder: RunFolder
    find: Callable[[Callable[[], bool]], int | None]
    offsets: GroupOffsets


@dataclass(slots=True)
class Attack:
    """Carries out steps one after another; an index outage goes on while the next ones come."""

    deployment: Deployment
    services: Services
    witness: Witness
    offsets: GroupOffsets
    intake_offsets: GroupOffsets
    load: Load
    size: Size
    say: Callable[[str], None]
    hits: list[Hit] = field(default_factory=list)
    zombies: list[Zombie] = field(default_factory=list)
    _outages: list[threading.Thread] = field(default_factory=list)

    def carry_out(self, steps: tuple[Step, ...]) -> None:
        """Carry out every step; raises ServiceLost where the services no longer go on."""
        slack = self.size.records // max(1, len(steps))
        for number, step in enumerate(steps, 1):
            self.load.gate = step.after + slack
            if not self.witness.wait(step.after, _STALL_SECONDS, self.services.refuse_lost):
                raise ServiceLost(f"only {self.witness.settled} inputs settled, {step.after} awaited")
            began = time.monotonic()
            hit = self._strike(step)
            self.hits.append(Hit(*hit, seconds=round(time.monotonic() - began, 2)))
            self.say(f"{number}/{len(steps)} {step.fault.value} {hit[2:]} at {self.witness.settled}")
        self.load.gate = self.size.records + 1
        for outage in self._outages:
            outage.join()

    def _strike(self, step: Step) -> tuple[Fault, int, int | None, str | None, str | None]:
        at = self.witness.settled
        if step.fault in (Fault.KILL_WORKER, Fault.STOP_WORKER):
            # A worker without work is in no transaction; the rest is kept for the steps to come.
            self.load.gate += _AIMING_SHARE * (self.size.records - self.load.gate) // 100
            held = self._hold(step, self._worker_of(step))
            phase = held.reading.phase.name
            if step.fault is Fault.KILL_WORKER:
                kill(held)
            else:
                self._haunt(held)
            return step.fault, at, step.slot, None if step.aim is None else step.aim.name, phase
        if step.fault is Fault.KILL_INTAKE:
            held = self._hold(step, _Target(self.services.intake_folder, self.services.intake, self.intake_offsets))
            kill(held)
            return step.fault, at, None, None if step.aim is None else step.aim.name, held.reading.phase.name
        if step.fault is Fault.KILL_INDEXER:
            self.services.kill_indexer()
        elif step.fault is Fault.RESTART_BROKER:
            control.restart_kafka(kill=False)
        else:
            self._outages.append(threading.Thread(target=self._outage, daemon=True))
            self._outages[-1].start()
        return step.fault, at, None, None, None

    def _worker_of(self, step: Step) -> "_Target":
        def find(wait: Callable[[], bool]) -> int | None:
            return self.services.worker(step.slot, wait)

        return _Target(self.services.folder, find, self.offsets)

    def _hold(self, step: Step, target: "_Target") -> Held:
        """Hold what is aimed at; a process that ends meanwhile is followed by the next.

        A transaction that is aimed at must not be committed yet; the map shows its phase for a moment longer.
        """
        until = time.monotonic() + _RESTART_SECONDS
        while time.monotonic() < until:
            pid = target.find(lambda: time.monotonic() < until)
            if pid is None:
                break
            held = hold(target.folder, step.slot, pid, step.aim, step.delay)
            if held is not None and self._is_open(held, step.aim, target.offsets):
                return held
        raise ServiceLost(f"nothing to hold: {step.fault.value}, slot {step.slot}")

    def _is_open(self, held: Held, aim: Phase | None, offsets: GroupOffsets) -> bool:
        """Tell whether the batch that a held process is at is not committed; let it go on where it is."""
        reading = held.reading
        if aim is not Phase.TRANSACTION or reading.phase is not Phase.TRANSACTION:
            return True
        if self.services.wrong:
            return True  # Its offsets do not tell.
        if offsets.committed(reading.topic, reading.partition) <= reading.offset:
            return True
        release(held)
        return False

    def _haunt(self, held: Held) -> None:
        """Keep a worker stopped past its session, until others have its partitions, then let it go on."""
        reading = held.reading
        time.sleep(self.deployment.settings.kafka.session_timeout_ms / 1000 + 2.0)
        until = time.monotonic() + _TAKEOVER_SECONDS
        while (taken := self.offsets.committed(reading.topic, reading.partition)) <= reading.offset:
            if time.monotonic() > until:
                break
            if reading.phase is not Phase.TRANSACTION:
                break  # The record it was at is known only in a transaction.
            time.sleep(0.5)
        slot = f"{self.deployment.settings.kafka.environment}-{held.slot}"
        published = frozenset(
            tree["batch_id"]
            for record in read_whole_topic(self.deployment.admin, BATCHES)
            if (tree := orjson.loads(record.value or b"{}")) and tree["slot"] == slot
        )
        released_at = rfc3339(SystemClock().now_ms())
        release(held)
        self.zombies.append(Zombie(slot, reading.phase.name, released_at, published, taken > reading.offset))

    def _outage(self) -> None:
        control.stop_opensearch()
        time.sleep(self.size.outage)
        control.start_opensearch()
