"""Whole streams that stand inside one record: found wherever they are, and replaced by the event that they make."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import orjson

from schemas.errors import Malformed, QuarantineReason, Unjoinable
from schemas.raw import DEFAULT_BOUNDS, Bounds, parse_json
from schemas.sources.streamed import (
    assistants,
    chat,
    cohere,
    converse,
    gemini,
    lines,
    local,
    marks,
    messages,
    responses,
    rows,
    runs,
    sse,
    tgi,
)
from schemas.sources.streamed import own as own_body
from schemas.sources.streamed.merge import Joined


class Join(Protocol):
    """Makes of the pieces of one stream the event that they are parts of."""

    def __call__(self, pieces: Sequence[dict[str, Any]], *, done: bool = False) -> Joined:
        """Return the event; *done* tells that the stream's end mark was seen. Raises Unjoinable."""
        ...


@dataclass(frozen=True, slots=True)
class Format:
    """One format of streams: how a piece is recognised alone, and how pieces are joined."""

    name: str
    is_piece: Callable[[dict[str, Any]], bool]
    join: Join


#: The formats of streams, in the order in which they are asked.
FORMATS = (
    Format("messages", messages.is_piece, messages.join),
    Format("responses", responses.is_piece, responses.join),
    Format("chat", chat.is_piece, chat.join),
    Format("converse", converse.is_piece, converse.join),
    Format("cohere", cohere.is_piece, cohere.join),
    Format("assistants", assistants.is_piece, assistants.join),
    Format("runs", runs.is_piece, runs.join),
    Format("local", local.is_piece, local.join),
    Format("tgi", tgi.is_piece, tgi.join),
)
#: What a list may say of each piece beside the piece itself.
_WRAPPING = frozenset("event id timestamp time ts seq sequence index".split())
_HELD = ("data", "chunk")


@dataclass(frozen=True, slots=True)
class Gathered:
    """A tree without pieces, as far as they could be joined.

    `pieces` counts what was joined; `whole` tells that each stream has its begin and its end.
    """

    document: Any = field(repr=False)
    pieces: int = 0
    whole: bool = True


def may_hold_pieces(value: bytes) -> bool:
    """Tell whether a record is worth walking for pieces."""
    return marks.stand_in(value)


def may_be_events(text: str) -> bool:
    """Tell whether a string holds events that may be pieces: several, or one with a mark of a piece in it."""
    return sse.holds_events(text) and (text.count("data:") > 1 or marks.stand_in_text(text, events=False))


def may_be_lines(text: str) -> bool:
    """Tell whether a string holds lines of JSON that may be pieces."""
    return lines.holds_lines(text) and marks.stand_in_text(text)


def gather(tree: Any, bounds: Bounds = DEFAULT_BOUNDS) -> Gathered:
    """Return *tree* with every stream in it joined; what cannot be joined stays as it is."""
    search = _Search(bounds)
    document = search.node(tree)
    return Gathered(document, search.pieces, search.whole)


def join_events(text: str, bounds: Bounds = DEFAULT_BOUNDS) -> Joined:
    """Return the event that a text of server-sent events makes; raises Unjoinable where it makes none."""
    events = sse.read_events(text, bounds)
    return join_pieces(events.trees, done=events.done)


def join_pieces(pieces: Sequence[dict[str, Any]], *, done: bool = False) -> Joined:
    """Return the event that the pieces of one stream make; raises Unjoinable where they are of no known format."""
    for each in FORMATS:
        if any(each.is_piece(piece) for piece in pieces):
            return each.join(pieces, done=done)
    if any(chat.is_text_piece(piece) for piece in pieces):
        return chat.join(pieces, done=done)
    if any(gemini.is_piece(piece) for piece in pieces):
        return gemini.join(pieces, done=done)
    raise Unjoinable("pieces of no known format", pieces=len(pieces))


def is_piece(node: dict[str, Any]) -> bool:
    """Tell whether an object is one piece of a stream."""
    return any(each.is_piece(node) for each in FORMATS) or rows.is_piece(node)


def are_answers(nodes: Sequence[Any]) -> bool:
    """Tell whether these are the chunks of one answer of Gemini, of which only the last says why it ended."""
    answers = [
        node["candidates"] for node in nodes if isinstance(node, dict) and isinstance(node.get("candidates"), list)
    ]
    ended = [
        any("finishReason" in each or "finish_reason" in each for each in answer if isinstance(each, dict))
        for answer in answers
    ]
    return len(answers) > 1 and not all(ended)


class _Search:
    """One walk over one tree."""

    def __init__(self, bounds: Bounds) -> None:
        self.pieces = 0
        self.whole = True
        self._bounds = bounds
        self._decoded = 0

    def node(self, node: Any, key: str = "") -> Any:
        """Return *node* with the streams in it joined."""
        if isinstance(node, dict):
            return {name: self.node(child, name) for name, child in node.items()}
        if isinstance(node, list):
            return self._list(node, own=key == "outputBodyJson")
        return self._string(node, key) if isinstance(node, str) else node

    def _list(self, node: list[Any], *, own: bool) -> Any:
        calls = [rows.call_of(item) if isinstance(item, dict) else None for item in node]
        if any(calls):
            return [self.node(row) for row in self._rows(node, calls)]
        try:
            joined = self._joined(node, own=own)
        except Unjoinable:
            joined = None
        return [self.node(child) for child in node] if joined is None else joined

    def _joined(self, node: list[Any], *, own: bool) -> Any:
        """Return what a list of pieces makes, or None where it is none; strings of JSON make a list of one string."""
        if node and all(isinstance(item, str) for item in node):
            return self._joined_strings(node)
        held = _unwrapped([item for item in node if item != sse.DONE])
        trees = [self._opened(item) if isinstance(item, str) else item for item in held if item != sse.DONE]
        if not all(isinstance(item, dict) for item in trees) or not (own or _are_pieces(trees)):
            return None
        done = len(trees) < len(node)
        documents = [self._taken(group, done=done, own=own) for group in _streams(trees)]
        if any(document is None for document in documents):
            return None
        return documents[0] if len(documents) == 1 else documents

    def _joined_strings(self, node: list[str]) -> Any:
        if sse.holds_events(node[0]):
            joined = join_events("".join(node), self._bounds)
        else:
            trees = [self._opened(item) for item in node if item != sse.DONE]
            if not all(isinstance(item, dict) for item in trees) or not _are_pieces(trees):
                return None
            joined = join_pieces(trees, done=len(trees) < len(node))
        return [_written(self._counted(joined))] if _is_gathered(joined) else None

    def _taken(self, group: list[dict[str, Any]], *, done: bool, own: bool) -> dict[str, Any] | None:
        """Return the event of one stream; None where a single piece waits for others."""
        try:
            joined = join_pieces(group, done=done)
        except Unjoinable:
            if not own:
                raise
            joined = own_body.join_own(group)
        return self._counted(joined) if own or _is_gathered(joined) else None

    def _rows(self, node: list[Any], calls: list[str | None]) -> list[Any]:
        """Return rows with those of one call joined, where the first of them stands."""
        grouped: dict[Any, list[Any]] = {}
        for number, (row, call) in enumerate(zip(node, calls, strict=True)):
            grouped.setdefault(number if call is None else call, []).append(row)
        out: list[Any] = []
        for group in grouped.values():
            try:
                joined = rows.join(group) if len(group) > 1 else None
            except Unjoinable:
                joined = None
            out += group if joined is None or not (joined.begun and joined.ended) else [self._counted(joined)]
        return out

    def _string(self, text: str, key: str) -> str:
        """Return a string in which a stream stands, as events or as JSON, as that of the joined event."""
        if sse.holds_events(text):
            try:
                joined = join_events(text, self._bounds)
            except Unjoinable:
                return text
            return _written(self._counted(joined)) if _is_gathered(joined) else text
        if text.lstrip()[:1] not in ("{", "["):
            return text
        if may_be_lines(text):
            return self._lines(text)
        if key != "outputBodyJson" and not marks.stand_in_text(text):
            return text
        tree = self._opened(text)
        before = self.pieces
        node = tree if isinstance(tree, str) else self.node(tree, key)
        return text if self.pieces == before else _written(node)

    def _lines(self, text: str) -> str:
        """Return lines of JSON that are the pieces of a stream as the JSON of what they make."""
        try:
            joined = join_pieces(lines.read_lines(text, self._bounds))
        except Unjoinable:
            return text
        return _written(self._counted(joined)) if _is_gathered(joined) else text

    def _opened(self, text: str) -> Any:
        self._decoded += len(text)
        if self._decoded > self._bounds.growth * self._bounds.record_bytes:
            raise Malformed(QuarantineReason.DECODING_LIMIT, size=self._decoded)
        try:
            return parse_json(text, self._bounds)
        except Malformed as error:
            if error.reason is QuarantineReason.TOO_DEEP:
                raise
            return text

    def _counted(self, joined: Joined) -> dict[str, Any]:
        self.pieces += joined.pieces
        self.whole = self.whole and joined.begun and joined.ended
        return joined.document


def _is_gathered(joined: Joined) -> bool:
    """Tell whether somebody gathered these pieces: a single one that is not whole waits for others."""
    return joined.pieces > 1 or (joined.begun and joined.ended)


def _written(tree: Any) -> str:
    return orjson.dumps(tree).decode()


def _are_pieces(trees: Sequence[Any]) -> bool:
    known = any(each.is_piece(tree) for tree in trees for each in FORMATS)
    return known or are_answers(trees) or any(isinstance(tree, dict) and chat.is_text_piece(tree) for tree in trees)


def _unwrapped(items: list[Any]) -> list[Any]:
    """Return the pieces of a list that wraps each of them with its event's name or time."""
    for key in _HELD:
        if items and all(isinstance(item, dict) and key in item and item.keys() - {key} <= _WRAPPING for item in items):
            return [item[key] for item in items]
    return items


def _names_itself(tree: dict[str, Any]) -> bool:
    return chat.is_piece(tree) or chat.is_text_answer(tree)


def _streams(trees: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Return the pieces of each stream; chunks of chat completions name theirs, all others are one."""
    ids = [tree["id"] if _names_itself(tree) and isinstance(tree.get("id"), str) else None for tree in trees]
    named = list(dict.fromkeys(id_ for id_ in ids if id_ is not None))
    if len(named) < 2:  # noqa: PLR2004 - one stream, or chunks without a name.
        return [trees]
    if None in ids:
        raise Unjoinable("pieces of several streams, some without a name", streams=len(named))
    return [[tree for tree, id_ in zip(trees, ids, strict=True) if id_ == name] for name in named]
