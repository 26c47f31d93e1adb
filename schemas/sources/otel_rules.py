"""What in OTLP/JSON is not text: the paths of its envelope, and the attributes of the GenAI conventions by name.

Field names from opentelemetry-proto; attributes from the GenAI semantic conventions, current and before 1.37, from
OpenInference and from OpenLLMetry. A name's numbered parts stand as "#".
"""

import re
from typing import Any

from schemas.sources.shapes import Rules, Shape, Treatment

_PARTS: Rules = {
    "[]": {
        "type": Shape.ENUMERATION,
        "id": Shape.LABEL,
        "name": Shape.LABEL,
        "mime_type": Shape.LABEL,
        "modality": Shape.ENUMERATION,
        "file_id": Treatment.POINTER,
        "uri": Treatment.POINTER,
    }
}
_MESSAGES: Rules = {"[]": {"role": Shape.ENUMERATION, "finish_reason": Shape.ENUMERATION, "parts": _PARTS}}
_TOOL_CALLS: Rules = {"[]": {"id": Shape.LABEL, "type": Shape.ENUMERATION, "function": {"name": Shape.LABEL}}}
_MESSAGE: Rules = {"role": Shape.ENUMERATION, "tool_calls": _TOOL_CALLS}
#: The body of an event before 1.37 (gen_ai.user.message, gen_ai.choice and their like), or one that holds what now
#: stands in attributes.
_BODY: Rules = {
    **_MESSAGE,
    "id": Shape.LABEL,
    "index": Shape.COUNT,
    "finish_reason": Shape.ENUMERATION,
    "message": _MESSAGE,
    "gen_ai.input.messages": _MESSAGES,
    "gen_ai.output.messages": _MESSAGES,
    "gen_ai.system_instructions": _PARTS,
}


#: Names in a message whose values are text.
_TOLD = ("content", "arguments", "response", "result")


def _wrapped(rules: Any) -> Rules:
    """Return the rules of a value that is no string of JSON but built of AnyValues."""
    if not isinstance(rules, dict):
        return {"stringValue": rules, "intValue": rules, "doubleValue": rules}
    if "[]" in rules:
        return {"arrayValue": {"values": {"[]": _wrapped(rules["[]"])}}}
    told: dict[str, Rules] = {name: {} for name in _TOLD}
    named: dict[str, Rules] = {name: {"value": _wrapped(below)} for name, below in rules.items()}
    return {"kvlistValue": {"values": {"[]": _by_name(told | named)}}}


def _by_name(named: dict[str, Rules]) -> Rules:
    """Return the rules of objects {"key": NAME, "value": ...}; a key that is one of the names is known."""
    return {"=": {name: {**rules, "key": Shape.KNOWN} for name, rules in named.items()}}


def _either(rules: Rules) -> Rules:
    """Return the rules of an attribute that holds a string of JSON, or is built of AnyValues."""
    return {"value": {"stringValue": rules, **_wrapped(rules)}}


_LABEL: Rules = {"value": {"stringValue": Shape.LABEL}}
_ENUMERATION: Rules = {"value": {"stringValue": Shape.ENUMERATION}}
_COUNT: Rules = {"value": {"intValue": Shape.COUNT, "stringValue": Shape.COUNT}}
_NUMBER: Rules = {"value": {"doubleValue": Shape.NUMBER, "intValue": Shape.COUNT}}
_REASONS: Rules = {
    "value": {
        "stringValue": {"[]": Shape.ENUMERATION},
        "arrayValue": {"values": {"[]": {"stringValue": Shape.ENUMERATION}}},
    }
}
_LABELS = """
gen_ai.request.model gen_ai.response.model gen_ai.response.id gen_ai.provider.name gen_ai.system gen_ai.operation.name
gen_ai.output.type gen_ai.tool.name gen_ai.tool.type gen_ai.tool.call.id gen_ai.openai.request.service_tier
gen_ai.openai.response.service_tier gen_ai.openai.response.system_fingerprint openai.request.service_tier
openai.response.service_tier openai.response.system_fingerprint openai.api.type server.address error.type service.name
service.version service.namespace telemetry.sdk.name telemetry.sdk.language telemetry.sdk.version
deployment.environment deployment.environment.name cloud.region cloud.provider llm.model_name llm.provider llm.system
llm.request.type openinference.span.kind traceloop.span.kind event.name input.mime_type output.mime_type
embedding.model_name tool_call.id service.instance.id telemetry.distro.name telemetry.distro.version
gen_ai.openai.api_base gen_ai.openai.system_fingerprint gen_ai.openai.api_version gen_ai.token.type llm.finish_reason
gen_ai.data_source.id gen_ai.prompt.name exception.type process.runtime.name process.runtime.version
process.executable.name os.type host.arch container.id container.name k8s.cluster.name k8s.namespace.name k8s.pod.name
k8s.pod.uid k8s.deployment.name k8s.node.name k8s.container.name http.request.method http.method url.scheme thread.name
network.protocol.name network.protocol.version code.function.name code.function azure.resource_provider.namespace
aws.request_id
llm.input_messages.#.message.tool_calls.#.tool_call.id llm.input_messages.#.message.tool_calls.#.tool_call.function.name
llm.output_messages.#.message.tool_calls.#.tool_call.id
llm.output_messages.#.message.tool_calls.#.tool_call.function.name
gen_ai.prompt.#.tool_calls.#.id gen_ai.prompt.#.tool_calls.#.name gen_ai.prompt.#.tool_call_id
gen_ai.completion.#.tool_calls.#.id gen_ai.completion.#.tool_calls.#.name llm.request.functions.#.name
"""
_ENUMERATIONS = """
llm.input_messages.#.message.role llm.output_messages.#.message.role gen_ai.prompt.#.role gen_ai.completion.#.role
gen_ai.completion.#.finish_reason llm.input_messages.#.message.contents.#.message_content.type
llm.output_messages.#.message.contents.#.message_content.type
"""
_COUNTS = """
gen_ai.usage.input_tokens gen_ai.usage.output_tokens gen_ai.usage.prompt_tokens gen_ai.usage.completion_tokens
gen_ai.usage.total_tokens gen_ai.usage.cache_read.input_tokens gen_ai.usage.cache_creation.input_tokens
gen_ai.usage.reasoning.output_tokens gen_ai.request.max_tokens gen_ai.request.choice.count gen_ai.request.seed
gen_ai.request.top_k llm.usage.total_tokens llm.token_count.prompt llm.token_count.completion llm.token_count.total
llm.token_count.prompt_details.cache_read llm.token_count.prompt_details.cache_write
llm.token_count.completion_details.reasoning gen_ai.embeddings.dimension.count server.port http.response.status_code
process.pid thread.id code.line.number code.lineno http.status_code
"""
_NUMBERS = """
gen_ai.request.temperature gen_ai.request.top_p gen_ai.request.frequency_penalty gen_ai.request.presence_penalty
retrieval.documents.#.document.score
"""
#: Attributes whose name is known and whose value is text.
_TEXTS = """
llm.input_messages.#.message.content llm.output_messages.#.message.content llm.input_messages.#.message.name
llm.input_messages.#.message.contents.#.message_content.text
llm.output_messages.#.message.contents.#.message_content.text
llm.input_messages.#.message.tool_calls.#.tool_call.function.arguments
llm.output_messages.#.message.tool_calls.#.tool_call.function.arguments
retrieval.documents.#.document.content retrieval.documents.#.document.id retrieval.documents.#.document.metadata
reranker.query reranker.input_documents.#.document.content reranker.output_documents.#.document.content
embedding.embeddings.#.embedding.text embedding.text tool.name tool.description tool.parameters
llm.tools.#.tool.json_schema llm.invocation_parameters llm.prompt_template.template llm.prompt_template.variables
metadata tag.tags agent.name gen_ai.prompt.#.content gen_ai.prompt.#.tool_calls.#.arguments
gen_ai.completion.#.content gen_ai.completion.#.tool_calls.#.arguments
llm.request.functions.#.description llm.request.functions.#.parameters llm.prompts llm.completions llm.user llm.headers
traceloop.workflow.name traceloop.entity.name traceloop.entity.path traceloop.association.properties.user_id
traceloop.association.properties.session_id
gen_ai.tool.definitions gen_ai.tool.call.arguments gen_ai.tool.call.result gen_ai.retrieval.query.text
gen_ai.retrieval.documents gen_ai.evaluation.explanation gen_ai.conversation.id gen_ai.agent.id gen_ai.agent.name
gen_ai.prompt gen_ai.completion input.value output.value traceloop.entity.input traceloop.entity.output enduser.id
user.id session.id
"""
_NAMED: dict[str, Rules] = {
    **dict.fromkeys(_LABELS.split(), _LABEL),
    **dict.fromkeys(_ENUMERATIONS.split(), _ENUMERATION),
    **dict.fromkeys(_COUNTS.split(), _COUNT),
    "llm.input_messages.#.message.contents.#.message_content.image.image.url": {
        "value": {"stringValue": Treatment.POINTER}
    },
    **dict.fromkeys(_NUMBERS.split(), _NUMBER),
    **{name: {} for name in _TEXTS.split()},
    "gen_ai.response.finish_reasons": _REASONS,
    "gen_ai.input.messages": _either(_MESSAGES),
    "gen_ai.output.messages": _either(_MESSAGES),
    "gen_ai.system_instructions": _either(_PARTS),
}
#: The same where attributes stand in an object of their own names.
FLAT: Rules = {
    **dict.fromkeys(_LABELS.split(), Shape.LABEL),
    **dict.fromkeys(_ENUMERATIONS.split(), Shape.ENUMERATION),
    **dict.fromkeys(_COUNTS.split(), Shape.COUNT),
    **dict.fromkeys(_NUMBERS.split(), Shape.NUMBER),
    **{name: {} for name in _TEXTS.split()},
    "llm.input_messages.#.message.contents.#.message_content.image.image.url": Treatment.POINTER,
    "gen_ai.response.finish_reasons": {"[]": Shape.ENUMERATION},
    "gen_ai.input.messages": _MESSAGES,
    "gen_ai.output.messages": _MESSAGES,
    "gen_ai.system_instructions": _PARTS,
    "llm.input_messages": {"[]": {"message.role": Shape.ENUMERATION}},
    "llm.output_messages": {"[]": {"message.role": Shape.ENUMERATION}},
}
_ATTRIBUTES: Rules = {"[]": _by_name(_NAMED)}
_DROPPED: Rules = {"attributes": _ATTRIBUTES, "droppedAttributesCount": Shape.COUNT}
_IDS: Rules = {"traceId": Shape.LABEL, "spanId": Shape.LABEL, "parentSpanId": Shape.LABEL, "flags": Shape.COUNT}
_SPAN: Rules = {
    **_DROPPED,
    **_IDS,
    "kind": Shape.NUMBER,
    "startTimeUnixNano": Shape.TIME,
    "endTimeUnixNano": Shape.TIME,
    "events": {"[]": {**_DROPPED, "timeUnixNano": Shape.TIME, "name": Shape.LABEL}},
    "links": {"[]": {**_DROPPED, **_IDS}},
    "status": {"code": Shape.NUMBER},
    "droppedEventsCount": Shape.COUNT,
    "droppedLinksCount": Shape.COUNT,
}
_LOG: Rules = {
    **_DROPPED,
    **_IDS,
    "timeUnixNano": Shape.TIME,
    "observedTimeUnixNano": Shape.TIME,
    "severityNumber": Shape.NUMBER,
    "severityText": Shape.ENUMERATION,
    "eventName": Shape.LABEL,
    "body": {"stringValue": _BODY, **_wrapped(_BODY)},
}
_SCOPE: Rules = {"scope": {**_DROPPED, "name": Shape.LABEL, "version": Shape.LABEL}, "schemaUrl": Shape.LABEL}
#: Every path of an export request that is not text.
RULES: Rules = {
    "resourceSpans": {
        "[]": {
            "resource": _DROPPED,
            "schemaUrl": Shape.LABEL,
            "scopeSpans": {"[]": {**_SCOPE, "spans": {"[]": _SPAN}}},
        }
    },
    "resourceLogs": {
        "[]": {
            "resource": _DROPPED,
            "schemaUrl": Shape.LABEL,
            "scopeLogs": {"[]": {**_SCOPE, "logRecords": {"[]": _LOG}}},
        }
    },
}


#: A numbered part of an attribute's name, as OpenInference and OpenLLMetry write lists.
_NUMBERED = re.compile(r"(?<=\.)\d{1,4}(?=\.|$)")
#: Names of the conventions with the numbers that they were met with, so few and nobody's text.
_MET: dict[str, str] = {}
_MOST_MET = 4_096


def numbered(name: str) -> str:
    """Return an attribute's name with "#" for each number in it.

    >>> numbered("llm.input_messages.0.message.role")
    'llm.input_messages.#.message.role'
    """
    known = _MET.get(name)
    if known is not None:
        return known
    written = _NUMBERED.sub("#", name)
    if written in _NAMED and len(_MET) < _MOST_MET:
        _MET[name] = written
    return written


def is_known_attribute(name: str) -> bool:
    """Tell whether an attribute of this name is one of the conventions."""
    return numbered(name) in _NAMED
