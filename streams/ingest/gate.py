"""Who may come in at the HTTP door, how fast, and when the log is too far behind: decided before a body is read."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field

from streams.clock import Clock

_BEARER = "bearer "
_LAG_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request is not let in: its HTTP status, a constant code, and after how many seconds to try again."""

    status: int
    code: str
    retry_after: int | None = None


@dataclass(frozen=True, slots=True)
class GateLimits:
    """How much is let in: bytes of a body once unpacked, requests a second, records not yet redacted.

    A body has `body_seconds` to arrive.
    """

    body_bytes: int = 16 * 1024 * 1024
    requests_a_second: float = 200.0
    most_waiting: int = 100_000
    body_seconds: float = 30.0


@dataclass(slots=True)
class Gate:
    """Checks a request's bearer token, the rate of all, and how far the redactors are behind.

    `waiting` asks the log; its answer is kept for a second.
    """

    token: bytes = field(repr=False)
    limits: GateLimits
    clock: Clock
    waiting: Callable[[], int]
    _allowance: float = 0.0
    _seen: float | None = None
    _asked: float | None = None
    _behind: bool = False

    def knows(self, authorization: str | None) -> bool:
        """Tell whether the Authorization header carries the token; takes the same time for every other."""
        given = authorization or ""
        carried = given[len(_BEARER) :].strip() if given[: len(_BEARER)].lower() == _BEARER else ""
        digests = (hashlib.sha256(each).digest() for each in (carried.encode("utf-8", "surrogateescape"), self.token))
        return hmac.compare_digest(*digests)

    def refusal(self) -> Refusal | None:
        """Return why one more request is not let in now, or None; asks the log, so not from the event loop."""
        if not self._is_slow_enough():
            return Refusal(429, "rate", 1)
        if self._is_behind():
            return Refusal(429, "log_behind", 5)
        return None

    def _is_slow_enough(self) -> bool:
        """Take one request from an allowance that grows with time, up to that of two seconds."""
        now, rate = self.clock.monotonic(), self.limits.requests_a_second
        most = max(1.0, 2 * rate)
        self._allowance = most if self._seen is None else min(most, self._allowance + (now - self._seen) * rate)
        self._seen = now
        if self._allowance < 1.0:
            return False
        self._allowance -= 1.0
        return True

    def _is_behind(self) -> bool:
        now = self.clock.monotonic()
        if self._asked is None or now - self._asked >= _LAG_SECONDS:
            self._behind = self.waiting() > self.limits.most_waiting
            self._asked = now
        return self._behind
