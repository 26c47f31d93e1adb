"""LiteLLM's standard logging payload: one record a call, in the wire format of OpenAI.

Field names from LiteLLM's StandardLoggingPayload specification.
"""

from typing import Any

from schemas.events import Call, Side, TokenUsage
from schemas.sources import openai
from schemas.sources.litellm_keys import MORE
from schemas.sources.read import at, first_answer, first_user_text, items, number, reasons, scalar, text_of, vocabulary
from schemas.sources.shapes import Rules, Shape
from schemas.sources.source import ConversationSeed, Path, Source

_MILLISECONDS = 1000.0
#: When a provider's limits begin anew, as it says in headers.
_RESETS = tuple(
    f"llm_provider-anthropic-ratelimit-{what}reset"
    for what in ("", "requests-", "tokens-", "input-tokens-", "output-tokens-")
)
#: What the gateway's guardrail calls the kinds of what it masked.
_MASKED = "PERSON PHONE_NUMBER EMAIL_ADDRESS US_SSN LOCATION DATE_TIME CREDIT_CARD MEDICAL_LICENSE IP_ADDRESS URL NRP"
_RULES: Rules = {
    "id": Shape.LABEL,
    "trace_id": Shape.LABEL,
    "litellm_call_id": Shape.LABEL,
    "call_type": Shape.LABEL,
    "status": Shape.ENUMERATION,
    "status_fields": {"*": Shape.ENUMERATION},
    "custom_llm_provider": Shape.LABEL,
    "model": Shape.LABEL,
    "model_id": Shape.LABEL,
    "model_group": Shape.LABEL,
    "api_base": Shape.LABEL,
    "startTime": Shape.TIME,
    "endTime": Shape.TIME,
    "completionStartTime": Shape.TIME,
    "response_time": Shape.NUMBER,
    "prompt_tokens": Shape.NUMBER,
    "completion_tokens": Shape.NUMBER,
    "total_tokens": Shape.NUMBER,
    "response_cost": Shape.NUMBER,
    "saved_cache_cost": Shape.NUMBER,
    "cost_breakdown": {"*": Shape.NUMBER},
    "messages": openai.REQUEST["messages"],
    "response": openai.RESPONSE,
    "model_parameters": openai.REQUEST,
    "error_information": {"error_code": Shape.LABEL, "error_class": Shape.LABEL, "llm_provider": Shape.LABEL},
    "hidden_params": {
        "model_id": Shape.LABEL,
        "litellm_model_name": Shape.LABEL,
        "api_base": Shape.LABEL,
        "response_cost": Shape.NUMBER,
        "litellm_overhead_time_ms": Shape.NUMBER,
        "additional_headers": dict.fromkeys(_RESETS, Shape.TIME) | {"llm_provider-request-id": Shape.LABEL},
    },
    "metadata": {"usage_object": openai.RESPONSE["usage"]},
    "model_map_information": {
        "model_map_key": Shape.LABEL,
        "model_map_value": {
            "*": Shape.NUMBER,
            "key": Shape.LABEL,
            "litellm_provider": Shape.LABEL,
            "mode": Shape.LABEL,
            "supported_openai_params": {"[]": Shape.LABEL},
        },
    },
}
_KEYS = vocabulary(
    _RULES,
    "stream cache_hit cache_key request_tags end_user requester_ip_address user_agent error_str error_message "
    "traceback guardrail_information guardrail_response guardrail_name guardrail_status guardrail_mode "
    "guardrail_request user_api_key_hash user_api_key_alias user_api_key_team_id user_api_key_team_alias "
    "user_api_key_user_id user_api_key_user_email user_api_key_org_id user_api_key_end_user_id user_api_key_spend "
    "user_api_key_max_budget spend_logs_metadata requester_metadata requester_custom_headers "
    "prompt_management_metadata applied_guardrails mcp_tool_call_metadata vector_store_request_metadata "
    "additional_headers batch_models standard_built_in_tools_params response_cost_failure_debug_info content role "
    f"usage_object {_MASKED} {MORE}",
)
_OWN = frozenset(
    {
        "model_group",
        "hidden_params",
        "model_map_information",
        "response_cost",
        "custom_llm_provider",
        "litellm_call_id",
        "model_parameters",
        "completionStartTime",
        "error_information",
    }
)


def matches(tree: Any) -> bool:
    """Recognise a payload by its call type and two fields that only LiteLLM writes."""
    return isinstance(tree, dict) and "call_type" in tree and len(_OWN.intersection(tree)) > 1


def side(path: Path) -> Side:
    """Tell whose text stands at a path."""
    if not {"tool_calls", "function_call", "tools"}.isdisjoint(path):
        return Side.TOOL
    if path[:1] == ("messages",):
        return Side.INPUT
    return Side.OUTPUT if path[:1] == ("response",) else Side.ENVELOPE


def describe(tree: Any) -> Call:
    """Map a redacted record to the fields that an analyst searches."""
    metadata = at(tree, "metadata")
    seconds = at(tree, "response_time")
    known = isinstance(seconds, (int, float)) and not isinstance(seconds, bool)
    return Call(
        called_at=scalar(tree, "startTime"),
        provider=scalar(tree, "custom_llm_provider"),
        endpoint=scalar(tree, "api_base"),
        operation=scalar(tree, "call_type"),
        model=scalar(tree, "model"),
        usage=TokenUsage(
            number(tree, "prompt_tokens"), number(tree, "completion_tokens"), number(tree, "total_tokens")
        ),
        status=scalar(tree, "status"),
        finish_reasons=reasons(items(tree, "response", "choices"), "finish_reason"),
        latency_ms=seconds * _MILLISECONDS if known else None,
        application=scalar(metadata, "user_api_key_alias", "user_api_key_team_alias"),
        end_user=_end_user(tree),
        session=scalar(at(metadata, "requester_metadata"), "session_id"),
        conversation=scalar(at(metadata, "requester_metadata"), "conversation_id"),
        trace_id=scalar(tree, "trace_id"),
        request_id=scalar(tree, "id", "litellm_call_id"),
        response_id=scalar(at(tree, "response"), "id"),
        data_sources=_tools(tree),
    )


def _end_user(tree: Any) -> str | None:
    keys = ("user_api_key_end_user_id", "user_api_key_user_id")
    return scalar(tree, "end_user") or scalar(at(tree, "metadata"), *keys)


def _tools(tree: Any) -> tuple[str, ...]:
    declared = items(tree, "model_parameters", "tools")
    return tuple(filter(None, (scalar(at(tool, "function"), "name") or scalar(tool, "name") for tool in declared)))


def seed(tree: Any) -> ConversationSeed:
    """Return what the conversation id is made of."""
    messages = at(tree, "messages")
    choices = items(tree, "response", "choices")
    answer = text_of(at(choices[0], "message", "content")) if choices else scalar(tree, "response")
    return ConversationSeed(
        given=scalar(at(tree, "metadata", "requester_metadata"), "conversation_id", "session_id"),
        application=scalar(at(tree, "metadata"), "user_api_key_alias", "user_api_key_team_alias"),
        end_user=_end_user(tree),
        first_message=messages if isinstance(messages, str) else first_user_text(messages),
        first_answer=first_answer(messages) or answer,
    )


LITELLM = Source("litellm", matches, _RULES, _KEYS, side, describe, seed, "LiteLLM standard logging payload")
