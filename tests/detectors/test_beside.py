"""What stands right beside a found identifier and is one too."""

import pytest

from detectors.beside import beside
from schemas.identifiers import IdentifierType
from schemas.spans import Span


def _beside(marked: str, kind: IdentifierType) -> list[str]:
    """Return what is found beside the span between the braces of *marked*."""
    start, end = marked.index("{"), marked.index("}") - 1
    text = marked.replace("{", "").replace("}", "")
    return [text[span.start : span.end] for span in beside(text, [Span(start, end, kind, 0.9, "test")])]


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("{Rosalind} (96!) still drives", ["96"]),
        ("ok for {bernadette} 92 on eliquis", ["92"]),
        ("{Tobias Ekwall} in 3E-14, 95, new droop", ["95"]),
        ("{Priya Raman} 98% on RA", []),
        ("Nurse {Kim} 95 mg given", []),
        ("{Wells}, 101 lectures", []),
        ("{Rosalind}, 42, smokes", []),
    ],
)
def test_age_behind_a_name(marked: str, expected: list[str]) -> None:
    """A number over 89 behind a name is an age where nothing measures it."""
    assert _beside(marked, IdentifierType.NAME) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("mrn {5510293} / 5510294 same name", ["5510294"]),
        ("claims {TQ-88120}, TQ-88121 and TQ-88122.", ["TQ-88121", "TQ-88122"]),
        ("serial {77120934}, right 77120935", ["77120935"]),
        ("order {55102} and 300 pills", []),
        ("order {55102}, 2 boxes of K-99", []),
    ],
)
def test_twins_of_a_number(marked: str, expected: list[str]) -> None:
    """Numbers of one shape in a row are of one kind."""
    assert _beside(marked, IdentifierType.OTHER_ID) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [("{303-555-0143} x72", ["72"]), ("{303-555-0143}, x2 daily", []), ("{303-555-0143} 72", [])],
)
def test_extension_of_a_phone(marked: str, expected: list[str]) -> None:
    """An extension belongs to the number before it."""
    assert _beside(marked, IdentifierType.PHONE) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("{Avenida de los Cedros 1100}, apartamento 7, Yakima", ["7"]),
        ("{12 Elm St} unit 4B", ["4B"]),
        ("{Yakima}, 7 days", []),
    ],
)
def test_unit_of_an_address(marked: str, expected: list[str]) -> None:
    """The number of a flat belongs to the street before it."""
    assert _beside(marked, IdentifierType.GEO) == expected


def test_numbers_at_the_heads_of_rows() -> None:
    """Numbers of one length before the names of two rows are theirs; one row, or hours, tell nothing."""
    names = ("Swenson", "Ibarra")

    def numbers(text: str) -> list[str]:
        spans = [
            Span(text.index(name), text.index(name) + len(name), IdentifierType.NAME, 0.9, "test")
            for name in names
            if name in text
        ]
        return [text[span.start : span.end] for span in beside(text, spans)]

    assert numbers("20077 Swenson, L arm\n2/3/25 20118 Ibarra, declined") == ["20077", "20118"]
    assert numbers("20077 Swenson, L arm\n201180 Ibarra, declined") == []
    assert numbers("20077 Swenson, L arm\n") == []
    assert numbers("0730 Swenson\n0815 Ibarra") == []


def test_numbers_in_one_column() -> None:
    """What stands where a found number stands in the next row, in rows that begin alike, is one too."""
    rows = "0812 | {XR9960098} | dw\n0830 | XR9960101 | dw\n"

    assert _beside(rows, IdentifierType.OTHER_ID) == ["XR9960101"]
    assert _beside(rows.replace("0830", "total"), IdentifierType.OTHER_ID) == []
    assert _beside(rows.replace("XR9960101", "XR99601"), IdentifierType.OTHER_ID) == []
