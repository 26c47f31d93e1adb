"""Test street lines, towns, ZIP codes and coordinates."""

import pytest

from detectors.patterns.address import AddressRecognizer
from tests.detectors.patterns.reading import read

PLACES = AddressRecognizer()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("at 12 Elm St Apt 4, Dunmore, PA 18512", ["12 Elm St Apt 4", "Dunmore", "18512"]),
        ("P.O. Box 1187, zip 89049", ["P.O. Box 1187", "89049"]),
        ("vive en Calle 5 #12-34", ["Calle 5 #12-34"]),
        ("fix 44.0582, -121.3153", ["44.0582, -121.3153"]),
        ("crash on I-80 in Yavapai County", ["I-80", "Yavapai County"]),
    ],
)
def test_places(text: str, expected: list[str]) -> None:
    """Street, town and code are spans of their own, the state between them stays."""
    assert expected == read(PLACES, text)


@pytest.mark.parametrize(
    "text",
    ["iodine I-131, form I-693", "CT head, ST depression in V4", "bed 14, room 3, 2nd floor", "units 10025, 70130 g"],
)
def test_other_numbers_stay(text: str) -> None:
    """Isotopes, forms, wards and counts are no places."""
    assert [] == read(PLACES, text)
