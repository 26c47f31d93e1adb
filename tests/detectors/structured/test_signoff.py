"""Test initials at the end of dictations."""

import pytest

from detectors.gazetteers.lookup import Gazetteers
from detectors.recognizer import Passage
from detectors.structured.signoff import SignOffRecognizer


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("D: 02/25/26  T: 02/26/26  HT/kml  Job 0099417", ["HT", "kml"]),
        ("RTM:kls", ["RTM", "kls"]),
        ("d: RTM t: kls\njob done", ["RTM", "kls"]),
        ("MD; transcribed ejh.", ["ejh"]),
        ("Prepared by ml for release", ["ml"]),
        ("Typed by: K.L.", ["K.L."]),
        ("signed by me, reviewed by all", []),
        ("Dictated by: MD", []),
        ("HR/bp were fine, pH/po low", []),
        ("T: 98.6  t: the time", []),
    ],
)
def test_initials_behind_a_caption_are_names(gazetteers: Gazetteers, text: str, expected: list[str]) -> None:
    """Who dictated and typed goes; words, degrees and vital signs stay."""
    spans = SignOffRecognizer(gazetteers).recognize(Passage(text))

    assert expected == [text[span.start : span.end] for span in spans]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Subject: plates\n\nI need this by noon.\nZev", ["Zev"]),
        ("Hi team,\nsee the list.\nThanks", []),
        ("Hi, my knee hurts.\nPlease", []),
        ("The scan is clean.\nZev", []),
    ],
)
def test_single_name_on_the_last_line(gazetteers: Gazetteers, text: str, expected: list[str]) -> None:
    """A letter may end with one name; a closing word, or a line that ends no letter, stays."""
    spans = SignOffRecognizer(gazetteers).recognize(Passage(text))

    assert expected == [text[span.start : span.end] for span in spans]
