"""Up to which moment all that was written has been read, as far as it can be proved: what time may pass by.

Where a group writes on what stands in other topics, records may wait there while nothing is unread here. Three looks
prove that none do, and their order is the proof: how far the other topics are; then that the group has settled as
much; then that all which stands here was read, decided or not, since what the group settled stands here before.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from schemas.errors import LogError
from streams.log.ports import TopicPartition

Ends = Mapping[TopicPartition, int]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Upstream:
    """The group *consumers*, which writes on *into* one topic what stands in *topics*."""

    consumers: str
    topics: tuple[str, ...]
    into: str


class Sight(Protocol):
    """Looks at a log beside any group."""

    def ends(self, topics: Sequence[str]) -> Ends:
        """Return the end of every partition of some topics, what is not decided yet included."""
        ...

    def settled(self, consumers: str, places: Sequence[TopicPartition]) -> Ends:
        """Return up to where a group has settled some partitions, negative where it never began."""
        ...


class Heard:
    """Tells of partitions up to which moment all of them was read."""

    def __init__(
        self,
        sight: Sight,
        topics: Sequence[str],
        upstream: Upstream | None = None,
        *,
        pause: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Look every *pause* seconds at most."""
        self._clock = clock
        self._sight = sight
        self._topics = tuple(topics)
        self._upstream = upstream
        self._pause = pause
        self._look_at = 0.0
        self._looked: tuple[float, Ends] | None = None
        self._written_on: float | None = None
        self._is_blind = False

    def moments(self, reached: Callable[[], Ends]) -> Mapping[TopicPartition, float]:
        """Return the moments of partitions of which *reached* tells that all was read; empty between two looks."""
        if self._clock() < self._look_at:
            return {}
        self._follow()
        now = self._clock()
        ends, known = self._sight.ends(self._topics), reached()
        self._look_at = self._clock() + self._pause
        moments = {place: self._moment(place, now) for place, end in known.items() if end >= ends.get(place, end + 1)}
        return {place: moment for place, moment in moments.items() if moment is not None}

    def _moment(self, place: TopicPartition, now: float) -> float | None:
        return now if self._upstream is None or place.topic != self._upstream.into else self._written_on

    def _follow(self) -> None:
        """Learn how far the group is that writes on; where nobody tells, it is as far as it was."""
        if self._upstream is None:
            return
        try:
            self._look(self._upstream)
            self._is_blind = False
        except LogError as error:
            if not self._is_blind:
                log.warning("Progress of intake is not known, no time passes.", reason=type(error).__name__)
            self._is_blind = True

    def _look(self, upstream: Upstream) -> None:
        """Look whether the group has settled what its topics held when that was last looked at."""
        if self._looked is None:
            now = self._clock()
            self._looked = now, self._sight.ends(upstream.topics)
        then, ends = self._looked
        held = {place: end for place, end in ends.items() if end}
        settled = self._sight.settled(upstream.consumers, list(held)) if held else {}
        if all(settled.get(place, -1) >= end for place, end in held.items()):
            self._written_on, self._looked = then, None
