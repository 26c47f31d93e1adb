"""Scales, antigens and devices with what grades them are no persons; persons beside them are."""

import pytest

from detectors.gazetteers.lookup import Gazetteers
from detectors.gazetteers.names import NameRecognizer
from detectors.recognizer import Passage


def _found(gazetteers: Gazetteers, text: str) -> list[str]:
    return [text[span.start : span.end] for span in NameRecognizer(gazetteers).recognize(Passage(text))]


@pytest.mark.parametrize(
    "text",
    [
        "Fuhrman 3. Dukes C. Haggitt 4. Kikuchi sm2.",
        "Garden III, Pauwels II. Evans. Dorr B. Gruen 1-7 clean. Brooker I. Harris 54.",
        "NCPAP 6, Papile I L, Bell stage I, Dubowitz 30.",
        "rica en vitamina K. Conserve por debajo de 25 grados",
        "Kidd Jk(a+), Lewis Le(b+), Lutheran neg",
        "CUIDADO DE LA SONDA FOLEY EN CASA",
        "IOL SN60WF +21.5 D. HUMPHREY 24-2 MD -3.12.",
        "gc pause 41 ms heap 1.8G",
    ],
)
def test_graded_words_are_no_persons(gazetteers: Gazetteers, text: str) -> None:
    """A letter behind a scale is its grade, one behind "vitamina" its kind, and a device keeps its eponym."""
    assert _found(gazetteers, text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Seen by Wanda B. Harris today. Garden III, Pauwels II, Singh 3.", "Wanda B. Harris"),
        ("Garden III, Pauwels II, Singh 3. Seen: Clark B. Harris today.", "Clark B. Harris"),
        ("her friend is K. Whitfield. Vitamin K was given.", "K. Whitfield"),
        ("Patient: Brooker I. Harris", "Brooker I. Harris"),
        ("paid 21.50 to D. Whitfield.", "D. Whitfield"),
        ("Dr. Foley changed it", "Foley"),
        ("seen with ms whitfield at noon", "whitfield"),
    ],
)
def test_persons_stay_found(gazetteers: Gazetteers, text: str, name: str) -> None:
    """A title, a given name or plain words around an initial make a person, scales nearby or not."""
    assert _found(gazetteers, text) == [name]
