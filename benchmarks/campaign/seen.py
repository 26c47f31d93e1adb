"""What a `read_committed` reader, the group's offsets and the index hold of a campaign, once it has drained."""

import re
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson
from confluent_kafka import OFFSET_BEGINNING, Consumer
from confluent_kafka import TopicPartition as Place
from opensearchpy.exceptions import OpenSearchException

from schemas.topics import BATCHES, QUARANTINE, REDACTED, VAULT
from schemas.vault import TOKEN_PATTERN
from streams.config import intake_topics
from streams.log.client import consumer_settings
from streams.log.kafka import read_whole_topic
from streams.log.kafka_places import ADMIN_SECONDS, committed_offsets, partitions_of
from streams.log.kafka_range import ends_of
from streams.log.startup import REDACTORS
from streams.siem.opensearch import connect
from tests.e2e.deployment import Deployment

_TOKEN = re.compile(TOKEN_PATTERN.encode())
_PAGE = 5_000
_STEADY_SECONDS = 150.0


@dataclass(frozen=True, slots=True)
class Output:
    """One record of the redacted topic: the input it refers to, of a stream its first piece, and what it carries."""

    event_id: str
    tenant: str
    withheld: bool
    partition: int
    offset: int
    batch_id: str
    digest: str
    reason: str
    tokens: frozenset[str]
    text: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Seen:
    """Everything that the checks go over; `entries` are record keys of the vault, `indexed` ids of documents.

    `streamed` are the outputs of what intake wrote on.
    """

    outputs: tuple[Output, ...]
    streamed: tuple[Output, ...]
    quarantined: tuple[tuple[str, int, int], ...]
    entries: frozenset[str]
    misplaced_entries: int
    batches: tuple[dict[str, Any], ...]
    committed: dict[int, int]
    ends: dict[int, int]
    indexed: tuple[str, ...]

    @property
    def all_outputs(self) -> tuple[Output, ...]:
        """Return the outputs of all inputs, whichever way they came."""
        return self.outputs + self.streamed


def look(deployment: Deployment) -> Seen:
    """Read everything that belongs to the deployment."""
    outputs = tuple(_outputs(deployment, [deployment.topic]))
    streamed = tuple(_outputs(deployment, intake_topics(deployment.settings)))
    entries, misplaced = _entries(deployment)
    committed, ends = offsets(deployment, REDACTORS, deployment.topic)
    quarantined = tuple(
        (tree["event_id"], tree["partition"], tree["offset"])
        for tree in _trees(deployment, QUARANTINE)
        if tree["topic"] == deployment.topic
    )
    batches = tuple(
        tree
        for tree in _trees(deployment, BATCHES)
        if tree["slot"].startswith(f"{deployment.settings.kafka.environment}-")
    )
    indexed = index_ids(deployment, len({output.event_id for output in outputs + streamed}))
    return Seen(outputs, streamed, quarantined, entries, misplaced, batches, committed, ends, indexed)


def offsets(deployment: Deployment, group: str, topic: str) -> tuple[dict[int, int], dict[int, int]]:
    """Return a group's committed offsets and the ends of a topic, by partition."""
    consumer = Consumer(consumer_settings(deployment.admin.kafka, group))
    try:
        places = partitions_of(consumer, topic)
        committed = {place.partition: int(place.offset) for place in committed_offsets(consumer, places)}
        ends = {place.partition: ends_of(consumer, place)[1] for place in places}
    finally:
        consumer.close()
    return committed, ends


def index_ids(deployment: Deployment, awaited: int) -> tuple[str, ...]:
    """Return the ids in the index, as soon as there are *awaited*, or once their number no longer changes."""
    client = connect(deployment.settings.siem)
    name = f"{deployment.settings.siem.index_prefix}-*"
    count, changed = -1, time.monotonic()
    try:
        while count < awaited and time.monotonic() < changed + _STEADY_SECONDS:
            try:
                client.indices.refresh(index=name)
                found = int(client.count(index=name)["count"])
            except OpenSearchException:
                found = count
            if found != count:
                count, changed = found, time.monotonic()
            time.sleep(0.5)
        return tuple(_ids(client, name))
    finally:
        client.close()


def _ids(client: Any, name: str) -> Iterator[str]:
    after: list[Any] | None = None
    while True:
        body = {"size": _PAGE, "_source": False, "docvalue_fields": ["event_id"], "sort": ["event_id", "_index"]}
        hits = client.search(index=name, body=body | ({"search_after": after} if after else {}))["hits"]["hits"]
        if not hits:
            return
        yield from (hit["_id"] for hit in hits)
        after = hits[-1]["sort"]


def _outputs(deployment: Deployment, topics: Collection[str]) -> Iterator[Output]:
    for record in read_whole_topic(deployment.admin, REDACTED):
        text = record.value or b"{}"
        tree = orjson.loads(text)
        where = tree.get("coordinates", {})
        if where.get("topic") in topics:
            yield Output(
                event_id=tree["event_id"],
                tenant=tree["tenant"],
                withheld=tree["kind"] == "withheld",
                partition=where["partition"],
                offset=where["offset"],
                batch_id=tree["batch_id"],
                digest=tree.get("payload_digest", {}).get("value", ""),
                reason=tree.get("reason", ""),
                tokens=frozenset(found.decode() for found in _TOKEN.findall(text)),
                text=text,
            )


def _entries(deployment: Deployment) -> tuple[frozenset[str], int]:
    """Return the record keys of our tenants' vault entries, and how many say otherwise than their entry."""
    keys, misplaced = set(), 0
    tenants = {*deployment.tenants, deployment.settings.operator_tenant}
    for record in read_whole_topic(deployment.admin, VAULT):
        tree = orjson.loads(record.value or b"{}")
        if tree.get("tenant") in tenants:
            key = (record.key or b"").decode()
            keys.add(key)
            misplaced += key != f"{tree['tenant']}|{tree['token']}|{tree['unit']}"
    return frozenset(keys), misplaced


def _trees(deployment: Deployment, topic: str) -> Iterator[dict[str, Any]]:
    return (orjson.loads(record.value) for record in read_whole_topic(deployment.admin, topic) if record.value)


def aborted_records(deployment: Deployment) -> int:
    """Return how many records of ours the redacted topic holds for a reader that also sees aborted transactions."""
    settings = consumer_settings(deployment.admin.kafka, REDACTORS) | {"isolation.level": "read_uncommitted"}
    consumer, count = Consumer(settings), 0
    try:
        partitions = consumer.list_topics(REDACTED, timeout=ADMIN_SECONDS).topics[REDACTED].partitions
        consumer.assign([Place(REDACTED, number, OFFSET_BEGINNING) for number in partitions])
        ended: set[int] = set()
        while len(ended) < len(partitions):
            for message in consumer.consume(_PAGE, 1.0):
                if message.error() is not None:
                    ended.add(message.partition() or 0)
                    continue
                tree = orjson.loads(message.value() or b"{}")
                count += tree.get("coordinates", {}).get("topic") == deployment.topic
    finally:
        consumer.close()
    return count
