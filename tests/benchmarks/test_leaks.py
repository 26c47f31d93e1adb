"""Test the measure of leaks against cases worked out by hand."""

import pytest

from benchmarks.accuracy.leaks import Judged, Predicted, interval, judge, summarise
from benchmarks.accuracy.marked import MarkedText, parse_marks
from benchmarks.accuracy.variants import lowered, renamed


def marked(text: str) -> MarkedText:
    """Read one marked text."""
    plain, spans = parse_marks(text)
    return MarkedText("t", plain, ("tag",), spans)


def judged(text: str, *covered: str) -> Judged:
    """Judge predictions that cover the first place of each of *covered*."""
    gold = marked(text)
    found = [Predicted(gold.text.index(value), gold.text.index(value) + len(value), "x") for value in covered]
    return judge(gold, found)


@pytest.mark.parametrize(
    ("text", "covered", "hits"),
    [
        ("call [[D_PHONE|555-0100]]", ("555-0100",), 1),
        ("call [[D_PHONE|555-0100]]", ("555-010",), 0),
        ("call [[D_PHONE|(555) 0100]]", ("555", "0100"), 1),
        ("on [[C_DATE|March 4, 2024]]", ("March 4",), 1),
        ("on [[C_DATE|March 4, 24]]", ("March 4",), 0),
        ("[[C_DATE|the 4th of March]]", ("4th", "March"), 1),
        ("in [[B_GEO|Austin, Texas]]", ("Austin",), 1),
        ("in [[B_GEO|New York]]", ("York",), 0),
        ("[[A_NAME|Dr. Lee]]", ("Lee",), 1),
        ("[[A_NAME|Dr.]]", (), 0),
        ("[[A_NAME|O'Neil]]", ("O'Nei",), 0),
        ("[[C_AGE|94 years old]]", ("94",), 1),
        ("[[C_AGE|ninety]]", (), 0),
        ("[[NEUTRAL|Acme]]", (), 0),
    ],
)
def test_an_identifier_counts_when_nothing_of_it_is_left(text: str, covered: tuple[str, ...], hits: int) -> None:
    """Every letter and digit has to be covered, but for what the rule lets stand."""
    assert hits == judged(text, *covered).hits.total()


def test_neutral_is_neither_reward_nor_penalty() -> None:
    """A neutral span counts for nothing, covered or not."""
    result = judged("at [[NEUTRAL|Acme]] with [[A_NAME|Ann]]", "Acme", "Ann")

    assert (result.spans.total(), result.beyond, result.touching) == (1, 0, 2)


def test_overreach_counts_letters_and_digits_outside() -> None:
    """A span over everything is punished."""
    figures = summarise([judged("ab [[A_NAME|Ann]] cd", "ab Ann cd")])

    assert figures["overreach"] == round(4 / 7, 4)


def test_over_redaction_counts_texts_without_marks() -> None:
    """Only texts without any mark count, neutral ones neither."""
    texts = [judged("one two"), judged("one two", "two"), judged("[[NEUTRAL|x]] two", "two")]
    figures = summarise(texts)

    assert (figures["over_redaction"], figures["false_per_1k_words"]) == (0.5, 250.0)


def test_an_interval_without_leaks_has_no_width() -> None:
    """Where everything is found resampling finds everything."""
    assert interval([(2, 2), (1, 1)]) == (1.0, 1.0)


def test_renamed_texts_keep_their_marks() -> None:
    """An invented name stands where the old one stood, the same one each time, in its case."""
    (text,) = renamed([marked("[[A_NAME|Ann Lee]] and [[A_NAME|LEE]] on [[C_DATE|3/4]]")])
    values = [text.text[span.start : span.end] for span in text.spans]

    assert values[0].split()[1].upper() == values[1]
    assert "Ann" not in values[0]
    assert values[2] == "3/4"


def test_lowered_texts_keep_their_offsets() -> None:
    """Lower case changes no offset; a text that would grow is left out."""
    assert [text.text for text in lowered([marked("[[A_NAME|Ann]]"), marked("[[A_NAME|İpek]]")])] == ["ann"]
