"""The indexer: offsets follow when every document has settled."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import pytest

from schemas.codec import encode
from schemas.errors import SinkRefused, UnknownVersion
from schemas.siem import Document
from schemas.topics import ALERTS, REDACTED
from streams.log.ports import Publication
from streams.log.seal import LogSeal
from streams.log.sqlite import SqliteReader
from streams.log.sqlite_store import SqliteStore
from streams.siem.indexer import Indexer
from streams.siem.indexing import INDEXERS, index_embedded
from streams.siem.ports import Outcome, Page, Query
from streams.siem.sqlite import SqliteSink
from streams.telemetry.metrics import Metrics
from tests.contracts.siem_samples import SAMPLES, chat

Plan = Callable[[Document], Outcome | None]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """Return a log that holds the samples."""
    store = SqliteStore(tmp_path / "log.db", LogSeal(bytes(32)))
    for topic in (REDACTED, ALERTS):
        store.create_topic(topic)
    publish(store, *SAMPLES)
    yield store
    store.close()


def publish(store: SqliteStore, *values: object) -> None:
    """Put records of ours on the log."""
    with store.transaction():
        store.append(
            [Publication(ALERTS if hasattr(value, "alert_id") else REDACTED, b"k", encode(value)) for value in values]
        )


@dataclass
class Troubled:
    """An index that does not take some documents; what it takes goes to a real one."""

    inner: SqliteSink
    plan: Plan
    seen: list[list[str]] = field(default_factory=list)

    def write(self, documents: Sequence[Document]) -> Sequence[Outcome]:
        """Follow the plan, and write where it says nothing."""
        self.seen.append([document.id for document in documents])
        return [self.plan(document) or self.inner.write([document])[0] for document in documents]

    def search(self, query: Query) -> Page:
        """Answer from what was taken."""
        return self.inner.search(query)


def committed(store: SqliteStore) -> int:
    """Return how many records the group has not committed yet."""
    return sum(SqliteReader(store, INDEXERS, [REDACTED, ALERTS]).lag().values())


def indexer(store: SqliteStore, sink: Troubled | SqliteSink, **changes: object) -> Indexer:
    """Return an indexer over the embedded log."""
    return Indexer(SqliteReader(store, INDEXERS, [REDACTED, ALERTS]), sink, Metrics(), **changes)  # type: ignore[arg-type]


def test_everything_is_indexed_once(store: SqliteStore) -> None:
    """Every record is a document; a second run finds nothing to do."""
    assert len(SAMPLES) == index_embedded(store)
    assert index_embedded(store) == 0
    assert len(SAMPLES) == SqliteSink(store).search(Query(limit=100)).total


def test_both_ways_write_the_same(store: SqliteStore, tmp_path: Path) -> None:
    """The loop over a sink leaves what the embedded index leaves."""
    indexer(store, SqliteSink(store)).run(until_drained=True)
    hits = SqliteSink(store).search(Query(limit=100)).hits
    other = SqliteStore(tmp_path / "other.db", LogSeal(bytes(32)))
    for topic in (REDACTED, ALERTS):
        other.create_topic(topic)
    publish(other, *SAMPLES)
    index_embedded(other)

    assert hits == SqliteSink(other).search(Query(limit=100)).hits
    other.close()


def test_only_what_was_pushed_back_is_written_again(store: SqliteStore) -> None:
    """429 for some items: those and no others go again, and nothing is lost."""
    tries: dict[str, int] = {}

    def plan(document: Document) -> Outcome | None:
        tries[document.id] = tries.get(document.id, 0) + 1
        return Outcome.PUSHBACK if document.id[-1] in "37" and tries[document.id] == 1 else None

    sink = Troubled(SqliteSink(store), plan)
    indexer(store, sink).run(until_drained=True)
    first, second = sink.seen

    assert set(second) == {name for name in first if name[-1] in "37"}
    assert len(SAMPLES) == sink.search(Query(limit=100)).total
    assert committed(store) == 0


def test_offsets_wait_for_the_last_document(store: SqliteStore) -> None:
    """While one document is unsettled, none of its batch is committed; stopping then loses nothing."""
    stopping = False

    def plan(document: Document) -> Outcome | None:
        nonlocal stopping
        stopping = True
        return Outcome.PUSHBACK if document.id.endswith("5") else None

    indexer(store, Troubled(SqliteSink(store), plan), stopping=lambda: stopping).run()

    assert len(SAMPLES) == committed(store)
    indexer(store, SqliteSink(store)).run(until_drained=True)
    assert len(SAMPLES) == SqliteSink(store).search(Query(limit=100)).total


def test_a_refused_document_becomes_a_stub(store: SqliteStore) -> None:
    """400: metadata takes the document's place under its id, the alarm counts, and the rest goes on."""

    def plan(document: Document) -> Outcome | None:
        return Outcome.REJECTED if "text" in document.source and document.id.endswith("2") else None

    running = indexer(store, Troubled(SqliteSink(store), plan))
    running.run(until_drained=True)
    hits = {hit["event_id"]: hit for hit in SqliteSink(store).search(Query(limit=100)).hits}
    stubs = [hit for hit in hits.values() if hit.get("reason") == "index_refused"]

    assert [0, 0] == [stub["revision"] for stub in stubs]
    assert len(SAMPLES) == len(hits)
    assert running.metrics.registry.get_sample_value(
        "phistream_indexer_documents_total", {"outcome": "rejected"}
    ) == len(stubs)


def test_an_index_that_refuses_stubs_stops(store: SqliteStore) -> None:
    """Where even a document without text is refused, the mapping is not ours: nothing is committed."""
    with pytest.raises(SinkRefused):
        indexer(store, Troubled(SqliteSink(store), lambda _: Outcome.REJECTED)).run(until_drained=True)

    assert len(SAMPLES) == committed(store)


_NEWER = orjson.dumps(orjson.loads(encode(chat(20, "new"))) | {"v": 99})


@pytest.mark.parametrize("value", [_NEWER, b"\xffnot ours", b"[]", b'{"v": 1, "Jane Example": 1}'])
def test_what_cannot_be_read_stops(store: SqliteStore, value: bytes) -> None:
    """A record that a newer phistream wrote, or a stranger, stops the indexer: named by its place, not passed over."""
    index_embedded(store)
    with store.transaction():
        store.append([Publication(REDACTED, b"k", value)])

    with pytest.raises(UnknownVersion) as raised:
        indexer(store, SqliteSink(store)).run(until_drained=True)
    with pytest.raises(UnknownVersion):
        index_embedded(store)
    assert committed(store) == 1
    assert f"topic={REDACTED}, partition=0, offset=" in str(raised.value)
    assert "Example" not in str(raised.value)


def test_replayed_events_of_one_batch_are_one_document(store: SqliteStore) -> None:
    """The same event twice in a batch, and a better one between, leaves the best."""
    better = chat(30, "better", revision=2)
    publish(store, chat(30, "first"), better, chat(30, "first"))
    indexer(store, SqliteSink(store)).run(until_drained=True)

    assert SqliteSink(store).search(Query(words=("first",))).hits == ()
    assert SqliteSink(store).search(Query(words=("better",))).total == 1


def test_tombstones_are_left_out(store: SqliteStore) -> None:
    """A deleted record is no document."""
    with store.transaction():
        store.append([Publication(REDACTED, b"k", None)])

    assert len(SAMPLES) + 1 == index_embedded(store)
    assert len(SAMPLES) == SqliteSink(store).search(Query(limit=100)).total
