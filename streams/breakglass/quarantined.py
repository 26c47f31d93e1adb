"""Quarantined records as break-glass sees them: found sealed, put back once, or destroyed as far as the log can."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from schemas.access import GrantMode, Scope
from schemas.audit import QuarantineRecord
from schemas.audit_shapes import ID_SHAPES
from schemas.audit_terms import ResourceKind
from schemas.codec import QUARANTINE_RECORD
from schemas.errors import ConfigError
from schemas.vault import TenantId
from streams.log.our_records import read_own
from streams.log.ports import Publication, Record


@dataclass(frozen=True, slots=True)
class Located:
    """A sealed record, and where it stands in the quarantine topic: an event may have failed more than once."""

    partition: int
    offset: int
    record: QuarantineRecord

    @property
    def place(self) -> str:
        """Return what tells this record from every other one of its log."""
        return f"{self.partition}/{self.offset}"


class QuarantineLog(Protocol):
    """The log's side of replay and destruction; one user at a time, who holds the audit log."""

    def find(self, tenant: TenantId, event_ids: Collection[str]) -> Sequence[Located]:
        """Return every sealed record of these events of a tenant, in the order of the log; raises LogUnavailable."""
        ...

    def noted(self) -> int:
        """Return the number of the last attempt whose transaction is in the log, 0 where there was none."""
        ...

    def publish(self, attempt: int, publications: Sequence[Publication]) -> None:
        """Write *publications* and the note of *attempt* in one transaction.

        Raises LogUnavailable or TransactionFailed; whether it is in the log nevertheless is what noted() says.
        """
        ...

    def bury(self, found: Sequence[Located]) -> Sequence[str]:
        """Overwrite sealed records where the log can; return what remains of them, and until when, as sentences."""
        ...


def refuse_quarantined(scope: Scope, mode: GrantMode) -> None:
    """Raise ConfigError for quarantined records that no grant of this mode may name."""
    named = scope.replays | scope.destructions
    if not all(re.fullmatch(ID_SHAPES[ResourceKind.EVENT], event_id) for event_id in named):
        raise ConfigError("quarantined records are named by event ids")
    if scope.replays & scope.destructions:
        raise ConfigError("a grant puts a quarantined record back or destroys it, not both")
    if named and mode is GrantMode.EMERGENCY:
        raise ConfigError("an emergency neither puts back nor destroys quarantined records")


def is_of(record: Record, event_ids: Collection[str]) -> bool:
    """Tell whether a record of the quarantine topic seals one of these events."""
    return record.value is not None and (record.key or b"").decode("utf-8", "replace") in event_ids


def located(record: Record) -> Located:
    """Read a record of the quarantine topic; raises UnknownVersion, which names its place."""
    return Located(record.partition, record.offset, read_own(QUARANTINE_RECORD, record))
