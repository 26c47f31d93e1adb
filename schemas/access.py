"""Access: who may re-identify what, for how long, and who agreed."""

from dataclasses import dataclass, field
from enum import StrEnum

from schemas.identifiers import IdentifierType
from schemas.vault import TenantId, Token


class Role(StrEnum):
    """What a person may do in one tenant; nobody holds KEY_ADMIN together with a role that approves."""

    ANALYST = "analyst"
    OBSERVABILITY = "observability"
    REQUESTER = "requester"
    PRIVACY_OFFICER = "privacy_officer"
    SECURITY = "security"
    AUDITOR = "auditor"
    KEY_ADMIN = "key_admin"


#: The roles whose holders approve grants of others.
APPROVERS = frozenset({Role.PRIVACY_OFFICER, Role.SECURITY})


class Purpose(StrEnum):
    """Why somebody needs clear values; codes after HL7 v3-ActReason where one fits (ETREAT, BTG)."""

    TREATMENT = "treatment"
    PATIENT_SAFETY = "patient_safety"
    SECURITY_INCIDENT = "security_incident"
    BREACH_ASSESSMENT = "breach_assessment"
    DATA_SUBJECT_REQUEST = "data_subject_request"
    LEGAL = "legal"
    QUALITY_ENGINEERING = "quality_engineering"
    BREAK_GLASS = "break_glass"


class GrantMode(StrEnum):
    """Approved before use, or used at once and ratified after."""

    NORMAL = "normal"
    EMERGENCY = "emergency"


class View(StrEnum):
    """How much of a value is shown."""

    MASKED = "masked"
    FULL = "full"


class GrantState(StrEnum):
    """Where a grant stands; what leads from one to the next is the table of `streams/breakglass/policy.py`."""

    REQUESTED = "requested"
    DENIED = "denied"
    EXPIRED_UNAPPROVED = "expired_unapproved"
    APPROVED = "approved"
    ACTIVE = "active"
    ACTIVE_EMERGENCY = "active_emergency"
    EXPIRED = "expired"
    EXHAUSTED = "exhausted"
    REVOKED = "revoked"
    RELEASED = "released"
    REVIEW_DUE = "review_due"
    REVIEW_OVERDUE = "review_overdue"
    CLOSED_APPROPRIATE = "closed_appropriate"
    CLOSED_FINDING = "closed_finding"


@dataclass(frozen=True, slots=True)
class Person:
    """One human being, by the issuer of their identity and its immutable subject; never by an address or a name."""

    issuer: str
    subject: str


@dataclass(frozen=True, slots=True)
class Identity:
    """A person as they authenticated: the roles they hold by tenant, and how and when they proved who they are.

    `authenticated_at` is in seconds of the epoch; `methods` are names of RFC 8176 (`pwd`, `otp`, `hwk`).
    """

    person: Person
    roles: dict[TenantId, frozenset[Role]]
    methods: frozenset[str]
    authenticated_at: float
    assurance: str | None = None

    def holds(self, tenant: TenantId, role: Role) -> bool:
        """Return whether the person holds *role* in *tenant*."""
        return role in self.roles.get(tenant, frozenset())


@dataclass(frozen=True, slots=True)
class Scope:
    """What a grant opens: any of the tokens, or all of the events or the conversation named, of the types named.

    An empty `types` means all of them. `lookup` allows finding the tokens of a value, and nothing else; `replays` are
    the events whose quarantined records may be put back for redaction, `destructions` those whose may be destroyed.
    """

    tokens: frozenset[Token] = frozenset()
    events: frozenset[str] = frozenset()
    conversations: frozenset[str] = frozenset()
    types: frozenset[IdentifierType] = frozenset()
    lookup: bool = False
    replays: frozenset[str] = frozenset()
    destructions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Approval:
    """One person's word on a grant, at `at` (seconds of the epoch), in the role in which they gave it."""

    person: Person
    role: Role
    approved: bool
    at: float


@dataclass(frozen=True, slots=True)
class GrantTerms:
    """What a grant is for: nothing here is free text. `seconds` is how long it is to last once it is active."""

    tenant: TenantId
    mode: GrantMode
    purpose: Purpose
    scope: Scope
    view: View
    seconds: int


@dataclass(frozen=True, slots=True)
class GrantRequest:
    """What a requester asks for, and why; the reason is sealed at rest and stands in no log."""

    terms: GrantTerms
    justification: str = field(repr=False)
    ticket: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Usage:
    """What was opened under a grant: distinct tokens, distinct events they came from, and values looked up."""

    tokens: int = 0
    events: int = 0
    lookups: int = 0


@dataclass(frozen=True, slots=True)
class Grant:
    """A request on its way; only `streams/breakglass/policy.py` makes the next one of it.

    `needed` counts the approvals before access, `version` the changes; times are in seconds of the epoch. `ended_as`
    stays when the state goes on to the review. `incident` is a code, or None where nothing is wrong.
    """

    id: str
    terms: GrantTerms
    requester: Person
    requester_roles: frozenset[Role]
    needed: int
    requested_at: float
    state: GrantState = GrantState.REQUESTED
    version: int = 0
    approvals: tuple[Approval, ...] = ()
    approved_at: float | None = None
    activated_at: float | None = None
    expires_at: float | None = None
    ended_at: float | None = None
    ended_as: GrantState | None = None
    ratification: Approval | None = None
    review: Approval | None = None
    incident: str | None = None
    usage: Usage = Usage()


class ItemStatus(StrEnum):
    """What came of one item of a reveal. A token of another tenant is `not_found`, as one that never was."""

    OK = "ok"
    DENIED = "denied"
    NOT_FOUND = "not_found"
    SHREDDED = "shredded"
    CORRUPT = "corrupt"


@dataclass(frozen=True, slots=True)
class Revealed:
    """One token of a reveal; `value` is clear (or masked), and `side` tells in whose text the token stands."""

    token: str
    status: ItemStatus
    type: IdentifierType | None = None
    side: str | None = None
    event_id: str | None = None
    value: str | None = field(default=None, repr=False)
    stale_since: float | None = None
