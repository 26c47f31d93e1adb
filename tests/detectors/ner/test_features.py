"""Casing, shape and gazetteer bits of words."""

import pytest

from detectors.gazetteers.lookup import Gazetteers, WordClass
from detectors.ner.features import COUNT, GAZETTEER_COLUMNS, Casing, casing, features


@pytest.fixture(scope="module")
def gazetteers() -> Gazetteers:
    """Load the shipped lists."""
    return Gazetteers.load()


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("maria", Casing.LOWER),
        ("Maria", Casing.CAPITALISED),
        ("MARIA", Casing.UPPER),
        ("M", Casing.INITIAL),
        ("McKay", Casing.INNER),
        ("iPhone", Casing.MIXED),
        ("李", Casing.MIXED),
        ("1974", Casing.NUMBER),
        ("b12", Casing.ALPHANUMERIC),
        ("--", Casing.MARK),
    ],
)
def test_casing_has_nine_classes(word: str, expected: Casing) -> None:
    """Each way to write a word has a class of its own."""
    assert expected == casing(word)


def test_every_word_has_one_casing_and_its_gazetteer_bits(gazetteers: Gazetteers) -> None:
    """A row has one bit of casing; the last columns are the classes of the gazetteers in order."""
    words = ["Maria", "hospital", "1974", "", "x" * 300, "٣", "²", "½"]
    table = features(words, gazetteers)

    assert (len(words), COUNT) == table.shape
    assert [1.0] * len(words) == table[:, : len(Casing)].sum(1).tolist()
    first = list(WordClass).index(WordClass.FIRST)
    assert bool(table[0, GAZETTEER_COLUMNS + first]) is bool(gazetteers.classes("Maria") & WordClass.FIRST)


def test_features_of_a_word_do_not_depend_on_its_neighbours(gazetteers: Gazetteers) -> None:
    """Words may be computed in any company."""
    together = features(["Okafor", "aspirin", "03"], gazetteers)

    assert together[1].tolist() == features(["aspirin"], gazetteers)[0].tolist()
