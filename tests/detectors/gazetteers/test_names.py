"""Names that the lists and the context make certain, and what only looks like one."""

import pytest

from detectors.gazetteers.lookup import Gazetteers
from detectors.gazetteers.names import NameRecognizer
from detectors.recognizer import Passage


def _found(gazetteers: Gazetteers, text: str) -> list[str]:
    spans = NameRecognizer(gazetteers).recognize(Passage(text))
    return [text[span.start : span.end] for span in spans]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Harold Whitfield was seen today.", ["Harold Whitfield"]),
        ("Seen by Dr. Okonkwo-Reyes in clinic.", ["Okonkwo-Reyes"]),
        ("Mrs. de la Cruz called.", ["de la Cruz"]),
        ("dr patel and mr. gutierrez agreed", ["patel", "gutierrez"]),
        ("Her son Kevin was present.", ["Kevin"]),
        ("her daughter michelle drove", ["michelle"]),
        ("my name is brenda kowalski", ["brenda kowalski"]),
        ("Whitfield, Harold J.", ["Whitfield, Harold J"]),
        ("PATIENT: WHITFIELD, HAROLD", ["WHITFIELD, HAROLD"]),
        ("cc: J. R. Whitfield", ["J. R. Whitfield"]),
        ("Reviewed by Brenda Kowalski, MD", ["Brenda Kowalski"]),
        ("Signed by Nasrin Golshani RN", ["Nasrin Golshani"]),
        ("Dear Michelle,", ["Michelle"]),
        ("Dr. Parkinson will see her.", ["Parkinson"]),
        ("Clifford Yarborough Jr. declined", ["Clifford Yarborough"]),
        ("Harold Whitfield III signed", ["Harold Whitfield III"]),
        ("My husband Will said so.", ["Will"]),
        ("Nurse Kowalski's note", ["Kowalski"]),
        ("José Núñez arrived", ["José Núñez"]),
    ],
)
def test_names_are_found_without_titles_and_degrees(gazetteers: Gazetteers, text: str, names: list[str]) -> None:
    """The name alone is the span: no title, degree, possessive or caption."""
    assert _found(gazetteers, text) == names


@pytest.mark.parametrize(
    "text",
    [
        "Parkinson disease, Crohn's disease and a Foley catheter.",
        "Started Lipitor and Lantus; stop Allegra.",
        "He will mark the site and may bill her.",
        "Babinski sign absent, Apgar score 9, Glasgow Coma Scale 15.",
        "Patient denies fever. No History of Present Illness.",
        "Seen at Mercy General on Jackson Street.",
        "Lives in Virginia Beach, near San Antonio.",
        "Austin, Texas and Jackson, Mississippi",
        "Blue Cross and Walgreens were called.",
        "Spanish and Navajo interpreters in December.",
        "dr visit, ms contin, mr angiography",
        "Jackson-Pratt drain and Wolff-Parkinson-White syndrome",
    ],
)
def test_what_is_called_after_persons_stays(gazetteers: Gazetteers, text: str) -> None:
    """Eponyms, drugs, places, firms and ordinary words are no names."""
    assert _found(gazetteers, text) == []


def test_time_is_linear_in_capitals(gazetteers: Gazetteers) -> None:
    """A text of nothing but names is read to its end."""
    spans = NameRecognizer(gazetteers).recognize(Passage("Zzyzx Qqq " * 20_000 + ". Harold Whitfield"))

    assert spans[-1].end == 200_018


@pytest.mark.parametrize(
    ("text", "employer"),
    [
        ("She works nights at Ketteridge Poultry, on the line.", "Ketteridge Poultry"),
        ("Employer: Halloran & Sons Roofing   Occupation: roofer", "Halloran & Sons Roofing"),
        ("He is employed by Bluestem Grain Cooperative.", "Bluestem Grain Cooperative"),
    ],
)
def test_employers_are_found(gazetteers: Gazetteers, text: str, employer: str) -> None:
    """The firm that somebody works for identifies them."""
    assert employer in _found(gazetteers, text)


@pytest.mark.parametrize(
    ("text", "employer"), [("She works at Walmart.", "Walmart"), ("trabaja en el Costco", "Costco")]
)
def test_national_firms_are_employers(gazetteers: Gazetteers, text: str, employer: str) -> None:
    """An employer identifies whatever it is, a nation-wide firm as well."""
    assert employer in _found(gazetteers, text)


@pytest.mark.parametrize("text", ["works at home", "Employer: none", "picked it up at Walmart"])
def test_what_employs_nobody_is_no_employer(gazetteers: Gazetteers, text: str) -> None:
    """Without somebody's work a firm stays, and home is no firm."""
    assert _found(gazetteers, text) == []
