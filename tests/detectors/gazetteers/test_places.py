"""Towns, counties and facilities, and what is left of geography."""

import pytest

from detectors.gazetteers.lookup import Gazetteers
from detectors.gazetteers.places import PlaceRecognizer
from detectors.recognizer import Passage


def _covered(gazetteers: Gazetteers, text: str) -> set[str]:
    spans = PlaceRecognizer(gazetteers).recognize(Passage(text))
    return {text[span.start : span.end] for span in spans}


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("He is from Tulsa, OK.", {"Tulsa"}),
        ("moved to Cedar Rapids, Iowa last year", {"Cedar Rapids"}),
        ("GAINESVILLE FL 32608", {"GAINESVILLE"}),
        ("She lives in Chicopee with two cats", {"Chicopee"}),
        ("Born in Gdynia, Poland", {"Gdynia"}),
        ("he lives in tulsa", {"tulsa"}),
        ("residents of Yavapai County", {"Yavapai County"}),
        ("flew to San Antonio", {"San Antonio"}),
        ("Transferred from Ridgeway Memorial Hospital.", {"Ridgeway Memorial Hospital"}),
        ("Seen at St. Mary's Hospital today", {"St. Mary's Hospital"}),
        ("attends Marigold Elementary", {"Marigold Elementary"}),
        ("Mercy Hospital of Tulsa called", {"Mercy Hospital of Tulsa"}),
        ("sings at St. Brendan's Church", {"St. Brendan's Church"}),
        ("a student at Calloway State College", {"Calloway State College"}),
        ("Cedar Bluff Dialysis", {"Cedar Bluff Dialysis"}),
    ],
)
def test_places_are_found_without_their_state(gazetteers: Gazetteers, text: str, places: set[str]) -> None:
    """Towns, counties and facilities are covered whole; the state beside them is left."""
    assert _covered(gazetteers, text) == places


@pytest.mark.parametrize(
    "text",
    [
        "Pt resides in Oregon, spends winters in Arizona.",
        "travel history: Mexico, Belize, Guatemala",
        "Lived in Bavaria and in Ontario.",
        "Seen in the Pain Clinic, then the Emergency Department.",
        "Urgent Care Center, Coumadin Clinic, Diabetes Center, Radiology",
        "the hospital, a nursing home, our clinic",
        "Philadelphia chromosome, Los Angeles grade B, Lyme disease",
        "Texas Medicaid denied; CVS Pharmacy and Quest Diagnostics",
        "GI, GU, and neuro are negative",
        "Transferred to 6 West, then PACU bay 4.",
    ],
)
def test_larger_and_generic_places_stay(gazetteers: Gazetteers, text: str) -> None:
    """States, countries, departments, chains and eponyms are no places of somebody."""
    assert _covered(gazetteers, text) == set()
