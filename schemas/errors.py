"""The whole error tree; each leaf has one disposition, and none carries text.

PhistreamError
├── SchemaError              bytes are not an event we know                quarantine
│   ├── Malformed
│   └── Unjoinable           pieces that do not make one event
├── UnknownVersion           a newer record on a topic of ours             stop
├── ConfigError              settings that cannot be run with              stop
├── DetectionError           a recognizer could not finish                 quarantine
│   └── RecognizerTimeout
├── ModelUnavailable         a model or gazetteer is missing or altered    stop
├── VaultError
│   ├── IncorrectKey         wrong key or altered: indistinguishable       deny
│   ├── UnknownToken                                                       deny
│   ├── Shredded             what was sealed was erased                     deny
│   ├── KeyRetired           a DEK's unit was erased under the worker      retry
│   └── KmsUnavailable                                                     retry
├── LogError
│   ├── TransactionFailed    outcome unknown or aborted: rewind            retry
│   ├── Fenced               another worker holds the slot                 stop
│   ├── LogUnavailable       the broker cannot be reached                  retry
│   └── LogRefused           authorisation, topics or limits are wrong     stop
├── SinkError
│   ├── Pushback(retry_after)                                              pause
│   ├── Rejected             a redacted document the index refuses         stub
│   └── SinkRefused          the index denies access or is not there       stop
├── AuditError
│   ├── AuditUnavailable     an audit record cannot be made durable        deny
│   ├── AuditRefused         an audit record holds what no field allows    deny
│   └── AuditAltered         an audit log is not what was signed           stop
└── AccessDenied             a person may not do this                      deny
"""

from collections.abc import Mapping
from enum import StrEnum


class Disposition(StrEnum):
    """What the running system does when an error of this kind arrives."""

    QUARANTINE = "quarantine"
    RETRY = "retry"
    PAUSE = "pause"
    STUB = "stub"
    STOP = "stop"
    DENY = "deny"


class QuarantineReason(StrEnum):
    """Why a record was sealed whole instead of redacted; the code is public and holds no text."""

    EMPTY = "empty"
    NOT_JSON = "not_json"
    WRONG_ENCODING = "wrong_encoding"
    NOT_FINITE = "not_finite"
    TOO_LARGE = "too_large"
    TOO_DEEP = "too_deep"
    STREAM_PIECE = "stream_piece"
    UNKNOWN_TENANT = "unknown_tenant"
    DECODING_LIMIT = "decoding_limit"
    DETECTION_FAILED = "detection_failed"
    TIMEOUT = "timeout"
    KILLED_WORKER = "killed_worker"
    GROWN = "grown"


class PhistreamError(Exception):
    """The root; `facts` are paths, counts and codes, never text of an event."""

    def __init__(self, message: str = "", **facts: str | float | bool | None) -> None:
        self.message = message or type(self).__name__
        self.facts: Mapping[str, str | float | bool | None] = facts
        super().__init__(self.message)

    def __str__(self) -> str:
        """Return the message and its facts."""
        facts = ", ".join(f"{name}={value}" for name, value in self.facts.items())
        return f"{self.message} ({facts})" if facts else self.message


class SchemaError(PhistreamError):
    """Bytes are not an event we know."""


class Malformed(SchemaError):
    """A record cannot be read; `reason` is the quarantine code."""

    def __init__(self, reason: QuarantineReason, **facts: str | float | bool | None) -> None:
        super().__init__(f"record is malformed: {reason.value}", **facts)
        self.reason = reason


class Unjoinable(SchemaError):
    """Pieces of a stream do not make one event: they stay pieces."""


class UnknownVersion(PhistreamError):
    """A record on a topic of ours carries a version that this reader does not know."""


class ConfigError(PhistreamError):
    """Settings cannot be run with; the message names the setting."""


class DetectionError(PhistreamError):
    """A recognizer could not finish."""


class RecognizerTimeout(DetectionError):
    """Detection of one record ran past its deadline."""


class ModelUnavailable(PhistreamError):
    """A model or gazetteer file is missing, unreadable or altered."""


class VaultError(PhistreamError):
    """The vault could not seal, wrap or open."""


class IncorrectKey(VaultError):
    """The key is wrong or the sealed bytes were altered: indistinguishable."""


class UnknownToken(VaultError):
    """No entry is known under this token."""


class Shredded(VaultError):
    """The DEK of an entry was destroyed, or its record denied, so nothing opens it any more."""


class KeyRetired(VaultError):
    """The unit of a DEK was retired while the DEK was in use."""


class KmsUnavailable(VaultError):
    """The holder of the KEK cannot be reached."""


class LogError(PhistreamError):
    """The log (Kafka or SQLite) did not do what was asked."""


class TransactionFailed(LogError):
    """A transaction was aborted or its outcome is unknown: rewind, and drop what is buffered."""


class Fenced(LogError):
    """Another worker holds the slot: end with a status of its own."""


class LogUnavailable(LogError):
    """The log cannot be reached for now."""


class LogRefused(LogError):
    """Authorisation, topics or limits of the log are wrong."""


class SinkError(PhistreamError):
    """The index did not take a document."""


class Pushback(SinkError):
    """The index asks to slow down; `retry_after` is in seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__("index asks to slow down", retry_after=retry_after)
        self.retry_after = retry_after


class Rejected(SinkError):
    """The index refuses one redacted document for good."""


class SinkRefused(SinkError):
    """The index denies access, or is not there."""


class AuditError(PhistreamError):
    """The audit log did not do what was asked."""


class AuditUnavailable(AuditError):
    """A record cannot be made durable: what it would have told of must not happen."""


class AuditRefused(AuditError):
    """A record holds what none of its fields allows."""


class AuditAltered(AuditError):
    """An audit log is not what was signed or anchored."""


class AccessDenied(PhistreamError):
    """A person may not do this."""
