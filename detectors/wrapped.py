"""Words, numbers and links that a line's end has cut, and captions glued to their number, read as one and as two."""

import re
from collections.abc import Iterator

_WORD = re.compile(r"(?<=[^\W\d_]{2})-\r?\n(?=[a-z]{2})")
_NUMBER = re.compile(r"(?<=[A-Za-z0-9]-)\r?\n(?=\d)|(?<=[\d\w]\d)\r?\n(?=-\d)|(?<=[\w/])\r?\n(?=\?[a-z_]{1,20}=)")
_GLUED = re.compile(
    r"(?<![A-Za-z])(?:ph|fx|fax|tel|cell|dob|by|due|exp)(?=\d[\dOolI]{0,3}[-/. ][\dOolI])", re.IGNORECASE
)


def rejoined(text: str) -> Iterator[tuple[int, int, str]]:
    r"""Yield each cut inside a word, number or link with nothing in its place, and blanks behind glued captions.

    >>> list(rejoined("Dr. Oko-\nrafor, MRN QX-\n40"))
    [(7, 9, ''), (23, 24, '')]
    """
    if "\n" in text:
        for pattern in (_WORD, _NUMBER):
            for cut in pattern.finditer(text):
                yield cut.start(), cut.end(), ""
    for glued in _GLUED.finditer(text):
        yield glued.end(), glued.end(), " "
