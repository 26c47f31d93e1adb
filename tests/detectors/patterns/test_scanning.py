"""Test that many patterns read at once are found as one by one, and that none is passed over wrongly."""

import sys
from itertools import chain

import pytest

from detectors.gazetteers.hurried import FRAMES
from detectors.patterns.ages_told import TOLD
from detectors.patterns.all import pattern_recognizers
from detectors.patterns.scanning import Pattern, PatternSet, compile_latin, count_digits
from detectors.recognizer import Latin
from tests.detectors.marked_lines import FOLDER, read_lines, vector_files

SETS = [
    pytest.param([frame.pattern for frame in FRAMES], "A_NAME", id="hurried"),
    pytest.param(list(TOLD), "C_AGE", id="ages"),
]


@pytest.mark.parametrize(("patterns", "file"), SETS)
def test_set_tells_what_each_pattern_finds(patterns: list[Pattern], file: str) -> None:
    """A set tells exactly the patterns that occur in a text, whatever their case."""
    together = PatternSet(patterns)
    texts = [line.text.encode("latin-1", "replace") for line in read_lines(FOLDER / f"{file}.txt", "+")]

    for text in [*texts, b"\n".join(texts), b""]:
        alone = [index for index, pattern in enumerate(patterns) if pattern.search(text) is not None]
        assert alone == together.occurring(text)


def test_case_counts_where_a_pattern_wants_it() -> None:
    """Each pattern of a set keeps its own way with capitals."""
    together = PatternSet([compile_latin("ab"), compile_latin("ab", ignore_case=False)])

    assert [0] == together.occurring(b"AB")
    assert [0, 1] == together.occurring(b"AB ab")


def test_a_long_text_is_read_whole() -> None:
    """What occurs at the end of a long text is told as well."""
    patterns = [frame.pattern for frame in FRAMES]
    filler = b"d/w the team in rm 4 and a b c said so, " * 20_000

    together = PatternSet(patterns).occurring(filler + b"\nforeman rodney saw it happen")

    assert set(PatternSet(patterns).occurring(b"\nforeman rodney saw it happen")) <= set(together)


def test_every_match_holds_the_figures_that_its_pattern_wants() -> None:
    """What is read out of a pattern is never more than a match of it has: no passage is passed over wrongly."""
    patterns = _figured()
    texts = [line.text.encode("latin-1", "replace") for path in vector_files() for line in read_lines(path, "+")[::6]]

    short = [
        pattern.pattern
        for pattern in patterns
        for text in texts
        for found in pattern.finditer(text)
        if count_digits(found.group()) < pattern.figures
    ]

    assert len(patterns) > 150
    assert [] == short


def test_a_passage_is_searched_as_its_bytes_are() -> None:
    """Passing over passages that have too few figures changes no answer."""
    pattern = compile_latin(r"\b(?:no|nr)\.? ([0-9]{2})[0-9]?")

    for text in ("nr 1", "nr 12", "no. 123, nr 45", "nothing", ""):
        whole, plain = Latin(text, "ascii"), text.encode()
        assert [found.start() for found in pattern.finditer(plain)] == [
            found.start() for found in pattern.finditer(whole)
        ]
        assert (pattern.search(plain) is None) == (pattern.search(whole) is None)


def _figured() -> list[Pattern]:
    """Return the patterns of the pattern layer that want figures."""
    assert pattern_recognizers()  # Every module is loaded.
    modules = [module for name, module in sorted(sys.modules.items()) if name.startswith("detectors.patterns.")]
    values = chain.from_iterable(vars(module).values() for module in modules)
    patterns = chain.from_iterable(value if isinstance(value, tuple) else (value,) for value in values)
    return [pattern for pattern in patterns if isinstance(pattern, Pattern) and pattern.figures]
