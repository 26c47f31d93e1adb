"""The tagger, and behind it a second stage: where it is in doubt, layers of a pretrained encoder read the words again.

The second stage knows what words mean beside one another and costs about as much for a word as all rules together; so
it reads only the doubtful words and those around them. Its answer and the tagger's count half each.
"""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from detectors.gazetteers.lookup import Gazetteers
from detectors.ner import manifest
from detectors.ner.decode import COLUMNS
from detectors.ner.session import open_session
from detectors.ner.splitting import Words
from detectors.ner.tagger import Tagged, Tagger
from detectors.profile import Profile

FILE = "second.onnx"
AROUND = 16  # Words on either side of a doubtful one that are read with it.
LONGEST = 112  # Words that are read at once: as in training.
Floats = npt.NDArray[np.float32]


class Cascade:
    """Tags texts in two stages; the same text always gets the same answer, alone or among others."""

    def __init__(self, tagger: Tagger) -> None:
        self.manifest = tagger.manifest
        self._tagger = tagger
        self._second = open_session(tagger.manifest.read(FILE))
        self._low, self._high = tagger.manifest.doubt

    @property
    def digest(self) -> str:
        """What the answers depend on beside the text."""
        return hashlib.sha256(f"cascade {self.manifest.digest}".encode()).hexdigest()

    def tag(self, texts: Sequence[str]) -> Tagged:
        """Tag texts, all at once."""
        tagged = self._tagger.tag(texts)
        chance = tagged.chances[:, COLUMNS[0]].sum(1)
        doubtful = np.flatnonzero((chance > self._low) & (chance < self._high))
        cuts = np.searchsorted(doubtful, [*tagged.firsts, len(chance)]).tolist()
        for index, (first, words) in enumerate(zip(tagged.firsts, tagged.words, strict=True)):
            places = (doubtful[cuts[index] : cuts[index + 1]] - first).tolist()
            for start, end in stretches(places, len(words)):
                again = self._read(words, start, end)
                rows = slice(first + start, first + end)
                tagged.chances[rows] = (tagged.chances[rows] + again) / 2
        return tagged

    def _read(self, words: Words, start: int, end: int) -> Floats:
        """Return the second stage's answer for words `[start, end)` of a text."""
        texts = words.texts[start:end]
        inputs = {
            "pieces": self._tagger.pieces_of(texts),
            "vectors": self._tagger.vectors_of(texts),
            "gaps": words.gaps[start:end],
        }
        answer: Floats = self._second.run(None, inputs)[0]
        return answer


def load(
    profile: Profile = Profile.ACCURATE, folder: Path = manifest.MODEL, gazetteers: Gazetteers | None = None
) -> Tagger | Cascade:
    """Load a model; raises ModelUnavailable where a file is missing, altered or of another version."""
    tagger = Tagger.load(folder, gazetteers)
    return Cascade(tagger) if profile is Profile.ACCURATE else tagger


def stretches(doubtful: Sequence[int], count: int) -> Iterator[tuple[int, int]]:
    """Yield the stretches `[start, end)` that are read of *count* words: each doubtful one with those around it.

    Neighbours are read together up to `LONGEST` words, and no word twice.

    >>> list(stretches([3, 30, 90], 100))
    [(0, 47), (74, 100)]
    """
    start = end = 0
    for place in doubtful:
        first, last = max(end, place - AROUND), min(count, place + AROUND + 1)
        if end and first == end and last - start <= LONGEST:
            end = last
            continue
        if end:
            yield start, end
        start, end = first, max(last, first)
    if end > start:
        yield start, end
