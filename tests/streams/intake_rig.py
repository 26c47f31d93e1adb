"""Intake and a redactor over one embedded log: a raw topic of several partitions, and intake's own."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from detectors.analyzer import Analyzer
from schemas.topics import KEYED, REDACTED
from streams.composition import Slot, build_worker, embedded_settings
from streams.config import Settings, TopicSettings
from streams.embedded.state import REDACTORS, TENANT, EmbeddedState
from streams.intake.loop import Intake
from streams.intake.main import build_intake
from streams.log.heard import Upstream
from streams.log.ports import Headers, Publication, Record, TransactionalLog
from streams.log.seal import LogSeal, load_log_key
from streams.log.sqlite import SqliteTransactionalLog
from streams.log.sqlite_store import SqliteStore
from streams.worker import Worker
from tests.streams.embedded_rig import RuleAnalyzer

TOPIC = "own.raw.v1"
MORE = "more.raw.v1"
DIRECT = "own.keyed.v1"
PARTITIONS = 3

Wrap = Callable[[TransactionalLog], TransactionalLog]


@dataclass(slots=True)
class IntakeRig:
    """One state folder; processes are made over it as often as asked.

    DIRECT is a raw topic that needs no intake, MORE a second one that does.
    """

    state: EmbeddedState
    analyzer: Analyzer = field(default_factory=RuleAnalyzer)
    settings: Settings = field(init=False)

    def __post_init__(self) -> None:
        """Make the folder, its keys and its topics."""
        self.state.prepare()
        topics = {name: TopicSettings(tenant=TENANT, keyed_by="none") for name in (TOPIC, MORE)}
        topics[DIRECT] = TopicSettings(tenant=TENANT)
        self.settings = embedded_settings(self.state, "default").model_copy(update={"topics": topics})
        store = SqliteStore(self.state.log_file, LogSeal(load_log_key(self.state.keys / "log.key")))
        for topic, partitions in ((TOPIC, PARTITIONS), (MORE, 1), (KEYED, PARTITIONS), (DIRECT, 1)):
            store.create_topic(topic, partitions)
        store.close()

    def feed(self, *publications: Publication) -> None:
        """Append records."""
        store = self.state.open_store()
        with store.transaction():
            store.append(publications)
        store.close()

    def limit(self, **limits: float) -> None:
        """Change some limits."""
        changed = self.settings.limits.model_copy(update=limits)
        self.settings = self.settings.model_copy(update={"limits": changed})

    def intake(self, wrap: Wrap = lambda log: log) -> Intake:
        """Make intake as a new process would."""
        log = SqliteTransactionalLog(self.state.open_store(), "intake", [MORE, TOPIC])
        folder = self.state.run_folder / "intake"
        folder.mkdir(exist_ok=True)
        return build_intake(self.settings, wrap(log), Slot(0, folder, lambda: False))

    def worker(self, wrap: Wrap = lambda log: log) -> Worker:
        """Make a worker as a new process would."""
        upstream = Upstream("intake", (TOPIC, MORE), KEYED)
        log = SqliteTransactionalLog(self.state.open_store(), REDACTORS, [DIRECT, KEYED], upstream)
        return build_worker(self.settings, wrap(log), Slot(0, self.state.run_folder, lambda: False), self.analyzer)

    def take_in(self) -> None:
        """Write on everything that is there."""
        with (intake := self.intake()).log:
            intake.run(until_drained=True)

    def drain(self) -> None:
        """Write on and redact everything that is there."""
        self.take_in()
        with (worker := self.worker()).log:
            worker.run(until_drained=True)

    def records(self, topic: str) -> list[Record]:
        """Return everything in a topic."""
        store = self.state.open_store()
        try:
            return [record for place in store.places([topic]) for record in store.fetch(place, 0, 100_000)]
        finally:
            store.close()

    def trees(self, topic: str = REDACTED) -> list[dict[str, Any]]:
        """Return the decoded values of a topic."""
        return [json.loads(record.value or b"null") for record in self.records(topic)]


def intake_rig_at(folder: Path) -> IntakeRig:
    """Return a rig over a new state folder."""
    return IntakeRig(EmbeddedState(folder))


def raw(
    value: bytes | None, partition: int, timestamp_ms: int, key: bytes | None = None, headers: Headers = ()
) -> Publication:
    """Return a raw record for intake's topic."""
    return Publication(TOPIC, key, value, headers, timestamp_ms, partition)


def settled(events: Sequence[dict[str, Any]]) -> list[tuple[int, int]]:
    """Return partition and offset of each raw record that outcomes settle, as often as they do."""
    found = []
    for event in events:
        where, assembly = event["coordinates"], event.get("assembly") or {}
        runs = [[where["partition"], *run] for run in assembly.get("offsets") or [[where["offset"]] * 2]]
        for partition, first, last in [*runs, *assembly.get("elsewhere", [])]:
            found += [(partition, offset) for offset in range(first, last + 1)]
    return sorted(found)
