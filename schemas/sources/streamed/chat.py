"""OpenAI chat completion chunks, and those of compatible servers: joined to the completion, choice by choice.

Field names from the Chat Completions API reference ("Streaming").
"""

from collections.abc import Sequence
from typing import Any

from schemas.sources.streamed.merge import Joined, grow, object_of, objects, settled, whole_number

_OBJECTS = {"chat.completion.chunk": "chat.completion", "text_completion.chunk": "text_completion"}
_REQUESTS = frozenset({"prompt", "request", "messages", "input"})
#: Random characters that hide a chunk's length.
_PADDING = "obfuscation"


def is_piece(node: dict[str, Any]) -> bool:
    """Recognise a chunk by its object, or by the delta of a choice."""
    if isinstance(node.get("object"), str) and node["object"] in _OBJECTS:
        return True
    choices = node.get("choices")
    return isinstance(choices, list) and any(isinstance(choice, dict) and "delta" in choice for choice in choices)


def is_text_answer(node: dict[str, Any]) -> bool:
    """Recognise a completion of plain text without its request; chunks of one are of the same shape."""
    choices = node.get("choices")
    if node.get("object") != "text_completion" or not _REQUESTS.isdisjoint(node):
        return False
    if not isinstance(choices, list) or not choices:
        return False
    return all(isinstance(choice, dict) and "text" in choice and "message" not in choice for choice in choices)


def is_text_piece(node: dict[str, Any]) -> bool:
    """Tell whether this is a chunk of a completion of plain text, and not its last: it says that nothing has ended."""
    return is_text_answer(node) and any(choice.get("finish_reason", "") is None for choice in node["choices"])


def join(pieces: Sequence[dict[str, Any]], *, done: bool = False) -> Joined:
    """Return the completion that the chunks make; *done* tells that the end mark of the stream was among them.

    Chunks that are none (errors, notices) are kept beside the choices.
    """
    top: dict[str, Any] = {}
    choices: dict[int, dict[str, Any]] = {}
    others: list[Any] = []
    in_order = True
    for piece in pieces:
        if not (is_piece(piece) or "choices" in piece or "usage" in piece):
            others.append(piece)
            continue
        grow(top, {key: value for key, value in piece.items() if key not in ("choices", _PADDING)}, repeats=True)
        for choice in objects(piece, "choices"):
            index = whole_number(choice, "index", 0)
            in_order = in_order and _follows(choices.get(index), choice)
            _grow_choice(choices.setdefault(index, {"index": index, "message": {}}), choice)
    document = _completion(settled(top), [settled(choices[index]) for index in sorted(choices)])
    if others:
        document["other_events"] = others
    ended = done or (bool(choices) and all(choice.get("finish_reason") for choice in choices.values()))
    counted = bool(top.get("usage")) or not any(map(_promises_usage, pieces))
    return Joined(document, len(pieces), bool(choices) and in_order, ended and counted)


def _promises_usage(piece: dict[str, Any]) -> bool:
    """Tell whether a chunk says that usage will follow: null, on a wire that writes nothing else that is empty.

    A client's library writes every field that it knows, so null says nothing there.
    """
    deltas = [object_of(choice, "delta") for choice in objects(piece, "choices")]
    written = any(value is None for delta in deltas for value in delta.values())
    return bool(deltas) and "usage" in piece and piece["usage"] is None and not written


def _follows(known: dict[str, Any] | None, choice: dict[str, Any]) -> bool:
    """Tell whether a chunk of a choice comes in its place: first the role, nothing said after the reason of its end."""
    delta = object_of(choice, "delta")
    if known is None:
        return "role" in delta or "text" in choice
    said = any(value for key, value in delta.items() if key != "role")
    return not (said and known.get("finish_reason"))


def _grow_choice(into: dict[str, Any], choice: dict[str, Any]) -> None:
    grow(into["message"], object_of(choice, "delta"))
    growing: dict[str, Any] = {key: choice[key] for key in ("text", "logprobs") if key in choice}
    grow(into, growing)
    named = {"index", "delta", "message", *growing}
    grow(into, {key: value for key, value in choice.items() if key not in named}, repeats=True)
    grow(into["message"], object_of(choice, "message"))


def _completion(top: dict[str, Any], choices: list[dict[str, Any]]) -> dict[str, Any]:
    """Put the choices where a completion has them; one of plain texts has no messages."""
    named = _OBJECTS.get(str(top.get("object")))
    if named is not None:
        top["object"] = named
    for choice in choices:
        if not choice["message"] and "text" in choice:
            del choice["message"]
    usage = {"usage": top.pop("usage")} if "usage" in top else {}
    return {**top, "choices": choices, **usage}
