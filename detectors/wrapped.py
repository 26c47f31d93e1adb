"""Words, numbers and links that a line's end has cut, and captions glued to their number, read as one and as two."""

import re
from collections.abc import Iterator

# What stands first in a pattern is rare in a text, so that most of it is passed over fast.
_BREAK = re.compile(r"\r?\n(?=[a-z]{2}|\d|-\d|\?[a-z_]{1,20}=)")
_CUT_WORD = re.compile(r"[^\W\d_]{2}-\Z")
_CUT_NUMBER = {
    "-": re.compile(r"[\d\w]\d\Z"),
    "?": re.compile(r"[\w/]\Z"),
}
_DASHED = re.compile(r"[A-Za-z0-9]-\Z")
_FIGURES = re.compile(r"\d[\dOolI]{0,3}[-/. ][\dOolI]")
_CAPTION = re.compile(r"(?<![A-Za-z])(?:ph|fx|fax|tel|cell|dob|by|due|exp)\Z", re.IGNORECASE)
_REACH = 6


def rejoined(text: str) -> Iterator[tuple[int, int, str]]:
    r"""Yield each cut inside a word, number or link with nothing in its place, and blanks behind glued captions.

    >>> list(rejoined("Dr. Oko-\nrafor, MRN QX-\n40"))
    [(7, 9, ''), (23, 24, '')]
    """
    if "\n" in text:
        for cut in _BREAK.finditer(text):
            before, first = text[max(0, cut.start() - _REACH) : cut.start()], text[cut.end()]
            if first.isalpha():
                if _CUT_WORD.search(before):
                    yield cut.start() - 1, cut.end(), ""
            elif (_CUT_NUMBER.get(first) or _DASHED).search(before):
                yield cut.start(), cut.end(), ""
    for figures in _FIGURES.finditer(text):
        start = figures.start()
        if text[start - 1 : start].isalpha() and _CAPTION.search(text[max(0, start - _REACH) : start]):
            yield start, start, " "
