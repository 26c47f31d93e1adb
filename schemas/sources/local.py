"""Servers of local models: Ollama's chat and generate, llama.cpp's completion, Text Generation Inference.

Field names from Ollama's API documentation, the llama.cpp server's and the TGI API reference.
"""

from typing import Any

from schemas.events import Call, Side, TokenUsage
from schemas.sources.openai import ENVELOPE
from schemas.sources.read import at, first_answer, first_user_text, items, latency, number, parts, scalar, vocabulary
from schemas.sources.shapes import Rules, Shape, Treatment
from schemas.sources.source import ConversationSeed, Path, Source
from schemas.sources.streamed import local

_CALLS: Rules = {"[]": {"id": Shape.LABEL, "function": {"name": Shape.LABEL, "index": Shape.NUMBER}}}
_MESSAGE: Rules = {
    "role": Shape.ENUMERATION,
    "tool_name": Shape.LABEL,
    "tool_calls": _CALLS,
    "images": {"[]": Treatment.MEDIA},
}
_NUMBERS = "temperature num_ctx num_predict seed top_k top_p min_p repeat_penalty presence_penalty frequency_penalty"
_REQUEST: Rules = {
    "model": Shape.LABEL,
    "messages": {"[]": _MESSAGE},
    "images": {"[]": Treatment.MEDIA},
    "keep_alive": Shape.LABEL,
    "options": dict.fromkeys(_NUMBERS.split(), Shape.NUMBER),
    "parameters": dict.fromkeys([*_NUMBERS.split(), "max_new_tokens"], Shape.NUMBER),
    "tools": {"[]": {"type": Shape.ENUMERATION, "function": {"name": Shape.LABEL}}},
}
_COUNTS = (
    "total_duration load_duration prompt_eval_count prompt_eval_duration eval_count eval_duration tokens_predicted "
    "tokens_evaluated tokens_cached id_slot index"
)
_RESPONSE: Rules = {
    "model": Shape.LABEL,
    "created_at": Shape.TIME,
    "message": _MESSAGE,
    "done_reason": Shape.ENUMERATION,
    "stop_type": Shape.LABEL,
    **dict.fromkeys(_COUNTS.split(), Shape.NUMBER),
    "timings": {"*": Shape.NUMBER},
    "details": {
        "finish_reason": Shape.LABEL,
        "generated_tokens": Shape.NUMBER,
        "seed": Shape.NUMBER,
        "prefill": Treatment.LOGPROBS,
        "tokens": Treatment.LOGPROBS,
    },
}
_RULES: Rules = {**ENVELOPE, **_REQUEST, **_RESPONSE, "request": _REQUEST, "response": _RESPONSE}
_KEYS = vocabulary(
    _RULES,
    "content thinking prompt system suffix template done stop stopping_word truncated generated_text inputs stream "
    "think raw format context tokens description parameters arguments name generation_settings application user_id "
    "user session_id conversation_id has_new_line best_of_sequences",
)
_OF_THE_REQUEST = frozenset({"options", "keep_alive", "think", "raw"})


def matches(tree: Any) -> bool:
    """Recognise an answer by its end mark or its text, a request by what only Ollama has."""
    if not isinstance(tree, dict):
        return False
    request, response = parts(tree)
    return _is_answer(tree) or _is_answer(response) or _is_request(request)


def _is_answer(tree: Any) -> bool:
    if not isinstance(tree, dict):
        return False
    ended = "done" in tree and "created_at" in tree and isinstance(tree.get("model"), str)
    if ended and (isinstance(tree.get("message"), dict) or isinstance(tree.get("response"), str)):
        return True
    whole = isinstance(tree.get("generated_text"), str) and isinstance(tree.get("details"), dict)
    return whole or local.is_answer(tree)


def _is_request(tree: Any) -> bool:
    asked = at(tree, "messages") is not None or isinstance(at(tree, "prompt"), str)
    return asked and isinstance(at(tree, "model"), str) and not _OF_THE_REQUEST.isdisjoint(tree)


def side(path: Path) -> Side:
    """Tell whose text stands at a path."""
    if "tool_calls" in path or "tools" in path:
        return Side.TOOL
    if not {"messages", "prompt", "system", "inputs", "suffix"}.isdisjoint(path):
        return Side.INPUT
    answered = {"message", "response", "content", "thinking", "generated_text"}
    return Side.OUTPUT if not answered.isdisjoint(path) else Side.ENVELOPE


def describe(tree: Any) -> Call:
    """Map a redacted record to the fields that an analyst searches."""
    request, response = _bodies(tree)
    reason = scalar(response, "done_reason", "stop_type") or scalar(at(response, "details"), "finish_reason")
    names = (scalar(at(tool, "function"), "name") for tool in items(request, "tools"))
    return Call(
        called_at=scalar(tree, "timestamp", "start_time", "created_at") or scalar(response, "created_at"),
        provider=scalar(tree, "provider") or _provider(response, request),
        endpoint=scalar(tree, "endpoint"),
        operation="chat" if at(response, "message") is not None or "messages" in request else "generate",
        model=scalar(response, "model") or scalar(request, "model"),
        usage=TokenUsage(
            number(response, "prompt_eval_count", "tokens_evaluated"),
            number(response, "eval_count", "tokens_predicted") or number(at(response, "details"), "generated_tokens"),
        ),
        status=scalar(tree, "status", "status_code"),
        finish_reasons=(reason,) if reason else (),
        latency_ms=latency(tree) or _latency(response),
        application=scalar(tree, "application"),
        end_user=scalar(tree, "user_id", "user"),
        session=scalar(tree, "session_id"),
        conversation=scalar(tree, "conversation_id"),
        trace_id=scalar(tree, "trace_id"),
        span_id=scalar(tree, "span_id"),
        request_id=scalar(tree, "request_id"),
        data_sources=tuple(filter(None, names)),
        region=scalar(tree, "region"),
    )


def _bodies(tree: Any) -> tuple[Any, Any]:
    """Return request and answer; Ollama's own answer has a text called "response"."""
    if _is_answer(tree):
        return tree, tree
    request, response = parts(tree)
    return request if isinstance(request, dict) else {}, response


def _provider(response: Any, request: Any) -> str:
    if at(response, "generated_text") is not None:
        return "tgi"
    return "ollama" if at(response, "done") is not None or not _OF_THE_REQUEST.isdisjoint(request) else "llama.cpp"


def _latency(response: Any) -> float | None:
    """Return the latency in milliseconds; Ollama counts nanoseconds."""
    found = number(response, "total_duration")
    return None if found is None else found / 1e6


def seed(tree: Any) -> ConversationSeed:
    """Return what the conversation id is made of."""
    request, response = _bodies(tree)
    messages = at(request, "messages")
    answer = scalar(at(response, "message"), "content") or scalar(response, "response", "content", "generated_text")
    return ConversationSeed(
        given=scalar(tree, "conversation_id"),
        application=scalar(tree, "application"),
        end_user=scalar(tree, "user_id", "user"),
        first_message=first_user_text(messages) or scalar(request, "prompt", "inputs"),
        first_answer=first_answer(messages) or answer,
    )


LOCAL = Source(
    "local", matches, _RULES, _KEYS, side, describe, seed, "Local servers: Ollama, llama.cpp, Text Generation Inference"
)
