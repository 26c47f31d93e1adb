"""Chunks of models with bodies of their own, as Bedrock logs them: one object a chunk, whose strings go on.

Titan, Llama, Mistral, Cohere, DeepSeek and others each have a shape; what all have in common is that a string which
differs from chunk to chunk is a text that was cut, at the same place in each.
"""

from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any

from schemas.errors import Unjoinable
from schemas.sources.streamed.merge import Joined, Text, settled, started

#: Keys of what a model says, cut even where two chunks say the same.
_SAID = frozenset("outputText generation text completion message content thinking reasoning arguments".split())
#: What a chunk says of itself: the last stands.
_OF_THE_CHUNK = frozenset("type event_type".split())
#: Lists that have one item for each answer, in each chunk anew.
_ANSWERS = frozenset("outputs choices generations results".split())

Path = tuple[str, ...]


def join_own(chunks: Sequence[dict[str, Any]]) -> Joined:
    """Return the one body that chunks make; raises Unjoinable where none of them says anything."""
    told: dict[Path, set[str]] = {}
    for chunk in chunks:
        for path, text in _strings(chunk, ()):
            told.setdefault(path, set()).add(text)
    if not any(path[-1] in _SAID or len(texts) > 1 for path, texts in told.items()):
        raise Unjoinable("chunks of no known shape", chunks=len(chunks))
    once = {path for path, texts in told.items() if len(texts) == 1 and path[-1] not in _SAID}
    body: dict[str, Any] = {}
    for chunk in chunks:
        _grow(body, chunk, (), once)
    return Joined(settled(body), len(chunks), begun=True, ended=True)


def _strings(node: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(node, str):
        yield path, node
    elif isinstance(node, dict):
        for key, child in node.items():
            yield from _strings(child, (*path, key))
    elif isinstance(node, list) and path and path[-1] in _ANSWERS:
        for child in node:
            yield from _strings(child, path)


def _grow(into: dict[str, Any], chunk: dict[str, Any], path: Path, once: set[Path]) -> None:
    for key, value in chunk.items():
        have, below = into.get(key), (*path, key)
        if have is None or value is None or key in _OF_THE_CHUNK:
            into[key] = have if value is None else started(value)
        elif isinstance(value, str) and isinstance(have, Text):
            if below not in once:
                have.append(value)
        elif isinstance(value, dict) and isinstance(have, dict):
            _grow(have, value, below, once)
        elif isinstance(value, list) and isinstance(have, list):
            _grow_list(have, value, below, once)
        elif isinstance(value, (bool, int, float)) and isinstance(have, (bool, int, float)):
            into[key] = value
        elif have in ({}, []):
            into[key] = started(value)
        else:
            _grow(into, {_other(key, into, value): value}, path, once)


def _other(key: str, into: dict[str, Any], value: Any) -> str:
    """Return the key under which values grow that are of another kind than those at *key*."""
    kind = Text if isinstance(value, str) else type(value)
    names = (f"{key}~{number}" for number in count(2))
    return next(name for name in names if name not in into or isinstance(into[name], kind))


def _grow_list(have: list[Any], items: list[Any], path: Path, once: set[Path]) -> None:
    """Let the items of a list of answers grow, each at its place; any other list becomes longer."""
    if path[-1] not in _ANSWERS or not all(isinstance(item, dict) for item in (*have, *items)):
        have.extend(started(item) for item in items)
        return
    for place, item in enumerate(items):
        if place < len(have):
            _grow(have[place], item, path, once)
        else:
            have.append(started(item))
