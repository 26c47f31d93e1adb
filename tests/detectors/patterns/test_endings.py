"""Test that what stands before an offset is found as the standard library alone finds it."""

import re
import sys

import pytest

from detectors.analyzer import Analyzer
from detectors.gazetteers.cues import Cue
from detectors.patterns.endings import Ending
from tests.detectors.marked_lines import read_lines, vector_files

_REACH = 48


def _endings() -> list[Ending]:
    """Return every such pattern of the detector."""
    assert Analyzer.default()  # Every module is loaded.
    modules = [module for name, module in sorted(sys.modules.items()) if name.startswith("detectors.")]
    values = [value for module in modules for value in vars(module).values()]
    return [value for value in values if isinstance(value, Ending)] + [
        value.pattern for value in values if isinstance(value, Cue)
    ]


def test_nothing_is_told_apart_that_ends_in_the_pattern() -> None:
    """Where the standard library finds a pattern, the look before it lets it through."""
    lines = [line.text for path in vector_files() for line in read_lines(path, "+")[::40]]
    ends = [text[max(0, at - _REACH) : at] for text in lines for at in range(0, len(text) + 1, 5)]

    missed = [
        ending.pattern.pattern
        for ending in _endings()
        for before in ends
        if ending.search(before) is None and ending.pattern.search(before) is not None
    ]

    assert [] == missed


@pytest.mark.parametrize(
    ("pattern", "before"),
    [
        (r"\bDr\.\s\Z", "seen by Dr.\x0b"),
        (r"\bDr\.[\s:]\Z", "seen by Dr.\x1c"),
        (r"\bname: $", "name: \n"),
        (r"(?<![a(])\bname(?! (?:is|[)(]))\Z", "the name"),
        ("don[’']t \\Z", "i don't "),
        (r"cost [$€]\Z", "cost $"),
    ],
)
def test_both_libraries_agree_on_odd_signs(pattern: str, before: str) -> None:
    """Blanks, ends of lines, looks around and signs beyond Latin-1 do not hide a match."""
    assert re.search(pattern, before)
    assert Ending(pattern).search(before)
