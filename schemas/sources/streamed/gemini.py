"""Chunks of Gemini: joined to the answer, candidate by candidate.

Field names from the Gemini API reference (StreamGenerateContent).
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from schemas.errors import Unjoinable
from schemas.sources.streamed.merge import Joined, Text, grow, object_of, objects, settled, started, whole_number

#: Beside one of these the candidates are the answer of a call that stands whole in the record.
_REQUESTS = frozenset({"contents", "request", "messages", "prompt", "input", "full_request", "request_payload"})
_IDS = ("responseId", "response_id")
#: What the provider says beside the candidates, and nobody else.
_OF_THE_WIRE = frozenset({"usageMetadata", "usage_metadata", "modelVersion", "model_version"})


def is_piece(node: dict[str, Any]) -> bool:
    """Tell whether this may be a chunk; alone it looks like a whole answer."""
    return isinstance(node.get("candidates"), list)


def is_answer(node: dict[str, Any]) -> bool:
    """Recognise an answer, or a chunk of one, that stands without its request."""
    found = node.get("candidates")
    if not isinstance(found, list) or not found or not _REQUESTS.isdisjoint(node):
        return False
    return all(isinstance(each, dict) and (isinstance(each.get("content"), dict) or _is_ended(each)) for each in found)


def response_of(node: dict[str, Any]) -> str | None:
    """Return the id that the chunks of one answer share."""
    return next((node[key] for key in _IDS if isinstance(node.get(key), str) and node[key]), None)


def is_sent(node: dict[str, Any]) -> bool:
    """Recognise an answer, or a chunk of one, as the provider sends it: by its id, or by what nobody else says."""
    return is_answer(node) and (response_of(node) is not None or not _OF_THE_WIRE.isdisjoint(node))


def has_request(node: Any) -> bool:
    """Tell whether what stands around an answer holds its request too, so that it is no chunk."""
    if not isinstance(node, dict):
        return False
    return not _REQUESTS.isdisjoint(node) or any(map(has_request, node.values()))


def choices_of(node: dict[str, Any]) -> tuple[frozenset[int], frozenset[int]]:
    """Return the candidates that a chunk speaks of, and those that it ends."""
    told = [(each.get("index"), _is_ended(each)) for each in node["candidates"]]
    numbered = [(index if isinstance(index, int) else 0, ended) for index, ended in told]
    return frozenset(index for index, _ in numbered), frozenset(index for index, ended in numbered if ended)


def join(pieces: Sequence[dict[str, Any]], *, done: bool = False) -> Joined:
    """Return the answer that the chunks make; neighbouring parts of text are one.

    A candidate that goes on after its end has lost its order; its last chunk may come again as it was.
    """
    top: dict[str, Any] = {}
    candidates: dict[int, dict[str, Any]] = {}
    last: dict[int, dict[str, Any]] = {}
    in_order = True
    for piece in pieces:
        grow(top, {key: value for key, value in piece.items() if key != "candidates"}, repeats=True)
        for candidate in objects(piece, "candidates"):
            index = whole_number(candidate, "index", 0)
            if index in last and candidate == last[index]:
                continue
            in_order = in_order and not (index in last and candidate.get("content"))
            if _is_ended(candidate):
                last[index] = candidate
            _grow_candidate(candidates.setdefault(index, {}), candidate)
    found = [settled(candidates[index]) for index in sorted(candidates)]
    ended = done or all(map(_is_ended, found))
    return Joined({"candidates": found, **settled(top)}, len(pieces), begun=in_order, ended=ended)


def is_cut(node: dict[str, Any]) -> bool:
    """Tell whether an answer of nothing but text counts more tokens than it has bytes: the rest stood before it."""
    said = _count(_used(node), "candidatesTokenCount", "candidates_token_count") or 0
    parts = [part for candidate in node["candidates"] for part in _parts_of(candidate)]
    texts = [part.get("text") if isinstance(part, dict) else None for part in parts]
    told = [text for text in texts if isinstance(text, str)]
    return len(told) == len(parts) and said > sum(len(text.encode()) for text in told)


def _parts_of(candidate: dict[str, Any]) -> list[Any]:
    content = candidate.get("content")
    parts = content.get("parts") if isinstance(content, dict) else None
    return parts if isinstance(parts, list) else []


def _used(node: dict[str, Any]) -> Any:
    return node.get("usageMetadata") or node.get("usage_metadata")


def refuse_mixed(pieces: Sequence[dict[str, Any]]) -> None:
    """Raise Unjoinable where chunks without an id may be of two answers, or do not tell.

    Those of one speak of one request's size, and of an answer that is larger each time; the last may only end it.
    """
    used = [_used(piece) for piece in pieces]
    asked = {_count(each, "promptTokenCount", "prompt_token_count") for each in used}
    said = [_count(each, "candidatesTokenCount", "candidates_token_count") or 0 for each in used]
    grows = all(one < two for one, two in pairwise(said[:-1])) and said[-1] >= max(said)
    if len(asked) > 1 or None in asked or not grows:
        raise Unjoinable("chunks of two answers", chunks=len(pieces))


def _count(used: Any, *keys: str) -> int | None:
    return next((used[key] for key in keys if isinstance(used.get(key), int)), None) if isinstance(used, dict) else None


def _is_ended(candidate: dict[str, Any]) -> bool:
    return bool(candidate.get("finishReason") or candidate.get("finish_reason"))


def _grow_candidate(into: dict[str, Any], candidate: dict[str, Any]) -> None:
    content = object_of(candidate, "content")
    if "content" in candidate:
        have = into.setdefault("content", {})
        grow(have, {key: value for key, value in content.items() if key != "parts"}, repeats=True)
        parts = have.setdefault("parts", [])
        for part in objects(content, "parts"):
            _grow_parts(parts, part)
    grow(into, {key: value for key, value in candidate.items() if key != "content"}, repeats=True)


def _grow_parts(parts: list[Any], part: dict[str, Any]) -> None:
    last = parts[-1] if parts else {}
    if isinstance(part.get("text"), str) and isinstance(last.get("text"), Text) and _kind(last) == _kind(part):
        last["text"].append(part["text"])
        grow(last, {key: value for key, value in part.items() if key != "text"}, repeats=True)
    else:
        parts.append(started(part))


def _kind(part: dict[str, Any]) -> bool:
    """Tell whether a part is a thought."""
    return bool(part.get("thought"))
