"""Read the marks of the raw exam: `[[LABEL|value]]` must go, `<<value>>` must stay.

A number that must go is written as the string `"#[[LABEL|digits]]"`; it becomes a bare number in the record.
"""

import re
from dataclasses import dataclass, field

from benchmarks.accuracy.marked import LABELS, MarkError

NEUTRAL = "NEUTRAL"
MARK = re.compile(r"\[\[(?P<label>[A-Z]+(?:_[A-Z]+)*)\|(?P<value>.+?)\]\]|<<(?P<keep>.+?)>>", re.DOTALL)
NUMBER = re.compile(r'(\\*)"#\[\[[A-Z]+(?:_[A-Z]+)*\|([^\]]+)\]\]\1"')
WHOLE_NUMBER = re.compile(r"#(\[\[[A-Z]+(?:_[A-Z]+)*\|[^\]]+\]\])")


@dataclass(frozen=True, slots=True)
class Marked:
    """One text without its marks, with the marked values blanked, and the values themselves."""

    plain: str = field(repr=False)
    blanked: str = field(repr=False)
    planted: tuple[tuple[str, str], ...] = field(repr=False)
    keep: tuple[str, ...] = field(repr=False)


def read_marks(text: str) -> Marked:
    """Return what the marks of *text* say; raise *MarkError* at an unknown label."""
    number = WHOLE_NUMBER.fullmatch(text)
    text = number[1] if number else text
    planted = tuple((mark["label"], mark["value"]) for mark in MARK.finditer(text) if mark["label"])
    if any(label not in LABELS for label, _ in planted):
        raise MarkError("unknown label")
    return Marked(
        plain=MARK.sub(lambda mark: mark["value"] or mark["keep"], text),
        blanked=MARK.sub(lambda mark: mark["keep"] or " ", text),
        planted=tuple(each for each in planted if each[0] != NEUTRAL),
        keep=tuple(mark["keep"] for mark in MARK.finditer(text) if mark["keep"]),
    )


def unmark(source: str) -> str:
    """Return the source of a record as it is sent: no marks, marked numbers bare."""
    return MARK.sub(lambda mark: mark["value"] or mark["keep"], NUMBER.sub(r"\2", source))
