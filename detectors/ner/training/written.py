"""Texts that were written and marked by hand, as gold lines: `{"text": ..., "spans": [{"start", "end", "label"}]}`.

`python -m benchmarks.accuracy.marked FILE... > gold.jsonl` prints exams so. An exam that is trained on measures the
tagger no more; the model card names those that were.
"""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from detectors.ner.labels import Kind
from detectors.ner.training.datasets import FACILITY, MASK, Span, windows
from detectors.ner.training.generate.pieces import Example

KIND = "written"
WINDOW = 240
COMPANY = re.compile(
    r"&|\b(?:inc|llc|ltd|co|corp(?:oration)?|company|group|industries|foods|logistics|services|systems|bank|motors|"
    r"airlines|construction|trucking|bakery|market|stores?|brothers|partners|associates|solutions|supply|farms?|"
    r"steel|electric|insurance|restaurant|diner|cafe|plumbing|roofing|freight|manufacturing|mills?|packing|works|"
    r"depot|warehouse)\b",
    re.IGNORECASE,
)
#: What the tagger has no kind for, or what may be found or not.
LEFT_OPEN = frozenset({"C_AGE", "N_URL", "O_IP", "NEUTRAL"})


def read(paths: Sequence[Path]) -> list[Example]:
    """Return the texts of gold files, longer ones cut, in the labels of the tagger."""
    return [part for path in paths for example in _read(path) for part in windows(example, WINDOW)]


def _read(path: Path) -> Iterator[Example]:
    with path.open(encoding="utf-8") as lines:
        for record in map(json.loads, lines):
            text = record["text"]
            yield Example(
                text, tuple(_span(text, one["start"], one["end"], one["label"]) for one in record["spans"]), KIND
            )


def _span(text: str, start: int, end: int, label: str) -> Span:
    return start, end, label_of(label, text[start:end])


def label_of(label: str, value: str) -> str:
    """Return the tagger's label for a marked identifier: the marks do not tell employers and facilities apart.

    >>> label_of("A_NAME", "Harbor Steel Inc"), label_of("H_MRN", "4471")
    ('EMPLOYER', 'ID')
    """
    if label == "A_NAME":
        return Kind.EMPLOYER if COMPANY.search(value) else Kind.NAME
    if label == "B_GEO":
        return Kind.FACILITY if FACILITY.search(value) else Kind.GEO
    if label == "C_DATE":
        return Kind.DATE
    return MASK if label in LEFT_OPEN else Kind.ID
