"""What a path that is not text may hold: closed shapes, and the leaves that get a treatment of their own."""

import re
from collections.abc import Mapping
from enum import Enum
from typing import Any

_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:[Zz]| UTC|[+-]\d\d:?\d\d)?")
_EPOCH = re.compile(r"1\d{9}(?:\d{3}|\d{6}|\d{9})?(?:\.\d{1,9})?")
_LABEL = re.compile(r"[A-Za-z0-9._:/@-]{1,128}")
_COUNT = re.compile(r"\d{1,8}")


class Shape(Enum):
    """The closed shape that a value at a path must have to pass as it is; any other value there is text.

    A COUNT is a NUMBER that may be written as a string of a few digits, as OTLP/JSON writes every integer. KNOWN is a
    name by which the rule was found, so there is nothing left to ask.
    """

    NUMBER = "number"
    COUNT = "count"
    ENUMERATION = "enumeration"
    TIME = "time"
    LABEL = "label"
    KNOWN = "known name"


class Treatment(Enum):
    """What becomes of a value that is neither passed nor read.

    LOGPROBS, and other logs of single tokens, repeat the completion token by token: null with a count. OPAQUE blobs
    become size and digest. MEDIA becomes type, size and digest. POINTER is a reference to content elsewhere: replaced,
    and the event is incomplete.
    """

    LOGPROBS = "logprobs"
    OPAQUE = "opaque"
    MEDIA = "media"
    POINTER = "pointer"


#: Every value that an enumerated path of a known format may hold, lower-cased; another value there is text.
ENUMERATED: frozenset[str] = frozenset(
    """
    system developer user assistant tool function model
    text image image_url input_audio audio file refusal document thinking redacted_thinking tool_use tool_result
    server_tool_use search_result web_search_result web_search_tool_result web_fetch_result web_fetch_tool_result
    web_search_result_location char_location page_location content_block_location search_result_location
    code_execution_result code_execution_tool_result bash_code_execution_tool_result tool_reference container_upload
    mcp_tool_use mcp_tool_result url_citation file_citation file_path base64 url content message json_object json_schema
    input_text output_text function_call function_call_output custom code_interpreter retrieval web_search
    chat.completion text_completion list response embedding completion chat
    stop length tool_calls content_filter end_turn max_tokens stop_sequence pause_turn cancelled
    auto none any required low medium high minimal default flex priority scale standard standard_only batch
    ephemeral enabled disabled adaptive wav mp3
    ok success succeeded completed complete error failed failure timeout pending queued in_progress incomplete
    reasoning web_search_call file_search_call computer_call computer_call_output code_interpreter_call
    image_generation_call mcp_call mcp_list_tools mcp_approval_request mcp_approval_response mcp local_shell
    local_shell_call local_shell_call_output shell shell_call shell_call_output apply_patch_call apply_patch_call_output
    custom_tool_call custom_tool_call_output input_image input_file summary_text reasoning_text item_reference
    web_search web_search_preview file_search computer_use_preview image_generation grammar logs search open_page
    container_file_citation max_output_tokens detailed concise xhigh in-memory 24h
    modelinvocationlog converse conversestream invokemodel invokemodelwithresponsestream guardrail_intervened
    content_filtered finish optimized png jpeg jpg gif webp pdf csv doc docx xls xlsx html txt md mp4 mov mkv webm flac
    tool_call tool_call_response server_tool_call server_tool_call_response blob uri video
    safety recitation spii prohibited_content malformed_function_call blocklist language other image_safety
    finish_reason_unspecified python outcome_ok outcome_failed on_demand
    image_file message_creation requires_action expired cancelling
    span generation event agent chain retriever evaluator guardrail trace-create observation-create observation-update
    generation-create generation-update span-create span-update event-create score-create sdk-log tokens characters
    llm prompt parser constructor not_implemented human ai start end new_token
    chatopenai azurechatopenai chatanthropic chatbedrock chatbedrockconverse chatvertexai chatgooglegenerativeai
    chatcohere chatmistralai chatollama chatgroq chatlitellm openai azureopenai anthropic llmchain conversationchain
    retrievalqa stuffdocumentschain agentexecutor runnablesequence runnableparallel runnablelambda runnablepassthrough
    runnableassign runnablebranch runnablewithfallbacks runnableagent prompttemplate chatprompttemplate stroutputparser
    jsonoutputparser pydanticoutputparser toolsagentoutputparser vectorstoreretriever langgraph toolnode channelwrite
    debug info notice warn warning critical fatal trace production prod staging stage development dev test qa
    """.split()
)

#: A tree of rules: object keys, "[]" for list items, "*" for any key; leaves are shapes or treatments. "=" holds the
#: rules of objects {"key": NAME, "value": ...} by NAME. Rules reach into JSON that stands in a string.
Rules = Mapping[str, Any]


def fits(shape: Shape, value: object) -> bool:
    """Tell whether *value* has the closed shape.

    A LABEL must also hold no structured identifier; that check is the walker's, since it needs the detectors.

    >>> fits(Shape.TIME, "2026-01-02T03:04:05Z"), fits(Shape.TIME, "seen 2026-01-02"), fits(Shape.NUMBER, "7")
    (True, False, False)
    """
    if isinstance(value, str):
        return _word_fits(shape, value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    if shape is Shape.TIME:
        return _EPOCH.fullmatch(str(value)) is not None
    return shape is Shape.NUMBER or (shape is Shape.COUNT and isinstance(value, int))


def _word_fits(shape: Shape, value: str) -> bool:
    if shape is Shape.KNOWN:
        return True
    if shape is Shape.LABEL:
        return _LABEL.fullmatch(value) is not None
    if shape is Shape.ENUMERATION:
        return value.lower() in ENUMERATED
    if shape is Shape.TIME:
        return _RFC3339.fullmatch(value) is not None or _EPOCH.fullmatch(value) is not None
    return shape is Shape.COUNT and _COUNT.fullmatch(value) is not None
