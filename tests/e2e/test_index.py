"""From Kafka through the indexer into a real OpenSearch, with trouble on the way."""

import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from confluent_kafka import Producer

from schemas.codec import encode
from schemas.errors import SinkRefused
from schemas.events import Call
from schemas.siem import document_of
from streams.config import KafkaSettings, Settings, SiemSettings
from streams.log.kafka import connect_reader
from streams.log.seal import LogSeal
from streams.log.sqlite_store import SqliteStore
from streams.siem.indexer import Indexer
from streams.siem.opensearch import OpenSearchSink, connect, index_template
from streams.siem.ports import Query
from streams.siem.sqlite import SqliteSink
from streams.telemetry.metrics import Metrics
from tests.contracts.siem_samples import SAMPLES, chat, withheld
from tests.contracts.sink import QUERIES
from tests.e2e.proxy import LOST, Trouble, proxied
from tests.stack.required import required_stack
from tests.stack.running import Stack
from tests.stack.topics import await_markers, fresh_topic

pytestmark = pytest.mark.integration

#: The events of the samples: alerts have a topic of their own.
EVENTS = [value for value in SAMPLES if not hasattr(value, "alert_id")]


@dataclass
class Rig:
    """A topic, an index of a new name with a proxy before it, and indexers between."""

    stack: Stack
    topic: str
    settings: Settings
    direct: OpenSearchSink
    trouble: Trouble
    closing: ExitStack
    group: str = field(default_factory=lambda: f"indexer-{uuid.uuid4()}")

    def publish(self, values: Sequence[Any], *, abort: bool = False) -> None:
        """Write records in one transaction, committed or aborted, and return when readers see that it is."""
        producer = Producer({**self.stack.kafka_options(), "transactional.id": f"test-{uuid.uuid4()}"})
        producer.init_transactions(120)
        producer.begin_transaction()
        for value in values:
            producer.produce(self.topic, key=value.event_id.encode(), value=encode(value))
        producer.flush(120)
        if abort:
            producer.abort_transaction(120)
        else:
            producer.commit_transaction(120)
        await_markers(self.stack.kafka_options(), [self.topic])

    def indexer(
        self, *, group: str | None = None, stopping: Callable[[], bool] = lambda: False, batch: int = 500
    ) -> Indexer:
        """Return an indexer from the topic through the proxy."""
        reader = connect_reader(self.settings, group or self.group, [self.topic])
        sink = OpenSearchSink(connect(self.settings.siem), self.settings.siem.index_prefix)
        return Indexer(reader, sink, Metrics(), batch, stopping)

    def index(self, **options: Any) -> Indexer:
        """Index what is there, and leave the group."""
        running = self.indexer(**options)
        try:
            running.run(until_drained=True)
        finally:
            running.reader.close()
        return running

    def found(self, **query: Any) -> tuple[dict[str, Any], ...]:
        """Return every hit of a query, straight from the index."""
        self.direct.refresh()
        return self.direct.search(Query(limit=1000, **query)).hits

    def ids(self) -> list[str]:
        """Return every id in the index."""
        return sorted(hit["event_id"] for hit in self.found())


@pytest.fixture
def rig() -> Iterator[Rig]:
    """Return a rig over the running stack."""
    stack = required_stack()
    prefix = f"phistream-test-{uuid.uuid4().hex[:12]}"
    trouble = Trouble()
    with ExitStack() as closing:
        topic = closing.enter_context(fresh_topic(stack.kafka_options(), partitions=3))
        url = closing.enter_context(proxied(stack.opensearch_port, trouble))
        client = connect(SiemSettings(url=stack.opensearch_url))
        closing.callback(client.close)
        closing.callback(lambda: client.indices.delete(index=f"{prefix}-*"))
        settings = Settings(
            kafka=KafkaSettings(bootstrap_servers=stack.bootstrap, environment="test"),
            siem=SiemSettings(url=url, index_prefix=prefix),
        )
        yield Rig(stack, topic, settings, OpenSearchSink(client, prefix), trouble, closing)


def ids_of(values: Sequence[Any]) -> list[str]:
    """Return the ids of some events, in order."""
    return sorted(value.event_id for value in values)


def test_search_equals_the_embedded_search(rig: Rig, tmp_path: Any) -> None:
    """The same events have the same hits, document by document, in OpenSearch and in the state folder."""
    rig.publish(EVENTS)
    rig.index()
    store = SqliteStore(tmp_path / "log.db", LogSeal(bytes(32)))
    embedded = SqliteSink(store)
    embedded.write([document_of(value) for value in EVENTS])
    rig.direct.refresh()

    for query, _ in QUERIES:
        assert embedded.search(query) == rig.direct.search(query)
    store.close()


def test_only_committed_events_are_indexed(rig: Rig) -> None:
    """What an aborted transaction wrote never reaches the index."""
    rig.publish([chat(90, "aborted")], abort=True)
    rig.publish(EVENTS)
    rig.index()

    assert ids_of(EVENTS) == rig.ids()


def test_a_replay_changes_nothing(rig: Rig) -> None:
    """Indexing everything again, in a group without offsets, leaves the same documents."""
    rig.publish(EVENTS)
    rig.index()
    before = rig.found()
    rig.index(group=f"indexer-{uuid.uuid4()}")

    assert before == rig.found()


def test_a_replay_does_not_undo_a_better_redaction(rig: Rig) -> None:
    """A higher revision stays when the first redaction is indexed again."""
    rig.publish([chat(1, "leaky"), withheld(2)])
    rig.index()
    rig.publish([chat(1, "better", revision=2), chat(2, "out of quarantine")])
    rig.index()
    rig.index(group=f"indexer-{uuid.uuid4()}", batch=1)

    assert [("redacted_event", 2), ("redacted_event", 1)] == [(hit["kind"], hit["revision"]) for hit in rig.found()]


@pytest.mark.parametrize("status", [429, 503])
def test_items_that_were_pushed_back_go_again_alone(rig: Rig, status: int) -> None:
    """The index takes some documents and not others: the others go again until it does."""
    pushed_back = {value.event_id for value in EVENTS[::3]}
    refusals = dict.fromkeys(pushed_back, 2)

    def item(name: str) -> int | None:
        if refusals.get(name, 0) == 0:
            return None
        refusals[name] -= 1
        return status

    rig.trouble.item = item
    rig.publish(EVENTS)
    rig.index()

    assert ids_of(EVENTS) == rig.ids()
    sent = Counter(name for bulk in rig.trouble.bulks for name in bulk)
    assert {value.event_id: 3 if value.event_id in pushed_back else 1 for value in EVENTS} == sent


@pytest.mark.parametrize("status", [429, 503, 502, LOST])
def test_an_outage_loses_nothing(rig: Rig, status: int) -> None:
    """An index that is busy, down, or takes a request and never answers, gets the same documents again."""
    left = 3

    def request(_method: str, _path: str) -> int | None:
        nonlocal left
        left -= 1
        return status if left >= 0 else None

    rig.trouble.request = request
    rig.publish(EVENTS)
    rig.index()

    assert ids_of(EVENTS) == rig.ids()


def test_an_indexer_that_stops_in_an_outage_goes_on_later(rig: Rig) -> None:
    """Nothing is committed while the index is down, so the next indexer of the group loses nothing."""
    asked = 0

    def request(_method: str, _path: str) -> int | None:
        nonlocal asked
        asked += 1
        return 503

    rig.publish(EVENTS)
    rig.trouble.request = request
    first = rig.indexer(stopping=lambda: asked > 1)
    first.run()
    first.reader.close()
    rig.trouble.request = Trouble().request
    rig.index()

    assert ids_of(EVENTS) == rig.ids()


@pytest.mark.parametrize("status", [401, 403])
def test_denied_access_stops(rig: Rig, status: int) -> None:
    """An index that denies access stops the indexer; nothing is passed over."""
    rig.publish(EVENTS)
    rig.trouble.request = lambda _method, path: status if "_bulk" in path else None
    with pytest.raises(SinkRefused):
        rig.index()
    rig.trouble.request = Trouble().request
    rig.index()

    assert ids_of(EVENTS) == rig.ids()


def test_a_document_that_the_mapping_refuses_becomes_a_stub(rig: Rig) -> None:
    """The index refuses one document for good: metadata takes its place under its id, the rest is indexed."""
    body = index_template()["template"]
    properties = body["mappings"]["properties"] | {"application": {"type": "integer"}}
    day = document_of(chat(1, "x")).day
    client = connect(SiemSettings(url=rig.stack.opensearch_url))
    client.indices.create(
        index=f"{rig.settings.siem.index_prefix}-{day}",
        body=body | {"mappings": body["mappings"] | {"properties": properties}},
    )
    client.close()
    refused = chat(20, "secret words", call=Call(application="not a number"))
    rig.publish([chat(1, "fine"), refused, chat(21, "fine", call=Call(application="5"))])
    running = rig.index()
    hits = {hit["event_id"]: hit for hit in rig.found()}

    assert len(hits) == 3
    assert ("withheld", "index_refused", 0) == tuple(
        hits[refused.event_id][name] for name in ("kind", "reason", "revision")
    )
    assert rig.found(words=("secret",)) == ()
    assert running.metrics.registry.get_sample_value(
        "phistream_indexer_documents_total", {"outcome": "rejected"}
    ) == 1.0  # fmt: skip


def test_any_json_is_taken(rig: Rig) -> None:
    """Whatever shape a record has, and whatever its keys are, the strict mapping takes the document."""
    deep: Any = "bottom"
    for _ in range(60):
        deep = {"": [deep]}
    records = [None, 5, "text", True, [], {}, [[], [None]], {"text": 1, "a.b.": [1, "x", {}], ".": {"..": 2}}, deep]
    records += [
        {"time": "x", "tenant": {"no": "tenant"}},
        [1, "mixed", {"kinds": [2.5]}],
        {str(n): n for n in range(5_000)},
    ]
    events = [replace(chat(30 + n, "x"), record=record) for n, record in enumerate(records)]
    rig.publish(events)
    rig.index()

    assert [(event.event_id, event.record) for event in events] == [
        (hit["event_id"], hit.get("record")) for hit in rig.found(kind="redacted_event")
    ]
