"""Tombstones in the vault topic on Kafka for the entries of one token, each beside what it buries."""

from confluent_kafka import Producer

from schemas.topics import VAULT
from streams.config import Settings
from streams.log.client import make_producer, producer_settings, translating
from streams.log.kafka import read_whole_topic
from streams.log.kafka_producer import commit, discard, produce
from streams.log.ports import Publication

_INIT_SECONDS = 30.0


def bury(settings: Settings, tenant: str, token: str) -> int:
    """Write tombstones for what the topic holds of a token, in one transaction; return how many.

    The topic is read whole, so a token in any unit is found. Raises LogError, and then none or all of them are there.
    """
    prefix = f"{tenant}|{token}|".encode()
    live: dict[tuple[int, bytes], bool] = {}
    for record in read_whole_topic(settings, VAULT):
        if record.key is not None and record.key.startswith(prefix):
            live[record.partition, record.key] = record.value is not None
    # Compaction works within a partition: where their number grew since, the key alone would lead past the entry.
    found = [Publication(VAULT, key, None, partition=place) for (place, key), holds in sorted(live.items()) if holds]
    if found:
        _publish(settings, found)
    return len(found)


@translating()
def _publish(settings: Settings, publications: list[Publication]) -> None:
    kafka = settings.kafka
    producer: Producer = make_producer(
        producer_settings(kafka, f"{kafka.group}-{kafka.environment}-breakglass-erasing")
    )
    try:
        producer.init_transactions(_INIT_SECONDS)
        producer.begin_transaction()
        for publication in publications:
            produce(producer, publication)
        commit(producer, kafka.transaction_timeout_ms / 1000)
    except BaseException:
        discard(producer)
        raise
