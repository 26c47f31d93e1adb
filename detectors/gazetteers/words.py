"""A passage cut into words with their classes, all at once over its bytes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from detectors.gazetteers.hashing import Hashes, fold, hash_runs, hash_word, hash_words
from detectors.gazetteers.lookup import Gazetteers
from detectors.recognizer import Passage

_SEPARATOR = 10
_LETTER, _UPPER, _DIGIT, _SLOW = 1, 2, 4, 8
_SHORT = 180  # Up to so many code points the word-by-word scan is the faster one.
_WORD = re.compile(r"[A-Za-z0-9]+(?:(?<=[A-Za-z])'(?![sS](?![A-Za-z0-9]))(?=[A-Za-z])[A-Za-z0-9]+)*")
_APOSTROPHE = ord("'")


class Shape(IntEnum):
    """How a word is written."""

    LOWER = 0
    CAPITAL = 1
    UPPER = 2
    INITIAL = 3
    DIGITS = 4


def _kind(byte: int) -> int:
    char = chr(byte)
    if char.isdecimal():
        return _DIGIT
    if not char.isalpha() or byte in (0xAA, 0xB5, 0xBA):
        return 0
    kind = _LETTER | (_UPPER if char.isupper() else 0)
    # 0xFF stands for every letter beyond Latin-1; the other slow ones fold to two letters.
    return kind | (_SLOW if byte == 0xFF or len(fold(char)) != 1 else 0)  # noqa: PLR2004


_KINDS = np.array([_kind(byte) for byte in range(256)], dtype=np.uint8)
_FOLDED = np.array(
    [ord(fold(chr(byte))) if _kind(byte) and not _kind(byte) & _SLOW else byte for byte in range(256)], dtype=np.uint8
)


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one text: letters and digits with inner apostrophes; a possessive `'s` is no part of its word."""

    text: str = field(repr=False)
    starts: list[int]
    ends: list[int]
    shapes: list[int]
    masks: list[int]
    hashes: list[int] = field(repr=False)

    def __len__(self) -> int:
        return len(self.starts)

    def word(self, index: int) -> str:
        """Return one word, folded."""
        return fold(self.text[self.starts[index] : self.ends[index]])

    def gap(self, index: int) -> str:
        """Return what stands between a word and the next one, or the end of the text."""
        after = self.starts[index + 1] if index + 1 < len(self.starts) else len(self.text)
        return self.text[self.ends[index] : after]


def scan(passage: Passage, gazetteers: Gazetteers) -> Words:
    """Cut a passage into words and look each up."""
    if len(passage.text) <= _SHORT and passage.text.isascii():
        return scan_short(passage.text, gazetteers)
    return scan_long(passage, gazetteers)


def scan_short(text: str, gazetteers: Gazetteers) -> Words:
    """Do the same for ASCII word by word, which is faster for few of them."""
    words = Words(text, [], [], [], [], [])
    for match in _WORD.finditer(text):
        start, end = match.span()
        if end - start == 1 and text[start] in "sS" and _possessive(text, start):
            continue
        value = hash_word(text[start:end])
        words.starts.append(start)
        words.ends.append(end)
        words.shapes.append(shape_of(text[start:end]))
        words.hashes.append(value)
        words.masks.append(gazetteers.words.find_one(value))
    return words


def _possessive(text: str, start: int) -> bool:
    return start > 1 and text[start - 1] == "'" and text[start - 2].isalpha()


def scan_long(passage: Passage, gazetteers: Gazetteers) -> Words:
    """Do the same over the bytes of the whole passage."""
    text = passage.text
    latin = Passage(text.replace("’", "'")).latin if "’" in text else passage.latin
    letters = np.frombuffer(b"\n" + latin + b"\n\n", dtype=np.uint8)
    kinds = _KINDS[letters]
    inside = _inside(letters, kinds)
    edges = np.flatnonzero(inside[1:] != inside[:-1]) + 1
    starts, ends = edges[::2], edges[1::2]
    if not len(starts):
        return Words(text, [], [], [], [], [])
    hashes = _hash(letters, inside, starts, ends)
    shapes = _shapes(kinds, starts, ends)
    if (kinds & _SLOW).any():
        slow = np.flatnonzero(np.bitwise_or.reduceat(np.where(inside, kinds & _SLOW, 0), starts)).tolist()
        _mend(slow, [text[starts[index] - 1 : ends[index] - 1] for index in slow], hashes, shapes)
    masks = gazetteers.words.find(hashes)
    return Words(text, (starts - 1).tolist(), (ends - 1).tolist(), shapes.tolist(), masks.tolist(), hashes.tolist())


def _inside(letters: npt.NDArray[np.uint8], kinds: npt.NDArray[np.uint8]) -> npt.NDArray[np.bool_]:
    """Tell which bytes stand inside words."""
    inside: npt.NDArray[np.bool_] = kinds != 0
    marks = np.flatnonzero(letters == _APOSTROPHE)
    for at in marks.tolist():
        if not (kinds[at - 1] & _LETTER and kinds[at + 1] & _LETTER):
            continue
        if letters[at + 1] | 32 == ord("s") and not kinds[at + 2]:
            inside[at + 1] = False
        else:
            inside[at] = True
    return inside


def _hash(
    letters: npt.NDArray[np.uint8],
    inside: npt.NDArray[np.bool_],
    starts: npt.NDArray[np.int64],
    ends: npt.NDArray[np.int64],
) -> Hashes:
    folded = np.where(inside, _FOLDED[letters], np.uint8(0))
    folded[starts - 1] = _SEPARATOR
    kept = folded[folded != 0]
    lengths = ends - starts + 1
    return hash_runs(kept, np.cumsum(lengths) - lengths, lengths)


def _shapes(
    kinds: npt.NDArray[np.uint8], starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]
) -> npt.NDArray[np.uint8]:
    uppers, letters, digits = (_count((kinds & bit) != 0, starts, ends) for bit in (_UPPER, _LETTER, _DIGIT))
    shapes = np.where((kinds[starts] & _UPPER) != 0, np.uint8(Shape.CAPITAL), np.uint8(Shape.LOWER))
    shapes[(uppers == letters) & (uppers > 1)] = Shape.UPPER
    shapes[(uppers == 1) & (ends - starts == 1)] = Shape.INITIAL
    shapes[digits > 0] = Shape.DIGITS
    return shapes


def _count(
    marks: npt.NDArray[np.bool_], starts: npt.NDArray[np.int64], ends: npt.NDArray[np.int64]
) -> npt.NDArray[np.int32]:
    """Return how many bytes of each word are marked."""
    total = np.zeros(len(marks) + 1, dtype=np.int32)
    np.cumsum(marks, out=total[1:])
    return total[ends] - total[starts]


def _mend(slow: Sequence[int], words: Sequence[str], hashes: Hashes, shapes: npt.NDArray[np.uint8]) -> None:
    """Hash and shape the words with letters that one byte cannot tell."""
    hashes[slow] = hash_words(words)
    for index, word in zip(slow, words, strict=True):
        if shapes[index] != Shape.DIGITS:
            shapes[index] = shape_of(word)


def shape_of(word: str) -> Shape:
    """Return how one word is written."""
    if any(map(str.isdecimal, word)):
        return Shape.DIGITS
    if not word[:1].isupper():
        return Shape.LOWER
    if len(word) == 1:
        return Shape.INITIAL
    return Shape.UPPER if word.isupper() else Shape.CAPITAL
