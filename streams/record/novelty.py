"""Formats and fields that nobody declared: counted as they are first seen, never named, since a key may be text."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from schemas.events import FieldKind, TextField

#: Fields remembered; beyond it none is new, so that odd producers cannot fill the memory.
MOST_FIELDS = 100_000
_ATTRIBUTE = "/key"


def is_unknown_name(text: TextField) -> bool:
    """Tell whether a text is the name of a field: an object key that no format knows, or an attribute's."""
    return text.kind is FieldKind.KEY or (text.path.endswith(_ATTRIBUTE) and "/attributes/" in text.path)


def any_index(pointer: str) -> str:
    """Return a pointer in which every place in a list is the same.

    >>> any_index("/messages/3/content")
    '/messages/-/content'
    """
    return "/".join("-" if part.isdigit() else part for part in pointer.split("/"))


@dataclass(frozen=True, slots=True)
class Novelty:
    """Remembers, for one process, which fields it has met.

    `count_record` is told of each record's format, `count_fields` of how many of its fields were met for the first time
    in it.
    """

    count_record: Callable[[str], None]
    count_fields: Callable[[str, int], None]
    _met: set[int] = field(default_factory=set, repr=False)

    def saw(self, source: str, texts: Sequence[TextField]) -> None:
        """Count one record of a format and the unknown fields among its texts; keeps hashes, no text."""
        self.count_record(source)
        if len(self._met) >= MOST_FIELDS:
            return
        unknown = {hash((source, any_index(text.path), text.text)) for text in texts if is_unknown_name(text)}
        new = unknown - self._met
        if new:
            self._met.update(new)
            self.count_fields(source, len(new))
