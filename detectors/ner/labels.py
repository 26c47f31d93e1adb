"""The labels of the tagger, and how runs of labelled words become spans."""

from enum import StrEnum

from schemas.identifiers import IdentifierType


class Kind(StrEnum):
    """What a run of words is, as the training data calls it."""

    NAME = "NAME"
    GEO = "GEO"
    FACILITY = "FACILITY"
    EMPLOYER = "EMPLOYER"
    DATE = "DATE"
    ID = "ID"


KINDS = tuple(Kind)
IDENTIFIERS: dict[Kind, IdentifierType] = {
    Kind.NAME: IdentifierType.NAME,
    Kind.GEO: IdentifierType.GEO,
    Kind.FACILITY: IdentifierType.GEO,
    Kind.EMPLOYER: IdentifierType.NAME,
    Kind.DATE: IdentifierType.DATE,
    Kind.ID: IdentifierType.OTHER_ID,
}
OUTSIDE = 0
POSITIONS = ("B", "I", "L", "U")
BEGIN, INSIDE, LAST, UNIT = range(4)
LABELS = ("O", *(f"{position}-{kind}" for kind in KINDS for position in POSITIONS))


def label_of(kind: Kind, position: int) -> int:
    """Return the number of a label.

    >>> LABELS[label_of(Kind.GEO, LAST)]
    'L-GEO'
    """
    return 1 + len(POSITIONS) * KINDS.index(kind) + position


def label_run(kind: Kind, length: int) -> list[int]:
    """Return the labels of a run of words.

    >>> [LABELS[number] for number in label_run(Kind.NAME, 3)]
    ['B-NAME', 'I-NAME', 'L-NAME']
    """
    if length == 1:
        return [label_of(kind, UNIT)]
    inside = [label_of(kind, INSIDE)] * (length - 2)
    return [label_of(kind, BEGIN), *inside, label_of(kind, LAST)]
