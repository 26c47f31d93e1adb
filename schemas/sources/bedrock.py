"""AWS Bedrock model invocation logs: one record a call, with the provider's own body or that of Converse inside.

Field names from the Bedrock user guide ("Model invocation logging") and the Converse API reference.
"""

from typing import Any

from schemas.events import Call, Side, TokenUsage
from schemas.sources import anthropic, openai
from schemas.sources.read import at, first_answer, first_user_text, items, number, opened, scalar, text_of, vocabulary
from schemas.sources.shapes import Rules, Shape, Treatment
from schemas.sources.source import ConversationSeed, Path, Source

_SOURCE: Rules = {
    "format": Shape.ENUMERATION,
    "source": {"bytes": Treatment.MEDIA, "s3Location": {"uri": Treatment.POINTER}},
}
_MEDIA: Rules = {"image": _SOURCE, "document": _SOURCE, "video": _SOURCE, "audio": _SOURCE}
_CONVERSE_BLOCK: Rules = {
    **_MEDIA,
    "toolUse": {"toolUseId": Shape.LABEL, "name": Shape.LABEL},
    "toolResult": {"toolUseId": Shape.LABEL, "status": Shape.ENUMERATION, "content": {"[]": _MEDIA}},
    "reasoningContent": {
        "reasoningText": {"signature": Treatment.OPAQUE},
        "redactedContent": Treatment.OPAQUE,
    },
    "cachePoint": {"type": Shape.ENUMERATION},
}
_BLOCK: Rules = {**anthropic.BLOCK, **_CONVERSE_BLOCK}
_INPUT_BODY: Rules = {
    **openai.REQUEST,
    **anthropic.REQUEST,
    "messages": {"[]": {"role": Shape.ENUMERATION, "content": {"[]": _BLOCK}}},
    "chat_history": {"[]": {"role": Shape.ENUMERATION}},
    "inferenceConfig": {"maxTokens": Shape.NUMBER, "temperature": Shape.NUMBER, "topP": Shape.NUMBER},
    "toolConfig": {"tools": {"[]": {"toolSpec": {"name": Shape.LABEL}}}},
    "textGenerationConfig": {"maxTokenCount": Shape.NUMBER, "temperature": Shape.NUMBER, "topP": Shape.NUMBER},
    "max_gen_len": Shape.NUMBER,
    "inputImage": Treatment.MEDIA,
}
_OUTPUT_BODY: Rules = {
    **openai.RESPONSE,
    **anthropic.RESPONSE,
    "usage": {"*": Shape.NUMBER},
    "output": {"message": {"role": Shape.ENUMERATION, "content": {"[]": _BLOCK}}},
    "stopReason": Shape.ENUMERATION,
    "metrics": {"latencyMs": Shape.NUMBER},
    "inputTextTokenCount": Shape.NUMBER,
    "results": {"[]": {"tokenCount": Shape.NUMBER, "completionReason": Shape.ENUMERATION}},
    "prompt_token_count": Shape.NUMBER,
    "generation_token_count": Shape.NUMBER,
    "generation_id": Shape.LABEL,
    "response_id": Shape.LABEL,
    "finish_reason": Shape.ENUMERATION,
    "images": {"[]": Treatment.MEDIA},
}
_RULES: Rules = {
    "schemaType": Shape.ENUMERATION,
    "schemaVersion": Shape.LABEL,
    "accountId": Shape.LABEL,
    "timestamp": Shape.TIME,
    "region": Shape.LABEL,
    "inferenceRegion": Shape.LABEL,
    "requestId": Shape.LABEL,
    "operation": Shape.ENUMERATION,
    "modelId": Shape.LABEL,
    "status": Shape.ENUMERATION,
    "errorCode": Shape.LABEL,
    "performanceConfig": {"latency": Shape.ENUMERATION},
    "input": {
        "inputContentType": Shape.LABEL,
        "inputTokenCount": Shape.NUMBER,
        "cacheReadInputTokenCount": Shape.NUMBER,
        "cacheWriteInputTokenCount": Shape.NUMBER,
        "inputBodyJson": _INPUT_BODY,
        "inputBodyS3Path": Treatment.POINTER,
    },
    "output": {
        "outputContentType": Shape.LABEL,
        "outputTokenCount": Shape.NUMBER,
        "outputBodyJson": _OUTPUT_BODY,
        "outputBodyS3Path": Treatment.POINTER,
    },
}
_KEYS = vocabulary(
    _RULES,
    "inputTokens outputTokens totalTokens accountId identity arn requestMetadata text inputText outputText prompt "
    "generation message stopSequences additionalModelRequestFields additionalModelResponseFieldPaths system "
    "guardContent guardrailConfig guardrailIdentifier guardrailVersion trace json inputSchema description "
    "toolChoice auto any tool documents preamble completion completions data outputVideo performanceConfig "
    "promptVariables top_k",
)
_BODIES = ("inputBodyJson", "inputBodyS3Path", "outputBodyJson", "outputBodyS3Path")


def matches(tree: Any) -> bool:
    """Recognise a log by its schema, or by a model's id beside the bodies."""
    if at(tree, "schemaType") == "ModelInvocationLog":
        return True
    if at(tree, "modelId") is None:
        return False
    return any(at(tree, where, body) is not None for where in ("input", "output") for body in _BODIES)


def side(path: Path) -> Side:
    """Tell whose text stands at a path."""
    if not {"toolUse", "toolResult", "toolConfig", "tool_calls", "tools"}.isdisjoint(path):
        return Side.TOOL
    if path[:1] == ("input",):
        return Side.INPUT
    return Side.OUTPUT if path[:1] == ("output",) else Side.ENVELOPE


def _bodies(tree: Any) -> tuple[Any, Any]:
    return opened(at(tree, "input", "inputBodyJson")), opened(at(tree, "output", "outputBodyJson"))


def describe(tree: Any) -> Call:
    """Map a redacted record to the fields that an analyst searches."""
    request, response = _bodies(tree)
    metadata = at(tree, "requestMetadata")
    input_, output = at(tree, "input"), at(tree, "output")
    return Call(
        called_at=scalar(tree, "timestamp"),
        provider="aws.bedrock",
        operation=scalar(tree, "operation"),
        model=scalar(tree, "modelId"),
        usage=TokenUsage(number(input_, "inputTokenCount"), number(output, "outputTokenCount")),
        status=scalar(tree, "errorCode", "status"),
        finish_reasons=_finish_reasons(response),
        latency_ms=_latency(response),
        application=scalar(metadata, "application", "app"),
        end_user=scalar(metadata, "user", "user_id", "userId") or scalar(at(request, "metadata"), "user_id"),
        session=scalar(metadata, "session_id", "sessionId"),
        conversation=scalar(metadata, "conversation_id", "conversationId"),
        request_id=scalar(tree, "requestId"),
        response_id=scalar(response, "id", "generation_id", "response_id"),
        data_sources=_tools(request),
        region=scalar(tree, "inferenceRegion", "region"),
    )


def _latency(response: Any) -> float | None:
    found = at(response, "metrics", "latencyMs")
    return float(found) if isinstance(found, (int, float)) and not isinstance(found, bool) else None


def _finish_reasons(response: Any) -> tuple[str, ...]:
    one = scalar(response, "stopReason", "stop_reason", "finish_reason")
    several = [*items(response, "results"), *items(response, "choices")]
    found = (one, *(scalar(result, "completionReason", "finish_reason") for result in several))
    return tuple(filter(None, found))


def _tools(request: Any) -> tuple[str, ...]:
    converse = (at(tool, "toolSpec") for tool in items(request, "toolConfig", "tools"))
    return tuple(filter(None, (scalar(tool, "name") for tool in (*converse, *items(request, "tools")))))


def seed(tree: Any) -> ConversationSeed:
    """Return what the conversation id is made of."""
    request, response = _bodies(tree)
    metadata = at(tree, "requestMetadata")
    messages = at(request, "messages")
    return ConversationSeed(
        given=scalar(metadata, "conversation_id", "conversationId"),
        application=scalar(metadata, "application", "app"),
        end_user=scalar(metadata, "user", "user_id", "userId") or scalar(at(request, "metadata"), "user_id"),
        first_message=first_user_text(messages) or scalar(request, "inputText", "prompt", "message"),
        first_answer=first_answer(messages) or _answer(response),
    )


def _answer(response: Any) -> str | None:
    said = text_of(at(response, "output", "message", "content")) or text_of(at(response, "content"))
    results = items(response, "results")
    return said or scalar(response, "generation", "text") or (scalar(results[0], "outputText") if results else None)


BEDROCK = Source(
    "bedrock", matches, _RULES, _KEYS, side, describe, seed, "AWS Bedrock model invocation log: Converse, native bodies"
)
