"""The proof that all was read which stood in the log at some moment, whatever happens between two looks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import LogRefused
from streams.log.heard import Heard, Upstream
from streams.log.ports import TopicPartition

RAW, KEYED, DIRECT = TopicPartition("raw", 0), TopicPartition("keyed", 0), TopicPartition("direct", 0)
UPSTREAM = Upstream("intake", ("raw",), "keyed")


@dataclass(slots=True)
class World:
    """A raw topic, intake, the topic that it writes, and its reader; each event takes a second.

    Intake's transaction is seen in steps, as brokers show it: its record, then its offset, then that it is decided; the
    last two in any order. Whenever somebody looks some of the *events* come before and after.
    """

    events: list[str]
    written: list[float] = field(default_factory=list)
    moved: int = 0
    settled_raw: int = 0
    decided: int = 0
    read: int = 0
    now: float = 0.0
    fails: bool = False

    def clock(self) -> float:
        """Return the time."""
        return self.now

    def go_on(self, *, reading: bool = False) -> None:
        """Let what comes next come; the reader reads nothing while it looks."""
        while self.events:
            if self.events[0] == "read" and not reading:
                return
            event = self.events.pop(0)
            if event == "look":
                return
            self.now += 1
            self._take(event)

    def _take(self, event: str) -> None:
        if event == "write":
            self.written.append(self.now)
        elif event == "move":
            self.moved = min(self.moved + 1, len(self.written))
        elif event == "settle":
            self.settled_raw = min(self.settled_raw + 1, self.moved)
        elif event == "decide":
            self.decided = min(self.decided + 1, self.moved)
        else:
            self.read = self.decided

    def ends(self, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        """See Sight."""
        self.go_on()
        found = {"raw": {RAW: len(self.written)}, "keyed": {KEYED: self.moved}}[topics[0]]
        self.go_on()
        return found

    def settled(self, consumers: str, places: Sequence[TopicPartition]) -> Mapping[TopicPartition, int]:
        """See Sight."""
        self.go_on()
        if self.fails:
            raise LogRefused("log refuses", code="GROUP_AUTHORIZATION_FAILED")
        found = dict.fromkeys(places, self.settled_raw or -1)
        self.go_on()
        return found

    def reached(self) -> Mapping[TopicPartition, int]:
        """Return up to where was read."""
        return {KEYED: self.read}


_EVENTS = st.lists(st.sampled_from(["write", "move", "settle", "decide", "read", "look"]), max_size=40)


@settings(max_examples=600)
@given(events=_EVENTS)
def test_what_was_written_by_then_was_read(events: list[str]) -> None:
    """Whatever comes between the looks, of a moment that is told no earlier record is unread; at rest it is told."""
    world = World(list(events))
    heard = Heard(world, ["keyed"], UPSTREAM, clock=world.clock)
    while world.events:
        moments = heard.moments(world.reached)
        assert world.read >= sum(1 for time in world.written if time <= moments.get(KEYED, -1.0))
        world.go_on(reading=True)
    world.moved = world.settled_raw = world.decided = world.read = len(world.written)
    world.now += 1
    for _ in range(2):
        moments = heard.moments(world.reached)

    assert {KEYED: world.now} == moments


def test_what_nobody_moves_is_its_own() -> None:
    """Partitions of topics that are written by their owners need no intake, and wait for none."""
    world = World([], [1.0], now=9.0)
    heard = Heard(Both(world), ["direct", "keyed"], UPSTREAM, clock=world.clock)

    assert {DIRECT: 9.0} == heard.moments(lambda: {DIRECT: 5, KEYED: 0})
    assert {} == heard.moments(lambda: {DIRECT: 4, KEYED: 0})


def test_who_may_not_look_knows_nothing() -> None:
    """Where nobody tells how far intake is no moment is told, it is said once, and again when it was told between."""
    world = World([], [1.0], 1, 1, 1, 1, 9.0)
    heard = Heard(world, ["keyed"], UPSTREAM, clock=world.clock)
    with structlog.testing.capture_logs() as lines:
        for fails in (True, True, False, True):
            world.fails, world.now = fails, world.now + 1
            found = heard.moments(world.reached)
            assert found == ({} if world.now < 12 else {KEYED: 10.0})

    assert ["LogRefused"] * 2 == [line["reason"] for line in lines]


def test_looks_are_rare() -> None:
    """Brokers are asked no more often than every pause."""
    world = World([])
    heard = Heard(world, ["keyed"], clock=world.clock, pause=5.0)

    assert {KEYED: 0.0} == heard.moments(world.reached)
    world.now = 4.0
    assert {} == heard.moments(world.reached)
    world.now = 5.0
    assert {KEYED: 5.0} == heard.moments(world.reached)


@dataclass(slots=True)
class Both:
    """A world with a topic that its owner writes, beside intake's."""

    world: World

    def ends(self, topics: Sequence[str]) -> Mapping[TopicPartition, int]:
        """See Sight."""
        return {DIRECT: 5, KEYED: 0} if "direct" in topics else self.world.ends(topics)

    def settled(self, consumers: str, places: Sequence[TopicPartition]) -> Mapping[TopicPartition, int]:
        """See Sight."""
        return self.world.settled(consumers, places)
