"""Texts written by hand, as training reads them."""

import json
from pathlib import Path

from detectors.ner.training import written
from detectors.ner.training.datasets import MASK


def _gold(folder: Path, text: str, *spans: tuple[str, str]) -> Path:
    path = folder / "gold.jsonl"
    marked = [
        {"start": text.index(value), "end": text.index(value) + len(value), "label": label} for label, value in spans
    ]
    path.write_text(json.dumps({"id": "t1", "text": text, "tags": [], "spans": marked}) + "\n", encoding="utf-8")
    return path


def test_marks_become_the_labels_of_the_tagger(tmp_path: Path) -> None:
    """Each marked identifier is learnt as what it is, employers and facilities by their words."""
    text = "ana ortiz of Teal Foods came to Alder Clinic in Moss on 3 May, chart 4471"
    spans = (
        ("A_NAME", "ana ortiz"),
        ("A_NAME", "Teal Foods"),
        ("B_GEO", "Alder Clinic"),
        ("B_GEO", "Moss"),
        ("C_DATE", "3 May"),
        ("H_MRN", "4471"),
    )

    (example,) = written.read([_gold(tmp_path, text, *spans)])

    found = [(example.text[start:end], label) for start, end, label in example.spans]
    assert found == [
        ("ana ortiz", "NAME"),
        ("Teal Foods", "EMPLOYER"),
        ("Alder Clinic", "FACILITY"),
        ("Moss", "GEO"),
        ("3 May", "DATE"),
        ("4471", "ID"),
    ]


def test_what_the_tagger_has_no_kind_for_is_not_learnt_as_outside(tmp_path: Path) -> None:
    """A marked age or address is no example of text without identifiers."""
    (example,) = written.read(
        [_gold(tmp_path, "she is 97, see x.example.org", ("C_AGE", "97"), ("N_URL", "x.example.org"))]
    )

    assert [label for _, _, label in example.spans] == [MASK, MASK]


def test_long_texts_are_cut_and_lose_no_identifier(tmp_path: Path) -> None:
    """Training reads at most so many words at once; what stands behind them is read in the next part."""
    text = "word " * 900 + "Ortiz"

    parts = written.read([_gold(tmp_path, text, ("A_NAME", "Ortiz"))])

    assert len(parts) > 1
    assert "".join(part.text for part in parts) == text
    assert [part.text[start:end] for part in parts for start, end, _ in part.spans] == ["Ortiz"]
