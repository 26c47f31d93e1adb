"""From text to words, fast: the words that the tagger labels, with their code point offsets."""

import itertools
import re
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

# Letters and digits in one run, ideographs one by one, equal rules (----) as one, other marks one by one.
_IDEOGRAPHS = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_PIECE = re.compile(rf"[^\W_{_IDEOGRAPHS}]+|\s+|-+|=+|\*+|\.+|_+|#+|.", re.DOTALL)


class Gap(IntEnum):
    """What stands between a word and the one before it."""

    NONE = 0
    SPACE = 1  # A single blank.
    WIDE = 2  # Two or more blanks, or a tab: columns.
    LINE = 3
    PARAGRAPH = 4
    START = 5


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one text: `texts[i]` stands at `[starts[i], ends[i])` after a gap of kind `gaps[i]`."""

    texts: list[str] = field(repr=False)
    starts: Ints = field(repr=False)
    ends: Ints = field(repr=False)
    gaps: Ints = field(repr=False)

    def __len__(self) -> int:
        return len(self.texts)


def split(text: str) -> Words:
    """Split a text into words; only white space belongs to none.

    >>> split("Dr. O'Neil-Ruiz, 4 mg").texts
    ['Dr', '.', 'O', "'", 'Neil', '-', 'Ruiz', ',', '4', 'mg']
    """
    pieces = _PIECE.findall(text)
    count = len(pieces)
    ends = np.fromiter(itertools.accumulate(map(len, pieces)), dtype=np.int64, count=count)
    blank = np.fromiter(map(str.isspace, pieces), dtype=np.bool_, count=count)
    single = np.fromiter(map(" ".__eq__, pieces), dtype=np.bool_, count=count)
    kinds = np.zeros(count + 1, dtype=np.int64)
    kinds[1:] = single
    for index in np.flatnonzero(blank ^ single).tolist():
        kinds[index + 1] = _gap(pieces[index])
    kept = np.flatnonzero(~blank)
    gaps = kinds[kept]
    if len(gaps):
        gaps[0] = Gap.START
    starts = np.zeros(count, dtype=np.int64)
    starts[1:] = ends[:-1]
    words = list(itertools.compress(pieces, (~blank).tobytes()))
    return Words(words, starts[kept], ends[kept], gaps)


def _gap(blanks: str) -> Gap:
    lines = blanks.count("\n") or blanks.count("\r")
    if lines:
        return Gap.PARAGRAPH if lines > 1 else Gap.LINE
    return Gap.WIDE if len(blanks) > 1 or blanks == "\t" else Gap.SPACE
