"""Events of the OpenAI Responses stream: joined to the response, item by item.

Field names from the Responses API reference ("Streaming"). The last event holds the whole response; where it never
came, the response is what the events before it make.
"""

from collections.abc import Sequence
from typing import Any

from schemas.errors import Unjoinable
from schemas.sources.streamed.merge import (
    Joined,
    Text,
    grow,
    object_of,
    objects,
    settled,
    started,
    whole_number,
)

_STATES = frozenset("response.created response.queued response.in_progress".split())
#: Types of the event that is a stream's last.
ENDS = frozenset("response.completed response.failed response.incomplete response.cancelled".split())
#: Where in an item a growing text stands: the list, the key of the index in it, and the field.
_PLACES = {
    "output_text": ("content", "content_index", "text"),
    "refusal": ("content", "content_index", "refusal"),
    "reasoning_text": ("content", "content_index", "text"),
    "reasoning_summary_text": ("summary", "summary_index", "text"),
}
_FIELDS = {
    "function_call_arguments": "arguments",
    "mcp_call_arguments": "arguments",
    "custom_tool_call_input": "input",
    "code_interpreter_call_code": "code",
}
#: Events that begin or end a part of an item, with its list and the key of the index in it.
_PARTS = {
    "response.content_part": ("content", "content_index"),
    "response.reasoning_summary_part": ("summary", "summary_index"),
}
#: What an event says of its own place; `obfuscation` is padding.
_OF_THE_EVENT = frozenset("type sequence_number item_id output_index content_index summary_index obfuscation".split())
#: How many parts may be missing before one: what made them was lost.
_MOST_SKIPPED = 64
_STEPS = (".searching", ".generating", ".interpreting", ".partial_image")
_SUFFIXES = (".delta", ".done", ".added", *_STEPS, *sorted(end[len("response") :] for end in _STATES | ENDS))


def is_piece(node: dict[str, Any]) -> bool:
    """Recognise an event by its type, beside what events alone have."""
    type_ = node.get("type")
    if not isinstance(type_, str) or not type_.startswith("response.") or not type_.endswith(_SUFFIXES):
        return False
    return "delta" in node or "sequence_number" in node or (type_ in _STATES | ENDS and "response" in node)


def is_begin(piece: dict[str, Any]) -> bool:
    """Recognise the first event of a response."""
    return piece.get("type") == "response.created"


def join(pieces: Sequence[dict[str, Any]], *, done: bool = False) -> Joined:
    """Return the response that the events make, in the order of their numbers; a number that comes twice counts once.

    Events of other types are kept beside its output.
    """
    stream = _Response()
    ordered = _in_order(pieces)
    for piece in ordered:
        stream.take(piece)
    numbers = _numbers(ordered)
    gap = bool(numbers) and numbers != list(range(numbers[0], numbers[0] + len(numbers)))
    begun = stream.begun and not (gap and stream.final is None)
    return Joined(stream.document(), len(pieces), begun or stream.final is not None, done or stream.ended)


def _in_order(pieces: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    numbers = _numbers(pieces)
    if not numbers:
        return list(pieces)
    numbered: dict[int, dict[str, Any]] = {}
    for number, piece in zip(numbers, pieces, strict=True):
        known = numbered.setdefault(number, piece)
        if known is not piece and _said(known) != _said(piece):
            raise Unjoinable("events of two responses")
    return [piece for _, piece in sorted(numbered.items())]


def are_numbered(pieces: Sequence[dict[str, Any]]) -> bool:
    """Tell whether each of some events has a number, by which they are brought in order."""
    return bool(_numbers(pieces))


def _numbers(pieces: Sequence[dict[str, Any]]) -> list[int]:
    """Return the number of each event, or nothing where one has none."""
    found = [piece.get("sequence_number") for piece in pieces]
    numbers = [number for number in found if isinstance(number, int)]
    return numbers if len(numbers) == len(found) else []


def _said(piece: dict[str, Any]) -> dict[str, Any]:
    """Return an event without its padding, which may differ each time that it is delivered."""
    return {key: value for key, value in piece.items() if key != "obfuscation"}


class _Response:
    """A response while it grows; `final` is the whole one, once its last event came."""

    def __init__(self) -> None:
        self.begun = self.ended = False
        self.final: dict[str, Any] | None = None
        self._base: dict[str, Any] = {}
        self._items: dict[int, dict[str, Any]] = {}
        self._loose: dict[str, Any] = {}
        self._others: list[Any] = []

    def take(self, piece: dict[str, Any]) -> None:
        """Let the response grow by one event."""
        type_ = str(piece.get("type"))
        if type_ in _STATES:
            self._begin(object_of(piece, "response"))
        elif type_ in ENDS:
            self._end(piece)
        elif type_ in ("response.output_item.added", "response.output_item.done"):
            self._items[whole_number(piece, "output_index")] = started(object_of(piece, "item"))
        elif type_.endswith(".delta") and isinstance(piece.get("delta"), str):
            self._text(type_.removeprefix("response.").removesuffix(".delta"), piece).append(piece["delta"])
        elif type_.endswith(".done") and self._replaced(type_.removeprefix("response.").removesuffix(".done"), piece):
            pass
        elif type_ == "response.output_text.annotation.added":
            part = self._part("content", "content_index", piece)
            grow(part, {"annotations": [piece.get("annotation")]})
        elif (named := _PARTS.get(type_.rpartition(".")[0])) is not None:
            self._part(*named, piece, object_of(piece, "part"))
        elif not _OF_THE_EVENT.issuperset(piece):
            self.ended = self.ended or type_ == "error"
            told = {key: value for key, value in piece.items() if key not in ("type", "sequence_number")}
            self._others.append({"event": type_, **told} if is_piece(piece) else piece)

    def document(self) -> dict[str, Any]:
        """Return the response as it stands; the whole one, where it came, holds all that the events before it said."""
        if self.final is not None:
            document = {**self._base, **self.final}
            if not objects(document, "output"):
                document["output"] = self._output()
        else:
            document = {"object": "response", **self._base, "output": self._output()}
        loose: dict[str, Any] = settled(self._loose)
        others = {"other_events": self._others} if self._others else {}
        return {**document, **{key: value for key, value in loose.items() if key not in document}, **others}

    def _output(self) -> list[dict[str, Any]]:
        return [_trimmed(settled(self._items[index])) for index in sorted(self._items)]

    def _begin(self, response: dict[str, Any]) -> None:
        if self.begun and response.get("id") != self._base.get("id"):
            raise Unjoinable("events of two responses")
        self.begun = True
        self._base |= response

    def _end(self, piece: dict[str, Any]) -> None:
        self.ended = True
        self.final = object_of(piece, "response")

    def _text(self, name: str, piece: dict[str, Any]) -> Text:
        """Return the text that grows by deltas called *name*."""
        if "output_index" not in piece:
            holder, key = self._loose, name
        elif name in _PLACES:
            under, index, key = _PLACES[name]
            holder = self._part(under, index, piece)
        else:
            holder, key = self._item(piece), _FIELDS.get(name, name)
        if not isinstance(holder.get(key), Text):
            holder[key] = Text()
        found: Text = holder[key]
        return found

    def _replaced(self, name: str, piece: dict[str, Any]) -> bool:
        """Take what a `done` event repeats whole in the place of its deltas; tell whether it does."""
        key = _PLACES[name][2] if name in _PLACES else _FIELDS.get(name)
        if key is None or not isinstance(piece.get(key), str):
            return False
        self._text(name, piece).parts = [piece[key]]
        return True

    def _item(self, piece: dict[str, Any]) -> dict[str, Any]:
        return self._items.setdefault(whole_number(piece, "output_index"), {})

    def _part(
        self, under: str, index: str, piece: dict[str, Any], given: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        """Return a part of an item's content or summary, which *given* makes or replaces."""
        item = self._item(piece)
        if not isinstance(item.get(under), list):
            item[under] = []
        parts, number = item[under], whole_number(piece, index, 0)
        if not 0 <= number <= len(parts) + _MOST_SKIPPED:
            raise Unjoinable("part is out of reach", index=number)
        while len(parts) <= number:
            parts.append({})
        if given is not None or not isinstance(parts[number], dict):
            parts[number] = started(given or {})
        found: dict[str, Any] = parts[number]
        return found


def _trimmed(item: dict[str, Any]) -> dict[str, Any]:
    """Return an item without the empty parts that an index beyond its list made."""
    return {
        key: [each for each in value if each != {}] if isinstance(value, list) else value for key, value in item.items()
    }
