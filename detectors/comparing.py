"""Two detectors' spans of the same texts, held against each other: counts by identifier, nothing else."""

from collections import Counter
from collections.abc import Sequence
from enum import StrEnum

from schemas.identifiers import IdentifierType
from schemas.spans import Span


class Side(StrEnum):
    """Who found something."""

    BOTH = "both"
    FIRST = "first"
    SECOND = "second"


def differences(first: Sequence[Span], second: Sequence[Span]) -> Counter[tuple[IdentifierType, Side]]:
    """Count what both find, and what only one of them does.

    Both find a span where one of the same identifier overlaps it; so another type counts on each side.

    >>> name, place = Span(0, 4, IdentifierType.NAME, 1.0, "a"), Span(0, 9, IdentifierType.GEO, 1.0, "b")
    >>> sorted((type_.value, side.value) for type_, side in differences([name], [name, place]))
    [('GEO', 'second'), ('NAME', 'both')]
    """
    counts: Counter[tuple[IdentifierType, Side]] = Counter()
    for span, other in ((span, _found(span, second)) for span in first):
        counts[span.type, Side.BOTH if other else Side.FIRST] += 1
    for span in second:
        if not _found(span, first):
            counts[span.type, Side.SECOND] += 1
    return counts


def _found(span: Span, others: Sequence[Span]) -> bool:
    return any(other.type is span.type and other.overlaps(span) for other in others)
