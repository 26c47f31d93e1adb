"""What becomes of each leaf of a record, and why: what `phistream explain` shows, without a single value."""

from dataclasses import dataclass, field
from enum import StrEnum


class Reading(StrEnum):
    """What becomes of a leaf: the first four are analysed, and redacted where something is found."""

    TEXT = "text"
    NUMBER = "number"
    KEY = "key"
    OPENED = "opened"
    PASSES = "passes"
    CONSTANT = "constant"
    REPLACED = "replaced"
    DROPPED = "dropped"


class Why(StrEnum):
    """Why a leaf is read as it is, where no shape or treatment of its path says it."""

    NO_RULE = "no rule"
    NOT_IN_SHAPE = "not in the shape of its path"
    STRUCTURED = "holds a structured identifier"
    UNKNOWN_KEY = "unknown key"
    JSON = "JSON in a string"
    COMPONENT = "small number in a list"
    NO_TEXT = "true, false or null"
    REPEATED = "repeats the completion token by token"


@dataclass(frozen=True, slots=True)
class Leaf:
    """One leaf or unknown key: its JSON pointer, in which only vocabulary shows, and how and why it is read.

    `attribute` is the name of the attribute that it belongs to: text of the record, to be shown only where it is known.
    """

    pointer: str
    reading: Reading
    why: str
    attribute: str = field(default="", repr=False)
