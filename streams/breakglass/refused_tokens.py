"""Refused bearer tokens in the audit log: by what reason and of which issuer, never the token; few of them a minute."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from threading import Lock

from schemas.audit import Actor, Resource, Source
from schemas.audit_terms import Action, Client, Reason, ResourceKind, Result
from schemas.vault import TenantId
from streams.breakglass.trail import Trail, intent_of
from streams.clock import Clock

#: So many refusals have a record of their own; then one a minute has, and the rest is counted in the next.
BURST, A_MINUTE = 10, 1
_MINUTE = 60.0
#: Nobody knows who holds a token that is refused.
_NOBODY = Actor("service", "unknown")


@dataclass(slots=True)
class RefusedTokens:
    """Tells of refused tokens, and cannot be made to fill the log; threads share it.

    *mac* makes the keyed digest of what a token says of its issuer: anybody may write anything there.
    """

    trail: Trail
    clock: Clock
    mac: Callable[[str], str]
    home: TenantId
    _left: float = BURST
    _since: float = 0.0
    _untold: int = 0
    _lock: Lock = field(default_factory=Lock, repr=False)

    def tell(self, issuer: str, reason: Reason, address: str | None) -> None:
        """Record a refusal, or count it for the next record; raises AuditUnavailable."""
        with self._lock:
            if self._may_write():
                self._write(Resource(ResourceKind.DIGEST, (self.mac(issuer),), 1), reason, address)
            else:
                self._untold += 1

    def tell_rest(self) -> None:
        """Record how many refusals were only counted, as soon as a record may be written; raises AuditUnavailable."""
        with self._lock:
            if self._untold and self._may_write():
                self._write(Resource(ResourceKind.DIGEST, (), self._untold), Reason.RATE, None)
                self._untold = 0

    def _may_write(self) -> bool:
        now = self.clock.monotonic()
        self._left = min(float(BURST), self._left + (now - self._since) * A_MINUTE / _MINUTE)
        self._since = now
        if self._left < 1:
            return False
        self._left -= 1
        return True

    def _write(self, resource: Resource, reason: Reason, address: str | None) -> None:
        now = self.clock.now_ms() / 1000
        record = intent_of(Action.AUTH_DENIED, None, self.home, resource, now)
        source = Source(Client.HTTPS, address)
        self.trail.single(replace(record, actor=_NOBODY, source=source), Result.DENIED, reason)
