"""Bytes to values and back for every record of ours, with versions.

Every record carries `v`. A reader accepts N and N-1, so the written version changes only after every reader has; an
unknown version of our own topics raises UnknownVersion, which stops the reader: it is never quarantined.
"""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config

from schemas.assembly import StreamPointer
from schemas.audit import AuditRecord, BatchRecord, QuarantineRecord
from schemas.errors import Malformed, QuarantineReason, UnknownVersion
from schemas.events import RedactedEvent, Withheld
from schemas.ingest import FilePosition
from schemas.monitor import Alert
from schemas.origin import Origin
from schemas.vault import VaultEntry

Upgrade = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Schema:
    """One kind of record: its type, the version written, and how version N-1 becomes N (None before there is one)."""

    name: str
    type: type[Any]
    version: int
    upgrade: Upgrade | None = None


REDACTED_EVENT = Schema("redacted_event", RedactedEvent, 1)
WITHHELD = Schema("withheld", Withheld, 1)
VAULT_ENTRY = Schema("vault_entry", VaultEntry, 1)
BATCH_RECORD = Schema("batch_record", BatchRecord, 1)
QUARANTINE_RECORD = Schema("quarantine_record", QuarantineRecord, 1)
ALERT = Schema("alert", Alert, 1)
STREAM_POINTER = Schema("stream_pointer", StreamPointer, 1)
FILE_POSITION = Schema("file_position", FilePosition, 1)
ORIGIN = Schema("origin", Origin, 1)
AUDIT_RECORD = Schema("audit_record", AuditRecord, 1)

SCHEMAS: tuple[Schema, ...] = (
    REDACTED_EVENT,
    WITHHELD,
    VAULT_ENTRY,
    BATCH_RECORD,
    QUARANTINE_RECORD,
    ALERT,
    STREAM_POINTER,
    FILE_POSITION,
    ORIGIN,
    AUDIT_RECORD,
)


def encode(value: Any) -> bytes:
    """Write a record of ours as compact JSON."""
    return orjson.dumps(value)


def decode(schema: Schema, data: bytes) -> Any:
    """Read a record of *schema*.

    Raises UnknownVersion where it is neither N nor N-1, Malformed where it does not follow its schema.
    """
    try:
        tree = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise Malformed(QuarantineReason.NOT_JSON, schema=schema.name, size=len(data)) from None
    return from_tree(schema, tree)


def from_tree(schema: Schema, tree: Any) -> Any:
    """Read a record of *schema* from its JSON tree; raises as decode does."""
    if not isinstance(tree, dict):
        raise Malformed(QuarantineReason.NOT_JSON, schema=schema.name)
    upgraded = _at_version(schema, tree)
    try:
        return _adapter(schema).validate_python(upgraded)
    except ValidationError as error:
        path = "/".join(str(part) for part in error.errors(include_input=False, include_url=False)[0]["loc"])
        raise Malformed(QuarantineReason.NOT_JSON, schema=schema.name, path=path) from None


def decode_redacted(data: bytes) -> RedactedEvent | Withheld:
    """Read a record of the redacted topic: an event, or the place of a withheld one."""
    try:
        tree = orjson.loads(data)
    except orjson.JSONDecodeError:
        raise Malformed(QuarantineReason.NOT_JSON, schema=REDACTED_EVENT.name, size=len(data)) from None
    withheld = isinstance(tree, dict) and tree.get("kind") == WITHHELD.name
    value: RedactedEvent | Withheld = from_tree(WITHHELD if withheld else REDACTED_EVENT, tree)
    return value


def json_schema(schema: Schema) -> Mapping[str, Any]:
    """Return the JSON Schema of one kind of record, as checked in under schemas/json/."""
    return {"$id": f"phistream:{schema.name}:v{schema.version}", **_adapter(schema).json_schema()}


def _at_version(schema: Schema, tree: dict[str, Any]) -> dict[str, Any]:
    version = tree.get("v")
    if version == schema.version:
        return tree
    if schema.upgrade is not None and version == schema.version - 1:
        return schema.upgrade(tree)
    known = version if isinstance(version, int) else None
    raise UnknownVersion("record of an unknown version", schema=schema.name, found=known, known=schema.version)


@functools.cache
def _adapter(schema: Schema) -> TypeAdapter[Any]:
    return TypeAdapter(with_config(ConfigDict(extra="forbid", hide_input_in_errors=True))(schema.type))
