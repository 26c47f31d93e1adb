"""Deltas of OpenAI's Assistants: joined to the message, or the step of a run, that they are parts of.

Field names from the Assistants API reference ("Streaming"). Every delta names what it is a part of.
"""

from collections.abc import Sequence
from typing import Any

from schemas.errors import Unjoinable
from schemas.sources.streamed.merge import Joined, grow, object_of, settled

_DELTAS = {"thread.message.delta": "thread.message", "thread.run.step.delta": "thread.run.step"}
_WHOLE = frozenset(_DELTAS.values())
#: A message or step in one of these states will not change.
_SETTLED = frozenset("completed incomplete failed cancelled expired".split())


def is_piece(node: dict[str, Any]) -> bool:
    """Recognise a delta by its object."""
    object_ = node.get("object")
    return isinstance(object_, str) and object_ in _DELTAS


def is_final(node: dict[str, Any]) -> bool:
    """Recognise a message or step as it stands in the end; it looks like one that was asked for later."""
    object_, status = node.get("object"), node.get("status")
    settled_ = isinstance(status, str) and status in _SETTLED
    return isinstance(object_, str) and object_ in _WHOLE and settled_ and name_of(node) is not None


def name_of(node: dict[str, Any]) -> str | None:
    """Return the id of the message or step."""
    found = node.get("id")
    return found if isinstance(found, str) and found else None


def join(pieces: Sequence[dict[str, Any]], *, done: bool = False) -> Joined:
    """Return the message or step that the deltas make, or all of them where they are of several."""
    grown: dict[str | None, dict[str, Any]] = {}
    finals: dict[str | None, dict[str, Any]] = {}
    others: list[Any] = []
    for piece in pieces:
        name = name_of(piece)
        if is_final(piece):
            finals[name] = piece
        elif is_piece(piece):
            grow(grown.setdefault(name, {}), object_of(piece, "delta"))
            rest = {key: value for key, value in piece.items() if key not in ("delta", "object", "type")}
            grow(grown[name], {**rest, "object": _DELTAS[piece["object"]]}, repeats=True)
        else:
            others.append(piece)
    found = [_whole(settled(grown[name]), finals.pop(name, None)) for name in grown] + list(finals.values())
    document: dict[str, Any] = found[0] if len(found) == 1 else {"object": "list", "data": found}
    if others:
        document = {**document, "other_events": others}
    ended = done or all("status" in each for each in found)
    return Joined(document, len(pieces), begun=True, ended=ended)


def _whole(grown: dict[str, Any], final: dict[str, Any] | None) -> dict[str, Any]:
    """Return what stands in the end; raises Unjoinable where that is not what the deltas said."""
    if final is None:
        return grown
    said = "".join(_texts(grown.get("content")))
    if said and said != "".join(_texts(final.get("content"))):
        raise Unjoinable("deltas of two messages, or not all of one")
    return final


def _texts(content: Any) -> list[str]:
    """Return the texts of a message's parts."""
    parts = content if isinstance(content, list) else []
    held = [part.get("text") for part in parts if isinstance(part, dict)]
    texts = [text.get("value") if isinstance(text, dict) else text for text in held]
    return [text for text in texts if isinstance(text, str)]
