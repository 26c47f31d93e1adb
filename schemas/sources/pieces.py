"""What is shaped like a piece of a stream: never read piece by piece, since an identifier may be cut between two."""

import re
from collections.abc import Iterator
from typing import Any

import orjson

from schemas.sources.read import items, opened

#: Event types of the Anthropic Messages stream (Messages API reference, "Streaming").
_ANTHROPIC = frozenset(
    {
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    }
)
#: Server-sent events with JSON inside a string, as gateways log a streamed body.
_EVENT_LINES = re.compile(r"\s*(?:(?:event|id|retry):[^\n]*\n|:[^\n]*\n)*data:\s*\{")
#: Keys of the Bedrock ConverseStream events (ConverseStream API reference).
_CONVERSE = frozenset({"contentBlockDelta", "contentBlockStart", "contentBlockStop"})
#: Keys of the messages in Azure's log, as a table's columns and as an event hub writes them.
_MESSAGES = ("RequestMessages", "ResponseMessages", "requestMessages", "responseMessages")
#: Ends of the event types of the OpenAI Responses stream (Responses API reference, "Streaming").
_RESPONSES = (".delta", ".done", ".added", ".created", ".in_progress", ".completed", ".failed", ".incomplete")


def is_server_sent_events(value: bytes) -> bool:
    """Tell whether raw bytes begin as a text/event-stream does (WHATWG HTML, section 9.2).

    >>> is_server_sent_events(b'data: {"choices": []}')
    True
    """
    head = value.lstrip(b"\xef\xbb\xbf \t\r\n")[:16]
    return head.startswith((b"data:", b"event:", b"id: ", b"retry:", b": "))


def holds_piece(tree: Any) -> bool:
    """Tell whether a stream's piece stands anywhere in the tree: alone, in an array, or in a wrapper."""
    stack: list[Any] = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            if _is_piece(node):
                return True
            stack.extend(node.values())
        elif isinstance(node, list):
            if _are_chunks(node):
                return True
            stack.extend(node)
        elif isinstance(node, str) and _EVENT_LINES.match(node):
            return True
    return False


def _is_piece(node: dict[str, Any]) -> bool:
    type_ = node.get("type")
    if isinstance(type_, str) and (type_ in _ANTHROPIC or _is_responses_event(type_, node)):
        return True
    if node.get("object") in ("chat.completion.chunk", "text_completion.chunk"):
        return True
    if any("delta" in choice for choice in _choices(node)):
        return True
    return not _CONVERSE.isdisjoint(node) or _is_streamed_body(node) or _is_split_row(node)


def _is_responses_event(type_: str, node: dict[str, Any]) -> bool:
    return (
        type_.startswith("response.") and type_.endswith(_RESPONSES) and ("delta" in node or "sequence_number" in node)
    )


def _is_streamed_body(node: dict[str, Any]) -> bool:
    """Tell whether this holds the chunks of a stream: Bedrock's output as an array, several answers of Gemini."""
    body = node.get("outputBodyJson")
    if isinstance(body, list) or (isinstance(body, str) and body.lstrip().startswith("[")):
        return True
    return _are_chunks([opened(part) for part in items(node, "response_payload")])


def _are_chunks(nodes: list[Any]) -> bool:
    """Tell whether these are the chunks of one answer of Gemini, of which only the last says why it ended."""
    answers = [items(node, "candidates") for node in nodes if isinstance(node, dict) and "candidates" in node]
    ended = [
        any("finishReason" in each or "finish_reason" in each for each in answer if isinstance(each, dict))
        for answer in answers
    ]
    return len(answers) > 1 and not all(ended)


def _is_split_row(node: dict[str, Any]) -> bool:
    """Tell whether this is a row of Azure's ApiManagementGatewayLlmLog that is not the only one of its messages.

    The gateway splits what is long by SequenceNumber; a first row whose messages are complete JSON cuts nothing.
    """
    sequence = node.get("SequenceNumber", node.get("sequenceNumber"))
    held = [node[key] for key in _MESSAGES if key in node]
    return sequence is not None and bool(held) and (sequence not in (0, 1) or not all(map(_is_complete, held)))


def _is_complete(messages: Any) -> bool:
    if not isinstance(messages, str) or not messages.strip():
        return True
    try:
        return isinstance(orjson.loads(messages), (dict, list))
    except ValueError:
        return False


def _choices(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    choices = node.get("choices")
    if isinstance(choices, list):
        yield from (choice for choice in choices if isinstance(choice, dict))
