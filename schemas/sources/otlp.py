"""OTLP in protobuf, as the Collector's Kafka exporter writes it: told by its shape, read into OTLP/JSON.

The only user of protobuf and of opentelemetry-proto. Ids become hex, 64-bit integers strings, other bytes base64, as
the OTLP specification says ("JSON Protobuf Encoding"), so that schemas/sources/otel.py reads one document.
"""

import base64
import math
from collections.abc import Callable
from typing import Any, NamedTuple

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import DecodeError, Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from schemas.errors import Malformed, QuarantineReason
from schemas.raw import DEFAULT_BOUNDS, Bounds, decode_raw

#: What an export request of either kind begins with: its one field, number 1, of bytes.
_FIRST = b"\x0a"
_TRACE_ID_BYTES = 16
_SPAN_ID_BYTES = 8
_HEX = frozenset({"trace_id", "span_id", "parent_span_id"})
_WIDE = frozenset(
    {
        FieldDescriptor.TYPE_INT64,
        FieldDescriptor.TYPE_UINT64,
        FieldDescriptor.TYPE_FIXED64,
        FieldDescriptor.TYPE_SFIXED64,
        FieldDescriptor.TYPE_SINT64,
    }
)


class _Field(NamedTuple):
    """How one field is written as JSON."""

    name: str
    repeated: bool
    below: bool
    written: Callable[[Any], Any]


#: Fields met so far: the schema's own, so few; reading a descriptor takes longer than reading the field.
_FIELDS: dict[FieldDescriptor, _Field] = {}
#: What cannot be JSON may be protobuf; what is JSON but breaks a bound is not looked at again.
_NOT_JSON = frozenset({QuarantineReason.NOT_JSON, QuarantineReason.WRONG_ENCODING, QuarantineReason.EMPTY})


def decode_value(value: bytes, bounds: Bounds = DEFAULT_BOUNDS) -> Any:
    """Return the JSON tree of a raw record's value, written as JSON or as an OTLP export request in protobuf.

    Raises Malformed as decode_raw does; bytes that are neither are what decode_raw says of them.
    """
    try:
        return decode_raw(value, bounds)
    except Malformed as error:
        tree = decode_otlp(value, bounds) if error.reason in _NOT_JSON else None
        if tree is None:
            raise
        return tree


def decode_otlp(value: bytes, bounds: Bounds = DEFAULT_BOUNDS) -> dict[str, Any] | None:
    """Return the OTLP/JSON document of an export request of spans or log records, or None where it is no such thing.

    Strict: a field that the published schema does not know, at any depth, or bytes left over make it none. Raises
    Malformed where the document is deeper than the bounds allow.
    """
    if not value.startswith(_FIRST):
        return None
    spans = _parsed(ExportTraceServiceRequest(), value)
    if spans is not None and _are_spans(spans):
        return _tree(spans, bounds.depth)
    found = _parsed(ExportLogsServiceRequest(), value) or spans
    return None if found is None else _tree(found, bounds.depth)


def may_be_otlp(value: bytes) -> bool:
    """Tell whether some bytes parse as an export request, whatever in it is not known."""
    return value.startswith(_FIRST) and any(
        _is_message(request, value) for request in (ExportTraceServiceRequest(), ExportLogsServiceRequest())
    )


def _is_message(request: Message, value: bytes) -> bool:
    try:
        request.ParseFromString(value)
    except DecodeError:
        return False
    return True


def _parsed(request: Message, value: bytes) -> Message | None:
    """Return the request that *value* holds and nothing else, or None."""
    try:
        request.ParseFromString(value)
    except DecodeError:
        return None
    size = request.ByteSize()
    request.DiscardUnknownFields()
    return request if request.ByteSize() == size else None


def _are_spans(request: Any) -> bool:
    """Tell whether every span has the ids that it must: a log record's body may parse as a span's name."""
    spans = (span for each in request.resource_spans for scope in each.scope_spans for span in scope.spans)
    return all(len(span.trace_id) == _TRACE_ID_BYTES and len(span.span_id) == _SPAN_ID_BYTES for span in spans)


def _tree(message: Message, room: int) -> dict[str, Any]:
    """Return a message as protobuf's JSON; *room* is how many levels may stand from here on."""
    if room <= 0:
        raise Malformed(QuarantineReason.TOO_DEEP)
    out: dict[str, Any] = {}
    for field, value in message.ListFields():
        name, repeated, below, written = _FIELDS.get(field) or _learned(field)
        if below and repeated:
            out[name] = [_tree(each, room - 2) for each in value]
        elif below:
            out[name] = _tree(value, room - 1)
        elif repeated:
            out[name] = [written(each) for each in value]
        else:
            out[name] = written(value)
    return out


def _learned(field: FieldDescriptor) -> "_Field":
    """Return how a field is written, asked of its descriptor once."""
    known = _Field(field.json_name, bool(field.is_repeated), field.message_type is not None, _writer(field))
    _FIELDS[field] = known
    return known


def _writer(field: FieldDescriptor) -> Callable[[Any], Any]:
    if field.type in _WIDE:
        return str
    if field.type == FieldDescriptor.TYPE_BYTES:
        return bytes.hex if field.name in _HEX else _base64
    return _double if field.type == FieldDescriptor.TYPE_DOUBLE else _as_it_is


def _as_it_is(value: Any) -> Any:
    return value


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _double(value: float) -> float | str:
    """Return a double; what JSON cannot write is a word."""
    if math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
