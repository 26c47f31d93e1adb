"""Test numbers, plates, telephones, days and ages that the words around them tell."""

import pytest

from detectors.patterns.ages import AgeRecognizer
from detectors.patterns.dates import DateRecognizer
from detectors.patterns.phone import PhoneRecognizer
from detectors.patterns.told_ids import ToldIdRecognizer
from detectors.patterns.vehicle import VehicleRecognizer
from detectors.recognizer import Recognizer
from tests.detectors.patterns.reading import read

IDS, PLATES, PHONES, DAYS = ToldIdRecognizer(), VehicleRecognizer(), PhoneRecognizer(), DateRecognizer()
AGES = AgeRecognizer(reference_year=2025)


@pytest.mark.parametrize(
    ("recognizer", "text", "expected"),
    [
        (IDS, "the ticket from the desk says 88204", ["88204"]),
        (IDS, "my login is tgoldfarb, locked out", ["tgoldfarb"]),
        (IDS, "posts as devo.the.ghost on insta", ["devo.the.ghost"]),
        (IDS, "also has bcbs of ks XSJ 8841 0072", ["XSJ 8841 0072"]),
        (IDS, "cash app $marsh-lou paid", ["marsh-lou"]),
        (PLATES, "a silver pickup truck, KRT-9903, left running", ["KRT-9903"]),
        (PLATES, "it was RKV something 88", ["RKV", "88"]),
        (PHONES, "float: Ingersoll (4-4418)", ["4-4418"]),
        (PHONES, "her cell is 757five55-0164", ["757five55-0164"]),
        (DAYS, "bumped to weds 18, sorry", ["weds 18"]),
        (DAYS, "kommt am 12. wieder nach Hause", ["12."]),
        (AGES, "neighbor (95, deaf) called", ["95"]),
        (AGES, "dad died 96, in her 93rd year", ["96", "93rd"]),
        (AGES, "Abel (D): 91, Foley out", ["91"]),
    ],
)
def test_wording_tells_an_identifier(recognizer: Recognizer, text: str, expected: list[str]) -> None:
    """What no caption announces is found by the sentence around it."""
    assert expected == read(recognizer, text)


@pytest.mark.parametrize(
    ("recognizer", "text"),
    [
        (IDS, "screws, ref 54-25216K, lot 7; my login is locked; the box says 20 tabs; sent $340 to $500"),
        (PLATES, "a white dodge RAM 1500 hit the wall at 45 MPH; tibial plate LCP 4.5"),
        (PHONES, "score (4-8), ends in 2027, part 3155550144 is sold"),
        (DAYS, "tues 9, thurs 10; fell 2-3 times; at 9 am 12. hours later"),
        (AGES, "mom temp 101 at home, mom took 100 mg, dad sat 94, the ward (95 beds)"),
    ],
)
def test_likenesses_stay(recognizer: Recognizer, text: str) -> None:
    """Products, measures, models and hours in the same places stay."""
    assert [] == read(recognizer, text)
