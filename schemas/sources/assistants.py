"""OpenAI's Assistants: messages of a thread, runs, and steps of a run.

Field names from the Assistants API reference.
"""

from typing import Any

from schemas.events import Call, Side, TokenUsage
from schemas.sources.openai import ENVELOPE
from schemas.sources.read import at, items, latency, number, scalar, vocabulary
from schemas.sources.shapes import Rules, Shape, Treatment
from schemas.sources.source import ConversationSeed, Path, Source

_TIMES = "created_at started_at completed_at cancelled_at failed_at expires_at expired_at incomplete_at"
_LABELS = "id thread_id run_id assistant_id model"
_COUNTS = "temperature top_p max_prompt_tokens max_completion_tokens"
_CONTENT: Rules = {
    "[]": {
        "type": Shape.ENUMERATION,
        "index": Shape.NUMBER,
        "image_url": {"url": Treatment.POINTER, "detail": Shape.ENUMERATION},
        "image_file": {"file_id": Treatment.POINTER, "detail": Shape.ENUMERATION},
        "text": {
            "annotations": {
                "[]": {
                    "type": Shape.ENUMERATION,
                    "index": Shape.NUMBER,
                    "start_index": Shape.NUMBER,
                    "end_index": Shape.NUMBER,
                    "file_citation": {"file_id": Shape.LABEL},
                    "file_path": {"file_id": Shape.LABEL},
                }
            }
        },
    }
}
_CALLS: Rules = {
    "[]": {
        "id": Shape.LABEL,
        "index": Shape.NUMBER,
        "type": Shape.ENUMERATION,
        "function": {"name": Shape.LABEL},
        "code_interpreter": {
            "outputs": {"[]": {"type": Shape.ENUMERATION, "image": {"file_id": Treatment.POINTER}}},
        },
        "file_search": {"results": {"[]": {"file_id": Shape.LABEL, "score": Shape.NUMBER}}},
    }
}
_OBJECT: Rules = {
    "object": Shape.LABEL,
    "type": Shape.ENUMERATION,
    "status": Shape.ENUMERATION,
    "role": Shape.ENUMERATION,
    **dict.fromkeys(_TIMES.split(), Shape.TIME),
    **dict.fromkeys(_LABELS.split(), Shape.LABEL),
    **dict.fromkeys(_COUNTS.split(), Shape.NUMBER),
    "content": _CONTENT,
    "attachments": {"[]": {"file_id": Treatment.POINTER, "tools": {"[]": {"type": Shape.ENUMERATION}}}},
    "tools": {"[]": {"type": Shape.ENUMERATION, "function": {"name": Shape.LABEL}}},
    "tool_choice": Shape.ENUMERATION,
    "response_format": Shape.ENUMERATION,
    "truncation_strategy": {"type": Shape.ENUMERATION, "last_messages": Shape.NUMBER},
    "incomplete_details": {"reason": Shape.ENUMERATION},
    "last_error": {"code": Shape.LABEL},
    "required_action": {"type": Shape.LABEL, "submit_tool_outputs": {"tool_calls": _CALLS}},
    "step_details": {
        "type": Shape.LABEL,
        "message_creation": {"message_id": Shape.LABEL},
        "tool_calls": _CALLS,
    },
    "usage": {"*": Shape.NUMBER, "prompt_token_details": {"*": Shape.NUMBER}},
}
_RULES: Rules = {**ENVELOPE, **_OBJECT, "event": Shape.LABEL, "data": {**_OBJECT, "[]": _OBJECT}}
_KEYS = vocabulary(
    _RULES,
    "value quote filename instructions additional_instructions metadata input logs arguments output message "
    "description parameters parallel_tool_calls code prompt_tokens completion_tokens total_tokens first_id last_id "
    "has_more other_events tool_resources ranking_options",
)
_OBJECTS = frozenset("thread.message thread.run thread.run.step".split())


def matches(tree: Any) -> bool:
    """Recognise a message, run or step, alone, as the data of an event, or in a list."""
    return _main(tree) is not None


def _main(tree: Any) -> Any:
    """Return the object that a record tells of: that of an event, or the first of a list."""
    data = at(tree, "data")
    held = data if isinstance(data, list) else [tree, data]
    return next((each for each in held if _is_object(each)), None)


def _is_object(tree: Any) -> bool:
    object_ = at(tree, "object")
    return isinstance(object_, str) and object_ in _OBJECTS


def side(path: Path) -> Side:
    """Tell whose text stands at a path; a thread's messages may be anybody's, the model's as a rule."""
    if not {"tools", "tool_calls", "submit_tool_outputs"}.isdisjoint(path):
        return Side.TOOL
    if "instructions" in path or "additional_instructions" in path:
        return Side.INPUT
    return Side.OUTPUT if "content" in path else Side.ENVELOPE


def describe(tree: Any) -> Call:
    """Map a redacted record to the fields that an analyst searches."""
    main = _main(tree)
    object_ = scalar(main, "object")
    id_ = scalar(main, "id")
    used = at(main, "usage")
    reason = scalar(at(main, "incomplete_details"), "reason")
    names = (scalar(at(tool, "function"), "name") or scalar(tool, "type") for tool in items(main, "tools"))
    return Call(
        called_at=scalar(tree, "timestamp") or scalar(main, "created_at"),
        provider=scalar(tree, "provider") or "openai",
        endpoint=scalar(tree, "endpoint"),
        operation=object_,
        model=scalar(main, "model"),
        usage=TokenUsage(
            number(used, "prompt_tokens"), number(used, "completion_tokens"), number(used, "total_tokens")
        ),
        status=scalar(main, "status"),
        finish_reasons=(reason,) if reason else (),
        latency_ms=latency(tree),
        application=scalar(main, "assistant_id"),
        session=scalar(main, "thread_id"),
        trace_id=scalar(tree, "trace_id"),
        span_id=scalar(tree, "span_id"),
        request_id=scalar(tree, "request_id") or scalar(main, "run_id") or (id_ if object_ == "thread.run" else None),
        response_id=id_,
        data_sources=tuple(filter(None, names)),
    )


def seed(tree: Any) -> ConversationSeed:
    """Return what the conversation id is made of: a thread is a conversation."""
    main = _main(tree)
    said = (scalar(at(part, "text"), "value") for part in items(main, "content"))
    return ConversationSeed(
        given=scalar(main, "thread_id"),
        application=scalar(main, "assistant_id"),
        first_message=next(filter(None, said), None) if scalar(main, "role") == "user" else None,
    )


ASSISTANTS = Source(
    "assistants", matches, _RULES, _KEYS, side, describe, seed, "OpenAI Assistants: messages, runs, steps, their events"
)
