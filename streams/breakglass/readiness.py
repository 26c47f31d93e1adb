"""Whether break-glass can serve now: the audit log takes records, keys and grants are there, the view is not behind."""

from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from threading import Lock

from sqlalchemy import Engine, select

from schemas.audit_terms import Reason
from schemas.errors import LogUnavailable, PhistreamError
from streams.breakglass.entries import Entries
from streams.breakglass.tables import GRANTS
from streams.clock import Clock
from streams.config import VaultSettings
from streams.vault.stores import open_key_store

_OK, _STALE, _UNAVAILABLE = "ok", "stale", "unavailable"
#: Who asks more often is told what was found the last time: everybody may ask.
_KEEP_SECONDS = 1.0
#: Says in a word how one part stands; raises where it cannot serve.
Check = Callable[[], str]


@dataclass(slots=True)
class Readiness:
    """Looks at each part; threads share it."""

    checks: Mapping[str, Check]
    clock: Clock
    _found: dict[str, str] = field(default_factory=dict)
    _at: float | None = None
    _lock: Lock = field(default_factory=Lock, repr=False)

    def parts(self) -> Mapping[str, str]:
        """Return each part with how it stands: `ok`, `stale`, or the code of why it cannot serve."""
        with self._lock:
            now = self.clock.monotonic()
            if self._at is None or now - self._at >= _KEEP_SECONDS:
                self._found = {name: _word(check) for name, check in self.checks.items()}
                self._at = self.clock.monotonic()
            return dict(self._found)


def is_ready(parts: Mapping[str, str]) -> bool:
    """Tell whether reveals are served: also with what was known when the log was last reached."""
    return set(parts.values()) <= {_OK, _STALE}


def entries_check(entries: Callable[[], Entries]) -> Check:
    """Return what looks whether the view has everything that the log has; without the log it is stale, and serves."""

    def check() -> str:
        try:
            entries().keep_up()
        except LogUnavailable:
            return _STALE
        return _OK

    return check


def key_store_check(vault: Callable[[], VaultSettings]) -> Check:
    """Return what looks whether the key store answers, with its ledger replayed."""

    def check() -> str:
        with closing(open_key_store(vault())) as store:
            store.tenants()
        return _OK

    return check


def grants_check(engine: Engine) -> Check:
    """Return what looks whether the database of grants answers."""

    def check() -> str:
        with engine.connect() as connection:
            connection.execute(select(GRANTS.c.id).limit(1)).all()
        return _OK

    return check


def audit_check(refuse_unwritable: Callable[[], None]) -> Check:
    """Return what looks whether the audit log takes records."""

    def check() -> str:
        refuse_unwritable()
        return _OK

    return check


def _word(check: Check) -> str:
    try:
        return check()
    except PhistreamError as error:
        code = error.facts.get("code")
        return code if isinstance(code, str) and code in set(Reason) else _UNAVAILABLE
    except Exception:  # noqa: BLE001 - a driver's own error; its words stay here.
        return _UNAVAILABLE
