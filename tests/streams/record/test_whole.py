"""What the place of a text says about its spans."""

import pytest

from schemas.events import TextField
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
