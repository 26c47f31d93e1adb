"""Events of the Anthropic Messages stream: joined to the message, block by block.

Field names from the Messages API reference ("Streaming").
"""

from collections.abc import Sequence
from typing import Any

from schemas.errors import Malformed, QuarantineReason, Unjoinable
from schemas.raw import parse_json
from schemas.sources.streamed.merge import Joined, Text, grow, object_of, settled, started, whole_number

#: The types of the stream's events; "ping" and "error" come between them.
TYPES = frozenset(
    "message_start content_block_start content_block_delta content_block_stop message_delta message_stop".split()
)
_INPUT = "input_json"
_FIELDS = {"input_json_delta": "partial_json", "citations_delta": "citation"}


def is_piece(node: dict[str, Any]) -> bool:
    """Recognise an event by its type."""
    type_ = node.get("type")
    return isinstance(type_, str) and type_ in TYPES


def is_begin(piece: dict[str, Any]) -> bool:
    """Recognise the first event of a message."""
    return piece.get("type") == "message_start"


def join(pieces: Sequence[dict[str, Any]], *, done: bool = False) -> Joined:
    """Return the message that the events make; events of other types are kept beside its content."""
    stream = _Message()
    for piece in pieces:
        stream.take(piece)
    return Joined(stream.document(), len(pieces), stream.begun and not stream.gap, done or stream.ended)


class _Message:
    """A message while it grows; `gap` tells that the begin of a block came twice or never."""

    def __init__(self) -> None:
        self.begun = self.ended = self.gap = False
        self._message: dict[str, Any] = {}
        self._blocks: dict[int, dict[str, Any]] = {}
        self._raw_starts: dict[int, Any] = {}
        self._others: list[Any] = []

    def take(self, piece: dict[str, Any]) -> None:
        """Let the message grow by one event."""
        match piece.get("type"):
            case "message_start":
                self._start(piece)
            case "content_block_start":
                self._start_block(piece)
            case "content_block_delta":
                self._grow_block(piece)
            case "message_delta":
                grow(self._message, object_of(piece, "delta"), repeats=True)
                self._beside(piece, "delta")
            case "message_stop":
                self.ended = True
                self._beside(piece)
            case "content_block_stop":
                self._beside(piece, "index")
            case "ping":
                self._beside(piece)
            case _:
                self.ended = self.ended or piece.get("type") == "error"
                self._others.append(piece)

    def document(self) -> dict[str, Any]:
        """Return the message as it stands."""
        message = dict(self._message)
        given = message.pop("content", None)
        given = given if isinstance(given, list) else [given] if given else []
        message = {"type": Text("message"), "role": Text("assistant"), **message}
        blocks = [_finished(settled(self._blocks[index])) for index in sorted(self._blocks)]
        document: dict[str, Any] = settled({**message, "content": [*given, *blocks]})
        if self._others:
            document["other_events"] = self._others
        return document

    def _start(self, piece: dict[str, Any]) -> None:
        message = object_of(piece, "message")
        if self.begun and settled(self._message.get("id")) != message.get("id"):
            raise Unjoinable("events of two messages")
        self.begun = True
        grow(self._message, message, repeats=True)
        self._beside(piece, "message")

    def _start_block(self, piece: dict[str, Any]) -> None:
        index, block = whole_number(piece, "index"), object_of(piece, "content_block")
        if self._raw_starts.get(index) == block:
            return  # Delivered twice.
        self.gap = self.gap or index in self._blocks
        self._raw_starts[index] = block
        grow(self._blocks.setdefault(index, {}), block)
        self._beside(piece, "index", "content_block")

    def _grow_block(self, piece: dict[str, Any]) -> None:
        index, delta = whole_number(piece, "index"), object_of(piece, "delta")
        self.gap = self.gap or index not in self._blocks
        block = self._blocks.setdefault(index, {})
        type_ = str(delta.get("type"))
        rest = {key: value for key, value in delta.items() if key not in ("type", _FIELDS.get(type_))}
        grow(block, rest)
        if type_ == "input_json_delta":
            block.setdefault(_INPUT, started("")).append(str(delta.get("partial_json") or ""))
        elif type_ == "citations_delta" and delta.get("citation") is not None:
            grow(block, {"citations": [delta["citation"]]})
        self._beside(piece, "index", "delta")

    def _beside(self, piece: dict[str, Any], *known: str) -> None:
        """Keep what an event says beside what is known of it: usage, metrics, fields that are new."""
        grow(self._message, {key: value for key, value in piece.items() if key not in ("type", *known)}, repeats=True)


def _finished(block: dict[str, Any]) -> dict[str, Any]:
    """Return a block whose input, where it came in pieces, is the tree that they make; anything else stays a string."""
    if _INPUT not in block:
        return block
    source = block.pop(_INPUT)
    if not source.strip():
        return block
    try:
        given = parse_json(source)
    except Malformed as error:
        if error.reason is QuarantineReason.TOO_DEEP:
            raise
        given = source
    return {**block, "input": given if isinstance(given, dict) else source}
