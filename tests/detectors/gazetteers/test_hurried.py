"""Test names, places and firms in small letters."""

import pytest

from detectors.gazetteers.hurried import HurriedRecognizer
from detectors.gazetteers.lookup import Gazetteers
from detectors.gazetteers.lower_places import LowerPlaceRecognizer
from detectors.recognizer import Passage


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("d/w price from id and long from surgery", ["price", "long"]),
        ("rose (dtr) at bedside", ["rose"]),
        ("foreman rodney saw it happen", ["rodney"]),
        ("jb in 4, mk in 7 for dc", ["jb", "mk"]),
        ('ask "Dutch" at the desk', ["Dutch"]),
        ("orrin 77 retired", ["orrin"]),
        ("d/w surgery from id, boss made him, per protocol hold, pt 58 kg, dr ok", []),
        ('iv in 4, po in 7; na 140, cl 102, bun 20; dose (mom); ask "why" again', []),
    ],
)
def test_names_in_haste(gazetteers: Gazetteers, text: str, expected: list[str]) -> None:
    """A name in small letters is found by the words on both sides; services and abbreviations stay."""
    spans = HurriedRecognizer(gazetteers).recognize(Passage(text))

    assert expected == [text[span.start : span.end] for span in sorted(spans, key=lambda span: span.start)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("failed 6 wks at stride physical therapy, wants mri", ["stride physical therapy"]),
        ("barista @ mudhouse & lives above it", ["mudhouse"]),
        ("drives herself from biloxi every week", ["biloxi"]),
        ("picked up from spokane county jail", ["spokane county"]),
        ("hit at telegraph rd and main", ["telegraph rd"]),
        ("went to outpatient physical therapy, works at home, a local daycare, on the dirt road", []),
        ("from nausea to vomiting, seen at an outside urgent care, the county jail, by bus to dialysis", []),
    ],
)
def test_places_in_haste(gazetteers: Gazetteers, text: str, expected: list[str]) -> None:
    """A practice, firm, town or street of its own is found; what any of them is called stays."""
    spans = LowerPlaceRecognizer(gazetteers).recognize(Passage(text))

    assert expected == [text[span.start : span.end] for span in sorted(spans, key=lambda span: span.start)]
