"""Server-sent events as bytes or text (WHATWG HTML, section 9.2): their data, one JSON tree an event."""

import re
from dataclasses import dataclass, field
from typing import Any

from schemas.errors import Malformed, Unjoinable
from schemas.raw import DEFAULT_BOUNDS, Bounds, parse_json

#: The last event of a stream of OpenAI and of those who speak alike.
DONE = "[DONE]"
_FIELDS = frozenset("event data id retry".split())
_LINES = re.compile(r"\r\n|\n|\r")
_BEGINS = re.compile(rb"[\xef\xbb\xbf \t\r\n]*(?:data:|event:|id: |retry:|: )")
_IN_STRING = re.compile(r"\s*(?:(?:event|id|retry):[^\n]*\n|:[^\n]*\n)*data:\s*\{")


@dataclass(frozen=True, slots=True)
class Events:
    """The events of a stream; `done` tells that its end mark is among them."""

    trees: tuple[dict[str, Any], ...] = field(repr=False)
    done: bool


def is_event_stream(value: bytes) -> bool:
    """Tell whether raw bytes begin as a text/event-stream does.

    >>> is_event_stream(b'data: {"choices": []}')
    True
    """
    return _BEGINS.match(value) is not None


def holds_events(text: str) -> bool:
    """Tell whether a string is an event stream with JSON in it, as gateways log a streamed body."""
    return _IN_STRING.match(text) is not None


def read_events(text: str, bounds: Bounds = DEFAULT_BOUNDS) -> Events:
    """Return the data of each event; comments and reconnection times are nobody's text and go.

    An event that comes twice under one id counts once. Raises Unjoinable where the data of one is no JSON object.
    """
    trees: list[dict[str, Any]] = []
    seen: set[tuple[str, str]] = set()
    done = False
    for name, id_, data in _dispatched(text):
        if data.strip() == DONE:
            done = True
        elif not id_ or (id_, data) not in seen:
            seen.add((id_, data))
            trees.append(_tree(name, data, bounds))
    return Events(tuple(trees), done)


def written_out(tree: dict[str, Any]) -> Events | None:
    """Return the one event that stands in an object of its fields, whose name says nothing that its data does not.

    >>> written_out({"event": "ping", "data": {"type": "ping"}})
    Events(done=False)
    """
    name, data = tree.get("event"), tree.get("data")
    if not isinstance(name, str) or tree.keys() - _FIELDS:
        return None
    try:
        event = _tree(name, data, DEFAULT_BOUNDS) if isinstance(data, str) else data
    except Unjoinable:
        return None
    if not isinstance(event, dict):
        return None
    object_, status = event.get("object"), event.get("status")
    if name not in (event.get("type"), object_, f"{object_}.{status}"):
        return None
    return Events((event,), done=False)


def _dispatched(text: str) -> list[tuple[str, str, str]]:
    """Return name, id and data of each event that has data; one that no empty line ends counts too."""
    found: list[tuple[str, str, str]] = []
    name = id_ = ""
    data: list[str] = []
    for line in [*_LINES.split(text.lstrip("\ufeff")), ""]:
        if not line:
            if data:
                found.append((name, id_, "\n".join(data)))
            name, id_, data = "", "", []
            continue
        field_, _, value = line.partition(":")
        value = value.removeprefix(" ")
        match field_:
            case "data":
                data.append(value)
            case "event":
                name = value
            case "id":
                id_ = value
            case "" | "retry":
                pass
            case _:
                raise Unjoinable("line is no field of an event")
    return found


def _tree(name: str, data: str, bounds: Bounds) -> dict[str, Any]:
    try:
        tree = parse_json(data, bounds)
    except Malformed:
        raise Unjoinable("data of an event is no JSON") from None
    if not isinstance(tree, dict):
        raise Unjoinable("data of an event is no object")
    return tree if not name or "type" in tree or name == "message" else {"type": name, **tree}
