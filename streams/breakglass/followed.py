"""The view of entries kept up with a log elsewhere: behind it says so, and without it serves what it knows as stale."""

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

import structlog

from schemas.audit_terms import Reason
from schemas.errors import LogError, LogUnavailable
from schemas.vault import TenantId, Token, VaultEntry
from streams.breakglass.entries import EntryView, Occurrence
from streams.breakglass.persons import refused
from streams.clock import Clock
from streams.log.ports import Record, TopicPartition

log = structlog.get_logger(__name__)
_Found = TypeVar("_Found", VaultEntry, Occurrence)
_READ_SECONDS, _PAUSE_SECONDS, _LOOK_SECONDS = 0.5, 1.0, 0.02
#: How often a silent log is asked whether it is there.
_ASK_SECONDS = 5.0
#: How long a question waits for the view to catch up before it is told to come again.
_PATIENCE_SECONDS = 2.0


class Source(Protocol):
    """Committed records of the followed topics, read by one thread; `ends` may be asked by any."""

    def topic_ids(self) -> Mapping[str, str]:
        """Return the ids of the topics; raises LogUnavailable."""
        ...

    def seek(self, positions: Mapping[TopicPartition, int]) -> None:
        """Read on from these offsets, and other partitions from their begin."""
        ...

    def read(self, timeout: float) -> Sequence[Record]:
        """Return the next records, waiting at most *timeout* seconds; raises LogUnavailable."""
        ...

    def reached(self) -> Mapping[TopicPartition, int]:
        """Return how far each partition was read, markers of transactions included."""
        ...

    def ends(self) -> Mapping[TopicPartition, int]:
        """Return where each partition ends now, as far as it is committed; raises LogUnavailable."""
        ...


@dataclass(slots=True)
class Followed:
    """Entries out of a view that a thread keeps up with its source. See Entries."""

    view: EntryView
    source: Source
    clock: Clock
    patience: float = _PATIENCE_SECONDS
    _since: float | None = None
    _applied: dict[TopicPartition, int] = field(default_factory=dict, repr=False)
    _begun: bool = False
    _asked: float = 0.0

    @property
    def stale_since(self) -> float | None:
        """See Entries."""
        return self._since

    def follow(self, ended: threading.Event) -> None:
        """Keep up until *ended*; what fails is told of and tried again."""
        while not ended.is_set():
            try:
                self.follow_once(_READ_SECONDS)
            except Exception as error:  # noqa: BLE001 - whatever it is, what was not read is read again.
                log.error("The log is not followed.", error_class=type(error).__name__)
                ended.wait(_PAUSE_SECONDS)

    def follow_once(self, timeout: float) -> None:
        """Take in what the source has next; what fails is raised, and everything known is stale from then on."""
        try:
            self._take_in(timeout)
        except Exception:
            if self._since is None:
                self._since = self.clock.now_ms() / 1000
            # Some of it may have been read and lost: the source goes back to where the view ends.
            self._begun = False
            raise
        self._since = None

    def _take_in(self, timeout: float) -> None:
        ids = self.source.topic_ids()
        if not self._begun:
            self.source.seek(self.view.positions(ids))
            self._begun = True
        records = self.source.read(timeout)
        self._ask(silent=not records)
        if records:
            self.view.apply(records, ids)
        self._applied = dict(self.source.reached())

    def keep_up(self) -> None:
        """See Entries."""
        if self._since is not None:
            raise LogUnavailable("log cannot be reached")
        try:
            ends = self.source.ends()
        except LogError:
            self._since = self._since or self.clock.now_ms() / 1000
            raise LogUnavailable("log cannot be reached") from None
        until = time.monotonic() + self.patience
        while any(self._applied.get(place, 0) < end for place, end in ends.items()):
            if time.monotonic() >= until:
                raise refused(Reason.BEHIND)
            time.sleep(_LOOK_SECONDS)

    def of_token(self, tenant: TenantId, token: Token) -> Sequence[VaultEntry]:
        """See Entries."""
        return self.view.of_token(tenant, token) or self._surely(lambda: self.view.of_token(tenant, token))

    def of_tag(self, tenant: TenantId, tag: str) -> Sequence[VaultEntry]:
        """See Entries; a part of them would look like all, so it is served only while the log cannot be reached."""
        return self._all(lambda: self.view.of_tag(tenant, tag))

    def in_event(self, tenant: TenantId, event_id: str) -> Sequence[Occurrence]:
        """See Entries."""
        return self.view.in_event(tenant, event_id) or self._surely(lambda: self.view.in_event(tenant, event_id))

    def in_conversation(self, tenant: TenantId, conversation: str) -> Sequence[Occurrence]:
        """See Entries; a conversation goes on, so a part of it is served only while the log cannot be reached."""
        return self._all(lambda: self.view.in_conversation(tenant, conversation))

    def _ask(self, *, silent: bool) -> None:
        """Make sure that the log is there: one that cannot be reached may look like one in which nothing happens."""
        now = self.clock.monotonic()
        if silent and (self._since is not None or now - self._asked >= _ASK_SECONDS):
            self.source.ends()
            self._asked = now

    def _all(self, ask: Callable[[], Sequence[_Found]]) -> Sequence[_Found]:
        """Return all that there is, or, marked as stale, what is known where the log cannot be reached."""
        try:
            self.keep_up()
        except LogUnavailable:
            if known := ask():
                return known
            raise
        return ask()

    def _surely(self, ask: Callable[[], Sequence[_Found]]) -> Sequence[_Found]:
        self.keep_up()
        return ask()
