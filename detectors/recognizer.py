"""The one shape every recognizer has, and the passage it reads."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from schemas.spans import Span


class Latin(bytes):
    """The bytes of a whole passage."""

    @functools.cached_property
    def occurring(self) -> dict[object, bool]:
        """Return the patterns that more than one recognizer asked for, and whether they occur."""
        return {}

    @functools.cached_property
    def figures(self) -> int:
        """Return how many of them are figures: a pattern that wants more does not occur."""
        return len(self) - len(self.translate(None, b"0123456789"))


def _to_latin(text: str) -> Latin:
    """Encode a code point as one byte: Latin-1 as it is, other letters 0xFF, other digits in ASCII, the rest 0x1A."""
    if text.isascii():
        return Latin(text, "ascii")
    return Latin(map(_latin_byte, text))


@functools.lru_cache(maxsize=65536)
def _latin_byte(char: str) -> int:
    if char <= "\xff":
        return ord(char)
    if char.isdecimal():
        return ord("0") + int(char)
    return 0xFF if char.isalpha() else 0x1A


@dataclass(frozen=True, slots=True)
class Passage:
    """A normalised text and the key under which it stands.

    `latin` holds one byte for each code point of `text`, so that linear-time patterns in Latin-1 mode report offsets
    that are code points. `hint` is the object key, header or column that names the value, lower-cased, or "".
    """

    text: str = field(repr=False)
    hint: str = ""
    latin: bytes = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Derive the bytes that patterns scan."""
        object.__setattr__(self, "latin", _to_latin(self.text))


class Recognizer(Protocol):
    """Finds spans of some identifiers in a passage.

    Spans lie inside `passage.text`, in any order, and may overlap; the same passage always gives the same spans. A
    recognizer that cannot finish raises DetectionError, it never returns less. It holds no text after it returned and
    prints none.
    """

    @property
    def name(self) -> str:
        """The stable name that spans carry, lower-case."""
        ...

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return the identifiers that this recognizer sees."""
        ...
