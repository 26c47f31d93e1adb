"""From text to words, fast: the words that the tagger labels, with their code point offsets."""

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]

# Letters and digits in one run, ideographs one by one, equal rules (----) as one, other marks one by one.
_IDEOGRAPHS = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_PIECE = re.compile(rf"[^\W_{_IDEOGRAPHS}]+|\s+|-+|=+|\*+|\.+|_+|#+|.", re.DOTALL)
_LAST_LATIN = "\xff"
_BETWEEN = "\0"  # A single mark: no run goes on behind it.
_SINGLE, _BLANK, _WORD = 0, 1, 2
_RULES = "-=*._#"


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
    return split_all([text])[0]


def split_all(texts: Sequence[str]) -> list[Words]:
    """Split each text; those of Latin-1 at once, over their bytes, which is several times faster."""
    latin = [index for index, text in enumerate(texts) if text.isascii() or max(text) <= _LAST_LATIN]
    found = dict(zip(latin, _split_latin([texts[index] for index in latin]), strict=True))
    return [found[index] if index in found else _split_any(text) for index, text in enumerate(texts)]


def _split_latin(texts: Sequence[str]) -> Iterator[Words]:
    """Split texts of Latin-1, laid one after another with a sign of its own kind behind each."""
    joined = "".join(text + _BETWEEN for text in texts)
    letters = joined.encode("latin-1")
    kinds = np.frombuffer(letters.translate(_KINDS), dtype=np.uint8)
    edges = kinds == _SINGLE
    edges[1:] |= kinds[1:] != kinds[:-1]
    edges[:1] = True
    starts = np.flatnonzero(edges)
    ends = np.append(starts[1:], len(kinds))
    blank = kinds[starts] == _BLANK
    gaps = np.zeros(len(starts) + 1, dtype=np.int64)
    gaps[1:] = _GAPS[np.frombuffer(letters, dtype=np.uint8)[starts]]
    for piece in np.flatnonzero(blank & (ends - starts > 1)).tolist():
        gaps[piece + 1] = _gap(joined[starts[piece] : ends[piece]])
    kept = np.flatnonzero(~blank)
    starts, ends, gaps = starts[kept], ends[kept], gaps[kept]
    offset = first = 0
    for text in texts:
        last = int(np.searchsorted(starts, offset + len(text)))
        own = gaps[first:last]
        own[:1] = Gap.START
        begins, stops = starts[first:last] - offset, ends[first:last] - offset
        words = [text[begin:stop] for begin, stop in zip(begins.tolist(), stops.tolist(), strict=True)]
        yield Words(words, begins, stops, own)
        offset += len(text) + len(_BETWEEN)
        first = last + 1


def _split_any(text: str) -> Words:
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


def _kind(char: str) -> int:
    """Return of what kind the run is that a character belongs to; of a single mark each stands alone."""
    if char.isalnum():
        return _WORD
    if char.isspace():
        return _BLANK
    return _WORD + 1 + _RULES.index(char) if char in _RULES else _SINGLE


_KINDS = bytes(_kind(chr(byte)) for byte in range(256))
#: The gap that one character makes: NONE where it is no blank.
_GAPS = np.array([_gap(chr(byte)) if _KINDS[byte] == _BLANK else Gap.NONE for byte in range(256)], dtype=np.int64)
