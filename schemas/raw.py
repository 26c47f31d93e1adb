"""Raw bytes to a JSON tree and back, so that nothing but what redaction touches ever changes.

Read by the standard library's parser with pairs and numbers as source text; written by orjson.
"""

import json
import math
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NoReturn

import orjson

from schemas.errors import Malformed, QuarantineReason

_INT64 = range(-(2**63), 2**64)
_SURROGATES = dict.fromkeys(range(0xD800, 0xE000), "\N{REPLACEMENT CHARACTER}")
_INT64_DIGITS = 20
_DOUBLE_DIGITS = 15  # Every decimal of 15 significant digits survives a double.
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large a raw record may be; beyond it goes to quarantine. Sizes in bytes, depths in levels."""

    record_bytes: int = 8 * 1024 * 1024
    depth: int = 128
    decoding_depth: int = 3
    growth: int = 4


DEFAULT_BOUNDS = Bounds()


class _NotFinite(ValueError):
    """NaN or an infinity stands where JSON wants a number."""


def decode_raw(value: bytes, bounds: Bounds = DEFAULT_BOUNDS) -> Any:
    """Return the JSON tree of a raw record's value.

    A repeated key gets the suffix of colliding keys (see free_key), a number beyond 64 bits or a double becomes a
    string of its source digits, a lone surrogate U+FFFD. Raises Malformed with the quarantine reason.

    >>> decode_raw(b'{"a": 1, "a": 12345678901234567890123, "b": 0.10}')
    {'a': 1, 'a~2': '12345678901234567890123', 'b': 0.1}
    """
    if len(value) > bounds.record_bytes:
        raise Malformed(QuarantineReason.TOO_LARGE, size=len(value), limit=bounds.record_bytes)
    try:
        text = value.removeprefix(_BOM).decode("utf-8")
    except UnicodeDecodeError:
        raise Malformed(QuarantineReason.WRONG_ENCODING, size=len(value)) from None
    if not text.strip(" \t\r\n"):
        raise Malformed(QuarantineReason.EMPTY, size=len(value))
    return parse_json(text, bounds)


def parse_json(text: str, bounds: Bounds = DEFAULT_BOUNDS) -> Any:
    """Return the JSON tree of *text*; raises Malformed as decode_raw does."""
    try:
        tree = _DECODER.decode(text)
    except _NotFinite:
        raise Malformed(QuarantineReason.NOT_FINITE, size=len(text)) from None
    except RecursionError:
        raise Malformed(QuarantineReason.TOO_DEEP, limit=bounds.depth) from None
    except ValueError:
        raise Malformed(QuarantineReason.NOT_JSON, size=len(text)) from None
    if text.count("[") + text.count("{") > bounds.depth and _depth(tree) > bounds.depth:
        raise Malformed(QuarantineReason.TOO_DEEP, limit=bounds.depth)
    return _without_surrogates(tree) if "\\ud" in text or "\\uD" in text else tree


def encode_raw(tree: Any) -> bytes:
    """Write a JSON tree as compact UTF-8 bytes."""
    return orjson.dumps(tree)


def free_key(key: str, taken: dict[str, Any]) -> str:
    """Return *key*, or the first of `key~2`, `key~3` … that is not taken."""
    if key not in taken:
        return key
    number = 2
    while f"{key}~{number}" in taken:
        number += 1
    return f"{key}~{number}"


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    tree = dict(pairs)
    if len(tree) == len(pairs):
        return tree
    tree = {}
    for key, value in pairs:
        tree[free_key(key, tree)] = value
    return tree


def _int(source: str) -> int | float | str:
    if len(source) > _INT64_DIGITS:
        return source
    number = int(source)
    if number == 0 and source[0] == "-":
        return -0.0
    return number if number in _INT64 else source


def _float(source: str) -> float | str:
    number = float(source)
    if math.isinf(number) or (len(source) > _DOUBLE_DIGITS and Decimal(source) != Decimal(repr(number))):
        return source
    return source if number == 0.0 and Decimal(source) != 0 else number


def _constant(_: str) -> NoReturn:
    raise _NotFinite


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_int=_int, parse_float=_float, parse_constant=_constant)


def _depth(tree: Any) -> int:
    """Return the levels of nesting, without recursion."""
    deepest, level = 0, [tree] if isinstance(tree, (dict, list)) else []
    while level:
        deepest += 1
        children = (node.values() if isinstance(node, dict) else node for node in level)
        level = [child for each in children for child in each if isinstance(child, (dict, list))]
    return deepest


def _without_surrogates(tree: Any) -> Any:
    if isinstance(tree, str):
        return tree.translate(_SURROGATES)
    if isinstance(tree, list):
        return [_without_surrogates(child) for child in tree]
    if isinstance(tree, dict):
        clean: dict[str, Any] = {}
        for key, child in tree.items():
            clean[free_key(key.translate(_SURROGATES), clean)] = _without_surrogates(child)
        return clean
    return tree
