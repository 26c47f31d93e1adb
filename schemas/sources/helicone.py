"""Helicone: a logged request with the bodies of the provider it went to.

Field names from Helicone's type definitions of a request. What `llmSchema` holds repeats the bodies.
"""

from typing import Any

from schemas.events import Call, Side, TokenUsage
from schemas.sources.read import (
    at,
    first_answer,
    first_user_text,
    items,
    number,
    opened,
    reasons,
    scalar,
    text_of,
    vocabulary,
)
from schemas.sources.shapes import Rules, Shape, Treatment
from schemas.sources.source import ConversationSeed, Path, Source

_LABELS = (
    "request_id response_id request_path request_model response_model model_override model provider prompt_id "
    "prompt_version cache_reference_id target_url"
)
_TIMES = "request_created_at response_created_at"
_NUMBERS = (
    "response_status delay_ms time_to_first_token total_tokens prompt_tokens completion_tokens reasoning_tokens "
    "prompt_cache_write_tokens prompt_cache_read_tokens prompt_audio_tokens completion_audio_tokens cost costUSD"
)
_MESSAGE: Rules = {
    "role": Shape.ENUMERATION,
    "_type": Shape.LABEL,
    "id": Shape.LABEL,
    "tool_call_id": Shape.LABEL,
    "tool_calls": {"[]": {"id": Shape.LABEL, "name": Shape.LABEL, "type": Shape.ENUMERATION}},
    "image_url": Treatment.POINTER,
}
_SCHEMA: Rules = {
    "request": {
        "model": Shape.LABEL,
        "provider": Shape.LABEL,
        "temperature": Shape.NUMBER,
        "max_tokens": Shape.NUMBER,
        "messages": {"[]": _MESSAGE},
    },
    "response": {"model": Shape.LABEL, "messages": {"[]": _MESSAGE}},
}
_RULES: Rules = {
    **dict.fromkeys(_LABELS.split(), Shape.LABEL),
    **dict.fromkeys(_TIMES.split(), Shape.TIME),
    **dict.fromkeys(_NUMBERS.split(), Shape.NUMBER),
    "signed_body_url": Treatment.POINTER,
    "asset_ids": {"[]": Shape.LABEL},
    "asset_urls": {"*": Treatment.POINTER},
    "llmSchema": _SCHEMA,
    "llm_schema": _SCHEMA,
}
_KEYS = vocabulary(
    _RULES,
    "request_body response_body request_user_id request_properties request_feedback properties helicone_user scores "
    "feedback_rating feedback_created_at feedback_id country_code request_prompt response_prompt request_prompt_values "
    "cache_enabled request_ip content user_id storage_location assets",
)
_BODIES = ("request_body", "response_body", "llmSchema", "llm_schema", "signed_body_url", "request_prompt")
_OWN = frozenset(_RULES) | {"request_user_id", "request_properties", "helicone_user", "feedback_rating", "country_code"}
_OWN_TOO = _OWN - {"request_id", "response_id", "model", "provider", "cost", "prompt_tokens", "completion_tokens"}
_FEW = 2


def matches(tree: Any) -> bool:
    """Recognise a request by its id and body beside fields that only Helicone writes."""
    if not isinstance(tree, dict) or not ("request_id" in tree or "response_id" in tree):
        return False
    return any(key in tree for key in _BODIES) and len(_OWN_TOO.intersection(tree)) >= _FEW


def side(path: Path) -> Side:
    """Tell whose text stands at a path."""
    if not {"tool_calls", "tools"}.isdisjoint(path):
        return Side.TOOL
    names = [part for part in path if isinstance(part, str)]
    if "response_body" in names or names[1:2] == ["response"] or "response_prompt" in names:
        return Side.OUTPUT
    return Side.INPUT if {"request_body", "request_prompt", "request"}.intersection(names) else Side.ENVELOPE


def describe(tree: Any) -> Call:
    """Map a redacted record to the fields that an analyst searches."""
    response = opened(at(tree, "response_body"))
    properties = at(tree, "request_properties")
    properties = properties if isinstance(properties, dict) else at(tree, "properties")
    return Call(
        called_at=scalar(tree, "request_created_at"),
        provider=scalar(tree, "provider"),
        endpoint=scalar(tree, "request_path", "target_url"),
        operation="chat",
        model=scalar(tree, "model_override", "response_model", "request_model", "model"),
        usage=TokenUsage(
            number(tree, "prompt_tokens"), number(tree, "completion_tokens"), number(tree, "total_tokens")
        ),
        status=scalar(tree, "response_status"),
        finish_reasons=_finish_reasons(response),
        latency_ms=_latency(tree),
        application=scalar(properties, "application", "app", "App"),
        end_user=_end_user(tree),
        session=scalar(properties, "Helicone-Session-Id", "session_id"),
        conversation=scalar(properties, "conversation_id", "Conversation"),
        request_id=scalar(tree, "request_id"),
        response_id=scalar(tree, "response_id"),
    )


def _end_user(tree: Any) -> str | None:
    return scalar(tree, "request_user_id", "helicone_user", "user_id")


def _latency(tree: Any) -> float | None:
    found = at(tree, "delay_ms")
    return float(found) if isinstance(found, (int, float)) and not isinstance(found, bool) else None


def _finish_reasons(response: Any) -> tuple[str, ...]:
    one = scalar(response, "stop_reason")
    return (one,) if one else reasons(items(response, "choices"), "finish_reason")


def seed(tree: Any) -> ConversationSeed:
    """Return what the conversation id is made of."""
    request, response = opened(at(tree, "request_body")), opened(at(tree, "response_body"))
    properties = at(tree, "request_properties")
    messages = at(request, "messages")
    choices = items(response, "choices")
    said = at(choices[0], "message", "content") if choices else at(response, "content")
    return ConversationSeed(
        given=scalar(properties, "conversation_id", "Conversation", "Helicone-Session-Id"),
        application=scalar(properties, "application", "app", "App"),
        end_user=_end_user(tree),
        first_message=first_user_text(messages),
        first_answer=first_answer(messages) or text_of(said),
    )


HELICONE = Source("helicone", matches, _RULES, _KEYS, side, describe, seed, "Helicone request with its bodies")
