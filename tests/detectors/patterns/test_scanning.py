"""Test that many patterns read at once are found as one by one."""

import pytest

from detectors.gazetteers.hurried import FRAMES
from detectors.patterns.ages_told import TOLD
from detectors.patterns.scanning import Pattern, PatternSet, compile_latin
from tests.detectors.marked_lines import FOLDER, read_lines

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
