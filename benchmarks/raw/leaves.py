"""Walk JSON down to its keys and leaves, through JSON inside strings, with numbers as they are written."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

KEY, STRING, NUMBER, CONSTANT = "key", "string", "number", "constant"
#: The step of a path into a string that holds JSON.
INSIDE = "()"


@dataclass(frozen=True, slots=True)
class Leaf:
    """A key, with the path of its object, or a scalar with its own path."""

    path: str = field(repr=False)
    text: str = field(repr=False)
    kind: str


class Number(str):
    """A number as its source wrote it."""

    __slots__ = ()


class Pairs(list[tuple[str, Any]]):
    """An object with its repeated keys."""


def parse(text: str) -> Any:
    """Parse JSON strictly; raise *ValueError* at anything else, NaN included."""
    return json.loads(text, object_pairs_hook=Pairs, parse_int=Number, parse_float=Number, parse_constant=_no_constant)


def walk(value: Any, path: str = "$") -> Iterator[Leaf]:
    """Yield every key and scalar under *value*."""
    if isinstance(value, Pairs):
        for key, child in value:
            yield Leaf(path, key, KEY)
            yield from walk(child, f"{path}.{key}")
    elif isinstance(value, list):
        for at, child in enumerate(value):
            yield from walk(child, f"{path}[{at}]")
    elif isinstance(value, Number):
        yield Leaf(path, str(value), NUMBER)
    elif isinstance(value, str):
        inner = _container(value)
        yield from [Leaf(path, value, STRING)] if inner is None else walk(inner, path + INSIDE)
    else:
        yield Leaf(path, json.dumps(value), CONSTANT)


def _container(text: str) -> Pairs | list[Any] | None:
    """Return the object or array that a string holds."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        value = parse(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, list) else None


def _no_constant(_: str) -> NoReturn:
    raise ValueError("NaN and Infinity are no JSON")
