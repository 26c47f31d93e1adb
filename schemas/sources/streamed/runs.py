"""Events of LangChain and LangGraph that tell of a run's output in pieces: joined to what the run gave in the end.

Field names from LangChain's `astream_events`, version 2. Every event names its run.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from schemas.sources.streamed.merge import Joined, grow, object_of, settled

_STREAM = re.compile(r"on_(chat_model|llm|parser|chain|tool)_stream")
_END = re.compile(r"on_(?:chat_model|llm|parser|chain|tool)_end")
#: Runs whose chunks are always pieces; others pass on whole states too.
_ALWAYS = frozenset({"chat_model", "llm", "parser"})
_SAID = ("content", "text")
_CHUNK = re.compile(r"\w{1,32}MessageChunk")


def is_piece(node: dict[str, Any]) -> bool:
    """Recognise an event with a piece of its run's output."""
    found = _named(_STREAM, node)
    if found is None or "chunk" not in node["data"]:
        return False
    return found.group(1) in _ALWAYS or _is_cut(node["data"]["chunk"])


def is_final(node: dict[str, Any]) -> bool:
    """Recognise the last event of a run, which holds its whole output."""
    return _named(_END, node) is not None and "output" in node["data"]


def name_of(node: dict[str, Any]) -> str | None:
    """Return the id of the run."""
    found = node.get("run_id")
    return found if isinstance(found, str) and found else None


def join(pieces: Sequence[dict[str, Any]], *, done: bool = False) -> Joined:
    """Return the last event of the run, or one that holds what its pieces make; all of them where there are several."""
    runs: dict[str | None, list[dict[str, Any]]] = {}
    others: list[Any] = []
    for piece in pieces:
        if is_piece(piece) or is_final(piece):
            runs.setdefault(name_of(piece), []).append(piece)
        else:
            others.append(piece)
    found = [_event(events) for events in runs.values()]
    ended = done or all(any(map(is_final, events)) for events in runs.values())
    document = found[0] if len(found) == 1 and not others else {"events": [*found, *others]}
    return Joined(document, len(pieces), begun=True, ended=ended)


def _named(pattern: re.Pattern[str], node: dict[str, Any]) -> re.Match[str] | None:
    name = node.get("event")
    whole = isinstance(name, str) and isinstance(node.get("data"), dict) and name_of(node) is not None
    return pattern.fullmatch(name) if whole and isinstance(name, str) else None


def _is_cut(chunk: Any) -> bool:
    """Tell whether a chunk of any run is a piece of text: a string, or a message's."""
    if isinstance(chunk, str):
        return True
    if not isinstance(chunk, dict):
        return False
    id_ = chunk.get("id")
    kinds = [chunk.get("type"), id_[-1] if isinstance(id_, list) and id_ else None]
    return any(isinstance(kind, str) and _CHUNK.fullmatch(kind) for kind in kinds)


def _event(events: Sequence[dict[str, Any]]) -> dict[str, Any]:
    chunks = [event["data"]["chunk"] for event in events if is_piece(event)]
    final = next(filter(is_final, events), None)
    grown = _grown(chunks)
    if final is None:
        head: dict[str, Any] = {}
        for event in events:
            grow(head, {key: value for key, value in event.items() if key != "data"}, repeats=True)
            rest = {key: value for key, value in event["data"].items() if key != "chunk"}
            grow(head, {"data": rest}, repeats=True)
        whole: dict[str, Any] = settled(head)
        return {**whole, "data": {**whole["data"], "output": grown}}
    said = set(_strings(object_of(final, "data").get("output")))
    if said.issuperset(
        filter(None, _strings({key: grown.get(key) for key in _SAID} if isinstance(grown, dict) else grown))
    ):
        return final
    return {**final, "data": {**final["data"], "streamed": grown}}


def _grown(chunks: Sequence[Any]) -> Any:
    """Return what chunks make: a string, a message, or the list of them where they are of several kinds."""
    if chunks and all(isinstance(chunk, str) for chunk in chunks):
        return "".join(chunks)
    if not all(isinstance(chunk, dict) for chunk in chunks):
        return list(chunks)
    message: dict[str, Any] = {}
    for chunk in chunks:
        held = {key: chunk[key] for key in (*_SAID, "kwargs", "message") if key in chunk}
        grow(message, held)
        grow(message, {key: value for key, value in chunk.items() if key not in held}, repeats=True)
    return settled(message)


def _strings(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    for child in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _strings(child)
