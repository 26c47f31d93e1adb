"""The loops that the redactor is measured beside: a plain copy, and the same copy through our transactions."""

import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from pathlib import Path

from confluent_kafka import Consumer, Producer

from streams.config import load_settings
from streams.log.kafka import connect_slot
from streams.log.ports import Publication

_SLOT = 90


@dataclass(frozen=True, slots=True)
class Copying:
    """What a copying process needs to know; *topic* is where the copies go."""

    config: Path
    topic: str
    records: int


@contextmanager
def plain_copy(copying: Copying) -> Iterator[None]:
    """Copy raw records in a process of its own: no transaction, a flush after each batch, offsets committed."""
    with _running(_copy_plainly, copying):
        yield


@contextmanager
def transactional_copy(copying: Copying) -> Iterator[None]:
    """Copy raw records in a process of its own through the product's log: one transaction a batch."""
    with _running(_copy_in_transactions, copying):
        yield


@contextmanager
def _running(target: Callable[[Copying, Event, Event], None], copying: Copying) -> Iterator[None]:
    context = multiprocessing.get_context("spawn")
    ready, stop = context.Event(), context.Event()
    process = context.Process(target=target, args=(copying, ready, stop), daemon=True)
    process.start()
    try:
        assert ready.wait(60)
        yield
    finally:
        stop.set()
        process.join(30)
        process.kill()


def _copy_plainly(copying: Copying, ready: Event, stop: Event) -> None:
    settings = load_settings(copying.config)
    options = {"bootstrap.servers": settings.kafka.bootstrap_servers}
    consumer = Consumer(
        {**options, "group.id": f"plain-{time.time_ns()}", "auto.offset.reset": "earliest", "enable.auto.commit": False,
         "fetch.wait.max.ms": 50}
    )  # fmt: skip
    producer = Producer({**options, "linger.ms": 0, "acks": "all", "compression.type": "zstd"})
    consumer.subscribe(list(settings.topics))
    while not stop.is_set():
        messages = [message for message in consumer.consume(copying.records, 0.05) if message.error() is None]
        for message in messages:
            producer.produce(copying.topic, message.value(), message.key(), timestamp=message.timestamp()[1])
        if messages:
            producer.flush()
            consumer.commit(asynchronous=False)
        if consumer.assignment():
            ready.set()
    consumer.close()


def _copy_in_transactions(copying: Copying, ready: Event, stop: Event) -> None:
    settings = load_settings(copying.config)
    with connect_slot(settings, _SLOT) as log:
        while not stop.is_set():
            records = log.read(copying.records, 0.05)
            if records:
                log.publish([Publication(copying.topic, r.key, r.value, (), r.timestamp_ms) for r in records], records)
            if not ready.is_set() and log.lag():
                ready.set()
