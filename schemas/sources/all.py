"""The sources, in the order in which they are asked: what wraps a call before what a call looks like."""

from typing import Any

from schemas.sources.anthropic import ANTHROPIC
from schemas.sources.assistants import ASSISTANTS
from schemas.sources.azure import AZURE
from schemas.sources.bedrock import BEDROCK
from schemas.sources.cohere import COHERE
from schemas.sources.datadog import DATADOG
from schemas.sources.generic import GENERIC
from schemas.sources.helicone import HELICONE
from schemas.sources.langfuse import LANGFUSE
from schemas.sources.langsmith import LANGSMITH
from schemas.sources.litellm import LITELLM
from schemas.sources.local import LOCAL
from schemas.sources.mlflow import MLFLOW
from schemas.sources.openai import OPENAI
from schemas.sources.otel import OTEL
from schemas.sources.responses import RESPONSES
from schemas.sources.runs import RUNS
from schemas.sources.source import Source
from schemas.sources.spans import SPANS
from schemas.sources.vertex import VERTEX

SOURCES: tuple[Source, ...] = (
    OTEL,
    SPANS,
    BEDROCK,
    AZURE,
    LITELLM,
    HELICONE,
    LANGSMITH,
    LANGFUSE,
    MLFLOW,
    DATADOG,
    RUNS,
    ASSISTANTS,
    COHERE,
    LOCAL,
    RESPONSES,
    ANTHROPIC,
    OPENAI,
    VERTEX,
    GENERIC,
)

#: One of these stands at the top of every record that a source but the last recognises; most objects have none.
_TELLING = frozenset(
    """
    resourceSpans resourceLogs schemaType modelId records properties RequestMessages ResponseMessages requestMessages
    responseMessages RequestBody ResponseBody requestBody responseBody BackendRequestBody BackendResponseBody
    backendRequestBody backendResponseBody call_type request_id response_id run_type post patch runs traceId trace_id id
    batch body object model messages choices type contents candidates request_payload response_payload full_request
    full_response request response data generation_id usage meta generated_text content category context span_id spanId
    context.span_id context.trace_id info ml_app start_ns event
    """.split()
)

#: The object keys of every known format: vocabulary that need not be read as text.
VOCABULARY: frozenset[str] = frozenset().union(*(source.keys for source in SOURCES))


def recognise(tree: Any) -> Source:
    """Return the first source whose shape the tree has; unknown JSON is generic.

    >>> recognise({"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}]}).name
    'openai'
    """
    if not isinstance(tree, dict) or _TELLING.isdisjoint(tree):
        return GENERIC
    return next(source for source in SOURCES if source.matches(tree))
