"""How time passes for open streams while nothing is read: by the clock, as far as it is certain that nothing waits.

Records may wait unread in the partition itself, in a raw topic that intake is to write on, or in producers while the
brokers are away. Time that may have been such a wait is no stream's.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from streams.assembly.open_streams import OpenStreams
from streams.assembly.stream import Closed, place_of
from streams.log.ports import Record, TopicPartition, TransactionalLog
from streams.telemetry.metrics import Metrics

#: What lies between two looks at most, beside the wait for records; what is more, the log or this process stood still.
_LONGEST_STEP = 2.0
#: For so long after brokers were away, producers may be on their way back to them.
_RETURN_SECONDS = 15.0
_STILL = "phistream_redactor_streams_still_seconds"


@dataclass(slots=True)
class Elapsed:
    """How much time has passed in partitions for certain; of two looks that lie further apart, *longest* seconds.

    `_until` holds the number of a partition's assignment, and up to which moment its time has passed.
    """

    longest: float
    _until: dict[TopicPartition, tuple[int, float]] = field(default_factory=dict)

    def begin(self, epochs: Mapping[TopicPartition, int], now: float) -> None:
        """Count from now on in partitions of which something was read."""
        self._until.update({place: (epoch, now) for place, epoch in epochs.items()})

    def passed(
        self, moments: Mapping[TopicPartition, float], epochs: Mapping[TopicPartition, int], now: float
    ) -> dict[TopicPartition, int]:
        """Return how many milliseconds have passed since it was last asked; in a partition that came, none."""
        passed, before, self._until = dict[TopicPartition, int](), self._until, {}
        for place, epoch in epochs.items():
            known, until = before.get(place, (epoch, now))
            until = until if known == epoch else now
            moment = max(until, moments.get(place, until))
            passed[place] = round(1000 * min(moment - until, self.longest))
            self._until[place] = epoch, moment
        return passed

    def still(self, now: float) -> float:
        """Return for how long time has stood still where it did so longest."""
        return max((now - until for _, until in self._until.values()), default=0.0)


class Waiting:
    """Lets time pass for the open streams of a worker, which waits *poll_seconds* for records at a time."""

    def __init__(self, log: TransactionalLog, streams: OpenStreams, metrics: Metrics, poll_seconds: float) -> None:
        self._log = log
        self._streams = streams
        self._metrics = metrics
        self._elapsed = Elapsed(_LONGEST_STEP + poll_seconds)
        self._rests_until = 0.0
        self._drains_since: float | None = None

    def read(self, records: Sequence[Record]) -> None:
        """Hear of records that were read: in their partitions time is theirs, and the clock's from now on."""
        epochs = self._streams.epochs()
        places = {place_of(record.topic, record.partition) for record in records}
        self._elapsed.begin({place: epochs[place] for place in places}, time.monotonic())

    def rest_after_outage(self) -> None:
        """Let no time pass for a while: the brokers could not be reached, for producers neither."""
        self._rests_until = time.monotonic() + _RETURN_SECONDS

    def closed(self) -> Sequence[Closed]:
        """Return the streams that waited long enough by now."""
        moments, now = self._log.heard(), time.monotonic()
        passed = self._elapsed.passed({} if now < self._rests_until else moments, self._streams.epochs(), now)
        self._metrics.set(_STILL, self._elapsed.still(now))
        return self._streams.pass_time(passed)

    def ended(self) -> Sequence[Closed]:
        """Return some streams, closed because nothing more will come: all that there was when it was asked is read."""
        if self._drains_since is None:
            self._drains_since = time.monotonic()
        moments = self._log.heard()
        if any(moments.get(place, 0.0) < self._drains_since for place in self._streams.epochs()):
            return []
        return self._streams.end_waiting()

    def rest(self) -> None:
        """Hear that no stream is open."""
        self._metrics.set(_STILL, 0)
