"""Azure API Management gateway logs: whole rows of ApiManagementGatewayLlmLog, as a table or an event hub holds them.

Field names from the Azure Monitor table reference. Rows that hold a part of a message are pieces, never read here.
"""

from collections.abc import Iterator
from typing import Any

from schemas.events import Call, Side, TokenUsage
from schemas.sources import openai
from schemas.sources.read import at, first_answer, first_user_text, items, number, opened, scalar, vocabulary
from schemas.sources.shapes import Rules, Shape
from schemas.sources.source import ConversationSeed, Path, Source

_TIMES = ("TimeGenerated", "Time")
_LABELS = (
    "CorrelationId RequestId ModelName DeploymentName OperationName OperationId Region ApiVersion ApiId "
    "ApimSubscriptionId BackendId ProductId Category Type Level Method ResultType BackendMethod TenantId ResourceId "
    "ResultSignature Location ModelVersion ModelDeploymentName StreamType SourceSystem"
)
_NUMBERS = (
    "PromptTokens CompletionTokens TotalTokens SequenceNumber ResponseCode BackendResponseCode DurationMs TotalTime "
    "BackendTime ClientTime RequestSize ResponseSize ApiRevision LastErrorElapsed RequestTime ResponseTime "
    "RequestLength ResponseLength _BilledSize"
)


def _columns() -> dict[str, Any]:
    """Return the rules of a row, whose columns an event hub writes with a small first letter."""
    messages = {"[]": openai.REQUEST["messages"]["[]"], **openai.RESPONSE}
    columns: dict[str, Any] = {
        **dict.fromkeys(_TIMES, Shape.TIME),
        **dict.fromkeys(_LABELS.split(), Shape.LABEL),
        **dict.fromkeys(_NUMBERS.split(), Shape.NUMBER),
        "RequestMessages": {**messages, **openai.REQUEST},
        "ResponseMessages": messages,
    }
    columns |= {"_ResourceId": Shape.LABEL, "_SubscriptionId": Shape.LABEL, "_ItemId": Shape.LABEL}
    return columns | {name[0].lower() + name[1:]: rule for name, rule in columns.items()}


_ROW: Rules = _columns()
_RECORD: Rules = {**_ROW, "properties": _ROW}
_RULES: Rules = {**_RECORD, "records": {"[]": _RECORD}}
_KEYS = vocabulary(
    _RULES,
    "IsStreamCompletion isStreamCompletion _IsBillable properties apiName objectId RequestBody ResponseBody "
    "BackendRequestBody BackendResponseBody requestBody responseBody backendRequestBody backendResponseBody "
    "RequestHeaders ResponseHeaders requestHeaders responseHeaders CallerIpAddress callerIpAddress Url url UserId "
    "userId content role name LastErrorMessage lastErrorMessage LastErrorReason lastErrorReason Cache cache "
    "IsRequestSuccess isRequestSuccess",
)
_HELD = frozenset(
    "RequestMessages ResponseMessages requestMessages responseMessages RequestBody ResponseBody requestBody "
    "responseBody BackendRequestBody BackendResponseBody backendRequestBody backendResponseBody".split()
)
#: Categories of Azure OpenAI's own diagnostics, which tell of a call without its text.
_CATEGORIES = frozenset("Audit RequestResponse Trace AzureOpenAIRequestUsage".split())
_NAMES = frozenset({"CorrelationId", "correlationId", "DeploymentName", "deploymentName", "ApiId", "apiId"})


def matches(tree: Any) -> bool:
    """Recognise rows by a column of messages or bodies beside what the gateway alone writes."""
    return any(_is_row(row) for row in _rows(tree))


def _rows(tree: Any) -> Iterator[dict[str, Any]]:
    """Yield the rows of a record: itself, or those that an event hub puts together; properties are part of a row."""
    for row in items(tree, "records") or [tree]:
        if isinstance(row, dict):
            inner = opened(row.get("properties"))
            yield {**row, **inner} if isinstance(inner, dict) else row


def _is_row(row: dict[str, Any]) -> bool:
    if row.get("category") in tuple(_CATEGORIES):
        return "resourceId" in row and "operationName" in row
    return not _HELD.isdisjoint(row) and not _NAMES.isdisjoint(row)


def side(path: Path) -> Side:
    """Tell whose text stands at a path."""
    names = [part.lower() for part in path if isinstance(part, str)]
    if "tool_calls" in names or "tools" in names:
        return Side.TOOL
    if any(name in ("requestmessages", "requestbody", "backendrequestbody") for name in names):
        return Side.INPUT
    said = ("responsemessages", "responsebody", "backendresponsebody")
    return Side.OUTPUT if any(name in said for name in names) else Side.ENVELOPE


def _column(*names: str) -> tuple[str, ...]:
    """Return the two spellings of each column."""
    return tuple(spelled for name in names for spelled in (name, name[0].lower() + name[1:]))


def _first(tree: Any) -> dict[str, Any]:
    return next(_rows(tree), {})


def _messages(row: dict[str, Any], column: str) -> Any:
    """Return the messages of a column: a list, or what a request or response holds them in."""
    held = opened(next((row[name] for name in _column(column) if name in row), None))
    if isinstance(held, list):
        return held
    choices = items(held, "choices")
    return at(held, "messages") or ([at(choices[0], "message")] if choices else [held])


def describe(tree: Any) -> Call:
    """Map the first row of a redacted record."""
    row = _first(tree)

    def column(*names: str) -> str | None:
        return scalar(row, *_column(*names))

    def count(name: str) -> int | None:
        return number(row, *_column(name))

    return Call(
        called_at=column("TimeGenerated", "Time"),
        latency_ms=_latency(row),
        provider="azure",
        operation=column("OperationName", "OperationId"),
        model=column("ModelName", "DeploymentName", "ModelDeploymentName"),
        usage=TokenUsage(count("PromptTokens"), count("CompletionTokens"), count("TotalTokens")),
        status=column("ResponseCode", "ResultType", "ResultSignature"),
        end_user=column("UserId"),
        application=column("ApimSubscriptionId"),
        request_id=column("CorrelationId", "RequestId"),
        region=column("Region", "Location"),
    )


def _latency(row: dict[str, Any]) -> float | None:
    found = number(row, *_column("DurationMs"))
    return None if found is None else float(found)


def seed(tree: Any) -> ConversationSeed:
    """Return what the conversation id is made of."""
    row = _first(tree)
    asked, said = _messages(row, "RequestMessages"), _messages(row, "ResponseMessages")
    return ConversationSeed(
        end_user=scalar(row, *_column("UserId")),
        application=scalar(row, *_column("ApimSubscriptionId")),
        first_message=first_user_text(asked),
        first_answer=first_answer(asked) or first_answer(said),
    )


AZURE = Source(
    "azure", matches, _RULES, _KEYS, side, describe, seed, "Azure API Management gateway LLM log, whole rows"
)
