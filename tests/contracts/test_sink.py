"""The index contract over FTS5 and over OpenSearch."""

import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.config import SiemSettings
from streams.log.seal import LogSeal
from streams.log.sqlite_store import SqliteStore
from streams.siem.opensearch import OpenSearchSink, connect
from streams.siem.sqlite import SqliteSink
from tests.contracts.sink import SinkContract
from tests.stack.required import required_stack


class Embedded(SqliteSink):
    """The embedded index: what is written is found at once."""

    def refresh(self) -> None:
        """Do nothing."""


class TestSqliteSink(SinkContract):
    """FTS5 in the log's file."""

    @pytest.fixture
    def sink(self, tmp_path: Path) -> Iterator[Embedded]:
        """Return an empty index."""
        store = SqliteStore(tmp_path / "log.db", LogSeal(bytes(32)))
        yield Embedded(store)
        store.close()


@pytest.mark.integration
class TestOpenSearchSink(SinkContract):
    """A real OpenSearch node."""

    @pytest.fixture
    def sink(self) -> Iterator[OpenSearchSink]:
        """Return an index of a new name."""
        siem = SiemSettings(url=required_stack().opensearch_url, index_prefix=f"phistream-test-{uuid.uuid4().hex[:12]}")
        client = connect(siem)
        yield OpenSearchSink(client, siem.index_prefix)
        client.indices.delete(index=f"{siem.index_prefix}-*")
        client.close()
