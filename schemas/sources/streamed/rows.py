"""Rows of Azure's ApiManagementGatewayLlmLog that hold parts of one call's messages: joined to one row.

Column names from the Azure Monitor table reference. The gateway cuts what is long by SequenceNumber; an event hub
writes the columns with a small first letter, below `properties`.
"""

from collections.abc import Sequence
from typing import Any

import orjson

from schemas.errors import Unjoinable
from schemas.raw import free_key
from schemas.sources.streamed.merge import Joined

MESSAGES = ("RequestMessages", "ResponseMessages", "requestMessages", "responseMessages")
_SEQUENCES = ("SequenceNumber", "sequenceNumber")
_IDS = ("CorrelationId", "correlationId")
#: Columns that each row writes anew.
_OF_THE_ROW = frozenset({*_SEQUENCES, "TimeGenerated", "time", "timeGenerated", "timestamp", "_ItemId", "_BilledSize"})


def is_piece(row: dict[str, Any]) -> bool:
    """Recognise a row that is not the only one of its messages: one whose messages are complete JSON cuts nothing."""
    columns = _columns(row)
    held = [columns[key] for key in MESSAGES if key in columns]
    number = _first(columns, _SEQUENCES)
    return number is not None and bool(held) and (number not in (0, 1) or not all(map(_is_complete, held)))


def call_of(row: dict[str, Any]) -> str | None:
    """Return the id of the call that a row belongs to, or None where this is no row or has none."""
    columns = _columns(row)
    found = _first(columns, _IDS) or _first(row, _IDS)
    is_row = _first(columns, _SEQUENCES) is not None and any(key in columns for key in MESSAGES)
    return found if is_row and isinstance(found, str) else None


def batch_of(tree: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    """Return the rows of an event hub's batch that are all of one call, whose other rows stand in other batches."""
    rows = tree.get("records")
    if tree.keys() != {"records"} or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return ()
    calls = {call_of(row) for row in rows}
    if len(calls) != 1 or None in calls or not any(map(is_piece, rows)):
        return ()
    try:
        joined = join(rows)
    except Unjoinable:
        return ()
    return () if joined.begun and joined.ended else tuple(rows)


def join(pieces: Sequence[dict[str, Any]], *, done: bool = False) -> Joined:
    """Return the row that rows of one call make, in the order of their numbers; one that comes twice counts once."""
    numbered = {_number(row): row for row in reversed(pieces)}
    ordered = [numbered[number] for number in sorted(numbered)]
    whole = min(numbered) in (0, 1) and len(numbered) == max(numbered) - min(numbered) + 1
    row: dict[str, Any] = dict(ordered[0])
    columns = row if _columns(row) is row else dict(_columns(row))
    for following in ordered[1:]:
        _add(columns, _columns(following))
        if columns is not row:
            _add(row, {key: value for key, value in following.items() if key != "properties"})
    if columns is not row:
        row["properties"] = columns
    held = [columns[key] for key in MESSAGES if columns.get(key)]
    return Joined(row, len(pieces), whole, done or (bool(held) and all(map(_is_complete, held))))


def _add(into: dict[str, Any], columns: dict[str, Any]) -> None:
    """Add the columns of the next row: messages go on, what differs gets a key of its own."""
    for key, value in columns.items():
        have = into.get(key)
        if value is None or key in _OF_THE_ROW:
            continue
        if key in MESSAGES and isinstance(have, str) and isinstance(value, str):
            into[key] = have + value
        elif have is None or have == "":
            into[key] = value
        elif have != value:
            into[free_key(key, into)] = value


def _number(row: dict[str, Any]) -> int:
    number = _first(_columns(row), _SEQUENCES)
    if isinstance(number, str) and number.isdecimal():
        number = int(number)
    if not isinstance(number, int) or isinstance(number, bool):
        raise Unjoinable("row has no sequence number")
    return number


def _columns(row: dict[str, Any]) -> dict[str, Any]:
    inner = row.get("properties")
    return inner if isinstance(inner, dict) and any(key in inner for key in MESSAGES) else row


def _first(tree: dict[str, Any], keys: Sequence[str]) -> Any:
    return next((tree[key] for key in keys if tree.get(key) is not None), None)


def _is_complete(messages: Any) -> bool:
    if not isinstance(messages, str) or not messages.strip():
        return True
    try:
        return isinstance(orjson.loads(messages), (dict, list))
    except ValueError:
        return False
