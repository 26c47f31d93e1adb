"""Settings and errors of the Kafka client, shared by all that talk to brokers."""
# ruff: noqa: SLF001 - the client's own error codes begin with an underscore.

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer
from confluent_kafka import TopicPartition as Place

from schemas.errors import Fenced, LogError, LogRefused, LogUnavailable, TransactionFailed
from streams.config import KafkaSettings

#: How our own topics are compressed: the monitor's client reads nothing else without a library of its own.
COMPRESSION = "gzip"
#: What no retry mends: rights, topics, limits, offsets that are gone.
_REFUSED = frozenset(
    {
        KafkaError.TOPIC_AUTHORIZATION_FAILED,
        KafkaError.GROUP_AUTHORIZATION_FAILED,
        KafkaError.CLUSTER_AUTHORIZATION_FAILED,
        KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
        KafkaError.UNKNOWN_TOPIC_OR_PART,
        KafkaError._UNKNOWN_TOPIC,
        KafkaError.MSG_SIZE_TOO_LARGE,
        KafkaError._AUTHENTICATION,
        KafkaError.SASL_AUTHENTICATION_FAILED,
        KafkaError._AUTO_OFFSET_RESET,
        KafkaError.OFFSET_OUT_OF_RANGE,
        KafkaError._INVALID_ARG,
    }
)
#: The group decides who holds a slot. A producer is also fenced when its transaction timed out while the process was
#: paused: then the slot is still its own, and a new producer carries on.
_TAKEN_OVER = frozenset({KafkaError.FENCED_INSTANCE_ID})
#: What passes by itself, whether the client calls it retriable or not.
_PASSING = frozenset(
    {
        KafkaError._TRANSPORT,
        KafkaError._ALL_BROKERS_DOWN,
        KafkaError._TIMED_OUT,
        KafkaError._TIMED_OUT_QUEUE,
        KafkaError._RESOLVE,
        KafkaError._WAIT_COORD,
        KafkaError._WAIT_CACHE,
        KafkaError._MAX_POLL_EXCEEDED,
        KafkaError.COORDINATOR_LOAD_IN_PROGRESS,
        KafkaError.COORDINATOR_NOT_AVAILABLE,
        KafkaError.NOT_COORDINATOR,
        KafkaError.LEADER_NOT_AVAILABLE,
        KafkaError.NOT_LEADER_FOR_PARTITION,
        KafkaError.BROKER_NOT_AVAILABLE,
        KafkaError.REPLICA_NOT_AVAILABLE,
        KafkaError.NETWORK_EXCEPTION,
        KafkaError.REQUEST_TIMED_OUT,
        KafkaError.UNSTABLE_OFFSET_COMMIT,
    }
)


def client_settings(kafka: KafkaSettings) -> dict[str, Any]:
    """Return what every client needs to reach the brokers; TLS is 1.2 or newer by OpenSSL's own configuration."""
    settings: dict[str, Any] = {
        "bootstrap.servers": kafka.bootstrap_servers,
        "security.protocol": kafka.security_protocol,
        "log.connection.close": False,
        "log_level": 2,
        "socket.keepalive.enable": True,
        # Of its own the client looks for a broker that was away for a while only every ten seconds.
        "reconnect.backoff.max.ms": 1_000,
        "message.max.bytes": kafka.max_record_bytes,
    }
    optional = {
        "sasl.mechanism": kafka.sasl_mechanism,
        "sasl.username": kafka.sasl_username,
        "sasl.password": None if kafka.sasl_password is None else kafka.sasl_password.get_secret_value(),
        "ssl.ca.location": None if kafka.ca_file is None else str(kafka.ca_file),
        "ssl.certificate.location": None if kafka.certificate_file is None else str(kafka.certificate_file),
        "ssl.key.location": None if kafka.key_file is None else str(kafka.key_file),
    }
    return settings | {name: value for name, value in optional.items() if value is not None}


def group_id(kafka: KafkaSettings, group: str) -> str:
    """Return the full name of a consumer group of ours."""
    return f"{kafka.group}.{kafka.environment}.{group}"


def consumer_settings(
    kafka: KafkaSettings, group: str, *, member: str | None = None, max_poll_seconds: float = 300.0
) -> dict[str, Any]:
    """Return the settings of a consumer: classic group protocol, cooperative, static where a member name is given.

    An offset that the log no longer holds is an error, never a silent jump; where a group begins is set explicitly.
    """
    settings = client_settings(kafka) | {
        "group.id": group_id(kafka, group),
        "group.protocol": "classic",
        "partition.assignment.strategy": "cooperative-sticky",
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "isolation.level": "read_committed",
        "auto.offset.reset": "error",
        "enable.partition.eof": True,
        "session.timeout.ms": kafka.session_timeout_ms,
        "heartbeat.interval.ms": max(1_000, kafka.session_timeout_ms // 10),
        "max.poll.interval.ms": round(max_poll_seconds * 1000),
        "fetch.message.max.bytes": 4 * 1024 * 1024,
        "queued.max.messages.kbytes": 64 * 1024,
        "fetch.wait.max.ms": 50,
    }
    del settings["message.max.bytes"]
    if member is not None:
        settings["group.instance.id"] = member
    return settings


def producer_settings(kafka: KafkaSettings, transactional_id: str) -> dict[str, Any]:
    """Return the settings of a slot's transactional producer.

    The retry backoff is what a small transaction costs: the first request after a commit meets CONCURRENT_TRANSACTIONS
    and waits one. message timeout < transaction timeout < session timeout.
    """
    return client_settings(kafka) | {
        "transactional.id": transactional_id,
        "acks": "all",
        "compression.type": COMPRESSION,
        "linger.ms": 0,
        "retry.backoff.ms": 5,
        "retry.backoff.max.ms": 20,
        "transaction.timeout.ms": kafka.transaction_timeout_ms,
        "message.timeout.ms": kafka.transaction_timeout_ms * 4 // 5,
        "partitioner": "murmur2_random",
    }


def member_error(error: KafkaException | KafkaError) -> LogError:
    """Return our error for one of a consumer's; only one kind is fatal to a member: another took its name."""
    cause = _cause(error)
    if isinstance(cause, KafkaError) and (cause.fatal() or cause.code() == KafkaError._FATAL):
        return Fenced("another worker holds the slot", code=cause.name())
    return translated(error)


def translated(error: KafkaException | KafkaError) -> LogError:
    """Return our error for one of the client's; it carries the client's code and nothing of a record."""
    cause = _cause(error)
    if not isinstance(cause, KafkaError):
        return TransactionFailed("log client failed")
    code = cause.name()
    if cause.code() in _TAKEN_OVER:
        return Fenced("another worker holds the slot", code=code)
    if cause.code() in _REFUSED:
        return LogRefused("log refuses", code=code)
    if cause.code() in _PASSING or cause.retriable():
        return LogUnavailable("log cannot be reached", code=code)
    return TransactionFailed("log did not take the transaction", code=code)


@contextmanager
def translating(told: Callable[[KafkaException], LogError] = translated) -> Iterator[None]:
    """Raise our error for any of the client's; every call to the client stands in such a block, or in such a function.

    One that did not would end the worker as an unknown exception, though a retry would do.
    """
    try:
        yield
    except KafkaException as error:
        raise told(error) from None


@contextmanager
def consuming(settings: Mapping[str, Any]) -> Iterator[Consumer]:
    """Make a consumer for as long as the block lasts; its errors are ours."""
    with translating():
        consumer = Consumer(dict(settings))
        try:
            yield consumer
        finally:
            consumer.close()


@translating()
def make_consumer(settings: Mapping[str, Any]) -> Consumer:
    """Return a consumer; raises LogRefused where its settings cannot be run with, such as a missing certificate."""
    return Consumer(dict(settings))


@translating()
def make_producer(settings: Mapping[str, Any]) -> Producer:
    """Return a producer; raises as make_consumer()."""
    return Producer(dict(settings))


def commit_offsets(consumer: Consumer, places: Sequence[Place]) -> None:
    """Commit offsets of some partitions; one that was not committed raises KafkaException, as one of all does."""
    for place in consumer.commit(offsets=list(places), asynchronous=False) or ():
        if place.error is not None:
            raise KafkaException(place.error)


def _cause(error: KafkaException | KafkaError) -> object:
    """Return what the client says; an exception of its own may say nothing."""
    if isinstance(error, KafkaException):
        return error.args[0] if error.args else None
    return error
