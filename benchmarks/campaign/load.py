"""The load: a burst to measure capacity on, then a steady rate; every input's coordinates are kept."""

import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from confluent_kafka import KafkaException, Producer

from benchmarks.campaign.records import Input
from streams.log.ports import Record
from tests.e2e.deployment import Deployment

Place = tuple[int, int]
_FLUSH_SECONDS = 120.0
_SLICE_SECONDS = 0.05


@dataclass(slots=True)
class Load:
    """Writes the inputs, never more than `gate`; `placed` tells by partition and offset where the broker put each.

    `unplaced` holds what the broker had from a first attempt whose answer was lost: to the second it tells no offset.
    """

    deployment: Deployment
    inputs: Iterator[Input]
    placed: dict[Place, Input] = field(default_factory=dict, repr=False)
    unplaced: list[tuple[int, Input]] = field(default_factory=list, repr=False)
    failures: int = 0
    sent: int = 0
    gate: int = 0
    _thread: threading.Thread | None = None
    _stop: threading.Event = field(default_factory=threading.Event)
    _producer: Producer | None = None

    def burst(self, count: int) -> None:
        """Write some inputs as fast as they go."""
        for _ in range(count):
            self._send()
        self._flush()

    def steady(self, rate: float) -> None:
        """Write the rest in a thread, at *rate* records a second."""
        self._thread = threading.Thread(target=self._run, args=(rate,), daemon=True)
        self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Wait until everything is written; tell whether it is."""
        if self._thread is not None:
            self._thread.join(seconds)
        return self._thread is None or not self._thread.is_alive()

    def stop(self) -> None:
        """Write no more."""
        self._stop.set()
        self.wait(_FLUSH_SECONDS)

    def place(self, records: Iterable[Record]) -> None:
        """Find in the raw topic what is unplaced; what is not there stays an input without an outcome."""
        for record in records:
            place, content = (record.partition, record.offset), (record.partition, record.key, record.value)
            same = [each for each in self.unplaced if (each[0], each[1].key, each[1].value) == content]
            if place not in self.placed and same:
                self.unplaced.remove(same[0])
                self.placed[place] = same[0][1]
        self.placed |= {(partition, -1 - number): item for number, (partition, item) in enumerate(self.unplaced)}

    def _run(self, rate: float) -> None:
        due, last = float(self.sent), time.monotonic()
        while not self._stop.is_set():
            now = time.monotonic()
            due, last = min(due + (now - last) * rate, self.gate), now
            while self.sent < int(due):
                if not self._send():
                    self._flush()
                    return
            self._ready().poll(_SLICE_SECONDS)
        self._flush()

    def _send(self) -> bool:
        item = next(self.inputs, None)
        if item is None:
            return False
        producer = self._ready()
        while True:
            try:
                noted = self._note(item)
                producer.produce(self.deployment.topic, item.value, item.key, headers=item.headers, on_delivery=noted)
                break
            except BufferError:
                producer.poll(_SLICE_SECONDS)
        producer.poll(0)
        self.sent += 1
        return True

    def _note(self, item: Input) -> Any:
        """Return what hears of the delivery of *item*."""

        def delivered(error: Any, message: Any) -> None:
            if error is not None:
                self.failures += 1
            elif message.offset() is None or message.offset() < 0:
                self.unplaced.append((message.partition(), item))
            else:
                self.placed[message.partition(), message.offset()] = item

        return delivered

    def _flush(self) -> None:
        if self._ready().flush(_FLUSH_SECONDS):
            raise KafkaException("load could not be written")

    def _ready(self) -> Producer:
        if self._producer is None:
            self._producer = Producer(
                self.deployment.stack.kafka_options()
                | {"enable.idempotence": True, "linger.ms": 20, "log_level": 2, "message.timeout.ms": 120_000}
                | {"reconnect.backoff.max.ms": 1_000}
            )
        return self._producer
