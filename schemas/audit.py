"""Audit records of the pipeline: counts, digests and versions of one batch, allow-listed."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OffsetRange:
    """The offsets of one partition that a batch settled, both ends included."""

    topic: str
    partition: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class BatchRecord:
    """What one transaction did, written in the same transaction.

    `entries` lists a 16-byte keyed digest (hex) of each vault record key written; `events_digest` is SHA-256 over the
    redacted topic's values of the batch, each preceded by its length as four bytes, so it covers every event without
    standing in it. `held` counts the records among the inputs that wait for the rest of their stream, `released` the
    records of earlier batches that waited and are settled by this one.
    """

    v: int
    batch_id: str
    tenant_counts: dict[str, int]
    slot: str
    written_at: str
    inputs: tuple[OffsetRange, ...]
    redacted: int
    quarantined: int
    reasons: dict[str, int]
    identifiers: dict[str, int]
    entries: tuple[str, ...]
    events_digest: str
    policy: str
    detector: str
    held: int = 0
    released: int = 0


@dataclass(frozen=True, slots=True)
class QuarantineRecord:
    """One whole record that could not be redacted, sealed under a key of its own.

    `sealed` (base64url) holds record key, headers and value; everything else is metadata that may be listed.
    """

    v: int
    event_id: str
    tenant: str
    reason: str
    attempts: int
    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    size: int
    quarantined_at: str
    dek_id: str
    wrapped_dek: str
    kek_uri: str
    nonce: str
    sealed: str
