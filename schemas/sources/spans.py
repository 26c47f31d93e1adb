"""Spans of GenAI as SDKs print them and stores keep them: attributes in one object, or each a column of its own.

Attribute names as in OTLP (`otel_rules`); field names from OpenTelemetry's SDK (`to_json`) and Phoenix' span table.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from schemas.events import Call, Side
from schemas.sources.otel import call_of, is_call, seed_of, side_of
from schemas.sources.otel_rules import FLAT, numbered
from schemas.sources.read import at, scalar, vocabulary
from schemas.sources.shapes import Rules, Shape
from schemas.sources.source import ConversationSeed, Path, Source

_COLUMN = "attributes."


class _ByName(dict[str, Any]):
    """Rules of attributes by name, whichever numbers stand in it."""

    def get(self, key: str, default: Any = None) -> Any:
        """Return the rule of one attribute."""
        return super().get(numbered(key.removeprefix(_COLUMN)), default)


_ATTRIBUTES = _ByName(FLAT)
_CONTEXT: Rules = {"trace_id": Shape.LABEL, "span_id": Shape.LABEL, "trace_state": Shape.LABEL}
_IDS = "trace_id span_id traceId spanId parent_id parentId parent_span_id parentSpanId"
_TIMES = "start_time end_time startTime endTime timestamp"
_SPAN: Rules = {
    **dict.fromkeys(_IDS.split(), Shape.LABEL),
    **dict.fromkeys(_TIMES.split(), Shape.TIME),
    "context": _CONTEXT,
    "kind": Shape.LABEL,
    "span_kind": Shape.LABEL,
    "status": {"status_code": Shape.LABEL, "code": Shape.LABEL},
    "status_code": Shape.LABEL,
    "attributes": _ATTRIBUTES,
    "events": {"[]": {"name": Shape.LABEL, "timestamp": Shape.TIME, "time": Shape.TIME, "attributes": _ATTRIBUTES}},
    "links": {"[]": {"context": _CONTEXT, "attributes": _ATTRIBUTES}},
    "resource": {"attributes": _ATTRIBUTES, "schema_url": Shape.LABEL},
}


class _SpanRules(dict[str, Any]):
    """Rules of a span, of whose attributes each may be a column."""

    def get(self, key: str, default: Any = None) -> Any:
        """Return the rule of one field."""
        if key.startswith(_COLUMN):
            return _ATTRIBUTES.get(key, default)
        return super().get(key, default)


_RULES: Rules = _SpanRules({**_SPAN, **{f"context.{key}": rule for key, rule in _CONTEXT.items()}})
_KEYS = vocabulary(
    {**_RULES, "attributes": FLAT},
    "name description message status_message dropped_attributes_count instrumentation_scope message.role "
    "message.content message.tool_calls tool_call.function.name tool_call.function.arguments cumulative_error_count",
)
_CODES = {"OK": 1, "ERROR": 2}


def matches(tree: Any) -> bool:
    """Recognise a span by its ids beside an attribute of a model's call."""
    if not isinstance(tree, dict):
        return False
    traced = _id(tree, "trace") is not None or _id(tree, "span") is not None
    return traced and is_call(_attributes(tree))


def _id(tree: Any, what: str) -> str | None:
    """Return the id of trace or span, without the mark of its base."""
    found = scalar(at(tree, "context"), f"{what}_id") or scalar(tree, f"{what}_id", f"{what}Id", f"context.{what}_id")
    return None if found is None else found.removeprefix("0x")


def _attributes(tree: Any) -> dict[str, Any]:
    """Return the attributes above those of the resource."""
    shared, own = at(tree, "resource", "attributes"), at(tree, "attributes")
    columns = {key.removeprefix(_COLUMN): value for key, value in tree.items() if key.startswith(_COLUMN)}
    return {**(shared if isinstance(shared, dict) else {}), **(own if isinstance(own, dict) else {}), **columns}


def side(path: Path) -> Side:
    """Tell whose text stands at a path, by the attribute on it."""
    for part in path:
        if isinstance(part, str) and "." in part:
            return side_of(part.removeprefix(_COLUMN))
    return Side.ENVELOPE


def describe(tree: Any) -> Call:
    """Map a redacted record to the fields that an analyst searches."""
    if not isinstance(tree, dict):
        return Call()
    begun, ended = (scalar(tree, *keys) for keys in (("start_time", "startTime", "timestamp"), ("end_time", "endTime")))
    code = scalar(tree, "status_code") or scalar(at(tree, "status"), "status_code", "code") or ""
    status = _CODES.get(code.rpartition(".")[2].removeprefix("STATUS_CODE_"))
    node = {"startTimeUnixNano": begun, "traceId": _id(tree, "trace"), "spanId": _id(tree, "span")}
    call = call_of({**node, "status": {"code": status}}, _attributes(tree))
    return replace(call, latency_ms=_between(begun, ended))


def _between(begun: str | None, ended: str | None) -> float | None:
    """Return the milliseconds between two times as they are written."""
    try:
        return (datetime.fromisoformat(ended or "") - datetime.fromisoformat(begun or "")).total_seconds() * 1000
    except (ValueError, TypeError):
        return None


def seed(tree: Any) -> ConversationSeed:
    """Return what the conversation id is made of."""
    return seed_of(_attributes(tree)) if isinstance(tree, dict) else ConversationSeed()


SPANS = Source(
    "spans", matches, _RULES, _KEYS, side, describe, seed, "GenAI spans with plain attributes: SDKs, Phoenix, stores"
)
