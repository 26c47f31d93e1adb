"""Words, numbers and links that a line's end has cut are read whole; other lines stay apart."""

import pytest

from detectors.normalize import normalize


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("doctor Mara-\nvenko called", "doctor Maravenko called"),
        ("number is QX-\n71\n-209.", "number is QX-71-209."),
        ("at /2026/mri\n?t=77ab1c4", "at /2026/mri?t=77ab1c4"),
        ("Ph303-555-0171", "Ph 303-555-0171"),
        ("needed by5/21", "needed by 5/21"),
        ("take metoprolol 50\n- hold", "take metoprolol 50\n- hold"),
        ("Findings:\n-2 cm node", "Findings:\n-2 cm node"),
        ("by5 people", "by5 people"),
        ("graph5-1", "graph5-1"),
    ],
)
def test_cuts_are_joined(text: str, plain: str) -> None:
    """A hyphen at a line's end inside a word goes, a line's end inside a number too; lists and words stay."""
    assert normalize(text).text == plain


def test_joined_words_lead_back() -> None:
    """What was joined covers both its lines."""
    normal = normalize("Dr. Mara-\nvenko")

    assert normal.original(4, 13) == (4, 15)
