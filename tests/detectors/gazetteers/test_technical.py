"""What touches a span may show that it is no identifier."""

import pytest

from detectors.gazetteers.technical import is_technical
from schemas.identifiers import IdentifierType
from schemas.spans import Span


@pytest.mark.parametrize(
    ("marked", "kind", "expected"),
    [
        ("2 * {max}(a/k, 1)", IdentifierType.NAME, True),
        ("call {max} (brother)", IdentifierType.NAME, False),
        ("{max}(brother)", IdentifierType.NAME, False),
        ("{B. Braun} pump", IdentifierType.NAME, True),
        ("Subject: {Tuesday} rounds", IdentifierType.NAME, True),
        ("wife {Tuesday} Okafor", IdentifierType.NAME, False),
        ('"epic_version":"{Nov 2025}"', IdentifierType.DATE, True),
        ('"loinc":"{1963-8}"', IdentifierType.DATE, True),
        ("seen {Nov 2025}", IdentifierType.DATE, False),
    ],
)
def test_technical_spans(marked: str, kind: IdentifierType, expected: bool) -> None:
    """Functions, firms, weekdays alone and the values of codes and versions are no identifiers."""
    start, end = marked.index("{"), marked.index("}") - 1
    text = marked.replace("{", "").replace("}", "")

    assert is_technical(text, Span(start, end, kind, 0.8, "ner")) is expected
