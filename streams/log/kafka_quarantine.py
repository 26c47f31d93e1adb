"""Quarantine on Kafka as break-glass uses it: read to its end, put back in a transaction that notes its own number.

The note is an offset that a group of its own has on the quarantine topic's first partition, sent with the transaction:
so break-glass learns what became of an attempt without reading the topic in which clear text rests.
"""

import threading
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from confluent_kafka import Producer
from confluent_kafka import TopicPartition as Place

from schemas.topics import QUARANTINE
from schemas.vault import TenantId
from streams.breakglass.quarantined import Located, is_of, located
from streams.clock import rfc3339
from streams.config import Settings, retention_ms
from streams.log.client import consumer_settings, consuming, make_producer, producer_settings, translating
from streams.log.kafka import read_whole_topic
from streams.log.kafka_places import committed_offsets
from streams.log.kafka_producer import commit, discard, produce
from streams.log.ports import Publication

#: Named for its offsets and never joined; its name begins with that of the group whose rights break-glass has.
_GROUP = "breakglass"
_INIT_SECONDS = 30.0
_NOTE = (QUARANTINE, 0)


@dataclass(slots=True)
class KafkaQuarantine:
    """The quarantine of a deployment; threads may share it. Contracts stand in streams/breakglass/quarantined.py."""

    settings: Settings
    _producer: Producer | None = field(default=None, repr=False)
    _lock: threading.RLock = field(default_factory=threading.RLock, repr=False)

    def find(self, tenant: TenantId, event_ids: Collection[str]) -> Sequence[Located]:
        """Return the sealed records of these events."""
        records = read_whole_topic(self.settings, QUARANTINE)
        found = [located(record) for record in records if is_of(record, event_ids)]
        mine = [each for each in found if each.record.tenant == tenant]
        return sorted(mine, key=lambda each: (each.record.quarantined_at, each.partition, each.offset))

    def noted(self) -> int:
        """Return the last attempt that is in the log; what it left open is settled before."""
        with self._lock, translating():
            self._ready()
            with consuming(consumer_settings(self.settings.kafka, _GROUP)) as consumer:
                return max(0, committed_offsets(consumer, [Place(*_NOTE)])[0].offset)

    def publish(self, attempt: int, publications: Sequence[Publication]) -> None:
        """Write them, and the note of the attempt, in one transaction."""
        with self._lock:
            try:
                self._transact(attempt, publications)
            except BaseException:
                if self._producer is not None:
                    discard(self._producer)
                self._producer = None  # The next one of its name settles what this one left open.
                raise

    def bury(self, found: Sequence[Located]) -> Sequence[str]:
        """Say what remains: a topic's records cannot be overwritten one by one."""
        return tuple(dict.fromkeys(sentence for each in found for sentence in self._remains(each)))

    @translating()
    def _transact(self, attempt: int, publications: Sequence[Publication]) -> None:
        producer, kafka = self._ready(), self.settings.kafka
        seconds = kafka.transaction_timeout_ms / 1000
        producer.begin_transaction()
        for publication in publications:
            produce(producer, publication)
        with consuming(consumer_settings(kafka, _GROUP)) as consumer:
            metadata = consumer.consumer_group_metadata()
            producer.send_offsets_to_transaction([Place(*_NOTE, attempt)], metadata, seconds)
        commit(producer, seconds)

    def _ready(self) -> Producer:
        if self._producer is None:
            kafka = self.settings.kafka
            name = f"{kafka.group}-{kafka.environment}-breakglass-0"
            producer = make_producer(producer_settings(kafka, name))
            producer.init_transactions(_INIT_SECONDS)
            self._producer = producer
        return self._producer

    def _remains(self, found: Located) -> Sequence[str]:
        quarantine, raw = (retention_ms(self.settings, topic) for topic in (QUARANTINE, "llm.events.raw.v1"))
        record = found.record
        until = rfc3339(record.timestamp_ms + (quarantine or 0))[:10]
        raw_until = rfc3339(record.timestamp_ms + (raw or 0))[:10]
        return (
            f"The sealed bytes stay in {QUARANTINE} until about {until}; who has its KEK can open them elsewhere.",
            f"The raw record stays in {record.topic} as long as its owner keeps it, by the settings until {raw_until}.",
            "Backups of both keep them until they are recycled.",
        )
