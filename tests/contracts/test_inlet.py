"""The inlet contract over SQLite and over a real Kafka broker."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from schemas.topics import RAW
from streams.embedded.state import EmbeddedState
from streams.log.inlet import Inlet
from streams.log.kafka import read_whole_topic
from streams.log.kafka_inlet import KafkaInlet
from streams.log.ports import TopicPartition
from streams.log.sqlite_inlet import SqliteInlet
from streams.log.sqlite_store import SqliteStore
from tests.contracts.inlet import InletBench, InletContract
from tests.e2e.deployment import TENANT_HEADER, Deployment, deployed
from tests.stack.required import required_stack
from tests.stack.topics import await_markers


@dataclass(slots=True)
class SqliteInletBench:
    """A state folder, one store for each that opens it, as processes have."""

    state: EmbeddedState
    stores: list[SqliteStore] = field(default_factory=list)

    def open(self) -> Inlet:
        """See InletBench."""
        self.stores.append(self.state.open_store())
        return SqliteInlet(self.stores[-1])

    def visible(self) -> list[bytes]:
        """See InletBench."""
        store = self.state.open_store()
        self.stores.append(store)
        return sorted(record.value or b"" for record in store.fetch(TopicPartition(RAW, 0), 0, 1000))


class TestSqliteInlet(InletContract):
    """The embedded log."""

    @pytest.fixture
    def bench(self, tmp_path: Path) -> Iterator[InletBench]:
        """Return a bench over a new state folder."""
        state = EmbeddedState(tmp_path / "state")
        state.prepare()
        made = SqliteInletBench(state)
        yield made
        for store in made.stores:
            store.close()


@dataclass(slots=True)
class KafkaInletBench:
    """A raw topic of its own on the running broker."""

    made: Deployment

    def open(self) -> Inlet:
        """See InletBench."""
        return KafkaInlet(self.made.settings, self.made.topic, ((TENANT_HEADER, self.made.tenants[0].encode()),))

    def visible(self) -> list[bytes]:
        """See InletBench; a transaction whose marker is still on its way is waited for."""
        await_markers(self.made.stack.kafka_options(), [self.made.topic])
        return sorted(record.value or b"" for record in read_whole_topic(self.made.admin, self.made.topic))


@pytest.mark.integration
class TestKafkaInlet(InletContract):
    """A real broker."""

    @pytest.fixture
    def bench(self, tmp_path: Path) -> Iterator[InletBench]:
        """Return a bench over a deployment of its own."""
        with deployed(required_stack(), tmp_path) as made:
            yield KafkaInletBench(made)
