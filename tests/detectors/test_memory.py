"""Test the conversation memory."""

import pytest

from detectors.gazetteers.lookup import Gazetteers
from detectors.memory import Memory, Rememberer
from detectors.recognizer import Passage
from detectors.scoring import NAMED, POSSIBLE
from schemas.identifiers import IdentifierType
from schemas.spans import Span


@pytest.fixture(scope="module")
def rememberer() -> Rememberer:
    """Return a rememberer over the shipped lists."""
    return Rememberer(Gazetteers.load())


def told(
    rememberer: Rememberer, value: str, type_: IdentifierType = IdentifierType.NAME, score: float = NAMED
) -> Memory:
    """Return the memory of an event that told one value."""
    return rememberer.remember([Passage(value)], [[Span(0, len(value), type_, score, "test")]])


def found(memory: Memory, text: str) -> list[str]:
    """Return what is remembered in a text."""
    return [text[span.start : span.end] for span in memory.recognize(Passage(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Okonkwo called", ["Okonkwo"]),
        ("adaeze is better", ["adaeze"]),
        ("OKONKWO, ADAEZE", ["OKONKWO", "ADAEZE"]),
        ("Adaeze's daughter", ["Adaeze"]),
        ("Okonkwos and Adaezeland", []),
        ("nobody here", []),
    ],
)
def test_a_name_is_found_again_in_part_and_in_any_case(rememberer: Rememberer, text: str, expected: list[str]) -> None:
    """First name or surname alone, lower case, capitals and possessive are found; longer words are not."""
    assert expected == found(told(rememberer, "Adaeze Okonkwo"), text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("I hope so. Hope is not a plan", []),
        ("we told Hope that", ["Hope"]),
        ("see Hope Okonkwo", ["Hope", "Hope Okonkwo", "Okonkwo"]),
        ("HOPE FOR THE BEST", []),
    ],
)
def test_an_ordinary_word_needs_a_capital_inside_a_sentence(
    rememberer: Rememberer, text: str, expected: list[str]
) -> None:
    """A name that is an ordinary word is found where only a name is written like it."""
    assert sorted(expected) == sorted(found(told(rememberer, "Hope Okonkwo"), text))


def test_an_initial_or_title_is_not_remembered(rememberer: Rememberer) -> None:
    """A letter or a degree never stands for a name."""
    assert found(told(rememberer, "A. Okonkwo MD"), "vitamin A and MD signed, a cold") == []


def test_an_unsure_name_is_not_remembered(rememberer: Rememberer) -> None:
    """A doubtful find is not spread over the event."""
    assert not told(rememberer, "Adaeze", score=POSSIBLE)


def test_a_firm_is_found_again_as_a_whole(rememberer: Rememberer) -> None:
    """Of a name of several ordinary words only the whole is found again, in any case."""
    memory = told(rememberer, "Halloran & Family Roofing")

    assert "halloran & family roofing" in found(memory, "at halloran & family roofing")
    assert found(memory, "a family needs roofing") == []


def test_a_facility_is_found_without_what_it_is(rememberer: Rememberer) -> None:
    """The distinctive words of a facility stand for it."""
    assert found(told(rememberer, "Twin Forks Hospital", IdentifierType.GEO), "back to Twin Forks today") == [
        "Twin Forks"
    ]


@pytest.mark.parametrize(
    ("value", "type_", "text", "expected"),
    [
        ("00482917", IdentifierType.MRN, "merge 00482917 into 4829", ["00482917"]),
        ("CLM-26-0448193", IdentifierType.OTHER_ID, "re clm-26-0448193.", ["clm-26-0448193"]),
        ("00482917", IdentifierType.MRN, "004829171 and 100482917", []),
        ("7731", IdentifierType.PHONE, "room 7731", []),
        ("03/14/2024", IdentifierType.DATE, "03/14/2024", []),
    ],
)
def test_a_number_is_found_again_as_written(
    rememberer: Rememberer, value: str, type_: IdentifierType, text: str, expected: list[str]
) -> None:
    """A telling number needs its caption once; short ones and dates are left to their patterns."""
    assert expected == found(told(rememberer, value, type_), text)


def test_memory_prints_nothing(rememberer: Rememberer) -> None:
    """What is remembered is not shown."""
    assert "okonkwo" not in repr(told(rememberer, "Adaeze Okonkwo")).lower()
