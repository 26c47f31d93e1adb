"""WordPiece over the committed vocabulary: a word as the ids of its pieces."""

import functools
import unicodedata
from collections.abc import Sequence
from pathlib import Path

MAX_WORD = 64  # A longer run of letters and digits is no word of any language.
CONTINUED = "##"
UNKNOWN = "[UNK]"


class WordPieces:
    """Splits words, lower-cased and without accents, greedily into the longest known pieces.

    First pieces and continued ones (written `##x` in the vocabulary) are numbered apart, each from 1; 0 is no piece.
    """

    def __init__(self, vocabulary: Sequence[str]) -> None:
        first = [piece for piece in vocabulary if not piece.startswith(CONTINUED)]
        continued = [piece[len(CONTINUED) :] for piece in vocabulary if piece.startswith(CONTINUED)]
        self._first = {piece: number for number, piece in enumerate(first, 1)}
        self._continued = {piece: number for number, piece in enumerate(continued, 1)}
        self._longest = max(map(len, continued), default=0)
        self._unknown = self._first[UNKNOWN]

    @classmethod
    def read(cls, path: Path) -> "WordPieces":
        """Read a vocabulary, one piece a line."""
        return cls(path.read_text(encoding="utf-8").split("\n"))

    @property
    def sizes(self) -> tuple[int, int]:
        """Return how many rows the tables of first and of continued pieces have, 0 counted."""
        return len(self._first) + 1, len(self._continued) + 1

    def pieces(self, word: str) -> list[int]:
        """Return the number of the first piece and those of the continued ones.

        >>> WordPieces(["[UNK]", "kim", "##ber", "##ly"]).pieces("Kimberly")
        [2, 1, 2]
        """
        word = plain(word)
        number = self._first.get(word)
        if number is not None:
            return [number]
        if not word or len(word) > MAX_WORD:
            return [self._unknown]
        if len(set(word)) == 1 and not word.isalnum():
            return [self._first.get(word[0], self._unknown)]
        end = self._prefix(word)
        if not end:
            return [self._unknown]
        numbers = [self._first[word[:end]]]
        while end < len(word):
            start, end = end, min(len(word), end + self._longest)
            while end > start and word[start:end] not in self._continued:
                end -= 1
            if end == start:
                return [self._unknown]
            numbers.append(self._continued[word[start:end]])
        return numbers

    def _prefix(self, word: str) -> int:
        return next((end for end in range(len(word), 0, -1) if word[:end] in self._first), 0)


def plain(word: str) -> str:
    """Return the form in which the vocabulary writes a word: lower case, without accents.

    >>> plain("Núñez")
    'nunez'
    """
    if word.isascii():
        return word.lower()
    return "".join(map(_bare, unicodedata.normalize("NFD", word.lower())))


@functools.lru_cache(maxsize=4096)
def _bare(char: str) -> str:
    return "" if unicodedata.category(char) == "Mn" else char
