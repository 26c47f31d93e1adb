"""Test dates in figures and in words."""

import pytest

from detectors.patterns.date_words import DateWordRecognizer
from detectors.patterns.dates import DateRecognizer
from tests.detectors.patterns.reading import read

FIGURES = DateRecognizer()
WORDS = DateWordRecognizer()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DOB 5/9/1961 and again 05-09-61", ["5/9/1961", "05-09-61"]),
        ("seen on 7/4 by the team", ["7/4"]),
        ("at 2023-11-02T07:15:00Z it rang", ["2023-11-02T07:15:00Z"]),
        ("2023-11-02 07:15 pump stopped", ["2023-11-02"]),
        ("msg 20231102071500 came", ["20231102071500"]),
        ("last mammogram 9/2019", ["9/2019"]),
        ("from 1/2/20 – 1/9/20 inpatient", ["1/2/20", "1/9/20"]),
        ("date: 31/02/2020 (sic)", ["31/02/2020"]),
        ("DOB: oh six, eleven, fifty-one", ["oh six, eleven, fifty-one"]),
        ("log: 4/2, 4/9, 4/20", ["4/2", "4/9", "4/20"]),
        ("10/6 in 0900\n10/8 in 0905\n10/13 HOLIDAY", ["10/6", "10/8", "10/13"]),
        ("cam\t10/7\tx\nlens\t10/5/26\ty", ["10/7", "10/5/26"]),
    ],
)
def test_dates_in_figures(text: str, expected: list[str]) -> None:
    """A date is covered with its year, with its time only where both are one token."""
    assert expected == read(FIGURES, text)


@pytest.mark.parametrize(
    "text",
    [
        "BP 118/76 then 1/2 NS, 3/4 strength, pain 7/10",
        "version 12.03.21, section 3.12.1",
        "1/2 tab am\n1/4 tab pm\n1/3 x",
        "R arm | 4/5 | ok\nL arm | 5/5 | ok",
        "GAD | 9/21 |\nPHQ | 12/27 |\nGCS | 10/15 |",
        "9/21 GAD\n12/27 PHQ",
        "model-2024-08-06 and lib@4.17.21",
        "in 2019, the 1980s, 2015-2017",
        "on 5 mg, q4-6h, 8/24h",
    ],
)
def test_fractions_versions_and_years_stay(text: str) -> None:
    """Fractions, ratios, versions and bare years are no dates."""
    assert [] == read(FIGURES, text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("on Monday, June 3, 2019 he fell", ["Monday, June 3, 2019"]),
        ("el 14 de marzo de 2024 ingresó", ["14 de marzo de 2024"]),
        ("since late August, worse in March", ["late August", "March"]),
        ("back on the 21st please", ["the 21st"]),
        ("the third of May twenty twenty-one", ["the third of May twenty twenty-one"]),
        ("fell on Christmas Eve", ["Christmas Eve"]),
        ("signed 6-Jun-2020 / 12SEP2019", ["6-Jun-2020", "12SEP2019"]),
        ("入院日期:2021年9月8日", ["2021年9月8日"]),
    ],
)
def test_dates_in_words(text: str, expected: list[str]) -> None:
    """Months, ordinals, holidays and other languages are read; the weekday belongs to the date."""
    assert expected == read(WORDS, text)


@pytest.mark.parametrize(
    "text",
    [
        "May cause drowsiness; the vision may eventually fail; march in place",
        "Christmas disease (factor IX), the 14th rib, the 17th and 18th centuries",
        "Mayo scissors, AUG 875 bid, OCT macula, SEP-1 bundle",
        "seen Tuesday, back next Friday, spring term",
    ],
)
def test_words_that_are_no_dates_stay(text: str) -> None:
    """Verbs, eponyms, abbreviations and bare weekdays are no dates."""
    assert [] == read(WORDS, text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mon 15 bath\ntues 16th late\nwed 17 walked", ["mon 15", "tues 16th", "wed 17"]),
        ("mon 15 bath\ntues 17 late", []),
        ("mon 20 minutes\ntue 21 minutes", []),
        ("10 may moved in\n12 may clinic", ["10 may", "12 may"]),
        ("10 may be enough", []),
        ("20 may be enough\n10 may help", []),
    ],
)
def test_days_that_agree(text: str, expected: list[str]) -> None:
    """Weekdays with numbers are days where one calendar holds them all, small months where the lines go forward."""
    assert read(WORDS, text) == expected
