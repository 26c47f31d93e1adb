"""Topics of tests on a real broker: short-lived ones, and when what was done to one can be seen."""

import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from confluent_kafka import IsolationLevel, KafkaException, TopicPartition
from confluent_kafka.admin import (
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewTopic,
    OffsetSpec,
)

from tests.stack.kafka import KafkaOptions

#: A broker answers at once; beside other tests on few cores it may take far longer.
_SECONDS = 120
_LATEST = OffsetSpec.latest()  # type: ignore[no-untyped-call]


@contextmanager
def fresh_topic(options: KafkaOptions, *, partitions: int = 1) -> Iterator[str]:
    """Create a topic of a new name, and remove it at the end."""
    name = f"test.stack.{uuid.uuid4().hex[:12]}.v1"
    client = AdminClient(options)
    client.create_topics([NewTopic(name, num_partitions=partitions, replication_factor=1)])[name].result(_SECONDS)
    _wait_for(client, name)
    try:
        yield name
    finally:
        delete_topic(options, name)


def delete_topic(options: KafkaOptions, name: str) -> None:
    """Remove a topic, and return when the broker no longer lists it: that is acknowledged a moment earlier."""
    client = AdminClient(options)
    client.delete_topics([name])[name].result(_SECONDS)
    _until(lambda: name not in client.list_topics(timeout=_SECONDS).topics)


def set_topic_config(options: KafkaOptions, topic: str, name: str, value: str) -> None:
    """Set a topic's configuration, and return when the broker says so: that is acknowledged a moment earlier."""
    client = AdminClient(options)
    entry = ConfigEntry(name, value, incremental_operation=AlterConfigOpType.SET)
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic, incremental_configs=[entry])
    client.incremental_alter_configs([resource])[resource].result(_SECONDS)
    asked = ConfigResource(ConfigResource.Type.TOPIC, topic)
    _until(lambda: client.describe_configs([asked])[asked].result(_SECONDS)[name].value == value)


def await_markers(options: KafkaOptions, topics: Iterable[str]) -> None:
    """Return when no transaction is open on some topics, so that readers see all that was committed.

    A commit is acknowledged before its markers are written, and what a killed process left open is aborted by the
    broker only when its time is over.
    """
    client = AdminClient(options)
    known = client.list_topics(timeout=_SECONDS).topics
    places = [TopicPartition(topic, number) for topic in topics for number in known[topic].partitions]

    def are_written() -> bool:
        try:
            return _ends(client, places, committed=True) == _ends(client, places, committed=False)
        except KafkaException:
            return False  # A topic made a moment ago is not led everywhere yet.

    _until(are_written)


def _ends(client: AdminClient, places: Iterable[TopicPartition], *, committed: bool) -> list[int]:
    level = IsolationLevel.READ_COMMITTED if committed else IsolationLevel.READ_UNCOMMITTED
    asked = client.list_offsets(dict.fromkeys(places, _LATEST), isolation_level=level)
    return [asked[place].result(_SECONDS).offset for place in places]


def _wait_for(client: AdminClient, name: str) -> None:
    """Return when the broker names a leader: creation is acknowledged a moment earlier."""

    def is_led() -> bool:
        partitions = client.list_topics(name, timeout=_SECONDS).topics[name].partitions.values()
        return bool(partitions) and all(partition.leader >= 0 for partition in partitions)

    _until(is_led)


def _until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + _SECONDS
    while not done():
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.05)
