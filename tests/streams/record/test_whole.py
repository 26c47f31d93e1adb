"""What the place of a text says about its spans."""

import pytest

from schemas.events import FieldKind, TextField
from schemas.identifiers import IdentifierType
from schemas.spans import Span
from streams.record.whole import spans_in_place


@pytest.mark.parametrize(
    ("text", "kept"),
    [("E11.9", False), ("99214-25", False), ("print('Ada Quillfeather')", True), ('patient = lookup("Ada")', True)],
)
def test_a_program_is_no_code_of_a_terminology(text: str, *, kept: bool) -> None:
    """Under a key of codes a tagger's guess says nothing, unless a program stands there."""
    field = TextField("/code", text, "item.code")
    spans = [Span(0, 3, IdentifierType.NAME, 0.9, "ner")]

    assert kept == bool(spans_in_place(field, spans, staff=False))


@pytest.mark.parametrize(
    ("key", "recognizer", "kept"),
    [
        ("patientName", "ner", False),
        ("results.march", "date_words", False),
        ("Quillfeather.pdf", "ner", True),
        ("quillfeather_ada.DCM", "ner", True),
        ("invoice_march.pdf", "date_words", False),
        ("gpt-4o.mini", "ner", False),
        ("Ada Quillfeather", "ner", True),
    ],
)
def test_a_file_is_no_name_of_a_program(key: str, recognizer: str, *, kept: bool) -> None:
    """Keys as programs write them are no prose; the name of a file is what a person gave it."""
    field = TextField("/", key, "", FieldKind.KEY)
    spans = [Span(0, len(key), IdentifierType.NAME, 0.9, recognizer)]

    assert kept == bool(spans_in_place(field, spans, staff=False))
