"""The shapes that texts and numbers of an audit record may have: closed, so that no text of an event fits."""

import re
from dataclasses import fields, is_dataclass
from enum import Enum

from schemas.audit_terms import ResourceKind
from schemas.errors import AuditRefused
from schemas.vault import ALPHABET, TOKEN_PATTERN

#: One record names at most so many ids, so that it stays below the log's entry limit; more take more records.
MAX_IDS = 80
_MAX_COUNT = 10**8 - 1  # Too short for a number of somebody's.

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_CONVERSATION = rf"conv_[{ALPHABET}]{{26}}"
_DEK = r"dk_[a-z2-7]{32}"
_DIGEST = r"[0-9a-f]{32,64}"
_FINGERPRINT = r"[a-z][a-z-]{0,31}-[0-9]{1,6}-[0-9a-f]{16}"
_GRANT = rf"(?:{_UUID}|[0-9a-f]{{32}})"
_INDEX = r"[0-9]{1,15}"
_ISSUER = (
    r"(?:local(?::[0-9a-f]{32})?|service|index|kafka|https?://[a-z0-9.:-]{1,128}(?:/[A-Za-z0-9._~-]{1,64}){0,6}/?)"
)
_KEK = r"(?:local|aws-kms|hcvault):[A-Za-z0-9:/._-]{1,160}"
_NAME = r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}"
_SUBJECT = r"[A-Za-z0-9][A-Za-z0-9._:|-]{0,127}"
_TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(?:\d{3}){0,2}Z"
_UNIT = rf"(?:\d{{4}}-\d\d|quarantine|{_CONVERSATION}|{_DIGEST})"

#: The only shapes that an id of each kind may have: none of them is one that a name, number or text could take.
ID_SHAPES: dict[ResourceKind, str] = {
    ResourceKind.TOKEN: TOKEN_PATTERN,
    ResourceKind.EVENT: _UUID,
    ResourceKind.CONVERSATION: _CONVERSATION,
    ResourceKind.GRANT: _GRANT,
    ResourceKind.DEK: _DEK,
    ResourceKind.KEK: _KEK,
    ResourceKind.UNIT: _UNIT,
    ResourceKind.PERSON: rf"{_ISSUER}\|{_SUBJECT}",
    ResourceKind.DIGEST: _DIGEST,
    ResourceKind.ENTRIES: rf"{_INDEX}-{_INDEX}",
    ResourceKind.POLICY: _FINGERPRINT,
    ResourceKind.TENANT: _NAME,
    ResourceKind.RECORD: rf"(?:{_NAME}/[0-9]{{1,6}}/{_INDEX})",
    ResourceKind.INDEX: r"(?:redacted|alerts)",
}

#: The shape of every other text field, by class and name; a text field without one cannot be made.
_SHAPES: dict[str, str] = {
    "Actor.issuer": _ISSUER,
    "Actor.subject": _SUBJECT,
    "Actor.assurance": r"(?:[a-z][A-Za-z0-9._:/-]{1,63}|[0-9])",
    "Actor.methods": r"[a-z]{2,8}",
    "Actor.session": _DIGEST,
    "Source.address": r"[0-9a-f.:]{2,39}",
    "Source.certificate": _DIGEST,
    "KmsUse.key": _KEK,
    "KmsUse.request_ids": _UUID,
    "AuditRecord.ts": _TIME,
    "AuditRecord.tenant": _NAME,
    "AuditRecord.grant_id": _GRANT,
    "AuditRecord.ticket": r"[A-Z][A-Z0-9]{0,9}-?[0-9]{1,8}",
    "AuditRecord.justification_mac": _DIGEST,
    "AuditRecord.request_mac": _DIGEST,
    "AuditRecord.policy": _FINGERPRINT,
    "AuditRecord.build": r"[0-9]{1,4}\.[0-9]{1,4}\.[0-9]{1,4}(?:\+[0-9a-f]{7,40})?",
}

#: Where enumerations and parts of a record come from; each part was checked when it was made.
_CLOSED = frozenset({"schemas.access", "schemas.audit", "schemas.audit_terms"})
_LISTS = frozenset({"Actor.roles", "Actor.methods", "KmsUse.request_ids"})

#: The greatest number that each field of numbers may have.
_NUMBERS: dict[str, int] = {
    "Actor.authenticated_at": 2**33,
    "AuditRecord.intent": 2**53 - 1,  # What RFC 8785 writes exactly.
    "AuditRecord.v": 1_000,
}


def check(value: object) -> None:
    """Refuse numbers and texts that no shape allows; the error names the field, never what is in it."""
    owner = type(value).__name__
    for field in fields(value):  # type: ignore[arg-type]
        path = f"{owner}.{field.name}"
        if path == "Resource.ids":
            continue
        found = getattr(value, field.name)
        if isinstance(found, tuple) != (path in _LISTS):
            raise AuditRefused("audit record is refused", path=path)
        for item in found if isinstance(found, tuple) else (found,):
            _check_item(path, item)


def _check_item(path: str, item: object) -> None:
    if item is None or (type(item).__module__ in _CLOSED and (isinstance(item, Enum) or is_dataclass(item))):
        return
    if isinstance(item, str):
        match(path, _SHAPES.get(path), item)
    elif isinstance(item, bool) or not isinstance(item, int) or not 0 <= item <= _greatest(path):
        raise AuditRefused("audit record is refused", path=path)


def _greatest(path: str) -> int:
    """Return the greatest number of a field, below zero where it holds none."""
    if path in _NUMBERS:
        return _NUMBERS[path]
    return _MAX_COUNT if path.startswith("Counts.") or path in ("Resource.count", "KmsUse.unwraps") else -1


def match(path: str, shape: str | None, text: str) -> None:
    """Refuse a text that is not of its shape."""
    if shape is None or not isinstance(text, str) or re.fullmatch(shape, text, re.ASCII) is None:
        raise AuditRefused("audit record is refused", path=path)
