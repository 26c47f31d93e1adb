"""What a campaign found, as one JSON document and as lines for a person."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from benchmarks.campaign.attack import Hit
from benchmarks.campaign.checker import Breach, Evidence
from benchmarks.campaign.plan import Fault, Size
from streams.phase import Phase

_KILLS = (Fault.KILL_WORKER, Fault.KILL_INDEXER)


@dataclass(frozen=True, slots=True)
class Report:
    """One campaign: `capacity` and `rate` are records a second, `looks` how often outputs and offsets were compared.

    `parts` tells how many seconds each part of it took.
    """

    seed: int
    size: Size
    mutant: str | None
    evidence: Evidence
    breaches: Sequence[Breach]
    capacity: float
    rate: float
    parts: Mapping[str, float]
    cpu_seconds: float
    looks: int
    aborted: int

    @property
    def seconds(self) -> float:
        """Return how long it took."""
        return sum(self.parts.values())

    @property
    def hits(self) -> Sequence[Hit]:
        """Return the faults that were carried out."""
        return self.evidence.hits

    def tree(self, command: str) -> dict[str, Any]:
        """Return the report as JSON, with rows for the README's table."""
        return {
            "seed": self.seed,
            "size": asdict(self.size),
            "mutant": self.mutant,
            "passed": not self.breaches,
            "breaches": [asdict(breach) for breach in self.breaches],
            "records": self._records(),
            "kills_by_phase": self._kills_by_phase(),
            "intake_kills_by_phase": self._intake_kills(),
            "faults": dict(Counter(hit.fault.value for hit in self.hits)),
            "zombies": [{"phase": zombie.phase, "taken_over": zombie.taken_over} for zombie in self.evidence.zombies],
            "records_of_aborted_transactions": self.aborted,
            "offsets_compared_while_running": self.looks,
            "capacity_records_a_second": round(self.capacity, 1),
            "load_records_a_second": round(self.rate, 1),
            "seconds": round(self.seconds, 1),
            "seconds_by_part": {part: round(seconds, 1) for part, seconds in self.parts.items()},
            "cpu_seconds": round(self.cpu_seconds, 1),
            "steps": [asdict(hit) for hit in self.hits],
            "readme": self._rows(command),
        }

    def lines(self) -> tuple[str, ...]:
        """Return what a person reads at the end."""
        counts = " ".join(f"{name}={count}" for name, count in self._records().items())
        phases = " ".join(f"{name}={count}" for name, count in self._kills_by_phase().items())
        verdict = [f"BREACH {item.rule}: {item.count}, {'; '.join(item.examples)}" for item in self.breaches]
        return (
            f"seed {self.seed}: {counts}",
            f"kills by phase: {phases}; records of aborted transactions: {self.aborted}",
            f"capacity {self.capacity:.0f} records/s, load {self.rate:.0f}/s, {self.seconds:.0f} s",
            "seconds: " + ", ".join(f"{part} {seconds:.0f}" for part, seconds in self.parts.items()),
            *(verdict or ["Every input is accounted for exactly once."]),
        )

    def _records(self) -> dict[str, int]:
        outputs = self.evidence.seen.outputs
        withheld = sum(output.withheld for output in outputs)
        streams = self.evidence.streams
        pieces = {"streams": len(streams.answers), "pieces": len(streams.written)} if streams is not None else {}
        return {
            "inputs": len(self.evidence.placed),
            "redacted": len(outputs) - withheld,
            "quarantined": withheld,
            "indexed": len(self.evidence.seen.indexed),
            "vault_entries": len(self.evidence.seen.entries),
            "batches": len(self.evidence.seen.batches),
            **pieces,
        }

    def _kills_by_phase(self) -> dict[str, int]:
        return dict(Counter(hit.phase or "indexer" for hit in self.hits if hit.fault in _KILLS))

    def _intake_kills(self) -> dict[str, int]:
        return dict(Counter(hit.phase or "" for hit in self.hits if hit.fault is Fault.KILL_INTAKE))

    def _rows(self, command: str) -> list[dict[str, str]]:
        of_intake = sum(self._intake_kills().values())
        kills = sum(hit.fault in _KILLS for hit in self.hits)
        inside = self._kills_by_phase().get(Phase.TRANSACTION.name, 0)
        lost = sum(breach.count for breach in self.breaches)
        records = len(self.evidence.placed)
        what = f"Kill campaign: {records:,} records, {kills} kills, {inside} of them between begin and commit"
        if self.evidence.streams is not None:
            streams, pieces = len(self.evidence.streams.answers), len(self.evidence.streams.written)
            what += f"; {streams:,} streams in {pieces:,} pieces through intake, killed {of_intake} times"
        return [{"what": what, "figure": f"{lost} breaches of exactly once", "command": command}]
