"""Bedrock's ConverseStream events: joined to the body that Converse would have answered with.

Field names from the ConverseStream API reference.
"""

from collections.abc import Sequence
from typing import Any

from schemas.errors import Malformed, QuarantineReason
from schemas.raw import parse_json
from schemas.sources.streamed.merge import Joined, grow, object_of, settled, whole_number

KEYS = frozenset({"contentBlockDelta", "contentBlockStart", "contentBlockStop"})
_EVENTS = KEYS | {"messageStart", "messageStop", "metadata"}
#: Events of the message, each with what one of these alone says.
_OF_THE_MESSAGE = (
    ("messageStart", frozenset({"role"})),
    ("messageStop", frozenset({"stopReason"})),
    ("metadata", frozenset({"metrics"})),
)


def is_piece(node: dict[str, Any]) -> bool:
    """Recognise an event of a content block by its name, one of the message by its name and what it says."""
    if not KEYS.isdisjoint(node):
        return True
    return len(node) == 1 and any(not said.isdisjoint(_keys(node.get(name))) for name, said in _OF_THE_MESSAGE)


def is_begin(piece: dict[str, Any]) -> bool:
    """Recognise the first event of a message."""
    return "messageStart" in piece


def _keys(node: Any) -> frozenset[str]:
    return frozenset(node) if isinstance(node, dict) else frozenset()


def join(pieces: Sequence[dict[str, Any]], *, done: bool = False) -> Joined:
    """Return the body that Converse would have answered with."""
    blocks: dict[int, dict[str, Any]] = {}
    message: dict[str, Any] = {}
    body: dict[str, Any] = {}
    others: list[Any] = []
    begun = ended = False
    for piece in pieces:
        for name in _EVENTS & piece.keys():
            event = object_of(piece, name)
            begun, ended = begun or name == "messageStart", ended or name == "messageStop"
            if name in KEYS:
                index = whole_number(event, "contentBlockIndex", 0)
                grow(blocks.setdefault(index, {}), _of_block(event))
            else:
                grow(message if name == "messageStart" else body, event, repeats=True)
        rest = {key: value for key, value in piece.items() if key not in _EVENTS}
        if rest:
            others.append(rest)
    content = [_finished(settled(blocks[index])) for index in sorted(blocks)]
    document = {"output": {"message": {**settled(message), "content": content}}, **settled(body)}
    if others:
        document["other_events"] = others
    return Joined(document, len(pieces), begun, done or ended)


def _of_block(event: dict[str, Any]) -> dict[str, Any]:
    delta = {**object_of(event, "start"), **object_of(event, "delta")}
    known = ("contentBlockIndex", "start", "delta")
    return {**delta, **{key: value for key, value in event.items() if key not in known}}


def _finished(block: dict[str, Any]) -> dict[str, Any]:
    """Return a block as Converse writes it: a tool's input as a tree, a reasoning's text below its name."""
    tool, reasoning = block.get("toolUse"), block.get("reasoningContent")
    if isinstance(tool, dict) and isinstance(tool.get("input"), str):
        block = {**block, "toolUse": {**tool, "input": _tree(tool["input"])}}
    if isinstance(reasoning, dict) and "text" in reasoning:
        said = {key: reasoning[key] for key in ("text", "signature") if key in reasoning}
        rest = {key: value for key, value in reasoning.items() if key not in said}
        block = {**block, "reasoningContent": {"reasoningText": said, **rest}}
    return block


def _tree(source: str) -> Any:
    try:
        return parse_json(source) if source.strip() else {}
    except Malformed as error:
        if error.reason is QuarantineReason.TOO_DEEP:
            raise
        return source
