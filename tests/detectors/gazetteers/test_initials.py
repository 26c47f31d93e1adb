"""Initials of persons, and pairs of letters that are none."""

import pytest

from detectors.gazetteers.initials import InitialsRecognizer
from detectors.recognizer import Passage


def _found(text: str) -> list[str]:
    return [text[span.start : span.end] for span in InitialsRecognizer().recognize(Passage(text))]


@pytest.mark.parametrize(
    ("text", "initials"),
    [
        ("d: RTM t: kls job done", ["RTM", "kls"]),
        ("Initials on checklist: bvd, EKO", ["bvd", "EKO"]),
        ("READ BY: QTN", ["QTN"]),
        ("Sincerely,\nHW:mk\n", ["HW", "mk"]),
    ],
)
def test_initials_after_captions_are_found(text: str, initials: list[str]) -> None:
    """Initials that stand for somebody are covered one by one."""
    assert _found(text) == initials


@pytest.mark.parametrize("text", ["Given IV/po twice.", "read by: Whitfield", "MD/rn team", "ratio d: 12 t: 5"])
def test_other_letters_stay(text: str) -> None:
    """Routes, names and figures are no initials."""
    assert _found(text) == []
