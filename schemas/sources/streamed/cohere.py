"""Events of Cohere's chat, of both versions of its API: joined to the answer that the call would have given at once.

Field names from the Cohere API reference ("Chat", with streaming). Only the first event and the last name the answer.
"""

from collections.abc import Sequence
from typing import Any

from schemas.errors import Unjoinable
from schemas.sources.streamed.merge import Joined, grow, object_of, settled, whole_number

#: Types of the events of version 2, "debug" and errors beside them.
TYPES = frozenset(
    """
    message-start content-start content-delta content-end tool-plan-delta tool-call-start tool-call-delta tool-call-end
    citation-start citation-end message-end
    """.split()
)
#: Types of the events of version 1.
TYPES_1 = frozenset(
    """
    stream-start search-queries-generation search-results text-generation citation-generation tool-calls-generation
    tool-calls-chunk stream-end
    """.split()
)
#: What an event of version 1 says of itself.
_OF_THE_EVENT = frozenset("event_type is_finished".split())
_CALL = "tool_call_delta"


def is_piece(node: dict[str, Any]) -> bool:
    """Recognise an event by its type."""
    return _is_of(node, "type", TYPES) or (_is_of(node, "event_type", TYPES_1) and "is_finished" in node)


def is_begin(piece: dict[str, Any]) -> bool:
    """Recognise the first event of an answer."""
    return piece.get("type") == "message-start" or piece.get("event_type") == "stream-start"


def ends(piece: dict[str, Any]) -> bool:
    """Recognise the last event of an answer."""
    return piece.get("type") == "message-end" or piece.get("event_type") == "stream-end"


def join(pieces: Sequence[dict[str, Any]], *, done: bool = False) -> Joined:
    """Return the answer that the events make; raises Unjoinable where they are of two."""
    told = [piece for piece in pieces if is_piece(piece)]
    ended = any(map(ends, told))
    begins = [piece for piece in told if is_begin(piece)]
    if any(begin != begins[0] for begin in begins) or (ended and not ends(told[-1])):
        raise Unjoinable("events of two answers", events=len(pieces))
    first = any(_is_of(piece, "event_type", TYPES_1) for piece in told)
    document = _answer_1(told) if first else _answer(told)
    others = [piece for piece in pieces if not is_piece(piece)]
    if others:
        document["other_events"] = others
    return Joined(document, len(pieces), bool(begins), done or ended)


def _is_of(node: dict[str, Any], key: str, types: frozenset[str]) -> bool:
    type_ = node.get(key)
    return isinstance(type_, str) and type_ in types


def _answer_1(events: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the answer of version 1: the whole one that its last event repeats, where that says what was said."""
    body: dict[str, Any] = {}
    for event in events:
        if event.get("event_type") == "stream-end":
            continue
        held = {key: value for key, value in event.items() if key not in _OF_THE_EVENT}
        grow(body, {key: held.pop(key) for key in ("text",) if key in held})
        if isinstance(held.get(_CALL), dict):
            grow(body, {_CALL: [held.pop(_CALL)]})
        grow(body, held, repeats=True)
    document: dict[str, Any] = settled(body)
    last = next((event for event in events if event.get("event_type") == "stream-end"), {})
    final = object_of(last, "response")
    if "text" in final and "text" in document and final["text"] != document["text"]:
        raise Unjoinable("events of two answers, or not all of one", events=len(events))
    rest = {key: value for key, value in last.items() if key not in _OF_THE_EVENT | {"response"}}
    return {**document, **final, **rest}


def _answer(events: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the answer of version 2."""
    body: dict[str, Any] = {}
    message: dict[str, Any] = {}
    content: dict[int, dict[str, Any]] = {}
    calls: dict[int, dict[str, Any]] = {}
    citations: list[Any] = []
    for event in events:
        delta = object_of(event, "delta")
        said = object_of(delta, "message")
        match event["type"]:
            case "content-start" | "content-delta" | "content-end":
                grow(content.setdefault(whole_number(event, "index", 0), {}), object_of(said, "content"))
                said = {key: value for key, value in said.items() if key != "content"}
            case "tool-call-start" | "tool-call-delta" | "tool-call-end":
                call = said.get("tool_calls")
                if isinstance(call, dict):
                    grow(calls.setdefault(whole_number(event, "index", 0), {}), call)
                    said = {key: value for key, value in said.items() if key != "tool_calls"}
            case "citation-start":
                citations.append(said.get("citations"))
                said = {key: value for key, value in said.items() if key != "citations"}
        grow(message, said)
        known = ("type", "index", "delta")
        grow(body, {key: value for key, value in event.items() if key not in known}, repeats=True)
        grow(body, {key: value for key, value in delta.items() if key != "message"}, repeats=True)
    return _put_together(settled(body), settled(message), content, calls, citations)


def _put_together(
    body: dict[str, Any],
    message: dict[str, Any],
    content: dict[int, dict[str, Any]],
    calls: dict[int, dict[str, Any]],
    citations: list[Any],
) -> dict[str, Any]:
    """Return an answer whose message holds what came in pieces."""
    for key, held in (("content", content), ("tool_calls", calls)):
        have = message.get(key)
        if held:
            given = have if isinstance(have, list) else [] if have is None else [have]
            message[key] = [*given, *(settled(held[index]) for index in sorted(held))]
    if citations:
        have = message.get("citations")
        message["citations"] = [*(have if isinstance(have, list) else []), *citations]
    message = {key: value for key, value in message.items() if value not in ([], "", None)}
    return {**body, "message": {"role": "assistant", **message}}
