"""What became of one record of the raw exam."""

from dataclasses import dataclass, field

from benchmarks.raw.judge import Leak, Verdict
from benchmarks.raw.records import EITHER, QUARANTINED, REDACTED, RawRecord


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one record."""

    number: int
    record: RawRecord
    redacted: bool
    reason: str | None
    verdict: Verdict | None = field(default=None, repr=False)

    @property
    def word(self) -> str:
        """Name the outcome."""
        return REDACTED if self.redacted else QUARANTINED if self.reason else "lost"

    @property
    def wrong(self) -> bool:
        """Tell whether it is another outcome than expected."""
        return self.record.expect not in {EITHER, self.word}

    @property
    def leaks(self) -> tuple[Leak, ...]:
        """Return what was left."""
        return self.verdict.leaks if self.verdict else ()
