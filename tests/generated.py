"""Generated JSON records within the bounds: whatever is valid JSON must never be held back."""

import json
import random
from collections.abc import Iterator
from typing import Any

_WORDS = ("0.9 %", "a\tb", "\u0000", "]}", '"', "\\", *"fever note Crohn's metformin seen call naïve 日本 😀".split())
_KEYS = ("", "x" * 80, *"id text patient messages content role delta_t choices data ключ a.b $ref".split())
_NUMBERS = "0 -0 1 12345678 1e5 -2.50 3.14159265358979323846 18446744073709551616 1e400 1E-400".split()
_ESCAPES = ("\\ud83d\\ude00", "\\ud800", "\\u0041", "\\n", "\\/")


def generated_records(seed: int, count: int) -> Iterator[bytes]:
    """Yield *count* valid JSON records, the same for a seed: odd keys, numbers, escapes, nesting, white space."""
    rng = random.Random(seed)  # noqa: S311 - test records, no secret.
    for _ in range(count):
        yield _spaced(rng, _value(rng, rng.choice((1, 2, 3, 5, 9)))).encode()


def _value(rng: random.Random, depth: int) -> str:
    """Return one JSON value as source text."""
    kind = rng.random()
    if depth <= 0 or kind < 0.25:
        return _scalar(rng)
    if kind < 0.45:
        return "[" + ",".join(_value(rng, depth - 1) for _ in range(rng.randint(0, 4))) + "]"
    if kind < 0.52:
        return json.dumps(_value(rng, min(depth - 1, 1)))  # JSON inside a string.
    pairs = (f"{_string(rng, _KEYS)}:{_value(rng, depth - 1)}" for _ in range(rng.randint(0, 5)))
    return "{" + ",".join(pairs) + "}"


def _scalar(rng: random.Random) -> str:
    return rng.choice((rng.choice(("true", "false", "null")), rng.choice(_NUMBERS), _string(rng, _WORDS)))


def _string(rng: random.Random, parts: tuple[str, ...]) -> str:
    text = json.dumps(" ".join(rng.choices(parts, k=rng.randint(1, 4))), ensure_ascii=rng.random() < 0.5)
    return text if rng.random() < 0.8 else f'{text[:-1]}{rng.choice(_ESCAPES)}"'


def _spaced(rng: random.Random, source: str) -> str:
    around: Any = rng.choice(("", " ", "\n", "\r\n", "\t"))
    return f"{around}{source}{around}"
