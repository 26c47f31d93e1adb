"""Test ages over 89."""

import pytest

from detectors.patterns.ages import AgeRecognizer
from tests.detectors.patterns.reading import read

AGES = AgeRecognizer(reference_year=2025)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a 94-year-old woman", ["94"]),
        ("92F w/ CHF", ["92"]),
        ("grandma is ninety-one", ["ninety-one"]),
        ("on his 100th birthday", ["100th"]),
        ("tiene noventa y dos años", ["noventa y dos"]),
        ("born in 1931, lives alone", ["1931"]),
        ("died at 96 of stroke", ["96"]),
        ("91 and 93 year old couple", ["91", "93"]),
    ],
)
def test_ages_over_89(text: str, expected: list[str]) -> None:
    """The number alone is covered, in figures and words, and the year of birth that tells it."""
    assert expected == read(AGES, text)


@pytest.mark.parametrize(
    "text",
    [
        "an 89-year-old man, born in 1952",
        "adults 90 or older; stratum 90+ years",
        "BP 92/58, HR 94, SpO2 97%, 95 mg, 90 days, 100 percent",
        "90 pack-years, weight 92 kg",
    ],
)
def test_other_numbers_stay(text: str) -> None:
    """Ages up to 89, the category 90+ and numbers that are no ages stay."""
    assert [] == read(AGES, text)


def test_birth_year_follows_the_reference_year() -> None:
    """A year of birth counts once it makes somebody older than 89."""
    assert [] == read(AgeRecognizer(reference_year=2015), "born in 1931")
