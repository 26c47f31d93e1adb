"""Chunks of local servers, one JSON object each: Ollama's chat and generate, llama.cpp's completion.

Field names from Ollama's API documentation and the llama.cpp server's. Chunks name no stream: the record key tells.
"""

from collections.abc import Sequence
from typing import Any

import orjson

from schemas.errors import Unjoinable
from schemas.sources.streamed.merge import Joined, grow, object_of, settled

#: What every chunk says of its own moment; the last stands.
_OF_THE_CHUNK = frozenset("created_at timings".split())
#: Beside one of these an answer stands with its request, and is no chunk.
_REQUESTS = frozenset("messages prompt request input".split())
#: Answers that only tell that a model came or went.
_NO_ANSWER = frozenset({"load", "unload"})
#: Tokens that are counted and say nothing, such as the one that ends an answer.
_SILENT_TOKENS = 32


def is_answer(node: dict[str, Any]) -> bool:
    """Recognise an answer, or a chunk of one, without its request."""
    if _end_mark(node) is None or not _REQUESTS.isdisjoint(node):
        return False
    if "done" in node:
        told = isinstance(node.get("message"), dict) or isinstance(node.get("response"), str)
        return told and isinstance(node.get("model"), str) and "created_at" in node
    return isinstance(node.get("content"), str) and ("tokens_predicted" in node or "id_slot" in node)


def is_piece(node: dict[str, Any]) -> bool:
    """Recognise a chunk that is not the last of its answer."""
    return _end_mark(node) is False and is_answer(node)


def is_sent(node: dict[str, Any]) -> bool:
    """Recognise a chunk; the last says nothing, or counts more tokens than it says."""
    if not is_answer(node) or str(node.get("done_reason")) in _NO_ANSWER:
        return False
    said = _said(node)
    return is_piece(node) or said == 0 or (_count(node) or 0) > said + _SILENT_TOKENS


def ends(node: dict[str, Any]) -> bool:
    """Tell whether a chunk is the last of its answer."""
    return _end_mark(node) is True


def join(pieces: Sequence[dict[str, Any]], *, done: bool = False) -> Joined:
    """Return the answer that the chunks make; raises Unjoinable where they are of two answers, or out of order."""
    ended = [ends(piece) for piece in pieces]
    models = {piece.get("model") for piece in pieces if isinstance(piece.get("model"), str)}
    last = pieces[-1]
    again = any(piece != last for piece, end in zip(pieces, ended, strict=True) if end)
    if len(models) > 1 or again or ended != sorted(ended):
        raise Unjoinable("chunks of two answers", chunks=len(pieces))
    said = [piece for piece in pieces if not ends(piece)]
    if ended[-1] and not _fits(pieces, said):
        raise Unjoinable("chunks of two answers, or not all of one", chunks=len(pieces))
    body: dict[str, Any] = {}
    for piece in [*said, last] if ended[-1] else said:
        _grow(body, piece)
    document: dict[str, Any] = settled(body)
    if not ended[-1]:
        document["done" if "done" in document else "stop"] = None
    return Joined(document, len(pieces), begun=True, ended=done or ended[-1])


def _fits(pieces: Sequence[dict[str, Any]], said: Sequence[dict[str, Any]]) -> bool:
    """Tell whether chunks are no more than the tokens that the last one counts; a chunk is one token at least."""
    count = _count(pieces[-1])
    return count is None or sum(map(bool, map(_said, said))) <= count + 1


def _grow(body: dict[str, Any], piece: dict[str, Any]) -> None:
    held = {key: value for key, value in piece.items() if key in ("message", "response", "content", "thinking")}
    for key in _OF_THE_CHUNK & piece.keys():
        body[key] = piece[key]
    if "message" in held:
        object_of(piece, "message")
    grow(body, held)
    grow(
        body, {key: value for key, value in piece.items() if key not in held and key not in _OF_THE_CHUNK}, repeats=True
    )


def _end_mark(node: dict[str, Any]) -> bool | None:
    """Return whether a chunk says that it is the last, or None where it says nothing of it."""
    found = node.get("done", node.get("stop"))
    return found if isinstance(found, bool) else None


def _said(node: dict[str, Any]) -> int:
    """Return how many bytes a chunk says: text, thoughts, calls of tools."""
    message = node.get("message")
    held = [node, message] if isinstance(message, dict) else [node]
    texts = [each.get(key) for each in held for key in ("content", "response", "thinking")]
    calls = message.get("tool_calls") if isinstance(message, dict) else None
    return sum(len(text.encode()) for text in texts if isinstance(text, str)) + (
        len(orjson.dumps(calls)) if calls else 0
    )


def _count(node: dict[str, Any]) -> int | None:
    found = node.get("eval_count", node.get("tokens_predicted"))
    return found if isinstance(found, int) else None
