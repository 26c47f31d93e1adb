"""Unknown JSON, default deny: everything is text but a short list of the envelope's own fields at the top."""

from typing import Any

from schemas.events import Call, Side, TokenUsage
from schemas.sources.read import at, latency, number, opened, reasons, scalar, vocabulary
from schemas.sources.shapes import Rules, Shape
from schemas.sources.source import ConversationSeed, Path, Source

_TIMES = (
    "timestamp @timestamp time ts created created_at updated_at start_time end_time startTime endTime logged_at "
    "started_at ended_at completed_at finished_at"
)
_LABELS = (
    "request_id requestId response_id responseId trace_id traceId span_id spanId parent_id correlation_id model "
    "correlationId run_id call_id callId generation_id workspace x-request-id context.trace_id context.span_id "
    "model_name modelId provider region api_version schemaVersion version"
)
_ENUMERATIONS = "level severity operation event_type call_type finish_reason stop_reason environment env object"
_NUMBERS = (
    "latency_ms duration_ms latency duration status_code http_status prompt_tokens completion_tokens total_tokens "
    "input_tokens output_tokens max_tokens temperature top_p cost"
)
#: Where gateways, batches and exports put the bodies of a call; the outermost that is there stands for it.
_ANSWERS = (("response", "body"), ("result", "message"), ("ai", "proxy", "payload", "response"), ("response",))
_REQUESTS = (("request", "body"), ("body",), ("params",), ("ai", "proxy", "payload", "request"), ("request",))
_ANSWERED = frozenset({"completion", "output", "response", "answer", "result"})
_ASKED = frozenset({"prompt", "input", "messages", "request", "query", "question"})
#: What Kong's AI plugins log of a call beside its bodies.
_KONG: Rules = {
    "usage": {"*": Shape.NUMBER},
    "meta": {
        **dict.fromkeys("request_model response_model provider_name plugin_id request_mode".split(), Shape.LABEL),
        "llm_latency": Shape.NUMBER,
    },
}
_HEADERS: Rules = dict.fromkeys(
    "x-request-id x-kong-request-id x-correlation-id traceparent x-envoy-upstream-service-time".split(), Shape.LABEL
)
_RULES: Rules = {
    **dict.fromkeys(_TIMES.split(), Shape.TIME),
    **dict.fromkeys(_LABELS.split(), Shape.LABEL),
    **dict.fromkeys(_ENUMERATIONS.split(), Shape.ENUMERATION),
    **dict.fromkeys(_NUMBERS.split(), Shape.NUMBER),
    "usage": {"*": Shape.NUMBER},
    "request": {"id": Shape.LABEL, "headers": _HEADERS},
    "response": {"id": Shape.LABEL, "headers": _HEADERS},
    "service": {"id": Shape.LABEL},
    "route": {"id": Shape.LABEL, "service": {"id": Shape.LABEL}},
    "ai": {"proxy": _KONG, "ai-proxy": _KONG, "ai-proxy-advanced": _KONG},
}
_KEYS = vocabulary(
    _RULES,
    "usage prompt completion text content message messages role input output request response data body payload "
    "metadata user user_id session_id conversation_id error details id name type value status query answer question "
    "result results items tags headers params arguments args kwargs context history system instructions",
)


def matches(_: Any) -> bool:
    """Take what no other source recognised."""
    return True


def side(path: Path) -> Side:
    """Tell whose text stands at a path, as far as common names tell."""
    if not _ANSWERED.isdisjoint(path):
        return Side.OUTPUT
    return Side.ENVELOPE if _ASKED.isdisjoint(path) else Side.INPUT


def describe(tree: Any) -> Call:
    """Map what common names tell, at the top or in the bodies that a gateway, batch or export wraps."""
    answer, request = _first(tree, _ANSWERS), _first(tree, _REQUESTS)
    usage = at(answer, "usage") or at(tree, "usage") or tree
    return Call(
        called_at=scalar(
            tree,
            "timestamp",
            "@timestamp",
            "time",
            "ts",
            "created_at",
            "created",
            "start_time",
            "startTime",
            "started_at",
        ),
        provider=scalar(tree, "provider") or scalar(at(tree, "ai", "proxy", "meta"), "provider_name"),
        operation=scalar(tree, "operation", "call_type"),
        model=next(
            filter(None, (scalar(part, "model", "model_name", "modelId") for part in (tree, answer, request))), None
        )
        or scalar(at(tree, "ai", "proxy", "meta"), "response_model", "request_model"),
        usage=_usage(usage) if _usage(usage) != TokenUsage() else _usage(at(tree, "ai", "proxy", "usage")),
        status=scalar(tree, "status", "status_code", "http_status")
        or scalar(at(tree, "response"), "status_code", "status"),
        finish_reasons=reasons(at(answer, "choices"), "finish_reason"),
        latency_ms=latency(tree),
        application=scalar(tree, "application", "app", "service"),
        end_user=scalar(tree, "user", "user_id", "end_user") or scalar(request, "user"),
        session=scalar(tree, "session_id"),
        conversation=scalar(tree, "conversation_id"),
        trace_id=scalar(tree, "trace_id", "traceId", "context.trace_id"),
        span_id=scalar(tree, "span_id", "spanId", "context.span_id"),
        request_id=scalar(tree, "request_id", "requestId", "custom_id", "x-request-id")
        or scalar(at(tree, "response"), "request_id"),
        response_id=scalar(tree, "response_id", "responseId") or scalar(answer, "id"),
        region=scalar(tree, "region"),
    )


def _first(tree: Any, paths: tuple[tuple[str, ...], ...]) -> Any:
    """Return the first object that stands under one of some paths, as it is or as JSON in a string."""
    found = (opened(at(tree, *path)) for path in paths)
    return next((body for body in found if isinstance(body, dict)), None)


def _usage(used: Any) -> TokenUsage:
    return TokenUsage(
        number(used, "input_tokens", "prompt_tokens"),
        number(used, "output_tokens", "completion_tokens"),
        number(used, "total_tokens"),
    )


def seed(tree: Any) -> ConversationSeed:
    """Return a conversation id where one is given; unknown JSON has no history to go by."""
    return ConversationSeed(given=scalar(tree, "conversation_id", "session_id"))


GENERIC = Source(
    "generic", matches, _RULES, _KEYS, side, describe, seed, "any other JSON: everything is text but the envelope"
)
