"""Partitions that no member of a stable group owns, and how a member comes to know of them.

A static member that is killed between the two rounds of a cooperative rebalance (KIP-429) comes back under its name
(KIP-345), and the broker sees no reason for the second round: what it had given up belongs to nobody. Whoever sees that
for long joins anew, and the leader among them makes the group rebalance.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from contextlib import suppress

from confluent_kafka import ConsumerGroupState, KafkaException
from confluent_kafka.admin import AdminClient, ConsumerGroupDescription

from streams.config import KafkaSettings
from streams.log.client import client_settings, group_id, translating
from streams.log.ports import TopicPartition

_SECONDS = 10.0

Describe = Callable[[], "Future[ConsumerGroupDescription]"]


class Unowned:
    """Looks at the group now and then, without waiting for the answer."""

    def __init__(self, describe: Describe, patience: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Look by *describe*; *patience* is for how many seconds a partition may be nobody's in a stable group."""
        self._describe = describe
        self._patience = patience
        self._clock = clock
        self._look_at = clock() + patience / 2
        self._looking: Future[ConsumerGroupDescription] | None = None
        self._since: Mapping[TopicPartition, float] = {}

    def lasting(self, wanted: Callable[[], Iterable[TopicPartition]]) -> bool:
        """Tell whether one of the *wanted* partitions has been nobody's for too long; then it begins to count anew."""
        if self._looking is None:
            if self._clock() >= self._look_at:
                self._look_at = self._clock() + self._patience / 4
                with suppress(KafkaException):
                    self._looking = self._describe()
            return False
        if not self._looking.done():
            return False
        looking, self._looking = self._looking, None
        with suppress(KafkaException):  # Brokers that do not answer are told of by the calls that need them.
            return self._judge(looking.result(), wanted)
        return False

    def _judge(self, group: ConsumerGroupDescription, wanted: Callable[[], Iterable[TopicPartition]]) -> bool:
        now, unowned = self._clock(), set[TopicPartition]()
        if group.state is ConsumerGroupState.STABLE:
            unowned = set(wanted()) - _owned(group)
        self._since = {place: self._since.get(place, now) for place in unowned}
        if not any(now - since >= self._patience for since in self._since.values()):
            return False
        self._since = {}
        return True


@translating()
def watch_group(kafka: KafkaSettings, group: str) -> Unowned:
    """Return the watch over a group of ours: what is nobody's for two session timeouts is nobody's for good.

    Raises LogRefused where the settings cannot be run with.
    """
    settings = client_settings(kafka)
    del settings["message.max.bytes"]
    admin, name = AdminClient(settings), group_id(kafka, group)

    def describe() -> "Future[ConsumerGroupDescription]":
        found: Future[ConsumerGroupDescription] = admin.describe_consumer_groups([name], request_timeout=_SECONDS)[name]
        return found

    return Unowned(describe, 2 * kafka.session_timeout_ms / 1000)


def _owned(group: ConsumerGroupDescription) -> set[TopicPartition]:
    return {
        TopicPartition(place.topic, place.partition)
        for member in group.members
        for place in member.assignment.topic_partitions
    }
