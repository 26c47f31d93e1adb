"""Mistyped captions are read as they were meant; words of their own stay."""

import pytest

from detectors.mistyped import retyped
from detectors.normalize import normalize
from detectors.spread import drawn_together


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("memeber id KLQ772", "member id KLQ772"),
        ("Pateint phne 555-0142", "Patient phone 555-0142"),
        ("ACOUNT NUBMER 3391", "ACCOUNT NUMBER 3391"),
        ("seen febuary 3", "seen february 3"),
        ("presciption no 44719", "prescription no 44719"),
    ],
)
def test_slips_are_mended(text: str, meant: str) -> None:
    """One slip in a caption before a number is mended, its case kept."""
    assert normalize(text).text == meant


@pytest.mark.parametrize(
    "text",
    ["place 4 drops", "patent ductus 4 mm", "police said 2 cars", "she was a meber", "license 44", "accounts 12"],
)
def test_words_of_their_own_stay(text: str) -> None:
    """Words that exist, and words with no number behind, are left."""
    assert not list(retyped(text))


def test_letters_apart_are_drawn_together() -> None:
    """A line of single letters with wider blanks between words reads as words, and leads back to its place."""
    text = "p t :   D o r a   K e s s"
    normal = normalize(text)
    start = normal.text.index("Dora")

    assert normal.text == "pt: Dora Kess"
    assert normal.original(start, start + 9) == (8, len(text))


@pytest.mark.parametrize(
    "text", ["0 1 2 3 4 5 6 7 8 9 10   worst", "A B C D E F G H I J K", "x  x  x  x  x  x  x  x  x  x"]
)
def test_scales_and_lists_stay(text: str) -> None:
    """Single signs that make no words stay apart."""
    assert not list(drawn_together(text))
