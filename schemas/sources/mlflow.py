"""MLflow traces: what is told of the whole, and its spans, whose attributes are strings of JSON.

Field names from MLflow's trace schema, version 3.
"""

from typing import Any

from schemas.events import Call, Side, TokenUsage
from schemas.sources import openai
from schemas.sources.read import at, first_answer, first_user_text, items, number, opened, scalar, vocabulary
from schemas.sources.shapes import Rules, Shape
from schemas.sources.source import ConversationSeed, Path, Source

_COUNTS: Rules = {"*": Shape.NUMBER}
_ATTRIBUTES: Rules = {
    "mlflow.spanInputs": openai.REQUEST,
    "mlflow.spanOutputs": openai.RESPONSE,
    "mlflow.chat.tokenUsage": _COUNTS,
    "mlflow.chat.model": Shape.LABEL,
    "mlflow.spanFunctionName": Shape.LABEL,
    "mlflow.message.format": Shape.LABEL,
}
_IDS = "trace_id span_id parent_span_id parent_id"
_SPAN: Rules = {
    **dict.fromkeys(_IDS.split(), Shape.LABEL),
    "start_time_unix_nano": Shape.TIME,
    "end_time_unix_nano": Shape.TIME,
    "start_time_ns": Shape.TIME,
    "end_time_ns": Shape.TIME,
    "status": {"code": Shape.LABEL},
    "status_code": Shape.LABEL,
    "attributes": _ATTRIBUTES,
}
_TOLD: Rules = {
    "mlflow.trace_schema.version": Shape.LABEL,
    "mlflow.trace.tokenUsage": _COUNTS,
    "mlflow.source.git.commit": Shape.LABEL,
    "mlflow.source.type": Shape.LABEL,
    "mlflow.trace.sizeBytes": Shape.COUNT,
}
_INFO: Rules = {
    "trace_id": Shape.LABEL,
    "request_id": Shape.LABEL,
    "request_time": Shape.TIME,
    "timestamp_ms": Shape.TIME,
    "execution_duration": Shape.LABEL,
    "execution_duration_ms": Shape.NUMBER,
    "state": Shape.LABEL,
    "status": Shape.LABEL,
    "trace_location": {"type": Shape.LABEL, "mlflow_experiment": {"experiment_id": Shape.LABEL}},
    "trace_metadata": _TOLD,
    "request_metadata": _TOLD,
}
_RULES: Rules = {"info": _INFO, "data": {"spans": {"[]": _SPAN}}}
_KEYS = vocabulary(
    _RULES,
    "name events message tags request_preview response_preview client_request_id request response input_tokens "
    "output_tokens total_tokens assessments mlflow.spanType mlflow.traceRequestId mlflow.user mlflow.trace.session "
    "mlflow.artifactLocation mlflow.traceName mlflow.traceInputs mlflow.traceOutputs mlflow.source.name",
)


def matches(tree: Any) -> bool:
    """Recognise a trace by its spans beside what is told of the whole."""
    spans = at(tree, "data", "spans")
    return isinstance(spans, list) and isinstance(at(tree, "info"), dict)


def side(path: Path) -> Side:
    """Tell whose text stands at a path."""
    if "tool_calls" in path or "tools" in path:
        return Side.TOOL
    if not {"mlflow.spanInputs", "mlflow.traceInputs", "request_preview", "request"}.isdisjoint(path):
        return Side.INPUT
    said = {"mlflow.spanOutputs", "mlflow.traceOutputs", "response_preview", "response"}
    return Side.OUTPUT if not said.isdisjoint(path) else Side.ENVELOPE


def describe(tree: Any) -> Call:
    """Map a redacted record to the fields that an analyst searches."""
    info = at(tree, "info")
    told = _told(info)
    request, response = _bodies(tree)
    used = opened(at(told, "mlflow.trace.tokenUsage"))
    latency = number(info, "execution_duration_ms")
    return Call(
        called_at=scalar(info, "request_time", "timestamp_ms"),
        operation="trace",
        model=scalar(response, "model") or scalar(request, "model"),
        usage=TokenUsage(number(used, "input_tokens"), number(used, "output_tokens"), number(used, "total_tokens")),
        status=scalar(info, "state", "status"),
        finish_reasons=tuple(filter(None, (scalar(each, "finish_reason") for each in items(response, "choices")))),
        latency_ms=None if latency is None else float(latency),
        end_user=scalar(told, "mlflow.trace.user", "mlflow.user"),
        session=scalar(told, "mlflow.trace.session"),
        trace_id=scalar(info, "trace_id", "request_id"),
        request_id=scalar(info, "client_request_id"),
        response_id=scalar(response, "id"),
    )


def _told(info: Any) -> Any:
    return at(info, "trace_metadata") or at(info, "request_metadata")


def _bodies(tree: Any) -> tuple[Any, Any]:
    """Return what the first span with messages was given, and what it gave."""
    for span in items(tree, "data", "spans"):
        held = [opened(at(span, "attributes", f"mlflow.span{what}")) for what in ("Inputs", "Outputs")]
        if at(held[0], "messages") is not None:
            return held[0], held[1]
    return {}, {}


def seed(tree: Any) -> ConversationSeed:
    """Return what the conversation id is made of."""
    told = _told(at(tree, "info"))
    request, response = _bodies(tree)
    messages = at(request, "messages")
    choices = [at(each, "message") for each in items(response, "choices")]
    return ConversationSeed(
        given=scalar(told, "mlflow.trace.session"),
        end_user=scalar(told, "mlflow.trace.user", "mlflow.user"),
        first_message=first_user_text(messages),
        first_answer=first_answer(messages) or first_answer(choices),
    )


MLFLOW = Source("mlflow", matches, _RULES, _KEYS, side, describe, seed, "MLflow traces with their spans")
