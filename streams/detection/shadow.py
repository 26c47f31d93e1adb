"""Shadow mode: a second detector reads what the first has read, in a process of its own; differences are counted.

The worker never waits for it: an event that comes while it is busy is counted as skipped. It may hang, fail or die, and
nothing but a counter changes. Texts reach it through a pipe, nothing is written down.
"""

import contextlib
import fcntl
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, BinaryIO

import orjson

from detectors.analyzer import Analyzer
from detectors.comparing import Side
from schemas.identifiers import IdentifierType
from schemas.spans import Span
from streams.detection.settings import ShadowSettings

HEAD_BYTES = 4
_MOST_BYTES = 1024 * 1024  # What an unprivileged process may ask of a pipe, so that writing never waits.
_RESTART_SECONDS = 30.0
_CHUNK = 64 * 1024

Texts = Sequence[tuple[str, str]]
Found = Sequence[Sequence[Span]]


class Look(StrEnum):
    """What came of an event that the shadow was to look at."""

    COMPARED = "compared"
    SKIPPED = "skipped"
    FAILED = "failed"


@dataclass(slots=True)
class Tally:
    """Events by what came of them, and spans by identifier and by who found them."""

    events: Counter[Look] = field(default_factory=Counter)
    spans: Counter[tuple[IdentifierType, Side]] = field(default_factory=Counter)


class Shadow:
    """The worker's end: hands an event over where the shadow is free, and gathers counts."""

    def __init__(self, settings: ShadowSettings) -> None:
        self._settings = settings
        self._child: subprocess.Popen[bytes] | None = None
        self._ready = self._busy = False
        self._read = b""
        self._start_at = 0.0
        self._tally = Tally()

    @property
    def idle(self) -> bool:
        """Tell whether the shadow waits for an event."""
        self._gather()
        return self._ready and not self._busy

    def look(self, texts: Texts, found: Found) -> None:
        """Let the shadow read *texts* and hold its spans against *found*, where it is free; never wait."""
        spans = [[(span.start, span.end, span.type.value) for span in each] for each in found]
        if self.idle and self._send({"texts": texts, "spans": spans}):
            self._busy = True
        else:
            self._tally.events[Look.SKIPPED] += 1
            self._start()

    def take(self) -> Tally:
        """Return what was counted since the last call."""
        self._gather()
        taken, self._tally = self._tally, Tally()
        return taken

    def close(self) -> None:
        """End the shadow."""
        self._end()

    def _start(self) -> None:
        if self._child is not None or time.monotonic() < self._start_at:
            return
        self._start_at = time.monotonic() + _RESTART_SECONDS
        command = [sys.executable, "-m", "streams.detection.shadow_main"]
        try:
            self._child = subprocess.Popen(  # noqa: S603 - our own module.
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
            )
        except OSError:
            return
        for pipe in (self._child.stdin, self._child.stdout):
            os.set_blocking(_pipe(pipe).fileno(), False)
        with contextlib.suppress(OSError):
            fcntl.fcntl(_pipe(self._child.stdin), fcntl.F_SETPIPE_SZ, _MOST_BYTES)
        self._send(self._settings.model_dump(mode="json"))

    def _send(self, content: Any) -> bool:
        """Write a frame into the empty pipe, and tell whether it went; one that would not fit is left."""
        frame = orjson.dumps(content)
        frame = len(frame).to_bytes(HEAD_BYTES, "big") + frame
        if self._child is None:
            return False
        pipe = _pipe(self._child.stdin)
        try:
            if len(frame) > fcntl.fcntl(pipe, fcntl.F_GETPIPE_SZ):
                return False
            sent = os.write(pipe.fileno(), frame)
        except OSError:
            sent = 0
        if sent < len(frame):
            self._end()
        return sent == len(frame)

    def _gather(self) -> None:
        """Take up what the shadow has answered, without waiting."""
        while self._child is not None:
            try:
                chunk = os.read(_pipe(self._child.stdout).fileno(), _CHUNK)
            except BlockingIOError:
                return
            if not chunk:
                self._end()
                return
            self._read += chunk
            while (answer := self._frame()) is not None:
                self._answered(answer)

    def _frame(self) -> Any | None:
        length = int.from_bytes(self._read[:HEAD_BYTES], "big")
        if len(self._read) < HEAD_BYTES + max(length, 1):
            return None
        frame, self._read = self._read[HEAD_BYTES : HEAD_BYTES + length], self._read[HEAD_BYTES + length :]
        return orjson.loads(frame)

    def _answered(self, answer: Any) -> None:
        self._busy = False
        if not self._ready:
            self._ready = True
            return
        self._tally.events[Look(answer["outcome"])] += 1
        for type_, side, count in answer["counts"]:
            self._tally.spans[IdentifierType(type_), Side(side)] += count

    def _end(self) -> None:
        """Take leave of a shadow that has ended; another may begin after a while."""
        if self._child is None:
            return
        if self._busy or not self._ready:
            self._tally.events[Look.FAILED] += 1
        child, self._child = self._child, None
        self._ready, self._busy, self._read = False, False, b""
        child.kill()
        child.wait()
        for pipe in (child.stdin, child.stdout):
            with contextlib.suppress(OSError):
                _pipe(pipe).close()


class ShadowedAnalyzer(Analyzer):
    """An analyzer whose events its shadow sees too; it answers as it would without."""

    def __init__(self, first: Analyzer, shadow: Shadow) -> None:
        super().__init__(first.given, first.memo)
        self.shadow = shadow

    def analyze_all(
        self, texts: Texts, *, deadline: float | None = None, scope: str = ""
    ) -> tuple[tuple[Span, ...], ...]:
        """Return what the first detector finds, and let the shadow look."""
        found = super().analyze_all(texts, deadline=deadline, scope=scope)
        self._show(texts, found)
        return found

    def analyze_events(self, events: Sequence[Texts], *, scope: str = "") -> list[tuple[tuple[Span, ...], ...]]:
        """Return what the first detector finds, and let the shadow look at each event."""
        found = super().analyze_events(events, scope=scope)
        for texts, spans in zip(events, found, strict=True):
            self._show(texts, spans)
        return found

    def _show(self, texts: Texts, found: Found) -> None:
        with contextlib.suppress(Exception):  # Whatever befalls the shadow, the worker goes on as without it.
            self.shadow.look(texts, found)


def _pipe(pipe: Any) -> BinaryIO:
    assert pipe is not None
    file: BinaryIO = pipe
    return file
