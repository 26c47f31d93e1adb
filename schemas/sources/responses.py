"""OpenAI Responses: a request with `input`, a response with `output`, or both in one record.

Field names from the Responses API reference.
"""

from typing import Any

from schemas.events import Call, Side, TokenUsage
from schemas.sources.openai import ENVELOPE
from schemas.sources.read import at, items, latency, number, parts, scalar, text_of, vocabulary
from schemas.sources.shapes import Rules, Shape, Treatment
from schemas.sources.source import ConversationSeed, Path, Source

_CONTENT: Rules = {
    "type": Shape.ENUMERATION,
    "detail": Shape.ENUMERATION,
    "image_url": Treatment.POINTER,
    "file_url": Treatment.POINTER,
    "file_id": Treatment.POINTER,
    "file_data": Treatment.MEDIA,
    "input_audio": {"data": Treatment.MEDIA, "format": Shape.ENUMERATION},
    "logprobs": Treatment.LOGPROBS,
    "annotations": {
        "[]": {
            "type": Shape.ENUMERATION,
            "index": Shape.NUMBER,
            "start_index": Shape.NUMBER,
            "end_index": Shape.NUMBER,
            "file_id": Shape.LABEL,
            "container_id": Shape.LABEL,
        }
    },
}
_ITEM: Rules = {
    "type": Shape.ENUMERATION,
    "id": Shape.LABEL,
    "call_id": Shape.LABEL,
    "status": Shape.ENUMERATION,
    "role": Shape.ENUMERATION,
    "phase": Shape.ENUMERATION,
    "name": Shape.LABEL,
    "approval_request_id": Shape.LABEL,
    "container_id": Shape.LABEL,
    "server_label": Shape.LABEL,
    "content": {"[]": _CONTENT},
    "summary": {"[]": {"type": Shape.ENUMERATION}},
    "output": {"type": Shape.ENUMERATION, **_CONTENT, "[]": _CONTENT},
    "outputs": {"[]": {"type": Shape.ENUMERATION, "url": Treatment.POINTER}},
    "results": {"[]": {"file_id": Shape.LABEL, "score": Shape.NUMBER}},
    "action": {"type": Shape.ENUMERATION},
    "encrypted_content": Treatment.OPAQUE,
    "result": Treatment.MEDIA,
}
_SETTINGS: Rules = {
    "model": Shape.LABEL,
    "previous_response_id": Shape.LABEL,
    "instructions": {"[]": _ITEM},
    "max_output_tokens": Shape.NUMBER,
    "max_tool_calls": Shape.NUMBER,
    "temperature": Shape.NUMBER,
    "top_p": Shape.NUMBER,
    "top_logprobs": Shape.NUMBER,
    "service_tier": Shape.ENUMERATION,
    "truncation": Shape.ENUMERATION,
    "reasoning": {"effort": Shape.ENUMERATION, "summary": Shape.ENUMERATION},
    "text": {"format": {"type": Shape.ENUMERATION}, "verbosity": Shape.ENUMERATION},
    "tool_choice": Shape.ENUMERATION,
    "tools": {
        "[]": {
            "type": Shape.ENUMERATION,
            "name": Shape.LABEL,
            "server_label": Shape.LABEL,
            "vector_store_ids": {"[]": Shape.LABEL},
        }
    },
    "prompt": {"id": Shape.LABEL, "version": Shape.LABEL},
    "prompt_cache_retention": Shape.ENUMERATION,
}
REQUEST: Rules = {**_SETTINGS, "input": {"[]": _ITEM}, "include": {"[]": Shape.LABEL}}
RESPONSE: Rules = {
    **_SETTINGS,
    "id": Shape.LABEL,
    "object": Shape.ENUMERATION,
    "created_at": Shape.TIME,
    "completed_at": Shape.TIME,
    "status": Shape.ENUMERATION,
    "output": {"[]": _ITEM},
    "incomplete_details": {"reason": Shape.ENUMERATION},
    "usage": {
        "input_tokens": Shape.NUMBER,
        "output_tokens": Shape.NUMBER,
        "total_tokens": Shape.NUMBER,
        "input_tokens_details": {"*": Shape.NUMBER},
        "output_tokens_details": {"*": Shape.NUMBER},
    },
}
_RULES: Rules = {**ENVELOPE, **REQUEST, **RESPONSE, "request": REQUEST, "response": RESPONSE}
_KEYS = vocabulary(
    _RULES,
    "arguments output_text refusal input_text input_image input_file filename queries code logs error message metadata "
    "user safety_identifier prompt_cache_key prompt variables conversation background parallel_tool_calls store stream "
    "strict parameters description server_label server_url operation path diff command env pending_safety_checks "
    "acknowledged_safety_checks vector_store_ids url title query sources file_search web_search schema application "
    "user_id session_id conversation_id max_num_results ranking_options filters text quote",
)
#: What a request has at its top and no other format of a request does.
_OWN = frozenset({"instructions", "previous_response_id", "max_output_tokens", "truncation", "include", "background"})
#: What the smallest request holds; anything else there and a string for an input tell nothing.
_PLAIN = frozenset(REQUEST) | {"store", "stream", "metadata", "user", "safety_identifier", "prompt_cache_key"}


def matches(tree: Any) -> bool:
    """Recognise a response by its object and output, a request by its input of items or by what only it has."""
    if not isinstance(tree, dict):
        return False
    request, response = parts(tree)
    return _is_response(response) or _is_request(request)


def _is_response(tree: Any) -> bool:
    return at(tree, "object") == "response" and isinstance(at(tree, "output"), list)


def _is_request(tree: Any) -> bool:
    given = at(tree, "input")
    if not isinstance(given, (str, list)) or "messages" in tree or "output" in tree or "model" not in tree:
        return False
    if not _OWN.isdisjoint(tree):
        return True
    if isinstance(given, str):
        return _PLAIN.issuperset(tree)
    return bool(given) and all(isinstance(item, dict) and ("role" in item or "type" in item) for item in given)


def side(path: Path) -> Side:
    """Tell whose text stands at a path."""
    if not {"tools", "arguments", "queries", "results", "outputs", "action", "code"}.isdisjoint(path):
        return Side.TOOL
    if "input" in path:
        return Side.TOOL if "output" in path else Side.INPUT
    if "instructions" in path or "prompt" in path:
        return Side.INPUT
    return Side.OUTPUT if "output" in path else Side.ENVELOPE


def describe(tree: Any) -> Call:
    """Map a redacted record to the fields that an analyst searches."""
    request, response = parts(tree)
    usage = at(response, "usage")
    reason = scalar(at(response, "incomplete_details"), "reason")
    return Call(
        called_at=scalar(tree, "timestamp", "start_time") or scalar(response, "created_at"),
        provider=scalar(tree, "provider") or "openai",
        endpoint=scalar(tree, "endpoint"),
        operation="chat",
        model=scalar(response, "model") or scalar(request, "model"),
        usage=TokenUsage(number(usage, "input_tokens"), number(usage, "output_tokens"), number(usage, "total_tokens")),
        status=scalar(tree, "status", "status_code") or scalar(response, "status"),
        finish_reasons=(reason,) if reason else (),
        latency_ms=latency(tree),
        application=scalar(tree, "application") or scalar(at(request, "metadata"), "application", "app"),
        end_user=_end_user(tree),
        session=scalar(tree, "session_id") or scalar(at(request, "metadata"), "session_id"),
        conversation=_conversation(tree),
        trace_id=scalar(tree, "trace_id"),
        span_id=scalar(tree, "span_id"),
        request_id=scalar(tree, "request_id"),
        response_id=scalar(response, "id"),
        previous_response_id=scalar(request, "previous_response_id") or scalar(response, "previous_response_id"),
        data_sources=tuple(filter(None, (scalar(tool, "name", "type") for tool in items(request, "tools")))),
        region=scalar(tree, "region"),
    )


def _end_user(tree: Any) -> str | None:
    request, response = parts(tree)
    keys = ("user", "safety_identifier")
    return scalar(tree, "user_id", "user") or scalar(request, *keys) or scalar(response, *keys)


def _conversation(tree: Any) -> str | None:
    """Return the conversation's id, which stands alone or in an object."""
    for part in (tree, *parts(tree)):
        found = scalar(part, "conversation_id", "conversation") or scalar(at(part, "conversation"), "id")
        if found:
            return found
    return None


def seed(tree: Any) -> ConversationSeed:
    """Return what the conversation id is made of; a turn that continues another begins no conversation."""
    request, response = parts(tree)
    continued = scalar(request, "previous_response_id") is not None
    history = items(request, "input")
    first = at(request, "input") if isinstance(at(request, "input"), str) else _said(history, "user")
    return ConversationSeed(
        given=_conversation(tree),
        application=scalar(tree, "application") or scalar(at(request, "metadata"), "application", "app"),
        end_user=_end_user(tree),
        first_message=None if continued else first,
        first_answer=_said(history, "assistant") or _said(items(response, "output"), "assistant"),
    )


def _said(history: list[Any], role: str) -> str | None:
    return next((text_of(at(item, "content")) for item in history if at(item, "role") == role), None)


RESPONSES = Source(
    "responses", matches, _RULES, _KEYS, side, describe, seed, "OpenAI Responses: request, response, or both"
)
