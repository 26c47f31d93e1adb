"""The kill campaign in small: what outlives kills, a zombie, a broker restart and an index outage, streams too."""

from pathlib import Path
from typing import cast

import pytest

from benchmarks.campaign.load import Load
from benchmarks.campaign.plan import Fault, Size, schedule
from benchmarks.campaign.records import inputs
from benchmarks.campaign.run import campaign
from streams.log.ports import Record
from streams.phase import Phase
from tests.e2e.deployment import Deployment
from tests.stack.required import required_stack

SMALL = Size(records=5_000, kills=10, streams=6, intake_kills=3)
#: Kills alone: what a worker with a wrong commit does not survive.
KILLS = Size(records=1_500, kills=8, workers=2, zombies=0, restarts=0, outage=0.0)


@pytest.mark.integration
def test_every_record_is_accounted_for_once(tmp_path: Path) -> None:
    """Ten kills, a zombie, a broker restart and ten seconds without the index break no rule of exactly once.

    The same holds of answers in pieces, scattered over partitions, that come through an intake which is killed too.
    """
    report = campaign(required_stack(), tmp_path, 1, SMALL)

    assert () == tuple(report.breaches), (tmp_path / "worker.log").read_text()[-4_000:]
    assert len(report.evidence.placed) == SMALL.records
    assert report.evidence.streams is not None
    assert report.evidence.streams.answers
    assert sum(hit.fault is Fault.KILL_INTAKE for hit in report.hits) == SMALL.intake_kills
    assert {zombie.taken_over for zombie in report.evidence.zombies} == {True}
    assert sum(hit.phase == Phase.TRANSACTION.name for hit in report.hits) * 3 >= SMALL.kills


@pytest.mark.integration
def test_offsets_outside_the_transaction_fail_the_campaign(tmp_path: Path) -> None:
    """The campaign can fail: a worker that commits offsets apart from its outputs loses records under kills.

    Where none of its kills came between the two, which is rare, another campaign tries.
    """
    lost = "every input is redacted or quarantined exactly once"
    reports = (campaign(required_stack(), tmp_path / str(seed), seed, KILLS, wrong=True) for seed in (1, 2, 3))

    assert any(lost in {breach.rule for breach in report.breaches} for report in reports)


def test_inputs_without_an_offset_are_found_by_content() -> None:
    """What the broker took in an attempt whose answer was lost is found once; what it does not hold stays missing."""
    one, two, gone = inputs(3, 3, ("a",))
    load = Load(cast("Deployment", None), iter(()), placed={(0, 0): one}, unplaced=[(0, one), (0, two), (1, gone)])
    load.place(Record("raw", 0, number, 0, item.key, item.value) for number, item in enumerate((one, two, one, one)))

    assert load.placed == {(0, 0): one, (0, 1): two, (0, 2): one, (1, -1): gone}


def test_a_seed_replays() -> None:
    """The same seed gives the same records and the same faults in the same order; another seed others."""
    assert schedule(7, SMALL) == schedule(7, SMALL) != schedule(8, SMALL)
    assert list(inputs(7, 500, ("a", "b"))) == list(inputs(7, 500, ("a", "b"))) != list(inputs(8, 500, ("a", "b")))


@pytest.mark.parametrize("seed", range(20))
def test_a_third_of_the_kills_is_aimed_at_transactions(seed: int) -> None:
    """Whatever the seed, more than a third of all kills waits for a transaction, and all come over the index outage."""
    steps = schedule(seed, SMALL)
    kills = [step for step in steps if step.fault in (Fault.KILL_WORKER, Fault.KILL_INDEXER)]

    assert steps[0].fault is Fault.INDEX_OUTAGE
    assert len(kills) == SMALL.kills
    assert sum(step.aim is Phase.TRANSACTION for step in kills) * 3 > SMALL.kills
    assert [step.after for step in steps] == sorted(step.after for step in steps)
