"""Events of LangChain and LangGraph: a run that began, said a piece, or ended.

Field names from LangChain's `astream_events`, version 2, and its messages.
"""

from typing import Any

from schemas.events import Call, Side, TokenUsage
from schemas.sources.read import at, first_user_text, items, number, scalar, text_of, vocabulary
from schemas.sources.shapes import Rules, Shape, Treatment
from schemas.sources.source import ConversationSeed, Path, Source

_COUNTS: Rules = {
    "*": Shape.NUMBER,
    "input_token_details": {"*": Shape.NUMBER},
    "output_token_details": {"*": Shape.NUMBER},
}
_MESSAGE: Rules = {
    "id": Shape.LABEL,
    "type": Shape.ENUMERATION,
    "role": Shape.ENUMERATION,
    "tool_call_id": Shape.LABEL,
    "tool_calls": {"[]": {"id": Shape.LABEL, "name": Shape.LABEL, "type": Shape.ENUMERATION}},
    "usage_metadata": _COUNTS,
    "response_metadata": {
        "id": Shape.LABEL,
        "model_name": Shape.LABEL,
        "model_provider": Shape.LABEL,
        "system_fingerprint": Shape.LABEL,
        "finish_reason": Shape.ENUMERATION,
        "stop_reason": Shape.ENUMERATION,
        "logprobs": Treatment.LOGPROBS,
        "token_usage": _COUNTS,
    },
}
_MESSAGES: Rules = {"[]": {**_MESSAGE, "[]": _MESSAGE}}
_LABELS = "langgraph_node langgraph_checkpoint_ns checkpoint_ns ls_provider ls_model_name ls_model_type revision_id"
_NUMBERS = "langgraph_step ls_temperature ls_max_tokens"
_EVENT: Rules = {
    "event": Shape.LABEL,
    "name": Shape.ENUMERATION,
    "run_id": Shape.LABEL,
    "parent_ids": {"[]": Shape.LABEL},
    "timestamp": Shape.TIME,
    "metadata": {
        **dict.fromkeys(_LABELS.split(), Shape.LABEL),
        **dict.fromkeys(_NUMBERS.split(), Shape.NUMBER),
        "langgraph_path": {"[]": Shape.LABEL},
        "langgraph_triggers": {"[]": Shape.LABEL},
    },
    "data": {
        "input": {"messages": _MESSAGES},
        "output": {**_MESSAGE, "messages": _MESSAGES},
        "streamed": _MESSAGE,
        "chunk": _MESSAGE,
    },
}
_KEYS = vocabulary(
    _EVENT,
    "content tags additional_kwargs thread_id user_id session_id invalid_tool_calls args index tool_call_chunks "
    "input_tokens output_tokens total_tokens events text kwargs",
)


def matches(tree: Any) -> bool:
    """Recognise an event by its name and run."""
    name = at(tree, "event")
    return isinstance(name, str) and name.startswith("on_") and "run_id" in tree and isinstance(tree.get("data"), dict)


def side(path: Path) -> Side:
    """Tell whose text stands at a path."""
    if "tool_calls" in path or "tool_call_chunks" in path:
        return Side.TOOL
    if "input" in path:
        return Side.INPUT
    return Side.OUTPUT if not {"output", "chunk", "streamed"}.isdisjoint(path) else Side.ENVELOPE


def describe(tree: Any) -> Call:
    """Map a redacted record to the fields that an analyst searches."""
    metadata, output = at(tree, "metadata"), at(tree, "data", "output")
    said, used = at(output, "response_metadata"), at(output, "usage_metadata")
    reason = scalar(said, "finish_reason", "stop_reason")
    return Call(
        called_at=scalar(tree, "timestamp"),
        provider=scalar(metadata, "ls_provider"),
        operation=scalar(tree, "event"),
        model=scalar(said, "model_name") or scalar(metadata, "ls_model_name"),
        usage=TokenUsage(number(used, "input_tokens"), number(used, "output_tokens"), number(used, "total_tokens")),
        finish_reasons=(reason,) if reason else (),
        end_user=scalar(metadata, "user_id"),
        session=scalar(metadata, "session_id"),
        conversation=scalar(metadata, "thread_id"),
        span_id=scalar(tree, "run_id"),
        response_id=scalar(said, "id") or scalar(output, "id"),
    )


def seed(tree: Any) -> ConversationSeed:
    """Return what the conversation id is made of: a thread is a conversation."""
    metadata = at(tree, "metadata")
    given = [each for held in items(tree, "data", "input", "messages") for each in items(held) or [held]]
    asked = [{"role": "user", "content": at(each, "content")} for each in given if at(each, "type") == "human"]
    return ConversationSeed(
        given=scalar(metadata, "thread_id", "session_id"),
        end_user=scalar(metadata, "user_id"),
        first_message=first_user_text(asked),
        first_answer=text_of(at(tree, "data", "output", "content")),
    )


RUNS = Source("runs", matches, _EVENT, _KEYS, side, describe, seed, "LangChain and LangGraph: events of runs")
