"""Raw events for the end-to-end figures, at once or at a steady rate, and a reader that times what comes out."""

import json
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from confluent_kafka import OFFSET_END, Consumer, Producer
from confluent_kafka import TopicPartition as Place

from benchmarks.throughput.detector_texts import short_texts
from tests.e2e.deployment import TENANT_HEADER, Deployment

_SECONDS = 30.0


def requests(count: int, seed: int) -> Iterator[bytes]:
    """Yield chat requests of about one kilobyte, no two alike."""
    texts = short_texts(count * 4, seed)
    for _ in range(count):
        history = [next(texts) for _ in range(4)]
        messages = [{"role": role, "content": text} for role, text in zip(_ROLES, history, strict=True)]
        yield json.dumps({"model": "gpt-4o", "messages": messages, "temperature": 0.2, "metadata": _METADATA}).encode()


_ROLES = ("system", "user", "assistant", "user")
_METADATA = {"deployment": "clinic-assistant", "labels": ["triage", "summary"], "note": "words " * 60}


@dataclass(slots=True)
class Traffic:
    """Writes requests to the raw topic of a deployment."""

    deployment: Deployment
    _producer: Producer = field(init=False)

    def __post_init__(self) -> None:
        """Connect."""
        self._producer = Producer({**self.deployment.stack.kafka_options(), "linger.ms": 1, "acks": "all"})

    def at_once(self, values: Sequence[bytes]) -> None:
        """Write everything as fast as it goes."""
        for number, value in enumerate(values):
            self._write(number, value)
        self._producer.flush(_SECONDS)

    def steadily(self, values: Sequence[bytes], rate: float) -> None:
        """Write at so many a second, whatever becomes of what was written before."""
        begin = time.monotonic()
        for number, value in enumerate(values):
            while (ahead := begin + number / rate - time.monotonic()) > 0:
                self._producer.poll(min(ahead, 0.005))
            self._write(number, value)
        self._producer.flush(_SECONDS)

    def _write(self, number: int, value: bytes) -> None:
        tenant = self.deployment.tenants[0].encode()
        self._producer.produce(
            self.deployment.topic, value, str(number).encode(), headers=[(TENANT_HEADER, tenant)]
        )  # fmt: skip
        self._producer.poll(0)


@dataclass(slots=True)
class Arrivals:
    """Reads a topic from its end on, committed records only, and notes for each when it came and how old it was."""

    options: dict[str, Any]
    topic: str
    came: list[float] = field(default_factory=list)
    age_ms: list[float] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        """Begin to read; what is written after this call is seen."""
        consumer = Consumer(
            {**self.options, "group.id": "benchmark", "isolation.level": "read_committed", "fetch.wait.max.ms": 5}
        )
        partitions = consumer.list_topics(self.topic, timeout=_SECONDS).topics[self.topic].partitions
        ends = [consumer.get_watermark_offsets(Place(self.topic, number), timeout=_SECONDS)[1] for number in partitions]
        consumer.assign([Place(self.topic, number, end) for number, end in zip(partitions, ends, strict=True)])
        assert OFFSET_END not in ends
        self._thread = threading.Thread(target=self._read, args=(consumer,), daemon=True)
        self._thread.start()

    def wait(self, count: int, seconds: float) -> None:
        """Wait until so many records came; raises TimeoutError after *seconds*."""
        until = time.monotonic() + seconds
        while len(self.came) < count:
            if time.monotonic() > until:
                raise TimeoutError(f"{len(self.came)} of {count} records came")
            time.sleep(0.01)

    def end(self) -> None:
        """Stop reading."""
        self._stop.set()
        self._thread.join()

    def _read(self, consumer: Consumer) -> None:
        while not self._stop.is_set():
            for message in consumer.consume(500, 0.01):
                if message.error() is None:
                    self.came.append(time.monotonic())
                    self.age_ms.append(time.time() * 1000 - message.timestamp()[1])
        consumer.close()
