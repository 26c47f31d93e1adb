"""Short-lived topics for tests on a real broker."""

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from confluent_kafka.admin import (
    AdminClient,
    NewTopic,
)

from tests.stack.kafka import KafkaOptions

_SECONDS = 30


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
        client.delete_topics([name])[name].result(_SECONDS)


def _wait_for(client: AdminClient, name: str) -> None:
    """Return when the broker names a leader: creation is acknowledged a moment earlier."""
    deadline = time.monotonic() + _SECONDS
    while time.monotonic() < deadline:
        topic = client.list_topics(name, timeout=_SECONDS).topics[name]
        if topic.partitions and all(partition.leader >= 0 for partition in topic.partitions.values()):
            return
        time.sleep(0.05)
    raise TimeoutError(name)
