"""Test the blind exams: each is whole, broad enough, and not touched after it was written."""

import hashlib
from collections import Counter
from pathlib import Path

import pytest

from benchmarks.accuracy.marked import LABELS, read_marked

EXAMS = Path(__file__).parents[2] / "benchmarks" / "accuracy" / "exams"
DIGESTS = {
    "exam_c.txt": "4a519b34bc0cf1f44b7f088798cf6a6417896b531d7494164e811c28d49b33aa",
    "exam_d.txt": "a488b1d0b3b065666072a6a87cc012ead564899f00ada1cc74361227f398e1f0",
    "exam_e.txt": "b86d610ebf1dea39ec4159ad5b86d586f828d42496eeb10e7f644e173266aa3d",
    "exam_f.txt": "ad297a51b1c0bbf7fe66fe3f0d64457e97a3bd8882096f4b3eb2fd1071dda606",
    "exam_h.txt": "ed841ab7a329b827a88898006108355c7fa0b21c57c7ef2d13d4de993f8dd9bb",
    "exam_i.txt": "b0a8abbfef4545c033e5f5cf68538f92774450c8be25d4055ba7c33d97d5868e",
    "exam_j.txt": "41d570161d187328053310738a864c29d7605902ae446e8599f3373c44222dfb",
}


@pytest.mark.parametrize("name", DIGESTS)
def test_the_exam_is_frozen(name: str) -> None:
    """A detector is measured on the texts as they were written; a changed mark needs a new digest and a reason."""
    assert hashlib.sha256((EXAMS / name).read_bytes()).hexdigest() == DIGESTS[name]


@pytest.mark.parametrize("name", DIGESTS)
def test_the_exam_is_broad_enough(name: str) -> None:
    """Every identifier has at least thirty spans, and a third of the texts has none and says so."""
    texts = list(read_marked(EXAMS / name))
    spans = Counter(span.label for text in texts for span in text.spans)
    clean = [text for text in texts if not text.spans]
    assert len(texts) >= 300
    assert len(clean) * 3 >= len(texts)
    assert [text.id for text in texts if "clean" in text.tags] == [text.id for text in clean]
    assert {label for label in LABELS - {"NEUTRAL"} if spans[label] < 30} == set()
