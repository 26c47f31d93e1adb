"""Chunks as lines of JSON, one object a line (application/x-ndjson), as some servers stream and gateways log them."""

import re
from typing import Any

from schemas.errors import Malformed, QuarantineReason
from schemas.raw import DEFAULT_BOUNDS, Bounds, parse_json

#: No JSON has this outside a string, and in a string no line ends.
_NEXT_LINE = re.compile(r"\}[ \t\r]*\n\s*\{")
_NEXT_LINE_IN_BYTES = re.compile(_NEXT_LINE.pattern.encode())
_BEGINS = re.compile(rb"[\xef\xbb\xbf \t\r\n]*\{")


def are_lines(value: bytes) -> bool:
    r"""Tell whether raw bytes are no JSON, but may be lines of it.

    >>> are_lines(b'{"a": 1}\n{"a": 2}'), are_lines(b'[{"a": 1},\n{"a": 2}]')
    (True, False)
    """
    return _BEGINS.match(value) is not None and _NEXT_LINE_IN_BYTES.search(value) is not None


def holds_lines(text: str) -> bool:
    """Tell whether a string may be lines of JSON."""
    return "\n" in text and text.lstrip()[:1] == "{" and _NEXT_LINE.search(text) is not None


def read_lines(text: str, bounds: Bounds = DEFAULT_BOUNDS) -> tuple[dict[str, Any], ...]:
    """Return the object of each line; nothing where one holds anything else."""
    trees: list[dict[str, Any]] = []
    for line in text.lstrip("\ufeff").split("\n"):
        if not line.strip():
            continue
        try:
            tree = parse_json(line, bounds)
        except Malformed as error:
            if error.reason is QuarantineReason.TOO_DEEP:
                raise
            return ()
        if not isinstance(tree, dict):
            return ()
        trees.append(tree)
    return tuple(trees)
