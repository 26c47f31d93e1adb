"""Test the practice texts: what the tagger learns from is marked without a broken mark, and clean where it says so."""

from pathlib import Path

import pytest

from benchmarks.accuracy.marked import read_marked
from detectors.ner.training import written

PRACTICE = Path(__file__).parents[2] / "benchmarks" / "accuracy" / "practice"
EXAMS = PRACTICE.parent / "exams"


@pytest.mark.parametrize("path", sorted(PRACTICE.glob("*.txt")), ids=lambda path: path.stem)
def test_practice_texts_are_whole(path: Path) -> None:
    """A text that says it is clean has no mark, and no mark begins or ends with a blank."""
    texts = list(read_marked(path))

    assert len(texts) >= 200
    assert [text.id for text in texts if "clean" in text.tags and text.spans] == []
    edges = [(text.id, span.start) for text in texts for span in text.spans if _edges(text.text[span.start : span.end])]
    assert edges == []


def _edges(value: str) -> bool:
    return value != value.strip()


def test_no_practice_text_is_one_of_an_exam() -> None:
    """An exam measures nothing where its texts are practised on."""
    practised = {text.text for path in PRACTICE.glob("*.txt") for text in read_marked(path)}

    assert [text.id for path in EXAMS.glob("*.txt") for text in read_marked(path) if text.text in practised] == []


def test_every_label_of_the_marks_is_learnt_or_left_open() -> None:
    """A new label must not be learnt as an id by chance."""
    assert written.LEFT_OPEN == {"C_AGE", "N_URL", "O_IP", "NEUTRAL"}
