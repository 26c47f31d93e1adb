"""The audit log of persons and services: audit records as entries of a Merkle log, in the one way to write them."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, Self

import orjson
import rfc8785

from schemas.audit import AuditRecord
from schemas.audit_terms import Phase
from schemas.codec import AUDIT_RECORD, from_tree
from schemas.errors import AuditAltered, AuditRefused, Malformed
from streams.audit.merkle_log import MerkleLog
from streams.audit.ports import Appended
from streams.audit.reading import entries_of
from streams.audit.signing import ensure_log_keys
from streams.audit.verify_log import Checkpoint


@dataclass(frozen=True, slots=True)
class AuditLog:
    """The audit port over a Merkle log. One process holds it open; threads may share it."""

    log: MerkleLog

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def append(self, record: AuditRecord) -> Appended:
        """Append a record, durable when this returns; raises as the port says."""
        if record.phase is Phase.OUTCOME and (record.intent is None or record.intent >= self.log.size):
            raise AuditRefused("audit record is refused", path="AuditRecord.intent")
        return self.log.append(leaf_bytes(record))

    def checkpoint_due(self) -> bool:
        """Tell whether a checkpoint should be signed now."""
        return self.log.checkpoint_due()

    def sign_checkpoint(self) -> Checkpoint:
        """Sign a checkpoint over everything appended."""
        return self.log.sign_checkpoint()

    def close(self) -> None:
        """Sign a last checkpoint and let others write."""
        self.log.close()


def open_audit_log(folder: Path, keys_file: Path, now_ms: int, wait_seconds: float = 10.0) -> AuditLog:
    """Open the audit log of a folder for writing, or begin one with a key of its own.

    Waits while another holds it; raises AuditUnavailable where that takes too long, AuditAltered where the log is not
    what was signed.
    """
    keys = ensure_log_keys(keys_file, now_ms)
    log = MerkleLog(folder, keys, wait_seconds=wait_seconds)
    return AuditLog(log)


def leaf_bytes(record: AuditRecord) -> bytes:
    """Return the bytes of a record in the log: RFC 8785, fields without a value left out."""
    return rfc8785.dumps(_tree(record))


def read_record(entry: bytes) -> AuditRecord:
    """Read an entry of the log; raises AuditAltered unless it is a record in the one way to write it."""
    try:
        record: AuditRecord = from_tree(AUDIT_RECORD, orjson.loads(entry))
    except (orjson.JSONDecodeError, Malformed, AuditRefused):
        raise AuditAltered("entry is no audit record") from None
    if leaf_bytes(record) != entry:
        raise AuditAltered("audit record is not written in its one way")
    return record


def read_records(folder: Path, start: int, end: int) -> Iterator[tuple[int, AuditRecord]]:
    """Yield the records of a log with their indexes, as its checkpoint shows them."""
    for index, entry in enumerate(entries_of(folder, start, end), start):
        yield index, read_record(entry)


def _tree(value: Any) -> Any:
    if is_dataclass(value):
        found = ((field.name, getattr(value, field.name)) for field in fields(value))
        return {name: _tree(item) for name, item in found if item is not None and item != ()}
    if isinstance(value, tuple):
        return [_tree(item) for item in value]
    return getattr(value, "value", value)
