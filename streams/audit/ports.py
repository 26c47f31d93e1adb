"""What the audit log promises those who act, and what it asks of the places that hold its checkpoints."""

from dataclasses import dataclass
from typing import Protocol

from schemas.audit import AuditRecord


@dataclass(frozen=True, slots=True)
class Appended:
    """Where a record stands in the log, and its RFC 6962 leaf hash in hex."""

    index: int
    leaf_hash: str


class Audit(Protocol):
    """Takes audit records."""

    def append(self, record: AuditRecord) -> Appended:
        """Append a record; when this returns, it outlives a power cut.

        Raises AuditUnavailable where it may not: the caller then does nothing of what the record tells. A record that
        was refused so is not in the log, or only as if the caller had died right after: an intent without outcome.
        """
        ...


class Anchor(Protocol):
    """A place out of the writer's reach that keeps checkpoints, and what they cover."""

    def put(self, name: str, content: bytes) -> None:
        """Keep *content* for good under *name*; the same again is nothing new, other content raises AuditAltered.

        Raises AuditUnavailable where the place cannot be reached or does not promise to keep it.
        """
        ...

    def get(self, name: str) -> bytes | None:
        """Return what is kept under *name*, or None; raises as put does."""
        ...

    def newest(self) -> str | None:
        """Return the name of the newest checkpoint kept, or None; names sort by time."""
        ...
