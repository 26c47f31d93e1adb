"""How passages are cut into words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.gazetteers.hashing import hash_words
from detectors.gazetteers.lookup import Gazetteers
from detectors.gazetteers.words import Shape, scan, scan_many, scan_short
from detectors.recognizer import Passage

_GAZETTEERS = Gazetteers.load()
_TEXT = st.text(alphabet=st.one_of(st.sampled_from("aBsS'’ -.,9xÉßłЖ陈\n"), st.characters(codec="utf-8")), max_size=200)


@given(st.text(alphabet=st.characters(max_codepoint=127), max_size=200))
def test_short_and_long_scans_agree(text: str) -> None:
    """The word-by-word scan gives what the scan over all bytes gives."""
    gazetteers = _GAZETTEERS

    assert scan_short(text, gazetteers) == scan_many([Passage(text)], gazetteers)[0]


@given(_TEXT)
def test_words_lie_in_order_inside_the_text(text: str) -> None:
    """Words never overlap, are never empty and hold letters or digits."""
    words = scan(Passage(text), _GAZETTEERS)
    edges = [edge for pair in zip(words.starts, words.ends, strict=True) for edge in pair]

    assert edges == sorted(edges)
    assert all(start < end for start, end in zip(words.starts, words.ends, strict=True))


@given(_TEXT)
def test_words_have_the_classes_of_the_lists(text: str) -> None:
    """The scan looks a word up as a caller would."""
    gazetteers = _GAZETTEERS
    words = scan(Passage(text), gazetteers)
    plain = [text[start:end] for start, end in zip(words.starts, words.ends, strict=True)]

    assert words.masks == gazetteers.words.find(hash_words(plain)).tolist()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("O'Brien's chart", ["O'Brien", "chart"]),
        ("Núñez-Straße, x2", ["Núñez", "Straße", "x2"]),
        ("'quoted' rock 'n' roll", ["quoted", "rock", "n", "roll"]),
        ("the Joneses' dog", ["the", "Joneses", "dog"]),
    ],
)
def test_apostrophes_join_and_possessives_part(gazetteers: Gazetteers, text: str, expected: list[str]) -> None:
    """An apostrophe inside a name belongs to it, a possessive does not."""
    words = scan(Passage(text), gazetteers)

    assert [text[start:end] for start, end in zip(words.starts, words.ends, strict=True)] == expected


def test_shapes_tell_how_words_are_written(gazetteers: Gazetteers) -> None:
    """Case is judged on letters alone, beyond Latin-1 too."""
    words = scan(Passage("ana Ana O'NEIL J 4th Жанна жанна McCoy"), gazetteers)
    expected = [Shape.LOWER, Shape.CAPITAL, Shape.UPPER, Shape.INITIAL, Shape.DIGITS, Shape.CAPITAL, Shape.LOWER]

    assert words.shapes == [*expected, Shape.CAPITAL]


@given(st.lists(st.one_of(_TEXT, st.sampled_from(["Salt Lake", "City", "", "Dr. O’Brien", "new"])), max_size=6))
def test_many_passages_are_read_as_one_by_one(texts: list[str]) -> None:
    """What stands in the neighbouring passage never counts."""
    passages = [Passage(text) for text in texts]

    assert scan_many(passages, _GAZETTEERS) == [scan_many([passage], _GAZETTEERS)[0] for passage in passages]
