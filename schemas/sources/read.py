"""Reading a JSON tree of unknown shape without raising."""

import re
from collections.abc import Iterator
from typing import Any

import orjson

from schemas.sources.shapes import Rules

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


def at(tree: Any, *keys: str) -> Any:
    """Return the value under nested keys, or None."""
    for key in keys:
        tree = tree.get(key) if isinstance(tree, dict) else None
    return tree


def opened(value: Any) -> Any:
    """Return the tree of JSON that stands in a string; anything else as it is.

    >>> opened('{"a": 1}'), opened("text")
    ({'a': 1}, 'text')
    """
    if not isinstance(value, str) or value.strip()[:1] not in ("{", "["):
        return value
    try:
        return orjson.loads(value)
    except ValueError:
        return value


def parts(tree: Any) -> tuple[Any, Any]:
    """Return the request and the response of a record that holds one or both; what is missing is empty."""
    if isinstance(tree, dict) and ("request" in tree or "response" in tree):
        return tree.get("request") or {}, tree.get("response") or {}
    return tree, tree


def items(tree: Any, *keys: str) -> list[Any]:
    """Return the list under nested keys, or an empty one."""
    found = at(tree, *keys)
    return found if isinstance(found, list) else []


def scalar(tree: Any, *keys: str) -> str | None:
    """Return the first of *keys* that holds a string or number, as a string, or None."""
    for key in keys:
        value = at(tree, key)
        if isinstance(value, str) and value:
            return value
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return str(value)
    return None


def number(tree: Any, *keys: str) -> int | None:
    """Return the first of *keys* that holds an integer, or None."""
    for key in keys:
        value = at(tree, key)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
    return None


def latency(tree: Any) -> float | None:
    """Return the latency in milliseconds, or None."""
    for key in ("latency_ms", "duration_ms"):
        value = at(tree, key)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            return float(value)
    return None


def text_of(content: Any) -> str | None:
    """Return the text of a message's content: a string, or its text parts joined."""
    if isinstance(content, str):
        return content
    if not isinstance(content, list):
        return None
    parts = [at(part, "text") for part in content]
    return "\n".join(part for part in parts if isinstance(part, str)) or None


def first_user_text(messages: Any) -> str | None:
    """Return the text of the first message of the user."""
    for message in items(messages):
        if at(message, "role") == "user":
            return text_of(at(message, "content"))
    return None


def tool_names(tools: Any) -> tuple[str, ...]:
    """Return the names of declared tools."""
    names = (scalar(tool, "name") or scalar(at(tool, "function"), "name") for tool in items(tools))
    return tuple(name for name in names if name)


def reasons(choices: Any, *keys: str) -> tuple[str, ...]:
    """Return why each of *choices* ended."""
    return tuple(filter(None, (scalar(choice, *keys) for choice in items(choices))))


def first_answer(messages: Any) -> str | None:
    """Return the text of the first message of the model."""
    said = (message for message in items(messages) if at(message, "role") in ("assistant", "model"))
    return next((text_of(at(message, "content")) for message in said), None)


def both_cases(rules: Rules) -> Rules:
    """Return rules whose camelCase keys may also be written in snake_case, as protobuf's JSON and SDKs write them."""
    out: dict[str, Any] = {}
    for key, below in rules.items():
        deeper = both_cases(below) if isinstance(below, dict) else below
        out[key] = deeper
        out[_CAMEL.sub("_", key).lower()] = deeper
    return out


def vocabulary(rules: Rules, more: str) -> frozenset[str]:
    """Return every object key that the rules name, and the words of *more*."""
    return frozenset(_keys(rules)) | frozenset(more.split())


def _keys(rules: Rules) -> Iterator[str]:
    for key, below in rules.items():
        if key == "=":
            for inner in below.values():
                yield from _keys(inner)
            continue
        if key not in ("*", "[]"):
            yield key
        if isinstance(below, dict):
            yield from _keys(below)
