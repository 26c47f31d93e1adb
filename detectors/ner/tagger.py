"""The tagger at run time: texts in, for each word the probability of each kind out."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from detectors.gazetteers.lookup import Gazetteers
from detectors.ner import manifest
from detectors.ner.encoding import group_rows, piece_rows
from detectors.ner.features import features
from detectors.ner.labels import KINDS
from detectors.ner.session import open_session
from detectors.ner.splitting import Words, split_all
from detectors.ner.windows import windows
from detectors.ner.wordpieces import WordPieces

WINDOW = 2048
CAPACITY = 65_536
_ROUND = 16  # Rows of a product are computed alike in any number but one: never one.
Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tagged:
    """The words of texts; the row of word `i` of text `t` in `chances` is `firsts[t] + i`.

    A row holds the probability of each kind (`KINDS`) and, last, that a span begins there.
    """

    words: list[Words] = field(repr=False)
    firsts: list[int]
    chances: Floats = field(repr=False)


class Tagger:
    """Tags texts; the same text always gets the same answer, alone or among others.

    It remembers vectors of recent words under a keyed hash, never the words. For one thread at a time.
    """

    def __init__(self, model: manifest.Manifest, gazetteers: Gazetteers) -> None:
        self.manifest = model
        self._gazetteers = gazetteers
        self._pieces = WordPieces(model.read("vocabulary.txt").decode("utf-8").split("\n"))
        self._words = open_session(model.read("words.onnx"))
        self._context = open_session(model.read("context.onnx"))
        self._grouped = any(entry.name == "groups" for entry in self._words.get_inputs())
        self._apart = model.apart
        self._rows: dict[int, int] = {}
        self._vectors: Floats = np.zeros((1024, model.width), dtype=np.float32)

    @classmethod
    def load(cls, folder: Path = manifest.MODEL, gazetteers: Gazetteers | None = None) -> "Tagger":
        """Load a model; raises ModelUnavailable where a file is missing, altered or of another version."""
        return cls(manifest.load(folder), gazetteers or Gazetteers.load())

    @property
    def digest(self) -> str:
        """What the answers depend on beside the text."""
        return self.manifest.digest

    def tag(self, texts: Sequence[str]) -> Tagged:
        """Tag texts, all at once."""
        words = split_all(texts)
        firsts = list(itertools.accumulate((len(text) + self._apart for text in words), initial=0))[:-1]
        laid, gaps, mask = self._laid_out(words)
        chances = np.zeros((len(laid), len(KINDS) + 1), dtype=np.float32)
        for window in windows(len(laid), WINDOW, self.manifest.reach):
            read = slice(window.start, window.end)
            vectors = self.vectors_of(laid[read])
            answer = self._context.run(None, {"vectors": vectors, "gaps": gaps[read], "mask": mask[read]})[0]
            chances[window.first : window.last] = answer[window.first - window.start : window.last - window.start]
        return Tagged(words, firsts, chances * mask)

    def _laid_out(self, texts: list[Words]) -> tuple[list[str], Ints, Floats]:
        """Lay texts one after another, each with masked words behind it, so many that no text sees another."""
        apart = [""] * self._apart
        laid = list(itertools.chain.from_iterable((*words.texts, *apart) for words in texts)) + apart
        gaps, mask = np.zeros(len(laid), dtype=np.int64), np.zeros((len(laid), 1), dtype=np.float32)
        start = 0
        for words in texts:
            end = start + len(words)
            gaps[start:end], mask[start:end] = words.gaps, 1
            start = end + self._apart
        return laid, gaps, mask

    def vectors_of(self, words: list[str]) -> Floats:
        """Return the vector of each word, new ones computed."""
        keys = list(map(hash, words))
        rows = np.fromiter(map(self._rows.get, keys, itertools.repeat(-1)), dtype=np.int64, count=len(keys))
        missing = np.flatnonzero(rows < 0).tolist()
        if missing:
            new = {keys[index]: words[index] for index in missing}
            if len(self._rows) + len(new) > CAPACITY:
                self._rows.clear()
                new = dict(zip(keys, words, strict=True))
            self._learn(new)
            rows = np.fromiter(map(self._rows.__getitem__, keys), dtype=np.int64, count=len(keys))
        return self._vectors.take(rows, axis=0)

    def pieces_of(self, words: Sequence[str]) -> Ints:
        """Return for each word the numbers of its pieces, as `piece_rows` lays them out."""
        return piece_rows(words, self._pieces).astype(np.int64)

    def _learn(self, new: dict[int, str]) -> None:
        count, words = len(self._rows), list(new.values())
        words += [""] * (-len(words) % _ROUND)
        if count + len(words) > len(self._vectors):
            grown = np.zeros((max(2 * len(self._vectors), count + len(words)), self.manifest.width), dtype=np.float32)
            grown[:count] = self._vectors[:count]
            self._vectors = grown
        inputs = {
            "pieces": self.pieces_of(words),
            "features": features(words, self._gazetteers),
        }
        if self._grouped:
            inputs["groups"] = group_rows(words).astype(np.int64)
        self._vectors[count : count + len(new)] = self._words.run(None, inputs)[0][: len(new)]
        self._rows.update(zip(new, range(count, count + len(new)), strict=True))
