"""Columns that only tables have: initials, years of birth, how to reach somebody; cells that a column has cut."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from enum import Enum, auto

from detectors.scoring import NAMED
from detectors.structured.headings import Heading
from schemas.identifiers import IdentifierType
from schemas.spans import Span

_OLD = 90
#: Headings of what a cluster, a host or a queue prints of its parts.
_OF_PARTS = frozenset(
    """
    ready restarts namespace cluster-ip external-ip internal-ip port(s) ports image command revision topic partition lag
    roles desired available up-to-date mountpoint mountpoints tty %cpu %mem vsz rss node replicas capacity storageclass
    version completions suspend current-offset log-end-offset fstype maj:min digest tag driver scope pid repository
    """.split()
)
_FEWEST_OF_PARTS = 2
_INITIALS_HEADING = re.compile(
    r"(?:(?:pt|pat|patient|subj(?:ect)?|staff|rn|nurse)[ ._-]?)?(?:init|inits|initials?)\.?", re.IGNORECASE
)
_STUDY_HEADING = re.compile(
    r"(?:subj(?:ect)?|rand(?:omi[sz]ation)?|kit|scr(?:een(?:ing)?)?|ptid|participant)\.?(?: ?(?:id|no\.?|#))?",
    re.IGNORECASE,
)
_BORN_HEADING = re.compile(r"(?:year[ _]of[ _]birth|birth[ _-]?(?:year|yr)|yob|born)", re.IGNORECASE)
_CONTACT_HEADING = re.compile(r"(?:contact|contact info|reach(?: at)?|how to reach)", re.IGNORECASE)
_LAST_FOUR = re.compile(r"(?:\w+[ _-])?l(?:ast)?[ _-]?(?:4|four)(?:[ _-]digits)?", re.IGNORECASE)
_INITIALS = re.compile(r"[A-Z][A-Za-z'’.-]{0,4}[A-Z]\.?|[A-Z]\.")
_NO_INITIALS = frozenset({"na", "nd", "n-a", "n.a.", "tbd", "nil", "none", "nka", "nkda", "dnr", "yes", "no"})
_YEAR = re.compile(r"(?:18|19)\d\d")
_REACHED = re.compile(r"[\w.+-]+@[\w.-]*|\(?\d{3}\)?[ .-]?\d{3}[ .-]?(?:\d{4})?")
#: A cell that goes on in the row below, and what it may go on with.
_CUT = re.compile(r"\S*[@/_-]|.*\d[ -]*-")
_LONGEST_CUT = 60
_REST = re.compile(r"[\w.@+/ -]{1,24}")


def lists_parts(headings: Sequence[str]) -> bool:
    """Tell whether headings are those of pods, images, queues or disks: nobody's name, age or chart.

    >>> lists_parts(["NAME", "READY", "STATUS", "RESTARTS", "AGE"]), lists_parts(["NAME", "AGE", "STATUS", "ROOM"])
    (True, False)
    """
    return sum(heading.isupper() and heading.lower() in _OF_PARTS for heading in headings) >= _FEWEST_OF_PARTS


class Short(Enum):
    """What stands in a column whose heading says so in short."""

    INITIALS = auto()
    BIRTH_YEAR = auto()
    CONTACT = auto()


_HEADINGS = ((_INITIALS_HEADING, Short.INITIALS), (_BORN_HEADING, Short.BIRTH_YEAR), (_CONTACT_HEADING, Short.CONTACT))


def short_column(heading: str) -> Short | None:
    """Return what such a column holds, or None.

    >>> short_column("Pt init"), short_column("Inits given")
    (<Short.INITIALS: 1>, None)
    """
    return next((short for pattern, short in _HEADINGS if pattern.fullmatch(heading)), None)


def study_column(heading: str) -> bool:
    """Tell whether a column beside one of initials holds numbers of a study.

    >>> study_column("Subj"), study_column("Visit")
    (True, False)
    """
    return _STUDY_HEADING.fullmatch(heading) is not None


def last_four_column(heading: str) -> Heading | None:
    """Return ACCOUNT for a column of the last four digits, whatever they are of."""
    return Heading.ACCOUNT if _LAST_FOUR.fullmatch(heading) else None


def read_short(short: Short, text: str, start: int, end: int, name: str) -> list[Span]:
    """Return the identifier in a cell of such a column."""
    cell = text[start:end]
    if short is Short.INITIALS:
        told = _INITIALS.fullmatch(cell) is not None and cell.lower() not in _NO_INITIALS
        return [Span(start, end, IdentifierType.NAME, NAMED, name)] if told else []
    if short is Short.BIRTH_YEAR:
        told = _YEAR.fullmatch(cell) is not None and int(cell) <= datetime.now(UTC).year - _OLD
        return [Span(start, end, IdentifierType.AGE, NAMED, name)] if told else []
    reached = _REACHED.match(cell)
    if reached is None or not reached[0]:
        return []
    type_ = IdentifierType.EMAIL if "@" in reached[0] else IdentifierType.PHONE
    return [Span(start, start + reached.end(), type_, NAMED, name)]


def read_rest(text: str, above: tuple[int, int], cell: tuple[int, int], found: Sequence[Span], name: str) -> list[Span]:
    """Return a cell that goes on with what a span found in the cell *above* it, which a narrow column has cut."""
    start, end = cell
    if above[1] - above[0] > _LONGEST_CUT or not _CUT.fullmatch(text, *above) or not _REST.fullmatch(text, start, end):
        return []
    begun = next((span for span in found if above[0] <= span.start < above[1] <= span.end + 1), None)
    return [] if begun is None else [Span(start, end, begun.type, NAMED, name)]
