"""How a member finds out that partitions of its group are nobody's (streams/log/kafka_unowned.py)."""

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field

import pytest
from confluent_kafka import ConsumerGroupState, KafkaError, KafkaException, Node
from confluent_kafka import TopicPartition as Place
from confluent_kafka.admin import ConsumerGroupDescription, MemberAssignment, MemberDescription

from streams.log.kafka_unowned import Unowned
from streams.log.ports import TopicPartition

_TOPIC = "test.raw.v1"
_WANTED = [TopicPartition(_TOPIC, number) for number in range(4)]
_PATIENCE = 20.0
_STABLE, _MOVING = ConsumerGroupState.STABLE, ConsumerGroupState.PREPARING_REBALANCING


@dataclass(slots=True)
class _Group:
    """A group as the brokers tell of it, and a clock that goes by when it is asked to."""

    now: float = 100.0
    owned: tuple[tuple[int, ...], ...] = ((0, 1), (2, 3))
    state: ConsumerGroupState = _STABLE
    fails: bool = False
    asked: list["Future[ConsumerGroupDescription]"] = field(default_factory=list)

    def describe(self) -> "Future[ConsumerGroupDescription]":
        self.asked.append(Future())
        return self.asked[-1]

    def answer(self) -> None:
        """Answer the last question."""
        if self.fails:
            self.asked[-1].set_exception(KafkaException(KafkaError(KafkaError._TRANSPORT)))
            return
        node = Node(1, "localhost", 9092)
        members = [
            MemberDescription(
                f"member-{number}", "client", "host", MemberAssignment([Place(_TOPIC, one) for one in own])
            )
            for number, own in enumerate(self.owned)
        ]
        self.asked[-1].set_result(
            ConsumerGroupDescription("group", False, members, "cooperative-sticky", self.state, node)
        )

    def seconds(self, unowned: Unowned, seconds: int) -> Iterator[bool]:
        """Let time go by second by second; every question is answered before the next one."""
        for _ in range(seconds):
            self.now += 1
            yield unowned.lasting(lambda: _WANTED)
            if self.asked and not self.asked[-1].done():
                self.answer()


def _watched(**given: object) -> tuple[_Group, Unowned]:
    group = _Group(**given)  # type: ignore[arg-type]
    return group, Unowned(group.describe, _PATIENCE, lambda: group.now)


def test_a_partition_without_a_member_is_noticed() -> None:
    """What belongs to nobody for the whole patience is told once, and only then counted anew."""
    group, unowned = _watched(owned=((), (2, 3)))
    told = list(group.seconds(unowned, 45))

    assert told.count(True) == 1
    assert told.index(True) >= _PATIENCE


def test_it_is_told_again_while_it_lasts() -> None:
    """A rebalance that did not help is asked for again."""
    group, unowned = _watched(owned=((), (2, 3)))

    assert list(group.seconds(unowned, 120)).count(True) > 1


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"owned": ((), (2, 3)), "state": _MOVING},
        {"owned": ((), (2, 3)), "fails": True},
        {"owned": ((0, 1, 2, 3), ())},
    ],
    ids=["all owned", "rebalancing", "no answer", "one idle"],
)
def test_what_is_no_fault_is_not_told(given: dict[str, object]) -> None:
    """A group that is whole, still on its way, or cannot be asked, is left alone."""
    group, unowned = _watched(**given)

    assert not any(group.seconds(unowned, 100))


def test_partitions_on_their_way_are_not_told() -> None:
    """A rebalance that moves one partition after another leaves none of them without a member for long."""
    group, unowned = _watched()
    told: list[bool] = []
    for number in range(40):
        group.owned = (tuple(place for place in range(4) if place != number % 4),)
        told += group.seconds(unowned, 5)

    assert not any(told)


def test_a_client_that_cannot_ask_ends_nothing() -> None:
    """A question that the client refuses to send is asked again later, and ends no worker."""
    asked = []

    def refuse() -> "Future[ConsumerGroupDescription]":
        asked.append(True)
        raise KafkaException(KafkaError(KafkaError._STATE))

    group = _Group()
    unowned = Unowned(refuse, _PATIENCE, lambda: group.now)

    assert not any(group.seconds(unowned, 100))
    assert len(asked) > 1


def test_an_answer_is_never_waited_for() -> None:
    """While the brokers do not answer, nothing is told and no second question is asked."""
    group, unowned = _watched(owned=())
    for _ in range(100):
        group.now += 1
        assert not unowned.lasting(lambda: _WANTED)

    assert len(group.asked) == 1
