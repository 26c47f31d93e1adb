"""From probabilities to runs, with probabilities written by hand."""

import numpy as np
import pytest

from detectors.ner.decode import Run, Thresholds, runs
from detectors.ner.labels import KINDS, Kind
from detectors.ner.splitting import split
from detectors.ner.tagger import Tagged

LIMITS = Thresholds(name=0.25, date=0.6, id=0.6)


def tagged(text: str, chances: dict[int, tuple[Kind, float, bool]]) -> Tagged:
    """Give words a probability of one kind; the flag says that a span begins there."""
    words = split(text)
    table = np.zeros((len(words), len(KINDS) + 1), dtype=np.float32)
    for place, (kind, chance, begins) in chances.items():
        table[place, KINDS.index(kind)] = chance
        table[place, -1] = chance if begins else 0
    return Tagged([words], [0], table)


def found(text: str, chances: dict[int, tuple[Kind, float, bool]]) -> list[tuple[str, Kind]]:
    """Return what the runs of a text cover."""
    return [(text[run.start : run.end], run.kind) for run in runs([text], tagged(text, chances), LIMITS)[0]]


def test_neighbours_make_one_run_until_another_begins() -> None:
    """Two names side by side are two runs where the second one begins anew."""
    chances = {0: (Kind.NAME, 0.9, True), 1: (Kind.NAME, 0.9, False), 2: (Kind.NAME, 0.9, True)}

    assert [("Ann Lee", Kind.NAME), ("Bo", Kind.NAME)] == found("Ann Lee Bo", chances)


def test_the_probabilities_of_people_and_places_add_up() -> None:
    """A word that may be a name or a place counts though neither reaches the threshold alone."""
    words = split("Jordan")
    table = np.zeros((1, len(KINDS) + 1), dtype=np.float32)
    table[0, [KINDS.index(Kind.NAME), KINDS.index(Kind.GEO)]] = (0.2, 0.15)

    assert [[Run(0, 6, Kind.NAME, 0.35)]] == runs(["Jordan"], Tagged([words], [0], table), LIMITS)


@pytest.mark.parametrize(
    ("kind", "chance", "counts"),
    [(Kind.NAME, 0.3, True), (Kind.NAME, 0.2, False), (Kind.DATE, 0.5, False), (Kind.ID, 0.7, True)],
)
def test_dates_and_ids_have_thresholds_of_their_own(kind: Kind, chance: float, counts: bool) -> None:
    """The second net is held higher."""
    assert counts is bool(found("Xyz", {0: (kind, chance, True)}))


@pytest.mark.parametrize(
    ("text", "chances", "expected"),
    [
        ("O'Neil", {0: (Kind.NAME, 0.9, True), 2: (Kind.NAME, 0.9, False)}, ["O'Neil"]),
        ("Ann - Lee", {0: (Kind.NAME, 0.9, True), 2: (Kind.NAME, 0.9, False)}, ["Ann", "Lee"]),
        ("Ann's", {0: (Kind.NAME, 0.9, True), 1: (Kind.NAME, 0.9, False), 2: (Kind.NAME, 0.9, False)}, ["Ann"]),
        ("(Ann)", {place: (Kind.NAME, 0.9, place == 0) for place in range(3)}, ["Ann"]),
        ("...", {0: (Kind.NAME, 0.9, True)}, []),
        ("Ann\n\nLee", {0: (Kind.NAME, 0.9, True), 1: (Kind.NAME, 0.9, False)}, ["Ann", "Lee"]),
    ],
)
def test_runs_end_at_letters_and_bridge_only_glued_joints(
    text: str, chances: dict[int, tuple[Kind, float, bool]], expected: list[str]
) -> None:
    """Marks at the ends and the possessive are left, a paragraph ends a run."""
    assert expected == [value for value, _ in found(text, chances)]


def test_texts_of_a_batch_are_kept_apart() -> None:
    """A run never reaches from one text into the next."""
    words = [split("Ann"), split("Lee")]
    table = np.zeros((10, len(KINDS) + 1), dtype=np.float32)
    table[[0, 9], 0] = 0.9

    expected = [[Run(0, 3, Kind.NAME, 0.9)], [Run(0, 3, Kind.NAME, 0.9)]]
    assert expected == runs(["Ann", "Lee"], Tagged(words, [0, 9], table), LIMITS)


def test_a_weak_word_beside_a_strong_one_is_drawn_in() -> None:
    """Names are completed from below the threshold; a weak word alone is left."""
    strong, weak = (Kind.NAME, 0.9, True), (Kind.NAME, 0.1, False)

    assert [("Ann Lee", Kind.NAME)] == found("Ann Lee ran", {0: strong, 1: weak})
    assert [("Ann", Kind.NAME)] == found("Ann ran Lee", {0: strong, 2: weak})
    assert [] == found("Lee ran", {0: weak})
