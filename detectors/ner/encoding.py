"""Words as rows of numbers for the tagger: ids of pieces and of letter groups, alike in training and at run time."""

import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from detectors.ner.wordpieces import WordPieces, plain

CONTINUED_SLOTS = 5  # Continued pieces that count: four in the middle, and the last one in the last place.
GROUP = 3
GROUP_SLOTS = 14  # Groups of letters that count: of a long word the first half and the last half of so many.
GROUP_BUCKETS = 4096
Rows = npt.NDArray[np.int32]


def piece_rows(words: Sequence[str], pieces: WordPieces) -> Rows:
    """Return for each word the number of its first piece, of up to four middle ones, and of its last one (0: none)."""
    rows = np.zeros((len(words), 1 + CONTINUED_SLOTS), dtype=np.int32)
    for row, word in enumerate(words):
        numbers = pieces.pieces(word)
        rows[row, 0] = numbers[0]
        if len(numbers) > 1:
            rows[row, -1] = numbers[-1]
            middle = numbers[1 : min(len(numbers) - 1, CONTINUED_SLOTS)]
            rows[row, 1 : 1 + len(middle)] = middle
    return rows


def group_rows(words: Sequence[str]) -> Rows:
    """Return for each word the buckets of its groups of three letters, its ends marked; 0 is no group.

    >>> group_rows(["Ann", "ANN", "--"])[:, :4].astype(bool).tolist()
    [[True, True, True, False], [True, True, True, False], [False, False, False, False]]
    """
    rows = np.zeros((len(words), GROUP_SLOTS), dtype=np.int32)
    for row, word in enumerate(words):
        if not word.isalnum() or word.isdigit():
            continue
        letters = f"^{plain(word)}$".encode("utf-8", "replace")
        count = len(letters) - GROUP + 1
        places = (
            range(count)
            if count <= GROUP_SLOTS
            else (*range(GROUP_SLOTS // 2), *range(count - GROUP_SLOTS // 2, count))
        )
        buckets = [1 + zlib.crc32(letters[place : place + GROUP]) % (GROUP_BUCKETS - 1) for place in places]
        rows[row, : len(buckets)] = buckets
    return rows
