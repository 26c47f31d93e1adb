"""Spans: where an identifier stands in one text."""

from dataclasses import dataclass

from schemas.identifiers import IdentifierType


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range `[start, end)` of code points that holds one identifier.

    `score` is a confidence in 0..1; `recognizer` names who found it. Raises ValueError where the range is empty.

    >>> len(Span(5, 17, IdentifierType.PHONE, 0.9, "phone"))
    12
    """

    start: int
    end: int
    type: IdentifierType
    score: float
    recognizer: str

    def __post_init__(self) -> None:
        """Refuse what cannot be a span."""
        if not 0 <= self.start < self.end:
            raise ValueError(f"span [{self.start}, {self.end}) is empty or negative")
        if not 0.0 <= self.score <= 1.0:
            raise ValueError(f"score {self.score} is not in 0..1")

    def __len__(self) -> int:
        """Return the number of code points covered."""
        return self.end - self.start

    def overlaps(self, other: "Span") -> bool:
        """Tell whether the two share a code point."""
        return self.start < other.end and other.start < self.end
