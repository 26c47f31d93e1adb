"""What the tagger sees of a word beside its pieces: casing, shape and the classes of the gazetteers."""

import bisect
import itertools
from collections.abc import Sequence
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from detectors.gazetteers.lookup import Gazetteers, WordClass

Floats = npt.NDArray[np.float32]


class Casing(IntEnum):
    """How a word is written."""

    LOWER = 0
    CAPITALISED = 1
    UPPER = 2
    INITIAL = 3  # One capital.
    INNER = 4  # Begins with a capital and has another ("McKay").
    MIXED = 5  # Begins in lower case and has a capital, or has letters without case.
    NUMBER = 6
    ALPHANUMERIC = 7
    MARK = 8


# Upper limits of the classes of length and of the number of digits.
_LENGTHS = (2, 3, 4, 5, 7, 10, 15)
_DIGITS = (2, 3, 4, 5, 7, 9, 12)
_LENGTH = len(Casing)
_DIGIT = _LENGTH + len(_LENGTHS) + 1
_MONTH, _DAY, _YEAR, _LEADING_ZERO, _ACCENTED, _OTHER_SCRIPT, _NO_VOWEL, _RULE = range(
    _DIGIT + len(_DIGITS) + 1, _DIGIT + len(_DIGITS) + 9
)
GAZETTEER_COLUMNS = _RULE + 1  # The first column of a gazetteer class.
COUNT = GAZETTEER_COLUMNS + len(WordClass)
_BITS = np.arange(len(WordClass), dtype=np.uint32)
_ONE = np.uint32(1)
_VOWELS = frozenset("aeiouyáéíóúàèìòùäëïöüâêîôûåøæœ")
_LATIN_END = 0x250
_LONGEST = 4  # Digits of a number that may be a month, a day or a year.
_MONTHS, _DAYS, _CENTURIES = 12, 31, (19, 20)


def casing(word: str) -> Casing:
    """Return how a word is written.

    >>> casing("Maria"), casing("b12"), casing("USA")
    (<Casing.CAPITALISED: 1>, <Casing.ALPHANUMERIC: 7>, <Casing.UPPER: 2>)
    """
    if word.isalpha():
        return _letters(word)
    if word.isdigit():
        return Casing.NUMBER
    return Casing.ALPHANUMERIC if word.isalnum() else Casing.MARK


def _letters(word: str) -> Casing:
    if word.islower():
        return Casing.LOWER
    if word.isupper():
        return Casing.UPPER if len(word) > 1 else Casing.INITIAL
    if not word[0].isupper():
        return Casing.MIXED
    return Casing.CAPITALISED if word[1:].islower() else Casing.INNER


def features(words: Sequence[str], gazetteers: Gazetteers) -> Floats:
    """Return one row of 0 and 1 for each word: casing, shape, gazetteer classes."""
    table = np.zeros((len(words), COUNT), dtype=np.float32)
    columns = list(map(_columns, words))
    rows = np.repeat(np.arange(len(words)), list(map(len, columns)))
    table[rows, list(itertools.chain.from_iterable(columns))] = 1.0
    classes = gazetteers.classes_of(words)
    table[:, GAZETTEER_COLUMNS:] = (classes[:, None] >> _BITS) & _ONE
    return table


def _columns(word: str) -> list[int]:
    """Return the columns of casing and shape that a word has."""
    kind = casing(word)
    columns = [int(kind), _LENGTH + bisect.bisect_left(_LENGTHS, len(word))]
    if kind != Casing.NUMBER and not word.isascii():
        columns.append(_ACCENTED if ord(max(word)) < _LATIN_END else _OTHER_SCRIPT)
    if kind < Casing.NUMBER:
        if _VOWELS.isdisjoint(word.lower()):
            columns.append(_NO_VOWEL)
    elif kind == Casing.MARK:
        if len(word) > 1 and word[0] == word[-1]:
            columns.append(_RULE)
    else:
        columns += _of_digits(word)
    return columns


def _of_digits(word: str) -> list[int]:
    digits = sum(map(str.isdigit, word))
    columns = [_DIGIT + bisect.bisect_left(_DIGITS, digits)] if digits else []
    if digits < len(word) or digits > _LONGEST or not word.isdecimal():
        return columns
    value = int(word)
    if 0 < value <= _MONTHS:
        columns.append(_MONTH)
    if 0 < value <= _DAYS:
        columns.append(_DAY)
    if digits == _LONGEST and value // 100 in _CENTURIES:
        columns.append(_YEAR)
    if digits > 1 and word[0] == "0":
        columns.append(_LEADING_ZERO)
    return columns
