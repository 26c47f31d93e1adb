"""Datadog LLM Observability: a batch of spans on its way there, or one span.

Field names from Datadog's LLM Observability HTTP API reference.
"""

from typing import Any

from schemas.events import Call, Side, TokenUsage
from schemas.sources.read import at, first_answer, first_user_text, items, number, scalar, vocabulary
from schemas.sources.shapes import Rules, Shape
from schemas.sources.source import ConversationSeed, Path, Source

_MESSAGES: Rules = {"messages": {"[]": {"role": Shape.ENUMERATION, "tool_calls": {"[]": {"name": Shape.LABEL}}}}}
_SPAN: Rules = {
    **dict.fromkeys("trace_id span_id parent_id".split(), Shape.LABEL),
    "start_ns": Shape.TIME,
    "duration": Shape.NUMBER,
    "status": Shape.ENUMERATION,
    "meta": {
        "kind": Shape.ENUMERATION,
        "span.kind": Shape.ENUMERATION,
        "model_name": Shape.LABEL,
        "model_provider": Shape.LABEL,
        "error": {"type": Shape.LABEL},
        "error.type": Shape.LABEL,
        "input": _MESSAGES,
        "output": _MESSAGES,
        "metadata": dict.fromkeys("temperature max_tokens top_p".split(), Shape.NUMBER),
    },
    "metrics": {"*": Shape.NUMBER},
}
_BATCH: Rules = {"ml_app": Shape.LABEL, "spans": {"[]": _SPAN}}
_RULES: Rules = {"data": {"type": Shape.ENUMERATION, "attributes": _BATCH}, **_BATCH, **_SPAN}
_KEYS = vocabulary(
    _RULES,
    "name content value message stack documents text score id tags session_id prompt parameters arguments "
    "error.message error.stack input_tokens output_tokens total_tokens time_to_first_token",
)
_KINDS = ("llm", "embedding")


def matches(tree: Any) -> bool:
    """Recognise a batch by its application and spans, a span by what it is made of."""
    if not isinstance(tree, dict):
        return False
    if "ml_app" in tree or at(tree, "data", "attributes", "ml_app") is not None:
        return isinstance(_main(tree).get("meta"), dict)
    return isinstance(tree.get("meta"), dict) and "start_ns" in tree and ("span_id" in tree or "trace_id" in tree)


def _main(tree: Any) -> dict[str, Any]:
    """Return the span of a model's call, else the first of all."""
    held = at(tree, "data", "attributes")
    spans = items(tree if held is None else held, "spans") or [tree]
    found = [span for span in spans if isinstance(span, dict)]
    called = (span for span in found if _kind(span) in _KINDS)
    return next(called, found[0] if found else {})


def _kind(span: Any) -> str | None:
    return scalar(at(span, "meta"), "kind", "span.kind")


def side(path: Path) -> Side:
    """Tell whose text stands at a path."""
    if "tool_calls" in path or "documents" in path:
        return Side.TOOL
    if "input" in path:
        return Side.INPUT
    return Side.OUTPUT if "output" in path else Side.ENVELOPE


def describe(tree: Any) -> Call:
    """Map a redacted record to the fields that an analyst searches."""
    outer = at(tree, "data", "attributes") or tree
    span = _main(tree)
    meta, used, took = at(span, "meta"), at(span, "metrics"), at(span, "duration")
    return Call(
        called_at=scalar(span, "start_ns"),
        provider=scalar(meta, "model_provider"),
        operation=_kind(span),
        model=scalar(meta, "model_name"),
        usage=TokenUsage(number(used, "input_tokens"), number(used, "output_tokens"), number(used, "total_tokens")),
        status=scalar(span, "status"),
        latency_ms=took / 1e6 if isinstance(took, (int, float)) and not isinstance(took, bool) else None,
        application=scalar(outer, "ml_app"),
        session=scalar(span, "session_id") or scalar(outer, "session_id"),
        trace_id=scalar(span, "trace_id"),
        span_id=scalar(span, "span_id"),
    )


def seed(tree: Any) -> ConversationSeed:
    """Return what the conversation id is made of: a session is a conversation."""
    outer = at(tree, "data", "attributes") or tree
    span = _main(tree)
    asked, said = (at(span, "meta", what, "messages") for what in ("input", "output"))
    return ConversationSeed(
        given=scalar(span, "session_id") or scalar(outer, "session_id"),
        application=scalar(outer, "ml_app"),
        first_message=first_user_text(asked),
        first_answer=first_answer(asked) or first_answer(said),
    )


DATADOG = Source(
    "datadog", matches, _RULES, _KEYS, side, describe, seed, "Datadog LLM Observability: spans, or a batch of them"
)
