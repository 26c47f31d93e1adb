"""From the probabilities of words to runs: where a span begins and ends, and what it is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from detectors.ner.labels import KINDS, Kind
from detectors.ner.splitting import Gap, Words
from detectors.ner.tagger import Tagged

GROUPS = ((Kind.NAME, Kind.GEO, Kind.FACILITY, Kind.EMPLOYER), (Kind.DATE,), (Kind.ID,))
COLUMNS = tuple(tuple(KINDS.index(kind) for kind in group) for group in GROUPS)
NEIGHBOUR = 0.3
REACH = 3  # So many words on either side may be drawn in.
JOINTS = frozenset("-'’.&/")  # Marks inside a run, where no blank stands beside them.
Flags = npt.NDArray[np.bool_]
_NONE, _PARAGRAPH = int(Gap.NONE), int(Gap.PARAGRAPH)


@dataclass(frozen=True, slots=True)
class Run:
    """A range `[start, end)` of code points that is of one kind."""

    start: int
    end: int
    kind: Kind
    score: float


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which probability a word counts: the sum over people and places, a date, an id.

    Beside a word that counts, one of people and places counts from `NEIGHBOUR` times its threshold.
    """

    name: float
    date: float
    id: float

    @classmethod
    def of(cls, values: Mapping[str, float]) -> "Thresholds":
        """Read them as the manifest writes them."""
        return cls(values["NAME"], values["DATE"], values["ID"])


@dataclass(frozen=True, slots=True)
class _Mark:
    """A word that counts: its place in its text, its group and its probabilities."""

    place: int
    group: int
    chances: list[float] = field(repr=False)


def runs(texts: Sequence[str], tagged: Tagged, thresholds: Thresholds) -> list[list[Run]]:
    """Return the runs of each text, in order; those of one text do not overlap."""
    found: list[list[Run]] = [[] for _ in texts]
    for index, marks in _marks(tagged, thresholds):
        words = tagged.words[index]
        for group in _grouped(words, marks):
            run = _run(texts[index], words, group)
            if run is not None:
                found[index].append(run)
    return found


def _marks(tagged: Tagged, thresholds: Thresholds) -> Iterator[tuple[int, list[_Mark]]]:
    """Yield, for each text with words that count, these words."""
    limits = np.array((thresholds.name, thresholds.date, thresholds.id), dtype=np.float32)
    over = np.stack([tagged.chances[:, columns].sum(1) for columns in COLUMNS], axis=1) - limits
    rows = np.flatnonzero(_drawn_in(over.max(1) > 0, over[:, 0] > (NEIGHBOUR - 1) * thresholds.name))
    if not len(rows):
        return
    chances, groups = tagged.chances[rows].tolist(), over[rows].argmax(1).tolist()
    cuts = [*np.searchsorted(rows, tagged.firsts).tolist(), len(rows)]
    rows_list = rows.tolist()
    for index, (begin, end) in enumerate(pairwise(cuts)):
        if begin < end:
            first = tagged.firsts[index]
            yield index, [_Mark(rows_list[at] - first, groups[at], chances[at]) for at in range(begin, end)]


def _drawn_in(strong: Flags, weak: Flags) -> Flags:
    """Add weak words beside strong ones."""
    for _ in range(REACH):
        beside = strong.copy()
        beside[1:] |= strong[:-1]
        beside[:-1] |= strong[1:]
        strong = strong | (beside & weak)
    return strong


def _grouped(words: Words, marks: list[_Mark]) -> Iterator[list[_Mark]]:
    """Yield marks that make one span."""
    group = marks[:1]
    for last, mark in pairwise(marks):
        if mark.group == last.group and _continues(words, last.place, mark):
            group.append(mark)
        else:
            yield group
            group = [mark]
    yield group


def _continues(words: Words, last: int, mark: _Mark) -> bool:
    """Tell whether a word goes on with the run that *last* belongs to; one joint may stand between, without blanks."""
    place = mark.place
    glued = words.gaps[place] == _NONE
    if place - last == 2:  # noqa: PLR2004
        return bool(glued and words.texts[last + 1] in JOINTS and words.gaps[last + 1] == _NONE)
    if place - last != 1 or words.gaps[place] >= _PARAGRAPH:
        return False
    begins = mark.chances[-1]
    return bool(glued or sum(mark.chances) - begins >= 2 * begins)


def _run(text: str, words: Words, marks: list[_Mark]) -> Run | None:
    """Return the run without marks of punctuation at its ends, None where nothing is left."""
    texts = words.texts
    first, last = marks[0].place, marks[-1].place
    while first <= last and not texts[first][0].isalnum():
        first += 1
    while last > first and not texts[last][0].isalnum():
        last -= 1
    if first > last:
        return None
    columns = COLUMNS[marks[0].group]
    chances = [mark.chances for mark in marks]
    kind = KINDS[max(columns, key=lambda column: sum([row[column] for row in chances]))]
    score = max([sum([row[column] for column in columns]) for row in chances])
    start, end = int(words.starts[first]), int(words.ends[last])
    if text[end - 2 : end] in {"'s", "’s", "'S"}:
        end -= 2
    return Run(start, end, kind, min(1.0, round(score, 4))) if end > start else None
