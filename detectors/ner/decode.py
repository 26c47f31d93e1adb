"""From the probabilities of words to runs: where a span begins and ends, and what it is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from detectors.ner.labels import KINDS, Kind
from detectors.ner.splitting import Gap
from detectors.ner.tagger import Floats, Tagged

PEOPLE_AND_PLACES = tuple(KINDS.index(kind) for kind in (Kind.NAME, Kind.GEO, Kind.FACILITY, Kind.EMPLOYER))
JOINTS = frozenset("-'’.&/")  # Marks inside a run, where no blank stands beside them.


@dataclass(frozen=True, slots=True)
class Run:
    """A range `[start, end)` of code points that is of one kind."""

    start: int
    end: int
    kind: Kind
    score: float


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which probability a word counts: the sum over people and places, a date, an id."""

    name: float
    date: float
    id: float

    @classmethod
    def of(cls, values: Mapping[str, float]) -> "Thresholds":
        """Read them as the manifest writes them."""
        return cls(values["NAME"], values["DATE"], values["ID"])


def runs(text: str, tagged: Tagged, thresholds: Thresholds) -> Iterator[Run]:
    """Yield the runs of a text in order; they do not overlap."""
    chances = tagged.chances
    sums = np.stack(
        [
            chances[:, PEOPLE_AND_PLACES].sum(1) - thresholds.name,
            chances[:, KINDS.index(Kind.DATE)] - thresholds.date,
            chances[:, KINDS.index(Kind.ID)] - thresholds.id,
        ],
        axis=1,
    )
    marked = np.flatnonzero(sums.max(1) > 0)
    if not len(marked):
        return
    groups = sums.argmax(1)
    for first, last in _groups(tagged, marked.tolist(), groups.tolist()):
        run = _run(text, tagged, first, last, int(groups[first]))
        if run is not None:
            yield run


def _groups(tagged: Tagged, marked: list[int], groups: list[int]) -> Iterator[tuple[int, int]]:
    """Yield ranges of words `[first, last]` that make one span."""
    first = last = marked[0]
    for index in marked[1:]:
        if groups[index] == groups[last] and _continues(tagged, last, index):
            last = index
            continue
        yield first, last
        first = last = index
    yield first, last


def _continues(tagged: Tagged, last: int, index: int) -> bool:
    """Tell whether two marked words belong to one run; one joint without blanks may stand between them."""
    gaps, texts = tagged.words.gaps, tagged.words.texts
    if index - last == 2:  # noqa: PLR2004
        return texts[last + 1] in JOINTS and gaps[index] == Gap.NONE == gaps[last + 1]
    if index - last != 1 or gaps[index] >= Gap.PARAGRAPH:
        return False
    begins = float(tagged.chances[index, -1])
    inside = float(tagged.chances[index, :-1].sum()) - begins
    return inside >= begins or gaps[index] == Gap.NONE


def _run(text: str, tagged: Tagged, first: int, last: int, group: int) -> Run | None:
    """Return the run without marks at its ends, None where nothing is left."""
    texts = tagged.words.texts
    while first <= last and not texts[first][0].isalnum():
        first += 1
    while last > first and not texts[last][0].isalnum():
        last -= 1
    if first > last:
        return None
    sums: Floats = tagged.chances[first : last + 1, :-1].sum(0)
    columns = (PEOPLE_AND_PLACES, (KINDS.index(Kind.DATE),), (KINDS.index(Kind.ID),))[group]
    kind = KINDS[max(columns, key=lambda column: float(sums[column]))]
    score = float(tagged.chances[first : last + 1, columns].sum(1).max())
    start, end = int(tagged.words.starts[first]), int(tagged.words.ends[last])
    if text[start:end].lower().endswith(("'s", "’s")):
        end -= 2
    return Run(start, end, kind, min(1.0, round(score, 4))) if end > start else None
