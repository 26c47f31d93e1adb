"""OpenTelemetry GenAI in OTLP/JSON: spans and log records, several resources and scopes in one record.

Field names from opentelemetry-proto and the GenAI semantic conventions, current and before 1.37; OpenInference and
OpenLLMetry where theirs differ. Attributes are objects {"key", "value"}; messages stand in strings of JSON.
"""

from collections.abc import Iterator
from typing import Any

from schemas.events import Call, Side, TokenUsage
from schemas.sources.read import at, items, opened, scalar, vocabulary
from schemas.sources.shapes import Rules, Shape, Treatment
from schemas.sources.source import ConversationSeed, Path, Source

_PARTS: Rules = {
    "[]": {
        "type": Shape.ENUMERATION,
        "id": Shape.LABEL,
        "name": Shape.LABEL,
        "mime_type": Shape.LABEL,
        "modality": Shape.ENUMERATION,
        "file_id": Treatment.POINTER,
        "uri": Treatment.POINTER,
    }
}
_MESSAGES: Rules = {"[]": {"role": Shape.ENUMERATION, "finish_reason": Shape.ENUMERATION, "parts": _PARTS}}
_LABEL: Rules = {"value": {"stringValue": Shape.LABEL}}
_COUNT: Rules = {"value": {"intValue": Shape.COUNT, "stringValue": Shape.COUNT}}
_NUMBER: Rules = {"value": {"doubleValue": Shape.NUMBER, "intValue": Shape.COUNT}}
_REASONS: Rules = {
    "value": {
        "stringValue": {"[]": Shape.ENUMERATION},
        "arrayValue": {"values": {"[]": {"stringValue": Shape.ENUMERATION}}},
    }
}
_LABELS = """
gen_ai.request.model gen_ai.response.model gen_ai.response.id gen_ai.provider.name gen_ai.system gen_ai.operation.name
gen_ai.output.type gen_ai.tool.name gen_ai.tool.type gen_ai.tool.call.id gen_ai.openai.request.service_tier
gen_ai.openai.response.service_tier gen_ai.openai.response.system_fingerprint openai.request.service_tier
openai.response.service_tier openai.response.system_fingerprint openai.api.type server.address error.type service.name
service.version service.namespace telemetry.sdk.name telemetry.sdk.language telemetry.sdk.version
deployment.environment deployment.environment.name cloud.region cloud.provider llm.model_name llm.provider llm.system
llm.request.type openinference.span.kind traceloop.span.kind event.name
"""
_COUNTS = """
gen_ai.usage.input_tokens gen_ai.usage.output_tokens gen_ai.usage.prompt_tokens gen_ai.usage.completion_tokens
gen_ai.usage.total_tokens gen_ai.usage.cache_read.input_tokens gen_ai.usage.cache_creation.input_tokens
gen_ai.usage.reasoning.output_tokens gen_ai.request.max_tokens gen_ai.request.choice.count gen_ai.request.seed
gen_ai.request.top_k llm.usage.total_tokens llm.token_count.prompt llm.token_count.completion llm.token_count.total
server.port http.response.status_code
"""
_NUMBERS = """
gen_ai.request.temperature gen_ai.request.top_p gen_ai.request.frequency_penalty gen_ai.request.presence_penalty
"""
#: Attributes whose name is known and whose value is text.
_TEXTS = """
gen_ai.tool.definitions gen_ai.tool.call.arguments gen_ai.tool.call.result gen_ai.retrieval.query.text
gen_ai.retrieval.documents gen_ai.evaluation.explanation gen_ai.conversation.id gen_ai.agent.id gen_ai.agent.name
gen_ai.prompt gen_ai.completion input.value output.value traceloop.entity.input traceloop.entity.output enduser.id
user.id session.id
"""
_NAMED: Rules = {
    **dict.fromkeys(_LABELS.split(), _LABEL),
    **dict.fromkeys(_COUNTS.split(), _COUNT),
    **dict.fromkeys(_NUMBERS.split(), _NUMBER),
    **{name: {} for name in _TEXTS.split()},
    "gen_ai.response.finish_reasons": _REASONS,
    "gen_ai.input.messages": {"value": {"stringValue": _MESSAGES}},
    "gen_ai.output.messages": {"value": {"stringValue": _MESSAGES}},
    "gen_ai.system_instructions": {"value": {"stringValue": _PARTS}},
}
_ATTRIBUTES: Rules = {"[]": {"=": _NAMED}}
_DROPPED: Rules = {"attributes": _ATTRIBUTES, "droppedAttributesCount": Shape.COUNT}
_IDS: Rules = {"traceId": Shape.LABEL, "spanId": Shape.LABEL, "parentSpanId": Shape.LABEL, "flags": Shape.COUNT}
_SPAN: Rules = {
    **_DROPPED,
    **_IDS,
    "kind": Shape.NUMBER,
    "startTimeUnixNano": Shape.TIME,
    "endTimeUnixNano": Shape.TIME,
    "events": {"[]": {**_DROPPED, "timeUnixNano": Shape.TIME, "name": Shape.LABEL}},
    "links": {"[]": {**_DROPPED, **_IDS}},
    "status": {"code": Shape.NUMBER},
    "droppedEventsCount": Shape.COUNT,
    "droppedLinksCount": Shape.COUNT,
}
_LOG: Rules = {
    **_DROPPED,
    **_IDS,
    "timeUnixNano": Shape.TIME,
    "observedTimeUnixNano": Shape.TIME,
    "severityNumber": Shape.NUMBER,
    "severityText": Shape.ENUMERATION,
    "eventName": Shape.LABEL,
}
_SCOPE: Rules = {"scope": {**_DROPPED, "name": Shape.LABEL, "version": Shape.LABEL}, "schemaUrl": Shape.LABEL}
_RULES: Rules = {
    "resourceSpans": {
        "[]": {
            "resource": _DROPPED,
            "schemaUrl": Shape.LABEL,
            "scopeSpans": {"[]": {**_SCOPE, "spans": {"[]": _SPAN}}},
        }
    },
    "resourceLogs": {
        "[]": {
            "resource": _DROPPED,
            "schemaUrl": Shape.LABEL,
            "scopeLogs": {"[]": {**_SCOPE, "logRecords": {"[]": _LOG}}},
        }
    },
}
#: Status codes of a span, by number or name; 0 says nothing.
_STATUS = {"1": "ok", "2": "error", "STATUS_CODE_OK": "ok", "STATUS_CODE_ERROR": "error"}
_KEYS = vocabulary(
    _RULES,
    "key value stringValue intValue doubleValue boolValue bytesValue arrayValue kvlistValue values body message "
    "traceState role parts type content arguments response result id name finish_reason",
)


def matches(tree: Any) -> bool:
    """Recognise an export request by its resources."""
    return any(isinstance(at(tree, key), list) for key in ("resourceSpans", "resourceLogs"))


def side(path: Path) -> Side:
    """Tell whose text stands at a path, which ends with the attribute's name where there is one."""
    name = str(path[-1]) if path else ""
    if "tool" in name or "retrieval" in name:
        return Side.TOOL
    if any(word in name for word in ("output", "completion")):
        return Side.OUTPUT
    words = ("input", "prompt", "system_instructions")
    return Side.INPUT if any(word in name for word in words) else Side.ENVELOPE


def _calls(tree: Any) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Yield each span and log record with its attributes and, beneath them, those of its resource."""
    for outer, inner, leaf in (("resourceSpans", "scopeSpans", "spans"), ("resourceLogs", "scopeLogs", "logRecords")):
        for resource in items(tree, outer):
            shared = _attributes(at(resource, "resource"))
            for scope in items(resource, inner):
                for node in items(scope, leaf):
                    yield node, shared | _attributes(node)


def _attributes(node: Any) -> dict[str, Any]:
    pairs = ((scalar(each, "key"), at(each, "value")) for each in items(node, "attributes"))
    return {name: _unwrapped(value) for name, value in pairs if name}


def _unwrapped(value: Any) -> Any:
    """Return what an AnyValue holds, as JSON; integers stand in strings."""
    if not isinstance(value, dict):
        return value
    if "arrayValue" in value:
        return [_unwrapped(each) for each in items(value, "arrayValue", "values")]
    if "kvlistValue" in value:
        held = items(value, "kvlistValue", "values")
        return {str(at(each, "key")): _unwrapped(at(each, "value")) for each in held}
    return next((value[key] for key in ("stringValue", "intValue", "doubleValue", "boolValue") if key in value), None)


def _is_call(attributes: dict[str, Any]) -> bool:
    return any(name.startswith(("gen_ai.", "llm.", "openinference.")) for name in attributes)


def calls(tree: Any) -> tuple[Call, ...]:
    """Map every span and log record that tells of a model's call; where none does, the first of all."""
    found = list(_calls(tree))
    told = [(node, attributes) for node, attributes in found if _is_call(attributes)]
    return tuple(_call(node, attributes) for node, attributes in told or found[:1])


def describe(tree: Any) -> Call:
    """Map the first call of a redacted record; `calls` maps them all."""
    return next(iter(calls(tree)), Call())


def _call(node: Any, held: dict[str, Any]) -> Call:
    return Call(
        called_at=scalar(node, "startTimeUnixNano", "timeUnixNano", "observedTimeUnixNano"),
        provider=scalar(held, "gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system"),
        endpoint=scalar(held, "server.address"),
        operation=scalar(held, "gen_ai.operation.name", "llm.request.type", "openinference.span.kind"),
        model=scalar(held, "gen_ai.response.model", "gen_ai.request.model", "llm.model_name"),
        usage=_usage(held),
        status=scalar(held, "error.type") or _STATUS.get(str(at(node, "status", "code"))),
        finish_reasons=_finish_reasons(held),
        latency_ms=_latency(node),
        application=scalar(held, "service.name"),
        end_user=scalar(held, "enduser.id", "user.id"),
        session=scalar(held, "session.id"),
        conversation=scalar(held, "gen_ai.conversation.id"),
        trace_id=scalar(node, "traceId"),
        span_id=scalar(node, "spanId"),
        response_id=scalar(held, "gen_ai.response.id"),
        data_sources=tuple(filter(None, (scalar(held, "gen_ai.tool.name"), scalar(held, "gen_ai.data_source.id")))),
        region=scalar(held, "cloud.region"),
    )


def _usage(held: dict[str, Any]) -> TokenUsage:
    used, prompt, llm = "gen_ai.usage.", "llm.token_count.", "llm.usage."
    return TokenUsage(
        _count(held, f"{used}input_tokens", f"{used}prompt_tokens", f"{prompt}prompt"),
        _count(held, f"{used}output_tokens", f"{used}completion_tokens", f"{prompt}completion"),
        _count(held, f"{used}total_tokens", f"{llm}total_tokens", f"{prompt}total"),
    )


def _count(held: dict[str, Any], *names: str) -> int | None:
    found = scalar(held, *names) or ""
    return int(found) if found.isascii() and found.isdigit() and len(found) < 19 else None  # noqa: PLR2004


def _finish_reasons(held: dict[str, Any]) -> tuple[str, ...]:
    found = opened(held.get("gen_ai.response.finish_reasons"))
    return tuple(reason for reason in items(found) if isinstance(reason, str))


def _latency(node: Any) -> float | None:
    begun, ended = (scalar(node, key) or "" for key in ("startTimeUnixNano", "endTimeUnixNano"))
    long_enough = all(
        each.isascii() and each.isdigit() and len(each) == len("1772600000000000000") for each in (begun, ended)
    )
    return (int(ended) - int(begun)) / 1e6 if long_enough else None


def seed(tree: Any) -> ConversationSeed:
    """Return what the conversation id is made of; calls of several conversations in one record share none."""
    told = [attributes for _, attributes in _calls(tree) if _is_call(attributes)]
    given = {scalar(held, "gen_ai.conversation.id", "session.id") for held in told}
    if len(told) != 1:
        return ConversationSeed(given=next(iter(given)) if len(given) == 1 else None)
    held = told[0]
    history = opened(held.get("gen_ai.input.messages"))
    return ConversationSeed(
        given=next(iter(given)),
        application=scalar(held, "service.name"),
        end_user=scalar(held, "enduser.id", "user.id"),
        first_message=_said(history, "user"),
        first_answer=_said(history, "assistant") or _said(opened(held.get("gen_ai.output.messages")), "assistant"),
    )


def _said(history: Any, role: str) -> str | None:
    """Return the text of the first message in a role."""
    parts = next((items(message, "parts") for message in items(history) if at(message, "role") == role), [])
    return "\n".join(filter(None, (scalar(part, "content") for part in parts))) or None


OTEL = Source(
    "otel", matches, _RULES, _KEYS, side, describe, seed, "OpenTelemetry GenAI, spans and logs in OTLP/JSON", calls
)
