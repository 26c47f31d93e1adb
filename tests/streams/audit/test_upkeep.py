"""What a service does for its log: checkpoints and anchors in time, and alarms where they fail."""

from dataclasses import dataclass, field
from pathlib import Path

from schemas.errors import AuditUnavailable
from streams.audit.anchored import anchorings_of
from streams.audit.anchoring import Anchoring
from streams.audit.anchors import FileAnchor
from streams.audit.merkle_log import MerkleLog
from streams.audit.upkeep import Upkeep
from streams.config import AuditSettings, Settings
from streams.telemetry.metrics import Metrics
from tests.streams.audit.samples import KEYS, entry


@dataclass(slots=True)
class Time:
    """A clock that a test moves."""

    ms: int = 1_795_000_000_000

    def now_ms(self) -> int:
        """Return the time set."""
        return self.ms

    def monotonic(self) -> float:
        """Return the time set, in seconds."""
        return self.ms / 1000


@dataclass(slots=True)
class Elsewhere:
    """An anchor that can be cut off."""

    inner: FileAnchor
    reachable: bool = True
    puts: list[str] = field(default_factory=list)

    def put(self, name: str, content: bytes) -> None:
        """Keep the content, or fail."""
        if not self.reachable:
            raise AuditUnavailable("anchor cannot be reached")
        self.puts.append(name)
        self.inner.put(name, content)

    def get(self, name: str) -> bytes | None:
        """Return what is kept."""
        return self.inner.get(name)

    def newest(self) -> str | None:
        """Return the newest checkpoint."""
        return self.inner.newest()


def _value(metrics: Metrics, name: str) -> float | None:
    return metrics.registry.get_sample_value(name)


def test_checkpoints_and_anchors_are_made_in_time(tmp_path: Path) -> None:
    """Ten seconds after an entry it is signed, within five minutes anchored; the gauges say so."""
    time, metrics = Time(), Metrics()
    anchor = Elsewhere(FileAnchor(tmp_path / "anchor"))
    with MerkleLog(tmp_path / "log", KEYS, monotonic=time.monotonic) as log:
        anchoring = Anchoring(tmp_path / "log", KEYS.verifiers, anchor, time)
        upkeep = Upkeep(log, (anchoring,), metrics, time)
        assert upkeep.tend()
        log.append(entry(0))
        for second in range(310):
            time.ms += 1000
            assert upkeep.tend()
            assert (1 if second < 9 else 0) == _value(metrics, "phistream_audit_uncovered_entries")
        assert anchoring.kept is not None
        assert 1 == anchoring.kept.size
        assert 10.0 == _value(metrics, "phistream_audit_anchor_age_seconds")


def test_an_anchor_out_of_reach_alarms(tmp_path: Path) -> None:
    """Each failure is told at once and tried again; after 15 minutes the age alarms too; afterwards all is well."""
    time, metrics = Time(), Metrics()
    anchor = Elsewhere(FileAnchor(tmp_path / "anchor"))
    with MerkleLog(tmp_path / "log", KEYS, monotonic=time.monotonic) as log:
        upkeep = Upkeep(log, (Anchoring(tmp_path / "log", KEYS.verifiers, anchor, time),), metrics, time)
        assert upkeep.tend()
        anchor.reachable = False
        time.ms += 1_000_000

        assert not upkeep.tend()
        assert 1000.0 == _value(metrics, "phistream_audit_anchor_age_seconds")
        anchor.reachable = True
        assert upkeep.tend()


def test_anchors_out_of_the_settings(tmp_path: Path) -> None:
    """A configured folder is an anchor that knows at once how old its newest checkpoint is."""
    time = Time()
    with MerkleLog(tmp_path / "log", KEYS) as log:
        assert () == tuple(anchorings_of(Settings(), log, time))
        settings = Settings(audit=AuditSettings(anchor_folder=tmp_path / "anchor"))
        anchorings_of(settings, log, time)[0].run()
        time.ms += 60_000

        assert [60.0] == [anchoring.age_seconds() for anchoring in anchorings_of(settings, log, time)]
