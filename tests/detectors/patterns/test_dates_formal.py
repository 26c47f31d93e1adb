"""Days as deeds, old letters and callers tell them, and what only looks like one."""

import pytest

from detectors.patterns.dates_formal import formal_days


def _found(text: str) -> list[str]:
    latin = text.encode("latin-1")
    return [latin[start:end].decode("latin-1") for start, end in formal_days(latin)]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("on this 2nd day of the month of August, 2018, the matter", "2nd day of the month of August, 2018"),
        ("until the last day of November", "the last day of November"),
        ("on or about the ides of March 2016 with", "the ides of March 2016"),
        ("Seen on the nineteenth instant.", "the nineteenth instant"),
        ("bday: the 9th of 9th 99", "the 9th of 9th 99"),
        ("CT 6.ii.23, fev1 61%", "6.ii.23"),
        ("ISSUED 19 AVR/APR 17", "19 AVR/APR 17"),
        ("Admitted ten slash four, stable", "ten slash four"),
        ("date of birth march fourth fifty one she", "march fourth fifty one"),
    ],
)
def test_days_are_found(text: str, day: str) -> None:
    """Each form is found with its month and year."""
    assert _found(text) == [day]


@pytest.mark.parametrize(
    "text",
    [
        "section 4.iii.22 of the code",
        "class iii.iv.v, lead 45.ii.3",
        "on five slash ten milligrams",
        "the 9th of 10 patients",
        "the last day of the trial",
        "the second of the two",
        "6-ii.23",
    ],
)
def test_lookalikes_stay(text: str) -> None:
    """Clauses of a law, doses, counts and days without a month are none."""
    assert _found(text) == []
