"""Test what of a tagger's answer counts."""

import pytest

from detectors.scoring import LIKELY
from detectors.second_net import SecondNet
from schemas.identifiers import IdentifierType
from schemas.spans import Span


def counts(text: str, value: str, type_: IdentifierType, score: float = 0.99) -> bool:
    """Tell whether a tagger's span over *value* counts."""
    start = text.index(value)
    return SecondNet().counted(text, Span(start, start + len(value), type_, score, "ner")) is not None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Hotline ref 26-0099418", "26-0099418"),
        ("Call Denise @ 585 555 0151", "585 555 0151"),
        ("the man's profile (@dice_4_real, online)", "dice_4_real"),
        ("code is four four one nine", "four four one nine"),
        ("the crematory gave me 09-0447", "09-0447"),
        ('"ownerNumber":"G447"', "G447"),
        ("day 9   10.28.25 6655\nnotes", "6655"),
        ("kit sealed 7420, handed on", "7420"),
    ],
)
def test_numbers_without_a_caption_count(text: str, value: str) -> None:
    """What rules have no word for is caught by the net."""
    assert counts(text, value, IdentifierType.OTHER_ID)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NDC 00093-1048-01, dispense 30", "00093"),
        ("REF 450-11-2034 locking plate", "450-11-2034"),
        ("see https://example.org/v1/items", "v1"),
        ("NCT03036124 is open", "NCT03036124"),
        ("IV at 125 mL/hr", "125"),
        ("vancomycin @ 0800", "0800"),
        ("id chatcmpl-9215550142", "chatcmpl-9215550142"),
        ("the timestamp field", "timestamp"),
        ("lodash@4.17.21", "4.17.21"),
        ('"modelNumber":"G447"', "G447"),
        ("day 9   10.28.25 0655\nnotes", "0655"),
        ("kit sealed 0420, handed on", "0420"),
    ],
)
def test_codes_doses_and_words_do_not_count(text: str, value: str) -> None:
    """A number with its code system, unit or version is no identifier."""
    assert not counts(text, value, IdentifierType.OTHER_ID)


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("seen 3/11 in clinic", "3/11", True),
        ("since Febuary 23 or so", "Febuary 23", True),
        ("on the second Tuesday of Lent", "the second Tuesday", True),
        ("VA 20/40 OD", "20/40", False),
        ("turned 89 and gardens", "89", False),
        ("she is 93 months old", "93", False),
        ("she turned 93 last week", "93", True),
    ],
)
def test_dates_count_by_their_shape(text: str, value: str, expected: bool) -> None:
    """Fractions, ages under ninety and durations are no dates."""
    assert expected is counts(text, value, IdentifierType.DATE)


def test_rules_stand_above_the_tagger() -> None:
    """However sure a model is, its score stays below a rule's."""
    counted = SecondNet().counted("Ann", Span(0, 3, IdentifierType.NAME, 1.0, "ner"))

    assert counted is not None
    assert counted.score < LIKELY
