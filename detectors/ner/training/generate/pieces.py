"""What a slot filler returns: runs of text, each with a label or none, and the example they add up to."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

LABELS = ("NAME", "GEO", "FACILITY", "EMPLOYER", "DATE", "ID")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text that is one span of *label*, or no identifier when *label* is None."""

    text: str = field(repr=False)
    label: str | None = None


Pieces = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """A generated text with its spans (start, end, label) in code points and the kind of text it is."""

    text: str = field(repr=False)
    spans: tuple[tuple[int, int, str], ...]
    kind: str


def plain(text: str) -> Pieces:
    """Return *text* as no identifier."""
    return (Piece(text),)


def marked(text: str, label: str) -> Pieces:
    """Return *text* as one span of *label*."""
    return (Piece(text, label),)


def joined(pieces: Sequence[Piece]) -> list[Piece]:
    """Make one span of given and family name that stand beside each other, as they are one run of text."""
    kept: list[Piece] = []
    for piece in pieces:
        if piece.label == "NAME" and len(kept) > 1 and kept[-1] == Piece(" ") and kept[-2].label == "NAME":
            kept[-2:] = [Piece(f"{kept[-2].text} {piece.text}", "NAME")]
        else:
            kept.append(piece)
    return kept


@dataclass(slots=True)
class Draft:
    """A text that is still being changed: characters and, beside each, the number of its span (0: none).

    Augmentations edit both lists together, so that spans stay exact whatever is done to the text.
    """

    chars: list[str] = field(repr=False)
    owners: list[int]
    labels: list[str]

    @classmethod
    def of(cls, pieces: Iterable[Piece]) -> "Draft":
        """Lay *pieces* out character by character; every labelled piece becomes a span of its own."""
        draft = cls([], [], [""])
        for piece in pieces:
            owner = 0
            if piece.label is not None:
                draft.labels.append(piece.label)
                owner = len(draft.labels) - 1
            draft.chars.extend(piece.text)
            draft.owners.extend([owner] * len(piece.text))
        return draft

    def keep(self, kept: Iterable[tuple[str, int]]) -> None:
        """Replace the text by *kept*, pairs of characters (one, several or none) and owner."""
        chars: list[str] = []
        owners: list[int] = []
        for text, owner in kept:
            chars.extend(text)
            owners.extend([owner] * len(text))
        self.chars, self.owners = chars, owners

    def items(self) -> Iterator[tuple[str, int]]:
        """Yield each character with its owner."""
        return zip(self.chars, self.owners, strict=True)

    def example(self, kind: str) -> Example:
        """Return the text with its spans: trimmed of blanks at both ends, cut at line breaks, never empty."""
        spans: list[tuple[int, int, str]] = []
        start = 0
        size = len(self.chars)
        while start < size:
            end = start + 1
            owner = self.owners[start]
            while end < size and self.owners[end] == owner and (not owner or self.chars[end] not in "\r\n"):
                end += 1
            if owner:
                first, last = self._trim(start, end)
                if any(char.isalnum() for char in self.chars[first:last]):
                    spans.append((first, last, self.labels[owner]))
            start = end
        return Example("".join(self.chars), tuple(spans), kind)

    def _trim(self, start: int, end: int) -> tuple[int, int]:
        while start < end and self.chars[start].isspace():
            start += 1
        while end > start and self.chars[end - 1].isspace():
            end -= 1
        return start, end
