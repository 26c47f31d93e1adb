"""Examples as arrays: rows of a table of distinct words, gaps, labels."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from detectors.gazetteers.lookup import Gazetteers
from detectors.ner.encoding import CONTINUED_SLOTS, GROUP_SLOTS, group_rows, piece_rows
from detectors.ner.features import features
from detectors.ner.labels import OUTSIDE, Kind, label_run
from detectors.ner.splitting import Words, split
from detectors.ner.training import written
from detectors.ner.training.datasets import MASK
from detectors.ner.training.generate import templates
from detectors.ner.training.generate.pieces import Example
from detectors.ner.wordpieces import WordPieces

IGNORED = -1
MAX_WORDS = 256
# The kinds of texts that are written here from the first word to the last.
WRITTEN = frozenset({"negative", "general", written.KIND, *(template.kind for template in templates.load())})
Array = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Sequence:
    """One text: the word, the gap before it and the label of each place; *exact* ones leave nothing unlabelled."""

    rows: Array = field(repr=False)
    gaps: Array = field(repr=False)
    labels: Array = field(repr=False)
    exact: bool = False


class WordTable:
    """Distinct words, their pieces, groups of letters and features; row 0 is an unknown word without features."""

    def __init__(self, pieces: WordPieces, gazetteers: Gazetteers) -> None:
        self._pieces = pieces
        self.unknown = pieces.pieces("")[0]
        self._gazetteers = gazetteers
        self._rows: dict[str, int] = {}
        self._words: list[str] = ["\0"]
        self.pieces: Array = np.zeros((0, 1 + CONTINUED_SLOTS), dtype=np.int32)
        self.groups: Array = np.zeros((0, GROUP_SLOTS), dtype=np.int32)
        self.features: npt.NDArray[np.uint8] = np.zeros((0, 0), dtype=np.uint8)

    def rows_of(self, words: Iterable[str]) -> list[int]:
        """Return the row of each word, new ones included."""
        rows = []
        for word in words:
            row = self._rows.get(word)
            if row is None:
                row = self._rows[word] = len(self._words)
                self._words.append(word)
            rows.append(row)
        return rows

    def fill(self) -> None:
        """Compute what is known of the words that came since the last call."""
        new = self._words[len(self.pieces) :]
        if not new:
            return
        pieces = piece_rows(new, self._pieces)
        table = features(new, self._gazetteers).astype(np.uint8)
        self.pieces = np.concatenate([self.pieces, pieces]) if len(self.pieces) else pieces
        self.groups = np.concatenate([self.groups, group_rows(new)])
        self.features = np.concatenate([self.features, table]) if len(self.features) else table


def encode(example: Example, table: WordTable) -> Sequence | None:
    """Return an example as arrays, None where it has no word."""
    words = split(example.text)
    if not len(words):
        return None
    labels = word_labels(words, example.spans)[:MAX_WORDS]
    rows = np.array(table.rows_of(words.texts[:MAX_WORDS]), dtype=np.int32)
    return Sequence(rows, words.gaps[:MAX_WORDS].astype(np.int32), labels, example.kind in WRITTEN)


def word_labels(words: Words, spans: Iterable[tuple[int, int, str]]) -> Array:
    """Return the label of each word; one that a span touches belongs to it."""
    labels = np.full(len(words), OUTSIDE, dtype=np.int32)
    for start, end, label in spans:
        first = int(np.searchsorted(words.ends, start, side="right"))
        last = int(np.searchsorted(words.starts, end, side="left"))
        if last > first:
            labels[first:last] = IGNORED if label == MASK else label_run(Kind(label), last - first)
    return labels


def batches(sequences: list[Sequence], words: int, rng: np.random.Generator) -> Iterator[list[Sequence]]:
    """Yield groups of sequences of like length, about so many words each, in random order."""
    lengths = np.array([len(sequence.rows) for sequence in sequences]) + rng.uniform(0, 6, len(sequences))
    groups: list[list[Sequence]] = []
    group: list[Sequence] = []
    for index in np.argsort(lengths).tolist():
        group.append(sequences[index])
        if len(group) * len(group[-1].rows) >= words:
            groups.append(group)
            group = []
    if group:
        groups.append(group)
    for index in rng.permutation(len(groups)).tolist():
        yield groups[index]
