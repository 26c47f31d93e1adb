"""Test the merging of spans."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.resolve import resolve, trim
from schemas.identifiers import IdentifierType
from schemas.spans import Span

TYPES = (IdentifierType.NAME, IdentifierType.DATE, IdentifierType.PHONE)
TEXTS = st.text(st.sampled_from("Ab1 -.,()[]\"'\n"), min_size=1, max_size=40)


@st.composite
def texts_with_spans(draw: st.DrawFn) -> tuple[str, list[Span]]:
    """Draw a text and spans in it that may overlap."""
    text = draw(TEXTS)
    spans = []
    for _ in range(draw(st.integers(0, 8))):
        start = draw(st.integers(0, len(text) - 1))
        end = draw(st.integers(start + 1, len(text)))
        score = draw(st.sampled_from((0.5, 0.7, 1.0)))
        spans.append(Span(start, end, draw(st.sampled_from(TYPES)), score, "test"))
    return text, spans


def letters(text: str, spans: tuple[Span, ...] | list[Span]) -> set[int]:
    """Return the places of covered letters and digits."""
    return {at for span in spans for at in range(span.start, span.end) if text[at].isalnum()}


def span(start: int, end: int, type_: IdentifierType = IdentifierType.NAME, score: float = 0.5) -> Span:
    """Make a span."""
    return Span(start, end, type_, score, "test")


@given(texts_with_spans())
def test_resolving_uncovers_nothing(drawn: tuple[str, list[Span]]) -> None:
    """The union of covered letters and digits never shrinks."""
    text, spans = drawn

    assert letters(text, spans) <= letters(text, resolve(text, spans))


@given(texts_with_spans())
def test_resolved_spans_are_disjoint_and_in_order(drawn: tuple[str, list[Span]]) -> None:
    """No two spans share a code point, and they come from left to right."""
    text, spans = drawn
    resolved = resolve(text, spans)

    assert all(left.end <= right.start for left, right in itertools.pairwise(resolved))


@given(texts_with_spans())
def test_resolving_twice_changes_nothing(drawn: tuple[str, list[Span]]) -> None:
    """What is resolved stays as it is."""
    text, spans = drawn
    resolved = resolve(text, spans)

    assert resolved == resolve(text, resolved)


@given(texts_with_spans())
def test_the_order_of_spans_covers_the_same(drawn: tuple[str, list[Span]]) -> None:
    """Which recognizer ran first does not change what is covered."""
    text, spans = drawn
    ranges = [(found.start, found.end) for found in resolve(text, spans)]

    assert ranges == [(found.start, found.end) for found in resolve(text, list(reversed(spans)))]


def test_a_partial_overlap_keeps_both_ends() -> None:
    """The loser's characters stay covered."""
    assert (span(0, 15, IdentifierType.PHONE, 1.0),) == resolve(
        "a" * 20, [span(0, 10), span(8, 15, IdentifierType.PHONE, 1.0)]
    )


@pytest.mark.parametrize(
    ("first", "second", "type_"),
    [
        (span(0, 9), span(2, 5, IdentifierType.PHONE, 1.0), IdentifierType.PHONE),
        (span(0, 9), span(2, 5, IdentifierType.PHONE), IdentifierType.NAME),
    ],
)
def test_the_score_decides_the_type_then_the_length(first: Span, second: Span, type_: IdentifierType) -> None:
    """A validated span gives its type to what it overlaps; among equals the longer does."""
    assert type_ is resolve("abcdefghij", [first, second])[0].type


@pytest.mark.parametrize(
    ("text", "left", "right", "count"),
    [
        ("Ann Lee", (0, 3), (4, 7), 1),
        ("Ann-Lee", (0, 3), (4, 7), 1),
        ("Ann B. Lee", (0, 3), (7, 10), 1),
        ("Ann B Lee", (0, 3), (6, 9), 1),
        ("Ann, Lee", (0, 3), (5, 8), 2),
        ("Ann\nLee", (0, 3), (4, 7), 2),
        ("Ann or Lee", (0, 3), (7, 10), 2),
    ],
)
def test_parts_of_one_name_are_joined(text: str, left: tuple[int, int], right: tuple[int, int], count: int) -> None:
    """A blank, a hyphen or an initial joins two parts of a name; a comma, a line or a word does not."""
    assert count == len(resolve(text, [span(*left), span(*right)]))


def test_neighbours_of_other_types_stay_apart() -> None:
    """Only names are joined."""
    assert len(resolve("12 34", [span(0, 2, IdentifierType.DATE), span(3, 5, IdentifierType.DATE)])) == 2


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (' "Smith", ', "Smith"),
        ("(347) 555-0182", "(347) 555-0182"),
        ("(Smith", "Smith"),
        ("Smith)", "Smith"),
        ("[Ann].", "[Ann]"),
        ("\n1990:", "1990"),
    ],
)
def test_edges_are_trimmed(text: str, kept: str) -> None:
    """Blanks, quotes, stops and brackets without their fellow fall away."""
    trimmed = trim(text, span(0, len(text)))

    assert trimmed is not None
    assert kept == text[trimmed.start : trimmed.end]


def test_a_span_without_anything_in_it_is_dropped() -> None:
    """Punctuation alone is no identifier."""
    assert resolve("a -- b ., c", [span(6, 10)]) == ()
