"""The closed vocabulary of audit records: what was done, to what kind of thing, with which result and why."""

from enum import StrEnum


class Phase(StrEnum):
    """Where a record stands: announced before it happens, told after it, or both in one."""

    INTENT = "intent"
    OUTCOME = "outcome"
    SINGLE = "single"


class Action(StrEnum):
    """What was done or tried."""

    GRANT_REQUEST = "grant.request"
    GRANT_APPROVE = "grant.approve"
    GRANT_DENY = "grant.deny"
    GRANT_ACTIVATE = "grant.activate"
    GRANT_RATIFY = "grant.ratify"
    GRANT_CONTEST = "grant.contest"
    GRANT_REVOKE = "grant.revoke"
    GRANT_RELEASE = "grant.release"
    GRANT_EXPIRE = "grant.expire"
    GRANT_REVIEW = "grant.review"
    INCIDENT_OPEN = "incident.open"
    ALERT_RAISE = "alert.raise"
    NOTIFICATION_SEND = "notification.send"
    REVEAL = "reveal"
    LOOKUP = "lookup"
    DISCLOSURES = "disclosures"
    QUARANTINE_REPLAY = "quarantine.replay"
    QUARANTINE_DESTROY = "quarantine.destroy"
    ERASE_REQUEST = "erase.request"
    ERASE_APPROVE = "erase.approve"
    ERASE_EXECUTE = "erase.execute"
    ERASE_COMPLETE = "erase.complete"
    HOLD_SET = "hold.set"
    HOLD_RELEASE = "hold.release"
    KEY_CREATE = "key.create"
    KEY_ROTATE = "key.rotate"
    KEY_REWRAP = "key.rewrap"
    KEY_RETIRE = "key.retire"
    KEY_DESTROY = "key.destroy"
    KEY_BACKUP = "key.backup"
    KEY_RESTORE = "key.restore"
    KEY_UNLOCK = "key.unlock"
    KEY_DRILL = "key.drill"
    POLICY_CHANGE = "policy.change"
    CONFIG_CHANGE = "config.change"
    TENANT_CHANGE = "tenant.change"
    ROLE_REQUEST = "role.request"
    ROLE_CHANGE = "role.change"
    ACCOUNT_CREATE = "account.create"
    ACCOUNT_CHANGE = "account.change"
    ACCOUNT_DISABLE = "account.disable"
    ACCESS_REVIEW = "access.review"
    AUTH_ACCEPTED = "auth.accepted"
    AUTH_DENIED = "auth.denied"
    SEARCH = "search"
    TAIL = "tail"
    VAULT_VERIFY = "vault.verify"
    AUDIT_VERIFY = "audit.verify"
    AUDIT_REVIEW = "audit.review"
    AUDIT_RECONCILE = "audit.reconcile"
    AUDIT_EXPORT = "audit.export"
    EVIDENCE_BUILD = "evidence.build"
    SERVICE_START = "service.start"
    SERVICE_STOP = "service.stop"


class ResourceKind(StrEnum):
    """What the ids of a record are ids of; `schemas/audit.py` has the shape of each."""

    TOKEN = "token"  # noqa: S105 - the name of a kind.
    EVENT = "event"
    CONVERSATION = "conversation"
    GRANT = "grant"
    DEK = "dek"
    KEK = "kek"
    UNIT = "unit"
    PERSON = "person"
    DIGEST = "digest"
    ENTRIES = "entries"
    POLICY = "policy"
    TENANT = "tenant"
    RECORD = "record"
    INDEX = "index"


class Result(StrEnum):
    """How it ended; an intent has none yet."""

    SUCCESS = "success"
    DENIED = "denied"
    ERROR = "error"
    PARTIAL = "partial"


class Reason(StrEnum):
    """Why something was denied, failed or was done."""

    APPROVAL_MISSING = "approval_missing"
    SELF_APPROVAL = "self_approval"
    APPROVED_BEFORE = "approved_before"
    ROLE_MISSING = "role_missing"
    ROLES_CONFLICT = "roles_conflict"
    PERSON_UNKNOWN = "person_unknown"
    OTHER_PERSON = "other_person"
    BLOCKED = "blocked"
    BAD_CREDENTIAL = "bad_credential"
    WEAK_AUTHENTICATION = "weak_authentication"
    STALE_AUTHENTICATION = "stale_authentication"
    LOCKED = "locked"
    GRANT_UNKNOWN = "grant_unknown"
    GRANT_STATE = "grant_state"
    GRANT_EXPIRED = "grant_expired"
    GRANT_EXHAUSTED = "grant_exhausted"
    OUT_OF_SCOPE = "out_of_scope"
    PURPOSE = "purpose"
    VIEW = "view"
    TENANT_UNKNOWN = "tenant_unknown"
    TENANT_OFF = "tenant_off"
    TOO_MANY = "too_many"
    RATE = "rate"
    UNKNOWN_TOKEN = "unknown_token"  # noqa: S105 - the name of a reason.
    SHREDDED = "shredded"
    CORRUPT = "corrupt"
    BEHIND = "behind"
    STALE = "stale"
    LOG_UNAVAILABLE = "log_unavailable"
    KMS_UNAVAILABLE = "kms_unavailable"
    STORE_UNAVAILABLE = "store_unavailable"
    IDENTITY_UNAVAILABLE = "identity_unavailable"
    LEGAL_HOLD = "legal_hold"
    POLICY_CHANGED = "policy_changed"
    WEAKENING = "weakening"
    NOT_RATIFIED = "not_ratified"
    CONTESTED = "contested"
    REVIEW_OVERDUE = "review_overdue"
    APPROPRIATE = "appropriate"
    FINDING = "finding"
    TIMEOUT = "timeout"
    UNDELIVERED = "undelivered"
    REPEATED = "repeated"
    MALFORMED = "malformed"
    LOST = "lost"
    OFFBOARDED = "offboarded"
    SCHEDULED = "scheduled"
    INCONSISTENT = "inconsistent"
    HONEYTOKEN = "honeytoken"
    UNUSUAL_COUNT = "unusual_count"
    UNUSUAL_HOUR = "unusual_hour"
    UNUSUAL_SPREAD = "unusual_spread"
    UNUSUAL_INTEREST = "unusual_interest"
    INTERNAL = "internal"


class ActorType(StrEnum):
    """Who acts: a human being, or a service of ours."""

    USER = "user"
    SERVICE = "service"


class Client(StrEnum):
    """By which door an action came."""

    CLI = "cli"
    HTTPS = "https"
    SERVICE = "service"


class KmsProvider(StrEnum):
    """Whose KEK was used."""

    LOCAL = "local"
    AWS_KMS = "aws-kms"
    HCVAULT = "hcvault"
