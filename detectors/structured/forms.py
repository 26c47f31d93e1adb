"""Forms, letter heads and key-value lines: a caption, a colon or an equals sign, and the value behind or below it."""

import re
from collections.abc import Iterator

from detectors.gazetteers.lookup import Gazetteers
from detectors.recognizer import Passage
from detectors.structured.headings import Heading, heading_of, may_head
from detectors.structured.values import Values
from schemas.spans import Span

# One to four words, then a colon or an equals sign that is no part of a time, a URL or a ratio.
_CAPTION = re.compile(
    r"(?P<words>[^\W\d_][\w.'/-]{0,24}(?:[ _](?:\([^()\n]{1,20}\)|[^\W\d_#(&][\w.'/-]{0,24}|#|&)){0,3})[ \t]?"
    r"(?P<mark>[:=]|\.{3,}|_{3,})(?![:=/\\])"
)
_WORD = re.compile(r"[^ _]+")
_BOUNDARY = re.compile(r"(?:\A|[\n\r\t|;,.(\[{*>•·\"'&?–-]|[ \t]{2,}|[:=]|\d\)?|\))[ \t*>#\"'-]*\Z")
_END = re.compile(r"[\n\r\t|;\"<>{}\[\]]|[ ]{3,}| [/–-] |(?<=[a-z]{3})\. (?=[A-Z])|&(?=\w+=)")
_BLANK = re.compile(r"[ \t*_\"'>]*")
_NEXT_LINE = re.compile(r"[ \t*_]*\r?\n[ \t>*-]*")
_LONGEST_VALUE = 120
_LOOK_BACK = 6
# Too common in other senses to count inside a sentence.
_OWN_LINE = frozenset(
    {Heading.PERSON, Heading.FACILITY, Heading.EMPLOYER, Heading.PLACE, Heading.ADDRESS, Heading.NUMBER, Heading.USER}
)
_BELOW = frozenset({Heading.PERSON, Heading.FACILITY, Heading.EMPLOYER, Heading.ADDRESS})
_PATTERNED = frozenset(  # What the pattern layer reads better, with its captions.
    {Heading.EMAIL, Heading.IP, Heading.URL, Heading.PHOTO, Heading.BIOMETRIC, Heading.SECRET}
)


class FormRecognizer:
    """Finds the values of captions that say what they hold."""

    name = "forms"

    def __init__(self, gazetteers: Gazetteers) -> None:
        self._values = Values(gazetteers)

    def recognize(self, passage: Passage) -> list[Span]:
        """Return the identifying values of every caption."""
        text = passage.text
        spans = list[Span]()
        for start, end, heading in _captioned(text):
            spans += self._values.read(text, start, end, heading, self.name)
        return spans


def _captioned(text: str) -> Iterator[tuple[int, int, Heading]]:
    """Yield the range of each value and what its caption says."""
    captions = [(*_caption(text, found), found.end()) for found in _CAPTION.finditer(text)]
    nexts = [*[start for _, start, _ in captions[1:]], len(text)]
    for (heading, _, mark_end), following in zip(captions, nexts, strict=False):
        if heading is None or heading in _PATTERNED:
            continue
        start = _skip(text, mark_end)
        end = _value_end(text, start, following)
        below = _NEXT_LINE.match(text, mark_end) if start == end and heading in _BELOW else None
        if below is not None:
            start = below.end()
            end = _value_end(text, start, following)
        if start < end:
            yield start, end, heading


def _caption(text: str, found: re.Match[str]) -> tuple[Heading | None, int]:
    """Return what the words before a mark say, and where the caption begins: the last word, and what may precede it."""
    words = list(_WORD.finditer(found["words"]))
    first = len(words) - 1
    while first > 0 and may_head(words[first - 1][0]):
        first -= 1
    heading, start = None, found.start() + words[first].start()
    for index in range(first, len(words)):
        heading = heading_of(found["words"][words[index].start() :])
        if heading is not None:
            start = found.start() + words[index].start()
            break
    if heading in _OWN_LINE and _BOUNDARY.search(text[max(0, start - _LOOK_BACK) : start]) is None:
        return None, start
    return heading, start


def _skip(text: str, at: int) -> int:
    blank = _BLANK.match(text, at)
    return blank.end() if blank is not None else at


def _value_end(text: str, start: int, following: int) -> int:
    limit = max(start, min(following, start + _LONGEST_VALUE))
    end = _END.search(text, start, limit)
    return end.start() if end is not None else limit
