"""An embedded deployment in one process: a state folder, its worker, and what came of the records that went in."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from detectors.analyzer import Analyzer
from detectors.layers import Layers
from detectors.patterns.mail import MailRecognizer
from detectors.patterns.ssn import SsnRecognizer
from detectors.recognizer import Recognizer
from schemas.topics import RAW
from streams.composition import Slot, build_worker, embedded_log, embedded_settings
from streams.config import Settings
from streams.embedded.state import EmbeddedState
from streams.log.ports import Publication, Record, TransactionalLog
from streams.worker import Worker


class RuleAnalyzer(Analyzer):
    """The product's analyzer over few recognizers, so that a test is about the loop; it does not test itself."""

    def __init__(self, *more: Recognizer) -> None:
        super().__init__(Layers(patterns=(MailRecognizer(), SsnRecognizer(), *more), digests=("rules of tests",)))

    def self_test(self) -> None:
        """Few recognizers cannot find what every detector finds."""


@dataclass(slots=True)
class EmbeddedRig:
    """One state folder; workers are made over it as often as asked."""

    state: EmbeddedState
    analyzer: Analyzer = field(default_factory=RuleAnalyzer)
    settings: Settings = field(init=False)

    def __post_init__(self) -> None:
        """Make the folder with its keys."""
        self.state.prepare()
        self.settings = embedded_settings(self.state, "default")

    def feed(
        self,
        *values: bytes | None,
        key: bytes | None = None,
        headers: tuple[tuple[str, bytes], ...] = (),
        timestamp_ms: int | None = None,
    ) -> None:
        """Append raw records."""
        store = self.state.open_store()
        with store.transaction():
            store.append([Publication(RAW, key, value, headers, timestamp_ms, partition=0) for value in values])
        store.close()

    def worker(self, wrap: Callable[[TransactionalLog], TransactionalLog] = lambda log: log) -> Worker:
        """Make a worker as a new process would; *wrap* may put something between it and its log."""
        slot = Slot(0, self.state.run_folder, lambda: False)
        return build_worker(self.settings, wrap(embedded_log(self.state)), slot, self.analyzer)

    def drain(self) -> None:
        """Redact everything that is there."""
        with (worker := self.worker()).log:
            worker.run(until_drained=True)

    def records(self, topic: str) -> list[Record]:
        """Return everything in a topic."""
        store = self.state.open_store()
        try:
            return [record for place in store.places([topic]) for record in store.fetch(place, 0, 100_000)]
        finally:
            store.close()

    def trees(self, topic: str) -> list[dict[str, Any]]:
        """Return the decoded values of a topic."""
        return [json.loads(record.value or b"null") for record in self.records(topic)]


def rig_at(folder: Path, *more: Recognizer) -> EmbeddedRig:
    """Return a rig over a new state folder."""
    return EmbeddedRig(EmbeddedState(folder), RuleAnalyzer(*more))


def by_offset(trees: Sequence[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    """Return outcomes by the offset of their raw record."""
    return {tree["coordinates"]["offset"]: tree for tree in trees}
