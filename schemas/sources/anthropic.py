"""Anthropic messages: a request, a response, or both in one record.

Field names from the Messages API reference.
"""

from typing import Any

from schemas.events import Call, Side, TokenUsage
from schemas.sources.openai import ENVELOPE
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

_DATA_SOURCE: Rules = {
    "type": Shape.ENUMERATION,
    "media_type": Shape.LABEL,
    "data": Treatment.MEDIA,
    "url": Treatment.POINTER,
    "file_id": Treatment.POINTER,
}
_CITATION: Rules = {
    "type": Shape.ENUMERATION,
    "document_index": Shape.NUMBER,
    "search_result_index": Shape.NUMBER,
    "start_char_index": Shape.NUMBER,
    "end_char_index": Shape.NUMBER,
    "start_page_number": Shape.NUMBER,
    "end_page_number": Shape.NUMBER,
    "start_block_index": Shape.NUMBER,
    "end_block_index": Shape.NUMBER,
    "encrypted_index": Treatment.OPAQUE,
}
_INNER: Rules = {"type": Shape.ENUMERATION, "source": _DATA_SOURCE, "encrypted_content": Treatment.OPAQUE}
BLOCK: Rules = {
    "type": Shape.ENUMERATION,
    "id": Shape.LABEL,
    "name": Shape.LABEL,
    "tool_use_id": Shape.LABEL,
    "source": _DATA_SOURCE,
    "signature": Treatment.OPAQUE,
    "data": Treatment.OPAQUE,
    "cache_control": {"type": Shape.ENUMERATION, "ttl": Shape.LABEL},
    "content": {"[]": _INNER},
    "citations": {"[]": _CITATION},
    "encrypted_content": Treatment.OPAQUE,
}
_BLOCKS: Rules = {"[]": BLOCK}
REQUEST: Rules = {
    "model": Shape.LABEL,
    "anthropic_version": Shape.LABEL,
    "max_tokens": Shape.NUMBER,
    "temperature": Shape.NUMBER,
    "top_p": Shape.NUMBER,
    "top_k": Shape.NUMBER,
    "service_tier": Shape.ENUMERATION,
    "system": {"[]": {"type": Shape.ENUMERATION, "cache_control": {"type": Shape.ENUMERATION}}},
    "messages": {"[]": {"role": Shape.ENUMERATION, "content": _BLOCKS}},
    "tools": {"[]": {"type": Shape.LABEL, "name": Shape.LABEL}},
    "tool_choice": {"type": Shape.ENUMERATION, "name": Shape.LABEL},
    "thinking": {"type": Shape.ENUMERATION, "budget_tokens": Shape.NUMBER},
    "container": Shape.LABEL,
    "context_management": {"edits": {"[]": {"type": Shape.LABEL}}},
}
RESPONSE: Rules = {
    "id": Shape.LABEL,
    "type": Shape.ENUMERATION,
    "role": Shape.ENUMERATION,
    "model": Shape.LABEL,
    "content": _BLOCKS,
    "stop_reason": Shape.ENUMERATION,
    "usage": {
        "input_tokens": Shape.NUMBER,
        "output_tokens": Shape.NUMBER,
        "cache_creation_input_tokens": Shape.NUMBER,
        "cache_read_input_tokens": Shape.NUMBER,
        "service_tier": Shape.ENUMERATION,
        "inference_geo": Shape.LABEL,
        "cache_creation": {"*": Shape.NUMBER},
        "server_tool_use": {"*": Shape.NUMBER},
    },
    "container": {"id": Shape.LABEL, "expires_at": Shape.TIME},
}
_RULES: Rules = {**ENVELOPE, **REQUEST, **RESPONSE, "request": REQUEST, "response": RESPONSE}
_KEYS = vocabulary(
    _RULES,
    "page_age document_title max_uses max_results allowed_domains blocked_domains user_location server_tool_use "
    "web_search_requests metadata user_id text thinking input title context citations cited_text description "
    "input_schema properties required enum items stop_sequences stop_sequence stream is_error application session_id "
    "conversation_id ephemeral_5m_input_tokens ephemeral_1h_input_tokens web_fetch_requests applied_edits trigger keep",
)


def matches(tree: Any) -> bool:
    """Recognise a request by what only this API has, a response by its type."""
    if not isinstance(tree, dict):
        return False
    request, response = parts(tree)
    return _is_request(request) or _is_response(response)


def _is_request(tree: Any) -> bool:
    messages = at(tree, "messages")
    if not isinstance(messages, list) or "max_tokens" not in tree:
        return False
    if "system" in tree or "anthropic_version" in tree or str(at(tree, "model")).startswith("claude"):
        return True
    return any(_is_block(block) for message in messages for block in _content(message))


def _is_response(tree: Any) -> bool:
    return at(tree, "type") == "message" and isinstance(at(tree, "content"), list)


def _content(message: Any) -> list[Any]:
    content = at(message, "content")
    return content if isinstance(content, list) else []


def _is_block(block: Any) -> bool:
    return at(block, "type") in ("tool_use", "tool_result", "thinking", "document")


def side(path: Path) -> Side:
    """Tell whose text stands at a path."""
    if "input" in path or "tools" in path or path.count("content") > 1:
        return Side.TOOL
    if "messages" in path or "system" in path:
        return Side.INPUT
    return Side.OUTPUT if "content" in path else Side.ENVELOPE


def describe(tree: Any) -> Call:
    """Map a redacted record to the fields that an analyst searches."""
    request, response = parts(tree)
    usage = at(response, "usage")
    stop = scalar(response, "stop_reason")
    return Call(
        called_at=scalar(tree, "timestamp", "created_at", "start_time"),
        provider=scalar(tree, "provider") or "anthropic",
        endpoint=scalar(tree, "endpoint"),
        operation="chat",
        model=scalar(response, "model") or scalar(request, "model"),
        usage=TokenUsage(number(usage, "input_tokens"), number(usage, "output_tokens")),
        status=scalar(tree, "status", "status_code"),
        finish_reasons=(stop,) if stop else (),
        latency_ms=latency(tree),
        application=scalar(tree, "application"),
        end_user=scalar(tree, "user_id", "user") or scalar(at(request, "metadata"), "user_id"),
        session=scalar(tree, "session_id"),
        conversation=scalar(tree, "conversation_id"),
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
    return ConversationSeed(
        given=scalar(tree, "conversation_id"),
        application=scalar(tree, "application"),
        end_user=scalar(tree, "user_id", "user") or scalar(at(request, "metadata"), "user_id"),
        first_message=first_user_text(messages),
        first_answer=answers[0] if answers else text_of(at(response, "content")),
    )


ANTHROPIC = Source(
    "anthropic", matches, _RULES, _KEYS, side, describe, seed, "Anthropic messages: request, response, or both"
)
