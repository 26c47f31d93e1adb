"""Test how two detectors' spans are held against each other."""

from detectors.comparing import Side, differences
from schemas.identifiers import IdentifierType
from schemas.spans import Span


def span(start: int, end: int, type_: IdentifierType = IdentifierType.NAME) -> Span:
    """Return a span."""
    return Span(start, end, type_, 0.7, "test")


def test_an_overlap_of_one_type_is_found_by_both() -> None:
    """Once for the first detector's span, however many of the second's it takes."""
    assert {(IdentifierType.NAME, Side.BOTH): 1} == differences([span(0, 14)], [span(0, 6), span(7, 14)])


def test_another_type_counts_on_each_side() -> None:
    """A name for one and a place for the other are two differences."""
    counts = differences([span(0, 6)], [span(0, 6, IdentifierType.GEO)])

    assert {(IdentifierType.NAME, Side.FIRST): 1, (IdentifierType.GEO, Side.SECOND): 1} == counts


def test_what_only_touches_is_not_the_same() -> None:
    """Ranges are half-open."""
    assert {(IdentifierType.NAME, Side.FIRST): 1, (IdentifierType.NAME, Side.SECOND): 1} == differences(
        [span(0, 6)], [span(6, 9)]
    )


def test_nothing_differs_from_nothing() -> None:
    """No spans, no counts."""
    assert {} == differences([], [])
