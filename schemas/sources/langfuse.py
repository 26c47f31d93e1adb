"""Langfuse: an observation, a trace with or without its observations, or events on their way to its ingestion.

Field names from the Langfuse API reference and its blob export.
"""

from typing import Any

from schemas.events import Call, Side, TokenUsage
from schemas.sources.read import (
    at,
    both_cases,
    first_answer,
    first_user_text,
    items,
    number,
    opened,
    scalar,
    text_of,
    vocabulary,
)
from schemas.sources.shapes import Rules, Shape
from schemas.sources.source import ConversationSeed, Path, Source

_TYPES = frozenset("SPAN GENERATION EVENT AGENT TOOL CHAIN RETRIEVER EVALUATOR EMBEDDING GUARDRAIL".split())
_COUNTS: Rules = {"*": Shape.NUMBER}
_LABELS = (
    "id traceId observationId parentObservationId projectId environment model modelId internalModelId promptId version "
    "release"
)
_TIMES = "startTime endTime completionStartTime createdAt updatedAt timestamp"
_NUMBERS = (
    "latency timeToFirstToken promptVersion totalCost inputCost outputCost calculatedInputCost calculatedOutputCost "
    "calculatedTotalCost inputPrice outputPrice totalPrice promptTokens completionTokens totalTokens inputUsage "
    "outputUsage totalUsage"
)
_OBSERVATION: Rules = both_cases(
    {
        **dict.fromkeys(_LABELS.split(), Shape.LABEL),
        **dict.fromkeys(_TIMES.split(), Shape.TIME),
        **dict.fromkeys(_NUMBERS.split(), Shape.NUMBER),
        "type": Shape.ENUMERATION,
        "name": Shape.ENUMERATION,
        "level": Shape.ENUMERATION,
        "modelParameters": _COUNTS,
        "usage": {**_COUNTS, "unit": Shape.ENUMERATION},
        "usageDetails": _COUNTS,
        "costDetails": _COUNTS,
    }
)
_TRACE: Rules = {**_OBSERVATION, "observations": {"[]": _OBSERVATION}}
_EVENT: Rules = {"id": Shape.LABEL, "type": Shape.ENUMERATION, "timestamp": Shape.TIME, "body": _TRACE}
_RULES: Rules = {**_TRACE, "body": _TRACE, "batch": {"[]": _EVENT}}
_KEYS = vocabulary(
    _RULES,
    "total name input output metadata statusMessage status_message userId user_id sessionId session_id tags promptName "
    "prompt_name public bookmarked scores comment htmlPath toolDefinitions toolCalls",
)


def matches(tree: Any) -> bool:
    """Recognise an observation by its type and trace, a trace by its own fields, an event by its type."""
    return _is_observation(tree) or _is_trace(tree) or any(_is_event(event) for event in items(tree, "batch") or [tree])


def _is_observation(tree: Any) -> bool:
    traced = scalar(tree, "traceId", "trace_id") is not None
    return traced and at(tree, "type") in tuple(_TYPES) and ("input" in tree or "output" in tree)


def _is_trace(tree: Any) -> bool:
    if not isinstance(tree, dict) or "id" not in tree or not ("input" in tree or "output" in tree):
        return False
    own = ("observations", "bookmarked", "public", "htmlPath", "release", "scores", "projectId", "project_id")
    return sum(key in tree for key in own) > 1


def _is_event(tree: Any) -> bool:
    type_ = at(tree, "type")
    return isinstance(type_, str) and type_.endswith(("-create", "-update")) and isinstance(at(tree, "body"), dict)


def side(path: Path) -> Side:
    """Tell whose text stands at a path."""
    if not {"tool_calls", "toolCalls", "toolDefinitions", "tools"}.isdisjoint(path):
        return Side.TOOL
    if "input" in path:
        return Side.INPUT
    return Side.OUTPUT if "output" in path else Side.ENVELOPE


def _main(tree: Any) -> Any:
    """Return the observation that tells of the model's call: itself, or the first generation beneath."""
    bodies = [at(event, "body") for event in items(tree, "batch") or [tree] if _is_event(event)] or [tree]
    beneath = [each for body in bodies for each in (body, *items(body, "observations"))]
    called = (each for each in beneath if at(each, "type") == "GENERATION" or scalar(each, "model") is not None)
    return next(called, bodies[0])


def _outer(tree: Any) -> Any:
    """Return what names user and session: the trace where there is one."""
    bodies = [at(event, "body") for event in items(tree, "batch") or [tree] if _is_event(event)] or [tree]
    return next((body for body in bodies if scalar(body, "userId", "user_id", "sessionId", "session_id")), bodies[0])


def describe(tree: Any) -> Call:
    """Map a redacted record to the fields that an analyst searches."""
    node, outer = _main(tree), _outer(tree)
    is_trace = at(node, "type") is None
    return Call(
        called_at=scalar(node, "startTime", "start_time", "timestamp"),
        operation=scalar(node, "type"),
        model=scalar(node, "model"),
        usage=_usage(node),
        status="error" if scalar(node, "level") == "ERROR" else None,
        latency_ms=_latency(node),
        application=scalar(node, "name"),
        end_user=scalar(outer, "userId", "user_id"),
        session=scalar(outer, "sessionId", "session_id"),
        trace_id=scalar(node, "traceId", "trace_id") or (scalar(node, "id") if is_trace else None),
        span_id=None if is_trace else scalar(node, "id"),
    )


def _usage(node: Any) -> TokenUsage:
    """Return what was used, in the newer or the older field; flat columns of an export are the last resort."""
    for used in (at(node, "usageDetails"), at(node, "usage_details"), at(node, "usage"), node):
        input_ = number(used, "input", "promptTokens", "prompt_tokens", "inputUsage", "input_usage")
        output = number(used, "output", "completionTokens", "completion_tokens", "outputUsage", "output_usage")
        if input_ is not None or output is not None:
            return TokenUsage(input_, output, number(used, "total", "totalTokens", "total_tokens", "totalUsage"))
    return TokenUsage()


def _latency(node: Any) -> float | None:
    """Return the latency in milliseconds; Langfuse counts seconds."""
    found = at(node, "latency")
    return found * 1000.0 if isinstance(found, (int, float)) and not isinstance(found, bool) else None


def seed(tree: Any) -> ConversationSeed:
    """Return what the conversation id is made of; a session is a conversation."""
    node, outer = _main(tree), _outer(tree)
    input_, output = opened(at(node, "input")), opened(at(node, "output"))
    messages = input_ if isinstance(input_, list) else at(input_, "messages")
    return ConversationSeed(
        given=scalar(outer, "sessionId", "session_id"),
        application=scalar(node, "name"),
        end_user=scalar(outer, "userId", "user_id"),
        first_message=input_ if isinstance(input_, str) else first_user_text(messages),
        first_answer=first_answer(messages) or (output if isinstance(output, str) else text_of(at(output, "content"))),
    )


LANGFUSE = Source(
    "langfuse", matches, _RULES, _KEYS, side, describe, seed, "Langfuse observation, trace, ingestion batch"
)
