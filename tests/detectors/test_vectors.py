"""Measure the whole analyzer, and the rules alone, on the hand-written vectors."""

from pathlib import Path

import pytest

from detectors.analyzer import Analyzer
from detectors.layers import Layers
from detectors.patterns.all import pattern_recognizers
from tests.detectors.marked_lines import is_covered, read_lines, vector_files

RECALL = 0.90
FALSE_ALARMS = 0.10
TEXTS, MARKS, LEAST_SHARE = 1_000, 50, 0.4
FILES = [pytest.param(path, id=path.stem) for path in vector_files()]


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    """Return the analyzer as it is shipped."""
    return Analyzer.default()


@pytest.fixture(scope="module")
def rules() -> Analyzer:
    """Return an analyzer of the pattern layer alone."""
    return Analyzer(Layers(patterns=pattern_recognizers()))


def test_half_are_near_misses() -> None:
    """The vectors are at least a thousand texts, and at least half of them hold nothing to find."""
    marked = sum(len(read_lines(path, "+")) for path in vector_files())
    near = sum(len(read_lines(path, "-")) for path in vector_files())

    assert TEXTS <= marked + near
    assert marked <= near


@pytest.mark.parametrize("path", FILES)
def test_each_identifier_has_both(path: Path) -> None:
    """Each identifier has fifty marks and more, and near misses beside them."""
    marked, near = read_lines(path, "+"), read_lines(path, "-")

    assert MARKS <= sum(len(line.marks) for line in marked)
    assert LEAST_SHARE <= len(near) / len(marked + near)


@pytest.mark.parametrize("path", FILES)
def test_marks_are_covered(analyzer: Analyzer, path: Path) -> None:
    """Of the identifiers marked in a file at least nine in ten are covered letter by letter."""
    outcomes = []
    for line in read_lines(path, "+"):
        spans = analyzer.analyze(line.text)
        outcomes += [is_covered(line, mark, spans, dates=path.stem == "C_DATE") for mark in line.marks]

    assert RECALL <= sum(outcomes) / len(outcomes)


@pytest.mark.parametrize("path", FILES)
def test_near_misses_stay(analyzer: Analyzer, path: Path) -> None:
    """At most one near miss in ten of a file is touched."""
    touched = [bool(analyzer.analyze(line.text)) for line in read_lines(path, "-")]

    assert sum(touched) / len(touched) <= FALSE_ALARMS


@pytest.mark.parametrize("path", FILES)
def test_patterns_leave_near_misses(rules: Analyzer, path: Path) -> None:
    """The pattern layer by itself touches at most one near miss in twenty of a file."""
    touched = [bool(rules.analyze(line.text)) for line in read_lines(path, "-")]

    assert sum(touched) / len(touched) <= FALSE_ALARMS / 2
