"""Numbers of parts, drivers and payers stay; numbers beside them of somebody do not."""

import pytest

from detectors.parts import is_part


def _ask(text: str, value: str) -> bool:
    start = text.rindex(value)
    return is_part(text, start, start + len(value))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("the van needs the 7C3Z-14A411 harness", "7C3Z-14A411"),
        ("part 453564-0112 replaces 453564-0098 for every", "453564-0098"),
        ("new device 0bda:8153, driver r8152 v1.12.13", "0bda:8153"),
        ("new device 0bda:8153, driver r8152 v1.12.13", "r8152"),
        ("Humana's payer ID is 61101", "61101"),
        ("the payer ID of one is 61101 and of Aetna is 60054", "60054"),
        ("part,desc,rev\nA-10442-03,tubing set,C\nA-10443,drip chamber,B", "A-10443"),
        ("slot|serial|lot\n1|AC-113|20K417", "20K417"),
        ("ITEM       LOT      EXP   QTY\nNaloxone   KR5521   2027  14", "KR5521"),
        ("ITEM       LOT      EXP   QTY\nNaloxone   KR5521   2027  14", "2027"),
        ("INTERVALS, ver. 12\n\nTest      LOINC    CPT    Unit\nLipase    3040-3   83690  U/L", "83690"),
    ],
)
def test_parts_stay(text: str, value: str) -> None:
    """What is bought, plugged in or billed to is nobody's number."""
    assert _ask(text, value)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a black car with 8KLM204 plates", "8KLM204"),
        ("his part of claim 4410-22; hers is 4410-23", "4410-23"),
        ("the caller said 0bda:8153 twice", "0bda:8153"),
        ("her member ID is 61101", "61101"),
        ("part,desc,chart\nA-10442-03,tubing set,8841203", "8841203"),
        ("slot|serial|lot\n1|AC-11304|20K417", "AC-11304"),
        ("part of his story\nbadge 20K417", "20K417"),
        ("ITEM       LOT      CHART   QTY\nNaloxone   KR5521   441782  14", "441782"),
        ("NAME       ROOM     EXP     QTY\nMoss       118-A    441782  14", "441782"),
        ("ITEM       LOT      EXP\n\nWARD       BED      CHART\nFour       KR5521   441782", "KR5521"),
    ],
)
def test_numbers_of_somebody_do_not(text: str, value: str) -> None:
    """A plate, a claim, a chart or a serial number is no part, whatever column or word is beside its own."""
    assert not _ask(text, value)
