"""Test names spelled letter by letter."""

import pytest

from detectors.recognizer import Passage
from detectors.spelled import SpelledRecognizer


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("first: j o s e p h i n e last: d e l g a d o", ["j o s e p h i n e", "d e l g a d o"]),
        ("her name is A-D-A-E-Z-E", ["A-D-A-E-Z-E"]),
        ("F E A T H E R S T O N E I got a letter", ["F E A T H E R S T O N E I"]),
        ("spelled O B I, thanks", ["O B I"]),
        ("last name O as in otter - B as in bear - I", ["O as in otter - B as in bear - I"]),
        ("choose A, B, C, D, E or F", []),
        ("A B C D E F G", []),
        ("S1 S2 S3, i. e. this, U.S.A. and a b", []),
        ("x x x x x x x", []),
    ],
)
def test_spelled_names_are_found(text: str, expected: list[str]) -> None:
    """Runs of single letters are a name; choices, the alphabet, abbreviations and crosses are not."""
    assert expected == [text[span.start : span.end] for span in SpelledRecognizer().recognize(Passage(text))]
