"""Words as rows of numbers for the tagger: ids of pieces and features, alike in training and at run time."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from detectors.ner.wordpieces import WordPieces

CONTINUED_SLOTS = 5  # Continued pieces that count: four in the middle, and the last one in the last place.


def piece_rows(words: Sequence[str], pieces: WordPieces) -> npt.NDArray[np.int32]:
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
