"""A reader that watches while the campaign runs: how far the group has committed, and that no output is ahead of it."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import orjson
from confluent_kafka import OFFSET_BEGINNING, Consumer, KafkaException
from confluent_kafka import TopicPartition as Place

from schemas.topics import REDACTED
from streams.log.client import consumer_settings
from streams.log.kafka_places import ADMIN_SECONDS, committed_offsets
from streams.log.startup import REDACTORS
from tests.e2e.deployment import Deployment

_PAUSE_SECONDS = 0.2
_PAGE = 1_000


@dataclass(slots=True)
class Witness:
    """Reads the redacted topic `read_committed`; `ahead` counts outputs whose input was not committed then.

    Outputs are read first and the group's offsets after them, so an offset of the same transaction must be there.
    """

    deployment: Deployment
    partitions: int
    committed: dict[int, int] = field(default_factory=dict)
    ahead: int = 0
    looks: int = 0
    _reached: dict[int, int] = field(default_factory=dict)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None

    @property
    def settled(self) -> int:
        """Return how many inputs the group has committed."""
        return sum(self.committed.values())

    def start(self) -> None:
        """Begin to watch."""
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Watch no more."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(2 * ADMIN_SECONDS)

    def wait(self, count: int, seconds: float, check: Callable[[], None]) -> bool:
        """Wait until *count* inputs are committed, with *check* called meanwhile; tell whether they are."""
        until = time.monotonic() + seconds
        while self.settled < count and time.monotonic() < until:
            check()
            time.sleep(_PAUSE_SECONDS / 2)
        return self.settled >= count

    def _run(self) -> None:
        consumer = Consumer(consumer_settings(self.deployment.admin.kafka, REDACTORS))
        outputs = consumer.list_topics(REDACTED, timeout=ADMIN_SECONDS).topics[REDACTED].partitions
        consumer.assign([Place(REDACTED, number, OFFSET_BEGINNING) for number in outputs])
        while not self._stop.wait(_PAUSE_SECONDS):
            try:
                self._look(consumer)
            except KafkaException:
                continue  # The broker is down, or a transaction is about to settle: the next look will tell.
        consumer.close()

    def _look(self, consumer: Consumer) -> None:
        while messages := consumer.consume(_PAGE, _PAUSE_SECONDS / 4):
            for message in messages:
                if message.error() is None:
                    self._note(message.value())
        wanted = [Place(self.deployment.topic, number) for number in range(self.partitions)]
        self.committed = {place.partition: max(0, place.offset) for place in committed_offsets(consumer, wanted)}
        self.looks += 1
        self.ahead += sum(self._reached.get(number, -1) >= offset for number, offset in self.committed.items())

    def _note(self, value: bytes | str | None) -> None:
        where = orjson.loads(value)["coordinates"] if value else {}
        if where.get("topic") == self.deployment.topic:
            partition = where["partition"]
            self._reached[partition] = max(self._reached.get(partition, -1), where["offset"])


@dataclass(slots=True)
class GroupOffsets:
    """Asks for a group's committed offsets without waiting for open transactions."""

    deployment: Deployment
    group: str = REDACTORS
    _consumer: Consumer | None = None

    def committed(self, topic: str, partition: int) -> int:
        """Return the committed offset of a partition."""
        if self._consumer is None:
            settings = consumer_settings(self.deployment.admin.kafka, self.group)
            self._consumer = Consumer(settings | {"isolation.level": "read_uncommitted"})
        until = time.monotonic() + ADMIN_SECONDS
        while True:
            try:
                return int(committed_offsets(self._consumer, [Place(topic, partition)])[0].offset)
            except KafkaException:
                if time.monotonic() > until:
                    raise
                time.sleep(_PAUSE_SECONDS)
