"""OpenTelemetry GenAI in OTLP/JSON: spans and log records, several resources and scopes in one record.

Field names from opentelemetry-proto and the GenAI semantic conventions, current and before 1.37; OpenInference and
OpenLLMetry where theirs differ. Attributes are objects {"key", "value"}; messages stand in strings of JSON.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from schemas.events import Call, Side, TokenUsage
from schemas.sources.otel_rules import RULES
from schemas.sources.read import at, items, opened, scalar, vocabulary
from schemas.sources.source import ConversationSeed, Path, Source

#: Status codes of a span, by number or name; 0 says nothing.
_STATUS = {"1": "ok", "2": "error", "STATUS_CODE_OK": "ok", "STATUS_CODE_ERROR": "error"}
#: Where OpenInference and OpenLLMetry write one message an attribute, by number.
_FLAT = re.compile(r"(llm\.input_messages|llm\.output_messages|gen_ai\.prompt|gen_ai\.completion)\.(\d{1,4})\.(.+)")
_END_USER = ("enduser.id", "user.id", "traceloop.association.properties.user_id", "llm.user")
_SESSION = ("session.id", "traceloop.association.properties.session_id")
_ANSWERS = ("llm.output_messages", "gen_ai.completion")
_KEYS = vocabulary(
    RULES,
    "key value stringValue intValue doubleValue boolValue bytesValue arrayValue kvlistValue values body message "
    "traceState entityRefs idKeys descriptionKeys stringValueStrindex keyStrindex role parts type content arguments "
    "response result id name finish_reason",
)


def matches(tree: Any) -> bool:
    """Recognise an export request by its resources."""
    return any(isinstance(at(tree, key), list) for key in ("resourceSpans", "resourceLogs"))


def side(path: Path) -> Side:
    """Tell whose text stands at a path, which ends with the attribute's name where there is one."""
    return side_of(str(path[-1]) if path else "")


def side_of(name: str) -> Side:
    """Tell whose text an attribute holds."""
    if "tool" in name or "retrieval" in name:
        return Side.TOOL
    if "output" in name or "completion" in name:
        return Side.OUTPUT
    asked = "input" in name or "prompt" in name or "system_instructions" in name
    return Side.INPUT if asked else Side.ENVELOPE


@dataclass(frozen=True, slots=True)
class _Told:
    """One span or log record: its JSON pointer, and its attributes above those of its resource."""

    pointer: str
    node: Any = field(repr=False)
    held: dict[str, Any] = field(repr=False)

    @property
    def is_call(self) -> bool:
        """Tell whether this tells of a model's call."""
        return is_call(self.held)


def is_call(held: Mapping[str, Any]) -> bool:
    """Tell whether attributes tell of a model's call."""
    return any(name.startswith(("gen_ai.", "llm.", "openinference.")) for name in held)


def _all(tree: Any) -> Iterator[_Told]:
    """Yield each span and log record."""
    for outer, inner, leaf in (("resourceSpans", "scopeSpans", "spans"), ("resourceLogs", "scopeLogs", "logRecords")):
        for first, resource in enumerate(items(tree, outer)):
            shared = _attributes(at(resource, "resource"))
            for second, scope in enumerate(items(resource, inner)):
                for third, node in enumerate(items(scope, leaf)):
                    pointer = f"/{outer}/{first}/{inner}/{second}/{leaf}/{third}"
                    yield _Told(pointer, node, shared | _attributes(node))


def _attributes(node: Any) -> dict[str, Any]:
    pairs = ((scalar(each, "key"), at(each, "value")) for each in items(node, "attributes"))
    return {name: _unwrapped(value) for name, value in pairs if name}


def _unwrapped(value: Any) -> Any:
    """Return what an AnyValue holds, as JSON; integers stand in strings."""
    if not isinstance(value, dict):
        return value
    if "arrayValue" in value:
        return [_unwrapped(each) for each in items(value, "arrayValue", "values")]
    if "kvlistValue" in value:
        held = items(value, "kvlistValue", "values")
        return {str(at(each, "key")): _unwrapped(at(each, "value")) for each in held}
    return next((value[key] for key in ("stringValue", "intValue", "doubleValue", "boolValue") if key in value), None)


def calls(tree: Any) -> tuple[tuple[str, Call], ...]:
    """Map every span and log record that tells of a model's call, by its pointer; where none does, the first of all."""
    found = list(_all(tree))
    told = [each for each in found if each.is_call]
    return tuple((each.pointer, call_of(each.node, each.held)) for each in told or found[:1])


def describe(tree: Any) -> Call:
    """Map the first call of a redacted record; `calls` maps them all."""
    return next((call for _, call in calls(tree)), Call())


def call_of(node: Any, held: dict[str, Any]) -> Call:
    """Map a span or log record by its attributes."""
    return Call(
        called_at=scalar(node, "startTimeUnixNano", "timeUnixNano", "observedTimeUnixNano"),
        provider=scalar(held, "gen_ai.provider.name", "gen_ai.system", "llm.provider", "llm.system"),
        endpoint=scalar(held, "server.address"),
        operation=scalar(held, "gen_ai.operation.name", "llm.request.type", "openinference.span.kind"),
        model=scalar(held, "gen_ai.response.model", "gen_ai.request.model", "llm.model_name", "embedding.model_name"),
        usage=_usage(held),
        status=scalar(held, "error.type") or _STATUS.get(str(at(node, "status", "code"))),
        finish_reasons=_finish_reasons(held),
        latency_ms=_latency(node),
        application=scalar(held, "service.name"),
        end_user=scalar(held, *_END_USER),
        session=scalar(held, *_SESSION),
        conversation=scalar(held, "gen_ai.conversation.id"),
        trace_id=scalar(node, "traceId"),
        span_id=scalar(node, "spanId"),
        response_id=scalar(held, "gen_ai.response.id"),
        data_sources=tuple(
            filter(None, (scalar(held, "gen_ai.tool.name", "tool.name"), scalar(held, "gen_ai.data_source.id")))
        ),
        region=scalar(held, "cloud.region"),
    )


def _usage(held: dict[str, Any]) -> TokenUsage:
    used, prompt, llm = "gen_ai.usage.", "llm.token_count.", "llm.usage."
    return TokenUsage(
        _count(held, f"{used}input_tokens", f"{used}prompt_tokens", f"{prompt}prompt"),
        _count(held, f"{used}output_tokens", f"{used}completion_tokens", f"{prompt}completion"),
        _count(held, f"{used}total_tokens", f"{llm}total_tokens", f"{prompt}total"),
    )


def _count(held: dict[str, Any], *names: str) -> int | None:
    found = scalar(held, *names) or ""
    return int(found) if found.isascii() and found.isdigit() and len(found) < 19 else None  # noqa: PLR2004


def _finish_reasons(held: dict[str, Any]) -> tuple[str, ...]:
    found = opened(held.get("gen_ai.response.finish_reasons"))
    return tuple(reason for reason in items(found) if isinstance(reason, str))


def _latency(node: Any) -> float | None:
    begun, ended = (scalar(node, key) or "" for key in ("startTimeUnixNano", "endTimeUnixNano"))
    long_enough = all(
        each.isascii() and each.isdigit() and len(each) == len("1772600000000000000") for each in (begun, ended)
    )
    return (int(ended) - int(begun)) / 1e6 if long_enough else None


def seed(tree: Any) -> ConversationSeed:
    """Return what the conversation id is made of; calls of several conversations in one record share none."""
    told = [each.held for each in _all(tree) if each.is_call]
    if len(told) == 1:
        return seed_of(told[0])
    given = {_given(held) for held in told}
    return ConversationSeed(given=next(iter(given)) if len(given) == 1 else None)


def seeds(tree: Any) -> Mapping[str, ConversationSeed]:
    """Return that of each span and log record, by its pointer, where a record tells of several calls.

    What names no conversation belongs to that of its trace, where the trace has one.
    """
    found = list(_all(tree))
    if sum(each.is_call for each in found) < 2:  # noqa: PLR2004 - one call is the whole record's.
        return {}
    named: dict[str, set[str]] = {}
    for each in found:
        if (given := _given(each.held)) is not None and (trace := scalar(each.node, "traceId")):
            named.setdefault(trace, set()).add(given)
    return {each.pointer: _in_trace(each, named) for each in found}


def _in_trace(told: _Told, named: Mapping[str, set[str]]) -> ConversationSeed:
    own = seed_of(told.held)
    of_trace = named.get(scalar(told.node, "traceId") or "", set())
    return replace(own, given=next(iter(of_trace))) if own.given is None and len(of_trace) == 1 else own


def seed_of(held: dict[str, Any]) -> ConversationSeed:
    """Return what the conversation id of one call is made of."""
    asked, answered = opened(held.get("gen_ai.input.messages")), opened(held.get("gen_ai.output.messages"))
    return ConversationSeed(
        given=_given(held),
        application=scalar(held, "service.name"),
        end_user=scalar(held, *_END_USER),
        first_message=_said(asked, "user") or _said_flat(held, "user"),
        first_answer=_said(asked, "assistant") or _said(answered, "assistant") or _said_flat(held, "assistant"),
    )


def _given(held: dict[str, Any]) -> str | None:
    return scalar(held, "gen_ai.conversation.id", *_SESSION)


def _said(history: Any, role: str) -> str | None:
    """Return the text of the first message in a role."""
    parts = next((items(message, "parts") for message in items(history) if at(message, "role") == role), [])
    return "\n".join(filter(None, (scalar(part, "content") for part in parts))) or None


def _said_flat(held: dict[str, Any], role: str) -> str | None:
    """Return the text of the first message in a role, where each stands in attributes of its own."""
    messages: dict[tuple[bool, int], dict[str, str]] = {}
    for name, value in held.items():
        found = _FLAT.fullmatch(name)
        if found is not None and isinstance(value, str):
            place = (found.group(1) in _ANSWERS, int(found.group(2)))
            messages.setdefault(place, {})[found.group(3).removeprefix("message.")] = value
    said = (message.get("content") for _, message in sorted(messages.items()) if message.get("role") == role)
    return next(said, None) or None


OTEL = Source(
    "otel",
    matches,
    RULES,
    _KEYS,
    side,
    describe,
    seed,
    "OpenTelemetry GenAI, spans and logs in OTLP, JSON or protobuf",
    calls,
    seeds,
)
