"""What is shaped like a piece of a stream: never read piece by piece, since an identifier may be cut between two."""

import base64
from typing import Any

from schemas.errors import Malformed
from schemas.raw import parse_json
from schemas.sources.read import items, opened
from schemas.sources.streamed import converse
from schemas.sources.streamed.gathered import are_answers, is_piece, may_be_events, may_be_lines
from schemas.sources.streamed.lines import read_lines

#: One of these stands in every object that is a piece or holds some; most objects have none.
TELLING = frozenset(
    """
    object choices type messageStart messageStop metadata SequenceNumber sequenceNumber outputBodyJson response_payload
    event_type done stop token event
    """.split()
).union(converse.KEYS)


#: What base64 makes of the begin of a JSON object, as AWS writes the bytes of an event.
_OBJECT_IN_BASE64 = "eyJ"


def holds_piece(tree: Any) -> bool:
    """Tell whether a stream's piece stands anywhere in the tree: alone, in an array, or in a wrapper."""
    stack: list[Any] = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            if not TELLING.isdisjoint(node) and (is_piece(node) or _is_streamed_body(node)):
                return True
            stack.extend(node.values())
        elif isinstance(node, list):
            if are_answers(node):
                return True
            stack.extend(node)
        elif isinstance(node, str):
            if may_be_events(node):
                return True
            if node.startswith(_OBJECT_IN_BASE64):
                stack.append(_opened(node))
            elif "\n" in node and may_be_lines(node):
                stack.extend(read_lines(node))
    return False


def _is_streamed_body(node: dict[str, Any]) -> bool:
    """Tell whether this holds the chunks of a stream: Bedrock's output as an array, several answers of Gemini."""
    body = node.get("outputBodyJson")
    if isinstance(body, list) or (isinstance(body, str) and body.lstrip().startswith("[")):
        return True
    return are_answers([opened(part) for part in items(node, "response_payload")])


def _opened(text: str) -> Any:
    """Return the JSON that stands in base64, or None."""
    try:
        return parse_json(base64.b64decode(text, validate=True).decode())
    except (Malformed, ValueError):
        return None
