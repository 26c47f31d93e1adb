"""OpenAI chat completions: a request, a response, or both in one record.

Field names from the Chat Completions API reference.
"""

from typing import Any

from schemas.events import Call, Side, TokenUsage
from schemas.sources.read import (
    at,
    first_user_text,
    items,
    latency,
    number,
    parts,
    scalar,
    text_of,
    tool_names,
    vocabulary,
)
from schemas.sources.shapes import Rules, Shape, Treatment
from schemas.sources.source import ConversationSeed, Path, Source

_TOOL_CALL: Rules = {
    "id": Shape.LABEL,
    "type": Shape.ENUMERATION,
    "index": Shape.NUMBER,
    "function": {"name": Shape.LABEL},
}
_MESSAGE: Rules = {
    "role": Shape.ENUMERATION,
    "tool_call_id": Shape.LABEL,
    "tool_calls": {"[]": _TOOL_CALL},
    "content": {
        "[]": {
            "type": Shape.ENUMERATION,
            "image_url": {"url": Treatment.POINTER, "detail": Shape.ENUMERATION},
            "input_audio": {"data": Treatment.MEDIA, "format": Shape.ENUMERATION},
            "file": {"file_data": Treatment.MEDIA, "file_id": Treatment.POINTER},
        }
    },
    "audio": {"id": Treatment.POINTER, "data": Treatment.MEDIA, "expires_at": Shape.TIME},
}
_COUNTS: Rules = {"*": Shape.NUMBER}
_USAGE: Rules = {
    "prompt_tokens": Shape.NUMBER,
    "completion_tokens": Shape.NUMBER,
    "total_tokens": Shape.NUMBER,
    "prompt_tokens_details": _COUNTS,
    "completion_tokens_details": _COUNTS,
}
REQUEST: Rules = {
    "model": Shape.LABEL,
    "messages": {"[]": _MESSAGE},
    "max_tokens": Shape.NUMBER,
    "max_completion_tokens": Shape.NUMBER,
    "temperature": Shape.NUMBER,
    "top_p": Shape.NUMBER,
    "n": Shape.NUMBER,
    "seed": Shape.NUMBER,
    "presence_penalty": Shape.NUMBER,
    "frequency_penalty": Shape.NUMBER,
    "top_logprobs": Shape.NUMBER,
    "reasoning_effort": Shape.ENUMERATION,
    "service_tier": Shape.ENUMERATION,
    "tool_choice": Shape.ENUMERATION,
    "tools": {"[]": {"type": Shape.ENUMERATION, "function": {"name": Shape.LABEL}}},
    "response_format": {"type": Shape.ENUMERATION},
}
RESPONSE: Rules = {
    "id": Shape.LABEL,
    "object": Shape.ENUMERATION,
    "created": Shape.TIME,
    "model": Shape.LABEL,
    "system_fingerprint": Shape.LABEL,
    "service_tier": Shape.ENUMERATION,
    "choices": {
        "[]": {
            "index": Shape.NUMBER,
            "finish_reason": Shape.ENUMERATION,
            "logprobs": Treatment.LOGPROBS,
            "message": _MESSAGE,
        }
    },
    "usage": _USAGE,
}
ENVELOPE: Rules = {
    "request_id": Shape.LABEL,
    "timestamp": Shape.TIME,
    "created_at": Shape.TIME,
    "start_time": Shape.TIME,
    "end_time": Shape.TIME,
    "latency_ms": Shape.NUMBER,
    "duration_ms": Shape.NUMBER,
    "status": Shape.ENUMERATION,
    "status_code": Shape.NUMBER,
    "endpoint": Shape.LABEL,
    "provider": Shape.LABEL,
    "region": Shape.LABEL,
    "trace_id": Shape.LABEL,
    "span_id": Shape.LABEL,
}
_RULES: Rules = {**ENVELOPE, **REQUEST, **RESPONSE, "request": REQUEST, "response": RESPONSE}
_KEYS = vocabulary(
    _RULES,
    "user safety_identifier metadata text name refusal arguments custom input description parameters prediction "
    "json_schema schema strict stop stream stream_options logit_bias store logprobs parallel_tool_calls annotations "
    "function_call functions transcript input_audio filename title url content_filter_results application user_id "
    "session_id conversation_id include_usage system_prompt type properties required enum items",
)


def matches(tree: Any) -> bool:
    """Recognise a request by its messages and model, a response by its choices."""
    if not isinstance(tree, dict):
        return False
    request, response = parts(tree)
    return _is_request(request) or _is_response(response)


def _is_request(tree: Any) -> bool:
    messages = at(tree, "messages")
    if not isinstance(messages, list) or "anthropic_version" in tree or "system" in tree:
        return False
    return "model" in tree and all(isinstance(message, dict) and "role" in message for message in messages)


def _is_response(tree: Any) -> bool:
    choices = at(tree, "choices")
    return isinstance(choices, list) and bool(choices) and all(at(choice, "message") is not None for choice in choices)


def side(path: Path) -> Side:
    """Tell whose text stands at a path."""
    if "tool_calls" in path or "function_call" in path or "tools" in path:
        return Side.TOOL
    if "choices" in path:
        return Side.OUTPUT
    return Side.INPUT if "messages" in path else Side.ENVELOPE


def describe(tree: Any) -> Call:
    """Map a redacted record to the fields that an analyst searches."""
    request, response = parts(tree)
    usage = at(response, "usage")
    choices = items(at(response, "choices"))
    return Call(
        called_at=scalar(tree, "timestamp", "created_at", "start_time") or scalar(response, "created"),
        provider=scalar(tree, "provider") or "openai",
        endpoint=scalar(tree, "endpoint"),
        operation="chat",
        model=scalar(response, "model") or scalar(request, "model"),
        usage=TokenUsage(
            number(usage, "prompt_tokens"), number(usage, "completion_tokens"), number(usage, "total_tokens")
        ),
        status=scalar(tree, "status", "status_code"),
        finish_reasons=tuple(filter(None, (scalar(choice, "finish_reason") for choice in choices))),
        latency_ms=latency(tree),
        application=scalar(tree, "application") or scalar(at(request, "metadata"), "application", "app"),
        end_user=scalar(tree, "user_id", "user") or scalar(request, "user", "safety_identifier"),
        session=scalar(tree, "session_id") or scalar(at(request, "metadata"), "session_id"),
        conversation=scalar(tree, "conversation_id") or scalar(at(request, "metadata"), "conversation_id"),
        trace_id=scalar(tree, "trace_id"),
        span_id=scalar(tree, "span_id"),
        request_id=scalar(tree, "request_id"),
        response_id=scalar(response, "id"),
        data_sources=tool_names(at(request, "tools")),
        region=scalar(tree, "region"),
    )


def seed(tree: Any) -> ConversationSeed:
    """Return what the conversation id is made of."""
    request, response = parts(tree)
    messages = at(request, "messages")
    answers = [
        text_of(at(message, "content"))
        for message in items(at(request, "messages"))
        if at(message, "role") == "assistant"
    ]
    choices = at(response, "choices")
    answer = text_of(at(choices[0], "message", "content")) if isinstance(choices, list) and choices else None
    return ConversationSeed(
        given=scalar(tree, "conversation_id") or scalar(at(request, "metadata"), "conversation_id"),
        application=scalar(tree, "application") or scalar(at(request, "metadata"), "application", "app"),
        end_user=scalar(tree, "user_id", "user") or scalar(request, "user", "safety_identifier"),
        first_message=first_user_text(messages),
        first_answer=answers[0] if answers else answer,
    )


OPENAI = Source(
    "openai", matches, _RULES, _KEYS, side, describe, seed, "OpenAI chat completions: request, response, or both"
)
