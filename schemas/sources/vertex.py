"""Vertex AI and Gemini: a request, a response, both, or a row of the request-response log.

Field names from the Gemini API reference (GenerateContent) and the Vertex AI guide ("Request-response logging").
Keys are read in camelCase and in snake_case. Rows hold the payloads as arrays of strings of JSON.
"""

from typing import Any

from schemas.events import Call, Side, TokenUsage
from schemas.sources.openai import ENVELOPE
from schemas.sources.read import (
    at,
    both_cases,
    items,
    latency,
    number,
    opened,
    parts,
    reasons,
    scalar,
    text_of,
    vocabulary,
)
from schemas.sources.shapes import Rules, Shape, Treatment
from schemas.sources.source import ConversationSeed, Path, Source

_CONTENT: Rules = {
    "role": Shape.ENUMERATION,
    "parts": {
        "[]": {
            "inlineData": {"mimeType": Shape.LABEL, "data": Treatment.MEDIA},
            "fileData": {"mimeType": Shape.LABEL, "fileUri": Treatment.POINTER},
            "functionCall": {"id": Shape.LABEL, "name": Shape.LABEL},
            "functionResponse": {"id": Shape.LABEL, "name": Shape.LABEL},
            "executableCode": {"language": Shape.ENUMERATION},
            "codeExecutionResult": {"outcome": Shape.ENUMERATION},
            "thoughtSignature": Treatment.OPAQUE,
        }
    },
}
_DETAILS: Rules = {"[]": {"modality": Shape.ENUMERATION, "tokenCount": Shape.NUMBER}}
_REQUEST: Rules = both_cases(
    {
        "model": Shape.LABEL,
        "contents": {**_CONTENT, "[]": _CONTENT},
        "systemInstruction": _CONTENT,
        "tools": {"[]": {"functionDeclarations": {"[]": {"name": Shape.LABEL}}}},
        "generationConfig": {
            "temperature": Shape.NUMBER,
            "topP": Shape.NUMBER,
            "topK": Shape.NUMBER,
            "candidateCount": Shape.NUMBER,
            "maxOutputTokens": Shape.NUMBER,
            "seed": Shape.NUMBER,
            "responseMimeType": Shape.LABEL,
            "thinkingConfig": {"thinkingBudget": Shape.NUMBER},
        },
        "safetySettings": {"[]": {"category": Shape.LABEL, "threshold": Shape.LABEL}},
        "cachedContent": Treatment.POINTER,
    }
)
_RESPONSE: Rules = both_cases(
    {
        "candidates": {
            "[]": {
                "index": Shape.NUMBER,
                "content": _CONTENT,
                "finishReason": Shape.ENUMERATION,
                "avgLogprobs": Shape.NUMBER,
                "logprobsResult": Treatment.LOGPROBS,
                "safetyRatings": {
                    "[]": {
                        "category": Shape.LABEL,
                        "probability": Shape.LABEL,
                        "probabilityScore": Shape.NUMBER,
                        "severity": Shape.LABEL,
                        "severityScore": Shape.NUMBER,
                    }
                },
                "citationMetadata": {"citations": {"[]": {"startIndex": Shape.NUMBER, "endIndex": Shape.NUMBER}}},
            }
        },
        "promptFeedback": {"blockReason": Shape.ENUMERATION},
        "usageMetadata": {
            "promptTokenCount": Shape.NUMBER,
            "candidatesTokenCount": Shape.NUMBER,
            "totalTokenCount": Shape.NUMBER,
            "thoughtsTokenCount": Shape.NUMBER,
            "cachedContentTokenCount": Shape.NUMBER,
            "trafficType": Shape.ENUMERATION,
            "promptTokensDetails": _DETAILS,
            "candidatesTokensDetails": _DETAILS,
        },
        "modelVersion": Shape.LABEL,
        "responseId": Shape.LABEL,
        "createTime": Shape.TIME,
    }
)
_ROW: Rules = {
    "endpoint": Shape.LABEL,
    "deployed_model_id": Shape.LABEL,
    "logging_time": Shape.TIME,
    "request_id": Shape.NUMBER,
    "model": Shape.LABEL,
    "model_version": Shape.LABEL,
    "api_method": Shape.LABEL,
    "sampling_rate": Shape.NUMBER,
    "request_payload": {"[]": _REQUEST},
    "response_payload": {"[]": _RESPONSE},
    "full_request": _REQUEST,
    "full_response": _RESPONSE,
}
_RULES: Rules = {**ENVELOPE, **_REQUEST, **_RESPONSE, **_ROW, "request": _REQUEST, "response": _RESPONSE}
_KEYS = vocabulary(
    _RULES,
    "text args response output code thought parameters description labels stopSequences stop_sequences responseSchema "
    "response_schema groundingMetadata grounding_metadata webSearchQueries groundingChunks web uri title toolConfig "
    "tool_config functionCallingConfig mode allowedFunctionNames metadata otel_log videoMetadata googleSearch license "
    "application user_id session_id conversation_id user",
)
_PAYLOADS = ("request_payload", "response_payload", "full_request", "full_response")
_ROW_KEYS = ("deployed_model_id", "logging_time", "api_method", "endpoint", "model_version")


def matches(tree: Any) -> bool:
    """Recognise a row by its payloads, a request by its contents, a response by its candidates."""
    if not isinstance(tree, dict):
        return False
    if any(key in tree for key in _PAYLOADS) and any(key in tree for key in _ROW_KEYS):
        return True
    request, response = parts(tree)
    return _has_parts(items(request, "contents")) or _has_parts(
        [at(each, "content") for each in items(response, "candidates")]
    )


def _has_parts(contents: list[Any]) -> bool:
    return bool(contents) and any(isinstance(at(content, "parts"), list) for content in contents)


def side(path: Path) -> Side:
    """Tell whose text stands at a path."""
    if not {"functionCall", "functionResponse", "function_call", "function_response", "tools"}.isdisjoint(path):
        return Side.TOOL
    if not {"candidates", "response_payload", "full_response"}.isdisjoint(path):
        return Side.OUTPUT
    inputs = {"contents", "systemInstruction", "system_instruction", "request_payload", "full_request"}
    return Side.ENVELOPE if inputs.isdisjoint(path) else Side.INPUT


def _bodies(tree: Any) -> tuple[Any, Any]:
    """Return the request and the response, out of a row's strings of JSON."""
    if not isinstance(tree, dict) or not any(key in tree for key in _PAYLOADS):
        return parts(tree)
    whole = [opened(tree.get(key)) for key in ("full_request", "full_response")]
    rows = [[opened(each) for each in items(tree, key)][:1] for key in ("request_payload", "response_payload")]
    request, response = (full or (row[0] if row else {}) for full, row in zip(whole, rows, strict=True))
    return request, response


def _either(tree: Any, camel: str, snake: str) -> Any:
    found = at(tree, camel)
    return at(tree, snake) if found is None else found


def describe(tree: Any) -> Call:
    """Map a redacted record to the fields that an analyst searches."""
    request, response = _bodies(tree)
    used = _either(response, "usageMetadata", "usage_metadata")
    return Call(
        called_at=scalar(tree, "logging_time", "timestamp", "start_time") or scalar(response, "createTime"),
        provider=scalar(tree, "provider") or "gcp.vertex_ai",
        endpoint=scalar(tree, "endpoint"),
        operation=scalar(tree, "api_method") or "generate_content",
        model=scalar(response, "modelVersion", "model_version") or scalar(request, "model") or scalar(tree, "model"),
        usage=TokenUsage(
            number(used, "promptTokenCount", "prompt_token_count"),
            number(used, "candidatesTokenCount", "candidates_token_count"),
            number(used, "totalTokenCount", "total_token_count"),
        ),
        status=scalar(tree, "status", "status_code"),
        finish_reasons=reasons(at(response, "candidates"), "finishReason", "finish_reason"),
        latency_ms=latency(tree),
        application=scalar(tree, "application"),
        end_user=scalar(tree, "user_id", "user"),
        session=scalar(tree, "session_id"),
        conversation=scalar(tree, "conversation_id"),
        trace_id=scalar(tree, "trace_id"),
        span_id=scalar(tree, "span_id"),
        request_id=scalar(tree, "request_id"),
        response_id=scalar(response, "responseId", "response_id"),
        data_sources=_tools(request),
        region=scalar(tree, "region"),
    )


def _tools(request: Any) -> tuple[str, ...]:
    declared = (_either(tool, "functionDeclarations", "function_declarations") for tool in items(request, "tools"))
    return tuple(filter(None, (scalar(each, "name") for tool in declared for each in items(tool))))


def seed(tree: Any) -> ConversationSeed:
    """Return what the conversation id is made of."""
    request, response = _bodies(tree)
    contents = items(request, "contents")
    candidates = items(response, "candidates")
    answer = text_of(at(candidates[0], "content", "parts")) if candidates else None
    return ConversationSeed(
        given=scalar(tree, "conversation_id"),
        application=scalar(tree, "application"),
        end_user=scalar(tree, "user_id", "user"),
        first_message=_said(contents, ("user", None)),
        first_answer=_said(contents, ("model",)) or answer,
    )


def _said(contents: list[Any], roles: tuple[str | None, ...]) -> str | None:
    return next((text_of(at(content, "parts")) for content in contents if at(content, "role") in roles), None)


VERTEX = Source("vertex", matches, _RULES, _KEYS, side, describe, seed, "Vertex AI, Gemini: calls and logged rows")
