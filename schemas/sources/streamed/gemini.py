"""Chunks of Gemini: joined to the answer, candidate by candidate.

Field names from the Gemini API reference (StreamGenerateContent).
"""

from collections.abc import Sequence
from typing import Any

from schemas.sources.streamed.merge import Joined, Text, grow, object_of, objects, settled, started, whole_number


def is_piece(node: dict[str, Any]) -> bool:
    """Tell whether this may be a chunk; alone it looks like a whole answer."""
    return isinstance(node.get("candidates"), list)


def join(pieces: Sequence[dict[str, Any]], *, done: bool = False) -> Joined:
    """Return the answer that the chunks make; neighbouring parts of text are one."""
    top: dict[str, Any] = {}
    candidates: dict[int, dict[str, Any]] = {}
    for piece in pieces:
        grow(top, {key: value for key, value in piece.items() if key != "candidates"}, repeats=True)
        for candidate in objects(piece, "candidates"):
            into = candidates.setdefault(whole_number(candidate, "index", 0), {})
            _grow_candidate(into, candidate)
    found = [settled(candidates[index]) for index in sorted(candidates)]
    ended = done or all("finishReason" in each or "finish_reason" in each for each in found)
    return Joined({"candidates": found, **settled(top)}, len(pieces), begun=True, ended=ended)


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
