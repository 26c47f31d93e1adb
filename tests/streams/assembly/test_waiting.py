"""Time that passes by the clock: only as far as nothing can wait unread, here, at intake or in producers."""

import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from schemas.errors import LogUnavailable
from schemas.topics import QUARANTINE
from streams.assembly.waiting import Elapsed
from streams.log.ports import Publication, TopicPartition, TransactionalLog
from streams.worker import Worker
from tests.schemas.sources.streamed.streams import chat, cut
from tests.streams.dying import Dying
from tests.streams.intake_rig import DIRECT, IntakeRig, intake_rig_at, raw

TEXT = "Write to maria.quintana@example.org before noon"
PIECES = [json.dumps(piece).encode() for piece in chat(cut(TEXT, [9, 17, 24, 31, 40]))]
NOW = 1_772_619_780_000
ONE, OTHER = TopicPartition("one", 0), TopicPartition("other", 0)
_STILL = "phistream_redactor_streams_still_seconds"


@pytest.fixture
def rig(tmp_path: Path) -> IntakeRig:
    """Return intake and a redactor that waits for a fifth of a second."""
    rig = intake_rig_at(tmp_path / "state")
    rig.limit(stream_idle_seconds=0.2, poll_seconds=0.05)
    return rig


def feed(rig: IntakeRig, first: int, end: int) -> None:
    """Write some pieces of the stream, each to the next partition of the raw topic."""
    rig.feed(*(raw(PIECES[number], number % 3, NOW + number) for number in range(first, end)))


def work(worker: Worker, until: Callable[[], object] = bool, steps: int = 30) -> None:
    """Let a worker go on for a while that is far longer than it waits, or until something is so."""
    for _ in range(steps):
        worker._step(until_drained=False)
        if until():
            return


def texts(rig: IntakeRig) -> list[str]:
    """Return what the streams of the redacted events say."""
    return [tree["record"]["choices"][0]["message"]["content"] for tree in rig.trees() if "record" in tree]


def still(worker: Worker) -> float:
    """Return for how long the worker says that time stands still."""
    (value,) = (
        sample.value for each in worker.metrics.registry.collect() for sample in each.samples if sample.name == _STILL
    )
    return value


def test_a_stream_outlives_an_outage_of_intake(rig: IntakeRig) -> None:
    """While pieces stand unread in the raw topic no wait ends, however long; then the stream is one event."""
    feed(rig, 0, 4)
    rig.take_in()
    worker = rig.worker()
    worker._step(until_drained=False)
    feed(rig, 4, len(PIECES))
    work(worker)
    assert [] == rig.trees()
    assert still(worker) > 1.0
    rig.take_in()
    worker.run(until_drained=True)
    worker._step(until_drained=False)
    (text,) = texts(rig)

    assert text.startswith("Write to phi_email_")
    assert text.endswith("before noon")
    assert not rig.records(QUARANTINE)
    assert still(worker) == 0.0


def test_a_worker_that_starts_meanwhile_waits_too(rig: IntakeRig) -> None:
    """Who takes over a partition, or has lost the log for a while, knows no more and lets no time pass either."""
    feed(rig, 0, 4)
    rig.take_in()
    rig.worker()._step(until_drained=False)
    feed(rig, 4, len(PIECES))
    work(rig.worker())
    assert [] == rig.trees()
    rig.drain()

    assert 1 == len(texts(rig))


def test_a_drained_worker_waits_for_intake(rig: IntakeRig) -> None:
    """A run that ends where nothing is left closes nothing that intake has the rest of."""
    feed(rig, 0, 4)
    rig.take_in()
    worker = rig.worker()
    feed(rig, 4, len(PIECES))
    for _ in range(30):
        assert not worker._step(until_drained=True)
    assert [] == rig.trees()
    rig.take_in()
    worker.run(until_drained=True)

    assert 1 == len(texts(rig))


def test_what_needs_no_intake_waits_for_none(rig: IntakeRig) -> None:
    """In a topic that is keyed by conversation time passes, whatever intake has left."""
    feed(rig, 0, 4)
    rig.feed(*(Publication(DIRECT, None, piece, (), NOW, 0) for piece in PIECES[:-2]))
    work(rig.worker(), rig.trees, 2_000)

    assert 1 == len(texts(rig))


def test_brokers_that_were_away_close_nothing_at_once(rig: IntakeRig) -> None:
    """After an outage of the log producers come back to it a little later than workers do."""
    rig.feed(*(Publication(DIRECT, None, piece, (), NOW, 0) for piece in PIECES[:4]))
    worker = rig.worker(_away)
    worker._step(until_drained=False)
    with pytest.raises(LogUnavailable):
        worker._step(until_drained=False)
    worker._forget(LogUnavailable("log cannot be reached"))
    work(worker)
    assert [] == rig.trees()
    rig.feed(*(Publication(DIRECT, None, piece, (), NOW + 1, 0) for piece in PIECES[4:]))
    work(worker, rig.trees, 2_000)

    assert 1 == len(texts(rig))


def test_what_is_read_begins_to_wait_then(rig: IntakeRig) -> None:
    """The time for which a worker had nothing to read before is not that of the stream which begins now."""
    worker = rig.worker()
    for piece in PIECES[:2]:
        rig.feed(Publication(DIRECT, None, piece, (), NOW, 0))
        before = time.monotonic()
        worker._step(until_drained=False)
        assert worker._waiting._elapsed._until[TopicPartition(DIRECT, 0)][1] >= before


def test_time_begins_with_what_was_read() -> None:
    """A first look tells of no time, the next of what lies between them; a moment before the last record of none."""
    elapsed = Elapsed(10.0)
    assert {ONE: 0} == elapsed.passed({ONE: 99.0}, {ONE: 1}, 100.0)
    assert {ONE: 1500} == elapsed.passed({ONE: 101.5}, {ONE: 1}, 102.0)
    elapsed.begin({ONE: 1}, 105.0)
    assert {ONE: 0} == elapsed.passed({ONE: 104.0}, {ONE: 1}, 106.0)
    assert {ONE: 1000} == elapsed.passed({ONE: 106.0}, {ONE: 1}, 106.0)


def test_time_stands_still_where_nothing_is_known() -> None:
    """A partition that is left out is where it was, the others go on, and it is told for how long."""
    elapsed = Elapsed(10.0)
    epochs = {ONE: 1, OTHER: 1}
    elapsed.passed({}, epochs, 100.0)

    assert {ONE: 3000, OTHER: 0} == elapsed.passed({ONE: 103.0}, epochs, 103.0)
    assert 3.0 == elapsed.still(103.0)
    assert {ONE: 0, OTHER: 4000} == elapsed.passed({ONE: 103.0, OTHER: 104.0}, epochs, 104.0)
    assert 1.0 == elapsed.still(104.0)


def test_a_long_step_counts_as_a_short_one() -> None:
    """Where two looks lie far apart the log or the process stood still, and producers may have too."""
    elapsed = Elapsed(2.5)
    elapsed.passed({}, {ONE: 1}, 100.0)

    assert {ONE: 2500} == elapsed.passed({ONE: 160.0}, {ONE: 1}, 160.0)
    assert {ONE: 1000} == elapsed.passed({ONE: 161.0}, {ONE: 1}, 161.0)


def test_a_partition_that_comes_back_begins_anew() -> None:
    """What passed while it was another's, or before everything is read again, is not counted."""
    elapsed = Elapsed(10.0)
    elapsed.passed({}, {ONE: 1}, 100.0)
    assert {ONE: 0} == elapsed.passed({ONE: 105.0}, {ONE: 2}, 105.0)
    elapsed.passed({}, {}, 106.0)

    assert {ONE: 0} == elapsed.passed({ONE: 107.0}, {ONE: 2}, 107.0)


class _Away(Dying):
    """A log that once does not tell what was read."""

    was_away = False

    def heard(self) -> Mapping[TopicPartition, float]:
        """Fail the first time."""
        if not self.was_away:
            self.was_away = True
            raise LogUnavailable("log cannot be reached")
        return super().heard()


def _away(log: TransactionalLog) -> TransactionalLog:
    return _Away.over(log, lambda: "")
