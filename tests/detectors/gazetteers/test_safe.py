"""What the safe list vetoes, and what it must never veto."""

import pytest

from detectors.gazetteers.lookup import Gazetteers
from detectors.gazetteers.safe import SafeList
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span


def _vetoed(gazetteers: Gazetteers, text: str, value: str, kind: IdentifierType, score: float = 0.6) -> bool:
    start = text.index(value)
    return SafeList(gazetteers).vetoes(Passage(text), Span(start, start + len(value), kind, score, "ner"))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Hx of Parkinson disease", "Parkinson"),
        ("Crohn's disease", "Crohn"),
        ("Foley catheter placed", "Foley"),
        ("Charcot-Marie-Tooth disease", "Charcot-Marie-Tooth"),
        ("Wolff-Parkinson-White", "Wolff-Parkinson-White"),
        ("Zellweger syndrome", "Zellweger"),
        ("Apgar 8 and 9", "Apgar"),
        ("takes Lantus nightly", "Lantus"),
        ("St. John's wort", "St. John"),
        ("Blue Cross denied it", "Blue Cross"),
        ("Patient denies", "Patient"),
        ("speaks Spanish", "Spanish"),
    ],
)
def test_eponyms_drugs_and_words_are_vetoed_as_names(gazetteers: Gazetteers, text: str, value: str) -> None:
    """What no list of names makes a name is no name."""
    assert _vetoed(gazetteers, text, value, IdentifierType.NAME)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("lives in Oregon", "Oregon"),
        ("Philadelphia chromosome", "Philadelphia"),
        ("Los Angeles grade B", "Los Angeles"),
    ],
)
def test_states_and_eponyms_are_vetoed_as_places(gazetteers: Gazetteers, text: str, value: str) -> None:
    """States stay, and so do grades called after towns."""
    assert _vetoed(gazetteers, text, value, IdentifierType.GEO)


@pytest.mark.parametrize(
    ("text", "value", "kind"),
    [
        ("Seen by Dr. Parkinson today", "Parkinson", IdentifierType.NAME),
        ("My husband Will said", "Will", IdentifierType.NAME),
        ("Grace Kowalski", "Grace Kowalski", IdentifierType.NAME),
        ("Georgia Smith", "Georgia", IdentifierType.NAME),
        ("saw Murphy at noon", "Murphy", IdentifierType.NAME),
        ("brian smith", "brian", IdentifierType.NAME),
        ("from Mexico, MO", "Mexico", IdentifierType.GEO),
        ("in New York", "New York", IdentifierType.GEO),
        ("MRN metformin", "metformin", IdentifierType.MRN),
    ],
)
def test_names_and_towns_are_not_vetoed(gazetteers: Gazetteers, text: str, value: str, kind: IdentifierType) -> None:
    """A name that is also a word, a state or an eponym stays redacted, and other types are never touched."""
    assert not _vetoed(gazetteers, text, value, kind)


def test_certain_gazetteer_spans_are_not_vetoed(gazetteers: Gazetteers) -> None:
    """A recognizer of this layer has judged the context already."""
    text = "husband Will"
    span = Span(8, 12, IdentifierType.NAME, 0.8, "gazetteer.names")

    assert not SafeList(gazetteers).vetoes(Passage(text), span)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Difference b/w Epley, Semont and Gufoni", "Semont"),
        ("also Lily vs Medtronic 26 mm valve", "Lily"),
        ("strong ties to church, plays ukulele", "church"),
    ],
)
def test_doubtful_names_of_a_model_are_vetoed(gazetteers: Gazetteers, text: str, value: str) -> None:
    """Words among eponyms, words compared with things and words of the language are no names."""
    assert _vetoed(gazetteers, text, value, IdentifierType.NAME)


@pytest.mark.parametrize(
    ("text", "value"),
    [("Lily vs her brother", "Lily"), ("met Okafor, Semba and Idris", "Okafor"), ("caregiver name: church", "church")],
)
def test_names_beside_other_words_are_not_vetoed(gazetteers: Gazetteers, text: str, value: str) -> None:
    """Neither a comparison of persons, nor a list of persons, nor a caption makes a name doubtful."""
    assert not _vetoed(gazetteers, text, value, IdentifierType.NAME)
