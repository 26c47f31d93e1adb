"""Trees with anything where a field is expected."""

from typing import Any

ODD: list[Any] = [None, True, 3, "x", "", [], {}, [3], {"a": 1}, [{"index": 0}], ["x"], "[", '[{"delta": 1}]', 1e300]

Place = tuple[Any, ...]


def places_of(tree: Any, path: Place = ()) -> list[Place]:
    """Return the path of every node, the root's first."""
    pairs = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    return [path, *(place for key, child in pairs for place in places_of(child, (*path, key)))]


def replaced(tree: Any, place: Place, odd: Any) -> Any:
    """Return a tree with one node replaced."""
    if not place:
        return odd
    out = dict(tree) if isinstance(tree, dict) else list(tree)
    out[place[0]] = replaced(tree[place[0]], place[1:], odd)
    return out
