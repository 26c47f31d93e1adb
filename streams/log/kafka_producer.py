"""Writing to Kafka: calls of a producer that keep their own time, and say when nothing came of them."""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from schemas.errors import LogUnavailable
from streams.log.ports import Publication

_BUFFER_SECONDS = 20.0

OnDelivery = Callable[[KafkaError | None, Message], None]


def produce(producer: Producer, publication: Publication, on_delivery: OnDelivery | None = None) -> None:
    """Hand a record to the client, waiting for room in its buffer; raises LogUnavailable where there comes none."""
    until = time.monotonic() + _BUFFER_SECONDS
    arguments: dict[str, Any] = {"key": publication.key, "value": publication.value}
    if publication.headers:
        arguments["headers"] = list(publication.headers)
    if publication.timestamp_ms is not None:
        arguments["timestamp"] = publication.timestamp_ms
    if publication.partition is not None:
        arguments["partition"] = publication.partition
    if on_delivery is not None:
        arguments["on_delivery"] = on_delivery
    while True:
        try:
            producer.produce(publication.topic, **arguments)
        except BufferError:
            if time.monotonic() >= until:
                raise LogUnavailable("producer's buffer stays full") from None
            producer.poll(0.05)
        else:
            return


def discard(producer: Producer) -> None:
    """Drop what a producer holds that is given up: a transaction's outcome is settled by the next one of its name."""
    with suppress(KafkaException):
        producer.purge()


def bounded(call: Callable[[], None], seconds: float) -> None:
    """Make a call that does not keep its own time (librdkafka issues 5456 and 5511: it may wait for ever).

    What still waits then is left behind with its producer, which is poisoned and never used again.
    """
    errors: list[BaseException] = []

    def run() -> None:
        try:
            call()
        except BaseException as error:  # noqa: BLE001 - raised again below, in the caller's thread.
            errors.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds + 1.0)
    if thread.is_alive():
        raise LogUnavailable("log client keeps waiting")
    if errors:
        raise errors[0]


def commit(producer: Producer, seconds: float) -> None:
    """Commit a transaction; a local timeout leaves the outcome open, so the same call is made again."""
    until = time.monotonic() + seconds
    while True:
        try:
            producer.commit_transaction(max(1.0, until - time.monotonic()))
        except KafkaException as error:
            if not error.args[0].retriable() or time.monotonic() >= until:
                raise
        else:
            return
