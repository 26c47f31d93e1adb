"""What a campaign does and when: a schedule of faults that follows from the seed."""

import math
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from streams.phase import Phase

_LARGEST_BURST, _BURST_SHARE = 3_000, 0.2
#: Faults end while there is some work left.
_LAST = 0.92
_INDEXER_SHARE = 0.2
#: More than a third of all kills is aimed between begin and commit, so that a third hits.
_TRANSACTION_SHARE = 0.45
_OTHER_AIMS = (Phase.ANALYSE, Phase.ANALYSE, Phase.IDLE, None)
_INTAKE_AIMS = (Phase.TRANSACTION, Phase.TRANSACTION, Phase.IDLE, None)
_LONGEST_DELAY = 0.02


class Fault(StrEnum):
    """What is done to the running services."""

    KILL_WORKER = "kill worker"
    KILL_INDEXER = "kill indexer"
    KILL_INTAKE = "kill intake"
    STOP_WORKER = "stop worker, continue it as a zombie"
    RESTART_BROKER = "restart broker"
    INDEX_OUTAGE = "index outage"


@dataclass(frozen=True, slots=True)
class Size:
    """How large a campaign is; `outage` is for how many seconds the index is down.

    `streams` come through intake at a time, which is killed `intake_kills` times; without any it does not run.
    """

    records: int
    kills: int
    workers: int = 3
    partitions: int = 12
    tenants: int = 3
    zombies: int = 1
    restarts: int = 1
    outage: float = 10.0
    streams: int = 0
    intake_kills: int = 0

    @property
    def burst(self) -> int:
        """Return how many records come at once in the beginning: what capacity is measured on."""
        return min(_LARGEST_BURST, round(self.records * _BURST_SHARE))


@dataclass(frozen=True, slots=True)
class Step:
    """One fault: it comes when `after` inputs have been settled.

    A kill of a worker or of intake waits until it is in phase `aim`, and `delay` seconds more within it.
    """

    fault: Fault
    after: int
    slot: int = 0
    aim: Phase | None = None
    delay: float = 0.0


def schedule(seed: int, size: Size) -> tuple[Step, ...]:
    """Return the faults of a campaign in their order, the same for the same seed."""
    chance = random.Random(f"plan/{seed}")
    faults = list(_faults(size))
    chance.shuffle(faults)
    # The index takes its time to come back: the others come while it is away, and nobody waits for it at the end.
    faults.sort(key=lambda fault: fault is not Fault.INDEX_OUTAGE)
    aims = _aims(chance, size)
    span = (_LAST * size.records - size.burst) / max(1, len(faults))
    places = [round(size.burst + span * (number + chance.random())) for number in range(len(faults))]
    return tuple(_step(chance, fault, place, size, aims) for fault, place in zip(faults, places, strict=True))


def counted(steps: tuple[Step, ...]) -> dict[str, int]:
    """Return how many faults of each kind there are."""
    return dict(Counter(step.fault.value for step in steps))


def _faults(size: Size) -> Iterator[Fault]:
    of_indexer = round(size.kills * _INDEXER_SHARE)
    yield from [Fault.KILL_INDEXER] * of_indexer
    yield from [Fault.KILL_WORKER] * (size.kills - of_indexer)
    yield from [Fault.STOP_WORKER] * size.zombies
    yield from [Fault.RESTART_BROKER] * size.restarts
    yield from [Fault.KILL_INTAKE] * (size.intake_kills if size.streams else 0)
    if size.outage:
        yield Fault.INDEX_OUTAGE


def _aims(chance: random.Random, size: Size) -> Iterator[Phase | None]:
    """Yield an aim for each kill of a worker, enough of them in a transaction, in an order of chance."""
    wanted = math.ceil(size.kills * _TRANSACTION_SHARE)
    aims: list[Phase | None] = [Phase.TRANSACTION] * wanted
    aims += [chance.choice(_OTHER_AIMS) for _ in range(size.kills - wanted - round(size.kills * _INDEXER_SHARE))]
    chance.shuffle(aims)
    return iter(aims)


def _step(chance: random.Random, fault: Fault, after: int, size: Size, aims: Iterator[Phase | None]) -> Step:
    slot, delay = chance.randrange(size.workers), chance.uniform(0.0, _LONGEST_DELAY)
    if fault is Fault.STOP_WORKER:
        return Step(fault, after, slot, Phase.TRANSACTION, delay)
    if fault is Fault.KILL_INTAKE:
        return Step(fault, after, 0, chance.choice(_INTAKE_AIMS), delay)
    if fault is Fault.KILL_WORKER:
        return Step(fault, after, slot, next(aims), delay)
    return Step(fault, after)
