"""Logs and records for the tests of the audit log."""

from pathlib import Path

from schemas.audit import Actor, AuditRecord, Resource
from schemas.audit_terms import Action, Phase, ResourceKind, Result
from streams.audit.merkle_log import MerkleLog
from streams.audit.signing import LogKeys, SigningKey

KEYS = LogKeys("phistream-audit-test", (SigningKey(0, bytes(range(32))),))
ANA = Actor("local", "ana")
GRANT = "3f6f2c1e-8a8f-4b0c-9d57-0a1b2c3d4e5f"


def entry(index: int) -> bytes:
    """Return the entry that a test log has at an index."""
    return f"entry {index}".encode()


def grow(folder: Path, size: int, *, keys: LogKeys = KEYS) -> None:
    """Write a log up to a size, and close it."""
    with MerkleLog(folder, keys) as log:
        for index in range(log.size, size):
            log.append(entry(index))


def record(phase: Phase = Phase.SINGLE, action: Action = Action.REVEAL, **changes: object) -> AuditRecord:
    """Return an audit record."""
    result = None if phase is Phase.INTENT else Result.SUCCESS
    values = {
        "ts": "2026-11-21T23:20:00.000Z",
        "tenant": "a",
        "phase": phase,
        "action": action,
        "actor": ANA,
        "resource": Resource(ResourceKind.GRANT, (GRANT,), 1),
        "build": "0.1.0",
        "result": result,
        "grant_id": GRANT,
    }
    return AuditRecord(**(values | changes))  # type: ignore[arg-type]
