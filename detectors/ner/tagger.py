"""The network at run time: texts in, for each word the probability of each kind out. The only user of onnxruntime."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime

from detectors.gazetteers.lookup import Gazetteers
from detectors.ner import manifest
from detectors.ner.encoding import piece_rows
from detectors.ner.features import features
from detectors.ner.labels import KINDS
from detectors.ner.splitting import Words, split
from detectors.ner.windows import windows
from detectors.ner.wordpieces import WordPieces
from schemas.errors import ModelUnavailable

WINDOW = 2048
CAPACITY = 65_536
_ROUND = 16  # Rows of a product are computed alike in any number but one: never one.
Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tagged:
    """The words of a text; beside each the probability of each kind (`KINDS`) and, last, that a span begins there."""

    words: Words = field(repr=False)
    chances: Floats = field(repr=False)


class Tagger:
    """Tags texts; the same text always gets the same answer, alone or among others.

    It remembers vectors of recent words under a keyed hash, never the words. For one thread at a time.
    """

    def __init__(self, model: manifest.Manifest, gazetteers: Gazetteers) -> None:
        self.manifest = model
        self._gazetteers = gazetteers
        self._pieces = WordPieces(model.read("vocabulary.txt").decode("utf-8").split("\n"))
        self._words = _session(model.read("words.onnx"))
        self._context = _session(model.read("context.onnx"))
        self._rows: dict[int, int] = {}
        self._vectors: Floats = np.zeros((1024, model.width), dtype=np.float32)

    @classmethod
    def load(cls, folder: Path = manifest.MODEL, gazetteers: Gazetteers | None = None) -> "Tagger":
        """Load a model; raises ModelUnavailable where a file is missing, altered or of another version."""
        return cls(manifest.load(folder), gazetteers or Gazetteers.load())

    def tag(self, texts: Sequence[str]) -> list[Tagged]:
        """Tag texts, all at once."""
        split_texts = [split(text) for text in texts]
        rows, gaps, mask = self._laid_out(split_texts)
        chances = np.zeros((len(rows), len(KINDS) + 1), dtype=np.float32)
        for window in windows(len(rows), WINDOW, self.manifest.reach):
            read, kept = slice(window.start, window.end), slice(window.first, window.last)
            answer = self._context.run(
                None, {"vectors": self._vectors[rows[read]], "gaps": gaps[read], "mask": mask[read]}
            )[0]
            chances[kept] = answer[window.first - window.start : window.last - window.start]
        return list(self._apart(split_texts, chances))

    def _laid_out(self, texts: list[Words]) -> tuple[Ints, Ints, Floats]:
        """Lay texts one after another; between them stand masked words, so many that no text sees another."""
        apart = self.manifest.reach
        total = max(apart, sum(map(len, texts)) + apart * max(0, len(texts) - 1))
        rows, gaps = np.zeros(total, dtype=np.int64), np.zeros(total, dtype=np.int64)
        mask = np.zeros((total, 1), dtype=np.float32)
        found = self._rows_of([word for words in texts for word in words.texts])
        start = at = 0
        for words in texts:
            end = start + len(words)
            rows[start:end], gaps[start:end], mask[start:end] = found[at : at + len(words)], words.gaps, 1
            start, at = end + apart, at + len(words)
        return rows, gaps, mask

    def _apart(self, texts: list[Words], chances: Floats) -> Iterator[Tagged]:
        start = 0
        for words in texts:
            yield Tagged(words, chances[start : start + len(words)])
            start += len(words) + self.manifest.reach

    def _rows_of(self, words: list[str]) -> Ints:
        """Return where the vector of each word stands, new ones computed."""
        keys = list(map(hash, words))
        get = self._rows.get
        rows = [get(key, -1) for key in keys]
        if -1 in rows:
            new = {key: word for key, word, row in zip(keys, words, rows, strict=True) if row < 0}
            if len(self._rows) + len(new) > CAPACITY:
                self._rows.clear()
                new = dict(zip(keys, words, strict=True))
            self._learn(new)
            rows = [self._rows[key] for key in keys]
        return np.array(rows, dtype=np.int64)

    def _learn(self, new: dict[int, str]) -> None:
        count, words = len(self._rows) + 1, list(new.values())
        words += [""] * (-len(words) % _ROUND)
        if count + len(words) > len(self._vectors):
            grown = np.zeros((max(2 * len(self._vectors), count + len(words)), self.manifest.width), dtype=np.float32)
            grown[:count] = self._vectors[:count]
            self._vectors = grown
        inputs = {
            "pieces": piece_rows(words, self._pieces).astype(np.int64),
            "features": features(words, self._gazetteers),
        }
        self._vectors[count : count + len(new)] = self._words.run(None, inputs)[0][: len(new)]
        self._rows.update(zip(new, range(count, count + len(new)), strict=True))


def _session(content: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.execution_mode = onnxruntime.ExecutionMode.ORT_SEQUENTIAL
    options.log_severity_level = 4
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # noqa: BLE001  # onnxruntime raises classes of its own, all but public.
        raise ModelUnavailable("The tagger's network cannot be loaded.", reason=type(error).__name__) from None
