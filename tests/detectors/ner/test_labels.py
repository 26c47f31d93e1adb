"""Labels of runs of words."""

import pytest

from detectors.ner.labels import IDENTIFIERS, LABELS, Kind, label_run
from schemas.identifiers import IdentifierType


@pytest.mark.parametrize(
    ("length", "expected"),
    [(1, ["U-GEO"]), (2, ["B-GEO", "L-GEO"]), (4, ["B-GEO", "I-GEO", "I-GEO", "L-GEO"])],
)
def test_a_run_begins_goes_on_and_ends(length: int, expected: list[str]) -> None:
    """Runs are labelled in the BILUO scheme."""
    assert expected == [LABELS[label] for label in label_run(Kind.GEO, length)]


def test_every_kind_is_an_identifier() -> None:
    """Facilities are places, employers are names, ids of the second net are other identifiers."""
    assert set(Kind) == set(IDENTIFIERS)
    assert IdentifierType.GEO == IDENTIFIERS[Kind.FACILITY]
    assert IdentifierType.NAME == IDENTIFIERS[Kind.EMPLOYER]
    assert IdentifierType.OTHER_ID == IDENTIFIERS[Kind.ID]
