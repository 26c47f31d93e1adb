"""The index contract over FTS5 and over OpenSearch."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from schemas.siem import document_of
from streams.config import SiemSettings
from streams.log.seal import LogSeal
from streams.log.sqlite_store import SqliteStore
from streams.siem.opensearch import OpenSearchSink, connect
from streams.siem.sqlite import SqliteSink
from tests.contracts.siem_samples import chat
from tests.contracts.sink import SinkContract
from tests.stack.required import required_stack


class Embedded(SqliteSink):
    """The embedded index: what is written is found at once."""

    def refresh(self) -> None:
        """Do nothing."""


@contextmanager
def embedded(folder: Path) -> Iterator[Embedded]:
    """Make an empty index in a folder."""
    store = SqliteStore(folder / "log.db", LogSeal(bytes(32)))
    yield Embedded(store)
    store.close()


@contextmanager
def opensearch() -> Iterator[OpenSearchSink]:
    """Make an index of a new name on the running node."""
    siem = SiemSettings(url=required_stack().opensearch_url, index_prefix=f"phistream-test-{uuid.uuid4().hex[:12]}")
    client = connect(siem)
    yield OpenSearchSink(client, siem.index_prefix)
    client.indices.delete(index=f"{siem.index_prefix}-*")
    client.close()


class TestSqliteSink(SinkContract):
    """FTS5 in the log's file."""

    @pytest.fixture
    def sink(self, tmp_path: Path) -> Iterator[Embedded]:
        """Return an empty index."""
        with embedded(tmp_path) as made:
            yield made

    @pytest.fixture(scope="class")
    @classmethod
    def shared(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Embedded]:
        """Return an index for tests that only read."""
        with embedded(tmp_path_factory.mktemp("shared")) as made:
            yield made


@pytest.mark.integration
class TestOpenSearchSink(SinkContract):
    """A real OpenSearch node."""

    @pytest.fixture
    def sink(self) -> Iterator[OpenSearchSink]:
        """Return an empty index."""
        with opensearch() as made:
            yield made

    def test_a_day_is_dropped_whole_and_alone(self, sink: OpenSearchSink) -> None:
        """Days that have an index are listed; dropping one leaves the others, and it is made again when written to."""
        first, second = document_of(chat(1, "one", time="2026-01-01T12:00:00.000Z")), document_of(chat(2, "two"))
        sink.write([first, second])
        assert [first.day, second.day] == list(sink.days())
        sink.drop(first.day)
        sink.drop("2001.01.01")
        assert [second.day] == list(sink.days())
        sink.write([first])
        assert [first.day, second.day] == list(sink.days())

    @pytest.fixture(scope="class")
    @classmethod
    def shared(cls) -> Iterator[OpenSearchSink]:
        """Return an index for tests that only read."""
        with opensearch() as made:
            yield made
