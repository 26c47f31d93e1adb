"""Spans that cut an identifier in two are stretched to its ends, and no further."""

import pytest

from detectors.whole import whole
from schemas.identifiers import IdentifierType
from schemas.spans import Span


def _stretched(marked: str, kind: IdentifierType) -> str:
    """Return what a span between the braces of *marked* covers afterwards."""
    start, end = marked.index("{"), marked.index("}") - 1
    text = marked.replace("{", "").replace("}", "")
    span = whole(text, [Span(start, end, kind, 0.9, "test")])[0]
    return text[span.start : span.end]


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("transfer request TQ-5521-{08}, again", "TQ-5521-08"),
        ("kit {QX-40917}-C went out", "QX-40917-C"),
        ("stored as vp_us_{77a01}.", "vp_us_77a01"),
        ("their number KMN {31-90772} on top", "KMN 31-90772"),
        ("a,b,TRB {7731},PA", "TRB 7731"),
        ("receta {77120}34 ayer", "7712034"),
        ("under {4471}-209 and", "4471-209"),
        ("B {90-221}", "90-221"),
    ],
)
def test_number_cut_in_two(marked: str, expected: str) -> None:
    """What joins a number by a dash, an underscore or one blank after lower case belongs to it."""
    assert _stretched(marked, IdentifierType.OTHER_ID) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("her MRN {7719204} today", "7719204"),
        ("her mrn-{7719204} today", "7719204"),
        ("ICU BED IS FOR CASE {7719204}", "7719204"),
        ("paid {118204}/adm late", "118204"),
        ("claim {118204} - 3 visits", "118204"),
        ("claim {118204}, 20% off", "118204"),
    ],
)
def test_caption_stays(marked: str, expected: str) -> None:
    """Captions, words and other numbers beside a number stay."""
    assert _stretched(marked, IdentifierType.OTHER_ID) == expected


@pytest.mark.parametrize(
    ("marked", "expected"),
    [
        ("see id_back_{marisol}_03.png there", "id_back_marisol_03.png"),
        ("face-{okonjo}.heic", "face-okonjo.heic"),
        ("posts as {marta}_of_the_hill now", "marta_of_the_hill"),
        ("user there is {marigold}.fen and", "marigold.fen"),
        ("Ask {Marigold}.fine", "Marigold"),
        ("read {Marta}-Lena's note", "Marta-Lena"),
        ("see {Marta}. Png files", "Marta"),
    ],
)
def test_name_in_file_or_handle(marked: str, expected: str) -> None:
    """A name in a file's name or a handle takes the rest of it; a name in a sentence stays as it is."""
    assert _stretched(marked, IdentifierType.NAME) == expected
