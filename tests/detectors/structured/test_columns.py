"""Test short columns, cells that a column cut, and columns that blanks keep apart."""

import pytest

from detectors.gazetteers.lookup import Gazetteers
from detectors.recognizer import Passage
from detectors.structured.aligned import AlignedRecognizer
from detectors.structured.tables import TableRecognizer


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("acct,name,last4\n1,x,4412", {"4412"}),
        ("Bed | Pt init | Code\n1 | R-T | DNR", {"R-T"}),
        ("Client | Contact | Plan\nx | (410) 555- | a\ny | 0133 | b", {"(410) 555-", "0133"}),
        ("bed | code | note\n3 | - | -\n4 | Full | ok", set()),
    ],
)
def test_short_columns(gazetteers: Gazetteers, text: str, expected: set[str]) -> None:
    """Last digits, initials and what is cut over two rows are found under their headings."""
    spans = TableRecognizer(gazetteers).recognize(Passage(text))

    assert expected <= {text[span.start : span.end] for span in spans}
    assert bool(expected) == bool(spans)


def test_columns_kept_apart_by_blanks(gazetteers: Gazetteers) -> None:
    """A pasted printout is read by its headings, a cell that is missing notwithstanding."""
    text = "PATIENT       MRN      AGE\nQuill, Ora    4471     93\nFenn, Leo              61\n\nNa   140  mmol"

    spans = AlignedRecognizer(gazetteers).recognize(Passage(text))

    assert {"Quill, Ora", "4471", "93", "Fenn, Leo"} == {text[span.start : span.end] for span in spans}
