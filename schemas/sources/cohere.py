"""Cohere's chat, both versions of its API, and its rerank: a request, a response, or both.

Field names from the Cohere API reference.
"""

from typing import Any

from schemas.events import Call, Side, TokenUsage
from schemas.sources.openai import ENVELOPE
from schemas.sources.read import at, first_user_text, items, latency, number, parts, scalar, text_of, vocabulary
from schemas.sources.shapes import Rules, Shape
from schemas.sources.source import ConversationSeed, Path, Source

_CITATIONS: Rules = {
    "[]": {
        "start": Shape.NUMBER,
        "end": Shape.NUMBER,
        "type": Shape.LABEL,
        "content_index": Shape.NUMBER,
        "document_ids": {"[]": Shape.LABEL},
        "sources": {"[]": {"type": Shape.ENUMERATION, "id": Shape.LABEL}},
    }
}
_CALLS: Rules = {
    "[]": {"id": Shape.LABEL, "type": Shape.ENUMERATION, "name": Shape.LABEL, "function": {"name": Shape.LABEL}}
}
_MESSAGE: Rules = {
    "role": Shape.LABEL,
    "tool_call_id": Shape.LABEL,
    "tool_calls": _CALLS,
    "content": {"[]": {"type": Shape.ENUMERATION}},
    "citations": _CITATIONS,
}
_REQUEST: Rules = {
    "model": Shape.LABEL,
    "messages": {"[]": _MESSAGE},
    "chat_history": {"[]": {"role": Shape.LABEL}},
    **dict.fromkeys("temperature max_tokens k p seed top_n frequency_penalty presence_penalty".split(), Shape.NUMBER),
    "prompt_truncation": Shape.LABEL,
    "tools": {"[]": {"name": Shape.LABEL, "type": Shape.ENUMERATION, "function": {"name": Shape.LABEL}}},
}
_COUNTED: Rules = {"billed_units": {"*": Shape.NUMBER}, "tokens": {"*": Shape.NUMBER}, "cached_tokens": Shape.NUMBER}
_RESPONSE: Rules = {
    "id": Shape.LABEL,
    "response_id": Shape.LABEL,
    "generation_id": Shape.LABEL,
    "finish_reason": Shape.LABEL,
    "message": _MESSAGE,
    "citations": _CITATIONS,
    "chat_history": {"[]": {"role": Shape.LABEL}},
    "tool_calls": _CALLS,
    "search_queries": {"[]": {"generation_id": Shape.LABEL}},
    "documents": {"[]": {"id": Shape.LABEL}},
    "results": {"[]": {"index": Shape.NUMBER, "relevance_score": Shape.NUMBER}},
    "usage": _COUNTED,
    "meta": {**_COUNTED, "api_version": {"version": Shape.LABEL}},
}
_RULES: Rules = {**ENVELOPE, **_REQUEST, **_RESPONSE, "request": _REQUEST, "response": _RESPONSE}
_KEYS = vocabulary(
    _RULES,
    "text preamble conversation_id tool_plan snippet title data document query input_tokens output_tokens search_units "
    "is_experimental description parameters arguments connectors tool_results outputs is_search_required "
    "application user_id session_id stream safety_mode search_results",
)


def matches(tree: Any) -> bool:
    """Recognise a response by what Cohere alone counts or names."""
    if not isinstance(tree, dict):
        return False
    _, response = parts(tree)
    if not isinstance(response, dict):
        return False
    held = [at(response, where, what) for where in ("usage", "meta") for what in ("billed_units", "tokens")]
    counted = any(isinstance(each, dict) for each in held)
    said = "message" in response or "text" in response or "results" in response
    return said and (counted or ("generation_id" in response and "finish_reason" in response))


def side(path: Path) -> Side:
    """Tell whose text stands at a path."""
    if not {"tool_calls", "tools", "documents", "tool_results"}.isdisjoint(path):
        return Side.TOOL
    if not {"messages", "chat_history", "preamble", "query", "search_queries", "request"}.isdisjoint(path):
        return Side.INPUT
    return Side.OUTPUT if not {"message", "text", "citations"}.isdisjoint(path) else Side.ENVELOPE


def describe(tree: Any) -> Call:
    """Map a redacted record to the fields that an analyst searches."""
    request, response = parts(tree)
    reason = scalar(response, "finish_reason")
    names = (scalar(tool, "name") or scalar(at(tool, "function"), "name") for tool in items(request, "tools"))
    return Call(
        called_at=scalar(tree, "timestamp", "created_at", "start_time"),
        provider=scalar(tree, "provider") or "cohere",
        endpoint=scalar(tree, "endpoint"),
        operation="rerank" if at(response, "results") is not None else "chat",
        model=scalar(request, "model") or scalar(response, "model"),
        usage=_usage(response),
        status=scalar(tree, "status", "status_code"),
        finish_reasons=(reason,) if reason else (),
        latency_ms=latency(tree),
        application=scalar(tree, "application"),
        end_user=scalar(tree, "user_id", "user"),
        session=scalar(tree, "session_id"),
        conversation=scalar(tree, "conversation_id") or scalar(request, "conversation_id"),
        trace_id=scalar(tree, "trace_id"),
        span_id=scalar(tree, "span_id"),
        request_id=scalar(tree, "request_id"),
        response_id=scalar(response, "response_id", "id", "generation_id"),
        data_sources=tuple(filter(None, names)),
        region=scalar(tree, "region"),
    )


def _usage(response: Any) -> TokenUsage:
    """Return the tokens of the call, or those that are billed where it says no more."""
    for held in (at(response, "usage"), at(response, "meta")):
        for used in (at(held, "tokens"), at(held, "billed_units")):
            input_, output = number(used, "input_tokens"), number(used, "output_tokens")
            if input_ is not None or output is not None:
                return TokenUsage(input_, output)
    return TokenUsage()


def seed(tree: Any) -> ConversationSeed:
    """Return what the conversation id is made of; version 1 keeps the turns before this one in a history."""
    request, response = parts(tree)
    history = items(request, "chat_history")
    asked = next((scalar(turn, "message") for turn in history if scalar(turn, "role") in ("USER", "User")), None)
    said = next((scalar(turn, "message") for turn in history if scalar(turn, "role") in ("CHATBOT", "Chatbot")), None)
    answers = [at(turn, "content") for turn in items(request, "messages") if at(turn, "role") == "assistant"]
    return ConversationSeed(
        given=scalar(tree, "conversation_id") or scalar(request, "conversation_id"),
        application=scalar(tree, "application"),
        end_user=scalar(tree, "user_id", "user"),
        first_message=first_user_text(at(request, "messages")) or asked or scalar(request, "message"),
        first_answer=(text_of(answers[0]) if answers else said)
        or scalar(response, "text")
        or text_of(at(response, "message", "content")),
    )


COHERE = Source(
    "cohere", matches, _RULES, _KEYS, side, describe, seed, "Cohere chat and rerank: response, or request and response"
)
