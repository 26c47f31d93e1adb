"""What the tagger sees of a word beside its pieces: casing, shape and the classes of the gazetteers."""

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


_LENGTHS = (1, 2, 3, 4, 5, 7, 10, 15)
_DIGITS = (1, 2, 3, 4, 5, 7, 9, 12)
_SHAPES = len(_LENGTHS) + len(_DIGITS) + 8
_VOWELS = frozenset("aeiouyáéíóúàèìòùäëïöüâêîôûåøæœ")
GAZETTEER_COLUMNS = len(Casing) + _SHAPES  # The first column of a gazetteer class.
COUNT = GAZETTEER_COLUMNS + len(WordClass)
_LATIN_END = 0x250


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
    for row, word in enumerate(words):
        table[row, casing(word)] = 1.0
        for column in _shape(word):
            table[row, len(Casing) + column] = 1.0
    classes = gazetteers.classes_of(words)
    bits = (classes[:, None] >> np.arange(len(WordClass), dtype=np.uint32)) & 1
    table[:, GAZETTEER_COLUMNS:] = bits
    return table


def _shape(word: str) -> list[int]:
    columns = [sum(len(word) > limit for limit in _LENGTHS[1:])]
    digits = sum(map(str.isdigit, word))
    if digits:
        columns.append(len(_LENGTHS) + sum(digits > limit for limit in _DIGITS[1:]))
    base = len(_LENGTHS) + len(_DIGITS)
    if digits == len(word):
        value = int(word) if digits <= 4 and word.isdecimal() else -1  # noqa: PLR2004
        columns += [base + column for column, yes in enumerate(_numeric(value, digits)) if yes]
    elif not word.isascii():
        columns.append(base + (4 if ord(max(word)) < _LATIN_END else 5))
    if word.isalpha() and _VOWELS.isdisjoint(word.lower()):
        columns.append(base + 6)
    if len(word) > 1 and word[0] == word[-1] and not word[0].isalnum():
        columns.append(base + 7)
    return columns


def _numeric(value: int, digits: int) -> tuple[bool, bool, bool, bool]:
    """Tell whether a number may be a month, a day of month, a year of four digits, and whether it begins with 0."""
    year = digits == 4 and 1900 <= value < 2100  # noqa: PLR2004
    return 0 < value <= 12, 0 < value <= 31, year, digits > 1 and 0 <= value < 10 ** (digits - 1)  # noqa: PLR2004
