"""Growing a JSON tree out of deltas: strings that were cut come together again, whatever key they stand under."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from schemas.errors import Unjoinable
from schemas.raw import free_key

#: Keys that say what a piece is: repeated in every piece or said once, never cut.
_SAID_ONCE = frozenset(
    "id object type role index created model name call_id finish_reason finishReason stop_reason stopReason "
    "system_fingerprint service_tier responseId modelVersion toolUseId status".split()
)


@dataclass(frozen=True, slots=True)
class Joined:
    """What pieces make: the event, how many they were, and whether the stream's own begin and end are among them."""

    document: dict[str, Any] = field(repr=False)
    pieces: int
    begun: bool
    ended: bool


class Text:
    """A string that still grows, kept in parts; prints nothing of itself."""

    __slots__ = ("parts",)

    def __init__(self, *parts: str) -> None:
        self.parts = list(parts)

    def append(self, part: str) -> None:
        """Let it grow."""
        self.parts.append(part)


def started(value: Any) -> Any:
    """Return a copy of *value* that can grow."""
    if isinstance(value, str):
        return Text(value)
    if isinstance(value, dict):
        return {key: started(child) for key, child in value.items()}
    return [started(child) for child in value] if isinstance(value, list) else value


def settled(node: Any) -> Any:
    """Return a grown tree as plain JSON."""
    if isinstance(node, Text):
        return "".join(node.parts)
    if isinstance(node, dict):
        return {key: settled(child) for key, child in node.items()}
    return [settled(child) for child in node] if isinstance(node, list) else node


def grow(into: dict[str, Any], delta: Mapping[str, Any], *, repeats: bool = False) -> None:
    """Let *into* grow by a delta: strings and lists become longer, objects deeper, numbers take the last value.

    Null changes nothing. With *repeats* a string that is said again as it stands is not said twice: so do fields
    beside the delta, which servers repeat in each piece. What cannot grow into what is there gets a key of its own.
    """
    for key, value in delta.items():
        have = into.get(key)
        if value is None or have is None:
            into[key] = started(value) if have is None else have
        elif isinstance(value, str) and isinstance(have, Text):
            if not (repeats or key in _SAID_ONCE) or [value] != have.parts:
                have.append(value)
        elif isinstance(value, dict) and isinstance(have, dict):
            grow(have, value, repeats=repeats)
        elif isinstance(value, list) and isinstance(have, list):
            _grow_list(have, value, repeats=repeats)
        elif isinstance(value, (bool, int, float)) and isinstance(have, (bool, int, float)):
            into[key] = value
        else:
            into[free_key(key, into)] = started(value)


def _grow_list(have: list[Any], items: list[Any], *, repeats: bool) -> None:
    if repeats and [settled(item) for item in have] == items:
        return
    for item in items:
        place = _place_of(have, item)
        if place is None:
            have.append(started(item))
        else:
            grow(place, item, repeats=repeats)


def _place_of(have: list[Any], item: Any) -> dict[str, Any] | None:
    """Return the item of the same index, or the last one where both are parts of one type without an index."""
    if not isinstance(item, dict):
        return None
    if "index" in item:
        return next((each for each in have if isinstance(each, dict) and each.get("index") == item["index"]), None)
    last = have[-1] if have else None
    alike = (
        isinstance(last, dict)
        and "type" in item
        and settled(last.get("type")) == item["type"]
        and last.keys() == item.keys()
    )
    return last if alike else None


def whole_number(tree: Mapping[str, Any], key: str, default: int | None = None) -> int:
    """Return an index of a piece; raises Unjoinable where it is none."""
    value = tree.get(key, default)
    value = default if value is None else value
    if not isinstance(value, int) or isinstance(value, bool):
        raise Unjoinable("piece has no index", key=key)
    return value


def objects(tree: Mapping[str, Any], key: str) -> list[dict[str, Any]]:
    """Return the objects that a piece lists under *key*; raises Unjoinable where it lists anything else."""
    value = tree.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise Unjoinable("piece is of another shape", key=key)
    return value


def object_of(tree: Mapping[str, Any], key: str) -> dict[str, Any]:
    """Return the object under *key* of a piece, empty where there is none; raises Unjoinable for anything else."""
    value = tree.get(key)
    if value is not None and not isinstance(value, dict):
        raise Unjoinable("piece is of another shape", key=key)
    return value or {}
