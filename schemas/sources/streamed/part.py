"""What one record holds of a stream that goes over several: its pieces, whose they are, and how far the stream is."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from schemas.errors import Unjoinable
from schemas.sources.streamed import (
    assistants,
    chat,
    cohere,
    converse,
    gemini,
    local,
    messages,
    responses,
    rows,
    runs,
    sse,
    tgi,
)
from schemas.sources.streamed.envelopes import Envelope, folded, in_number_order, unfolded
from schemas.sources.streamed.gathered import FORMATS, Format
from schemas.sources.streamed.merge import Joined

_ROWS = Format("rows", lambda row: rows.call_of(row) is not None and rows.is_piece(row), rows.join)
_GEMINI = Format("gemini", gemini.is_sent, gemini.join)
_TEXT = Format("chat", chat.is_text_answer, chat.join)
#: The last chunk of an answer, which looks like a whole one.
_LOCAL = Format("local", local.is_sent, local.join)
_FINAL = Format("assistants", assistants.is_final, assistants.join)
_RUN_END = Format("runs", runs.is_final, runs.join)
_ALL = (*FORMATS, _ROWS, _GEMINI, _TEXT, _LOCAL, _FINAL, _RUN_END)
_BY_NAME = {each.name: each for each in _ALL}
_BEGINS = {
    "messages": messages.is_begin,
    "responses": responses.is_begin,
    "converse": converse.is_begin,
    "cohere": cohere.is_begin,
    "tgi": tgi.is_begin,
}
_ENDS: dict[str, Callable[[dict[str, Any]], bool]] = {
    "messages": lambda tree: tree.get("type") in ("message_stop", "error"),
    "responses": lambda tree: tree.get("type") in (*responses.ENDS, "error"),
    "converse": lambda tree: "metadata" in tree,
    "cohere": cohere.ends,
    "tgi": tgi.ends,
    "local": local.ends,
}
#: What the name of a stream in envelopes is made of: their path, their id, the id of the pieces.
_ENVELOPED = 3


@dataclass(frozen=True, slots=True)
class Part:
    """Pieces of one stream in one record.

    `stream` is the id that the pieces give their stream, None where such pieces give none: then the record key tells.
    `opened` and `closed` are the choices that this part speaks of and ends. `begins` tells that a choice begins here,
    `ends` that nothing follows, `done` that the end mark, which may follow after everything else, is here, `numbered`
    that each piece carries its number, `alone` that this may as well be a whole answer that was never streamed.
    `envelope` is what a gateway wrote around the one piece.
    """

    format: str
    stream: str | None = field(repr=False)
    trees: tuple[dict[str, Any], ...] = field(repr=False)
    opened: frozenset[int] = frozenset()
    closed: frozenset[int] = frozenset()
    begins: bool = False
    ends: bool = False
    done: bool = False
    numbered: bool = False
    alone: bool = False
    envelope: Envelope | None = None


def part_of(tree: Any) -> Part | None:
    """Return what a record's tree holds of one stream; None where it is no piece itself."""
    if not isinstance(tree, dict):
        return None
    events = sse.written_out(tree)
    if events is not None:
        return part_of_events(events)
    return _part(rows.batch_of(tree) or (tree,), done=False, in_events=False) or _enveloped_part(tree)


def _enveloped_part(tree: dict[str, Any]) -> Part | None:
    """Return the part that stands in a gateway's envelope, where that or the piece itself names the stream."""
    named = (*FORMATS, _FINAL, _RUN_END)
    known = named if gemini.has_request(tree) else (*named, _GEMINI, _LOCAL)
    found = unfolded(tree, lambda node: any(each.is_piece(node) for each in known))
    part = _part((found[0],), done=False, in_events=False) if found else None
    if found is None or part is None:
        return None
    envelope = found[1]
    if envelope.name is None and part.stream is None:
        return replace(part, envelope=envelope) if part.format == "gemini" else None
    name = json.dumps([envelope.path, envelope.name, part.stream])
    return replace(part, stream=name, numbered=False, envelope=envelope)


def ids_of(stream: str) -> tuple[str, ...]:
    """Return the ids that the name of a stream holds: its own, or that of a gateway's envelope and of the piece in it.

    >>> ids_of("chatcmpl-1"), ids_of('[["data"], "req-1", null]')
    (('chatcmpl-1',), ('req-1',))
    """
    try:
        named = json.loads(stream)
    except ValueError:
        return (stream,)
    if not isinstance(named, list) or len(named) != _ENVELOPED:
        return (stream,)
    return tuple(id_ for id_ in named[1:] if isinstance(id_, str))


def is_begin(part: Part) -> bool:
    """Tell whether a stream begins in a part, as its format says it."""
    if part.format == "chat":
        return part.begins
    return part.format in _BEGINS and any(_BEGINS[part.format](tree) for tree in part.trees)


def part_of_events(events: sse.Events) -> Part | None:
    """Return what some events hold of one stream; None where they are none of a known format, or of several."""
    return _part(events.trees, done=events.done, in_events=True)


def join_parts(parts: Sequence[Part]) -> Joined:
    """Return the event that the parts of one stream make, in their order; raises Unjoinable where they make none."""
    format_ = _BY_NAME[parts[0].format]
    trees = [tree for part in parts for tree in part.trees]
    if not trees:
        raise Unjoinable("stream without pieces")
    around = [(part.envelope, part.trees[0]) for part in parts if part.envelope is not None]
    enveloped = len(around) == len(parts)
    if enveloped:
        around = in_number_order(around)
        trees = [tree for _, tree in around]
    joined = format_.join(trees, done=any(part.done for part in parts))
    if format_ is _GEMINI and parts[0].stream is None:
        _refuse_mixed(trees, joined)
    if not enveloped:
        return joined
    return replace(joined, document=folded([envelope for envelope, _ in around], joined.document))


def _refuse_mixed(trees: Sequence[dict[str, Any]], joined: Joined) -> None:
    """Raise Unjoinable where chunks of Gemini that name no answer may be of two, or the first of them are missing."""
    if len(trees) > 1:
        gemini.refuse_mixed(trees)
    if gemini.is_cut(joined.document):
        raise Unjoinable("begin of an answer is missing")


def _part(trees: tuple[dict[str, Any], ...], *, done: bool, in_events: bool) -> Part | None:
    """Return the part that these pieces make; a lone end mark is one of a stream that the record key tells."""
    if not trees:
        return Part("chat", None, (), ends=done, done=done) if done else None
    format_ = _format_of(trees)
    if format_ is None:
        return None
    if format_.name == "chat":
        return _chat_part(trees, done=done, in_events=in_events)
    if format_.name in _NAMED:
        return _NAMED[format_.name](trees)
    ends = done or any(map(_ENDS[format_.name], trees))
    numbered = format_.name == "responses" and responses.are_numbered(trees)
    alone = format_.name == "local" and local.ends(trees[-1])
    return Part(format_.name, None, trees, ends=ends, done=done, numbered=numbered, alone=alone)


def _format_of(trees: tuple[dict[str, Any], ...]) -> Format | None:
    """Return the first format of which one of some pieces is."""
    for each in _ALL:
        for tree in trees:
            if each.is_piece(tree):
                return each
    return None


def _assistants_part(trees: tuple[dict[str, Any], ...]) -> Part | None:
    return _named_part("assistants", trees, assistants.name_of, assistants.is_final)


def _runs_part(trees: tuple[dict[str, Any], ...]) -> Part | None:
    return _named_part("runs", trees, runs.name_of, runs.is_final)


def _named_part(
    format_: str,
    trees: tuple[dict[str, Any], ...],
    name_of: Callable[[dict[str, Any]], str | None],
    is_final: Callable[[dict[str, Any]], bool],
) -> Part | None:
    """Return the part of a stream that each piece names, and of which the last repeats the whole."""
    if len({name_of(tree) for tree in trees}) > 1:
        return None
    final = [is_final(tree) for tree in trees]
    return Part(format_, name_of(trees[0]), trees, begins=any(final), ends=any(final), alone=all(final))


def _gemini_part(trees: tuple[dict[str, Any], ...]) -> Part | None:
    if not all(map(_GEMINI.is_piece, trees)) or len(set(map(gemini.response_of, trees))) > 1:
        return None
    told = [gemini.choices_of(tree) for tree in trees]
    opened, closed = (frozenset[int]().union(*each) for each in zip(*told, strict=True))
    stream, ends = gemini.response_of(trees[0]), opened <= closed
    alone = ends and (stream is not None or len(trees) > 1 or not gemini.is_cut(trees[0]))
    return Part("gemini", stream, trees, opened, closed, ends=bool(closed), alone=alone)


def _chat_part(trees: tuple[dict[str, Any], ...], *, done: bool, in_events: bool) -> Part | None:
    ids = {tree["id"] for tree in trees if isinstance(tree.get("id"), str) and tree["id"]}
    if len(ids) > 1:
        return None
    opened, closed = set[int](), set[int]()
    begins = counted = False
    for tree in trees:
        counted = counted or bool(tree.get("usage"))
        for choice in _choices(tree):
            index, delta = _index(choice), choice.get("delta")
            opened.add(index)
            if choice.get("finish_reason") or ("finish_reason" not in choice and chat.is_text_answer(tree)):
                closed.add(index)
            begins = begins or (isinstance(delta, dict) and "role" in delta)
    ends = done or (counted and not in_events)
    name, alone = next(iter(ids), None), not in_events and all(map(chat.is_text_answer, trees)) and opened <= closed
    choices = frozenset(opened), frozenset(closed)
    return Part("chat", name, trees, *choices, begins=begins, ends=ends or alone, done=done, alone=alone)


def _index(choice: dict[str, Any]) -> int:
    index = choice.get("index")
    return index if isinstance(index, int) else 0


def _choices(tree: dict[str, Any]) -> list[dict[str, Any]]:
    choices = tree.get("choices")
    return [choice for choice in choices if isinstance(choice, dict)] if isinstance(choices, list) else []


def _rows_part(trees: tuple[dict[str, Any], ...]) -> Part:
    return Part("rows", rows.call_of(trees[0]), trees, numbered=True)


#: The formats whose pieces name their stream.
_NAMED: dict[str, Callable[[tuple[dict[str, Any], ...]], Part | None]] = {
    "rows": _rows_part,
    "gemini": _gemini_part,
    "assistants": _assistants_part,
    "runs": _runs_part,
}
