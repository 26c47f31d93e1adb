"""Audit records: what one batch did, and what one person or service did; every field closed, none for text."""

from dataclasses import dataclass
from ipaddress import ip_address

from schemas.access import GrantMode, Purpose, Role, View
from schemas.audit_shapes import ID_SHAPES, MAX_IDS, check, match
from schemas.audit_terms import Action, ActorType, Client, KmsProvider, Phase, Reason, ResourceKind, Result
from schemas.errors import AuditRefused


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


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acted, by issuer and immutable subject; `authenticated_at` in seconds of the epoch, `session` a digest."""

    issuer: str
    subject: str
    type: ActorType = ActorType.USER
    roles: tuple[Role, ...] = ()
    methods: tuple[str, ...] = ()
    authenticated_at: int | None = None
    assurance: str | None = None
    session: str | None = None

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True, slots=True)
class Source:
    """Where a request came from: the door, the address, the digest of the client's certificate."""

    client: Client
    address: str | None = None
    certificate: str | None = None

    def __post_init__(self) -> None:
        check(self)
        if self.address is not None:
            try:
                ip_address(self.address)
            except ValueError:
                raise AuditRefused("audit record is refused", path="Source.address") from None


@dataclass(frozen=True, slots=True)
class Resource:
    """What was acted on: `count` things of one kind, at most MAX_IDS of them named."""

    kind: ResourceKind
    ids: tuple[str, ...] = ()
    count: int = 0

    def __post_init__(self) -> None:
        check(self)
        if len(self.ids) > MAX_IDS or self.count < len(self.ids):
            raise AuditRefused("audit record is refused", path="Resource.count", count=self.count)
        for id_ in self.ids:
            match("Resource.ids", ID_SHAPES[self.kind], id_)


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the items of a request."""

    requested: int = 0
    revealed: int = 0
    denied: int = 0
    not_found: int = 0
    shredded: int = 0
    corrupt: int = 0

    def __post_init__(self) -> None:
        check(self)


@dataclass(frozen=True, slots=True)
class KmsUse:
    """Which KEK unwrapped how many DEKs, and the provider's own ids of these calls, to find them in its log."""

    provider: KmsProvider
    key: str
    unwraps: int = 0
    request_ids: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        check(self)
        if len(self.request_ids) > MAX_IDS:
            raise AuditRefused("audit record is refused", path="KmsUse.request_ids")


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """What a person or service did or tried: an allow-list of closed fields; anything else raises AuditRefused.

    An outcome names its intent by `intent`, the intent's index in the same log. Text that people write (a
    justification, a query) stands elsewhere; here is only its keyed digest.
    """

    ts: str
    tenant: str
    phase: Phase
    action: Action
    actor: Actor
    resource: Resource
    build: str
    v: int = 1
    intent: int | None = None
    source: Source | None = None
    grant_id: str | None = None
    mode: GrantMode | None = None
    purpose: Purpose | None = None
    ticket: str | None = None
    justification_mac: str | None = None
    request_mac: str | None = None
    view: View | None = None
    result: Result | None = None
    reason: Reason | None = None
    counts: Counts | None = None
    kms: KmsUse | None = None
    policy: str | None = None
    role: Role | None = None

    def __post_init__(self) -> None:
        check(self)
        if (self.phase is Phase.OUTCOME) != (self.intent is not None):
            raise AuditRefused("audit record is refused", path="AuditRecord.intent")
        if (self.phase is Phase.INTENT) != (self.result is None):
            raise AuditRefused("audit record is refused", path="AuditRecord.result")
