"""WordPiece over a small vocabulary."""

import pytest

from detectors.ner.wordpieces import WordPieces, plain

PIECES = WordPieces(["[UNK]", "mar", "maria", "-", "##ia", "##nne", "##n"])


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("Maria", [3]),
        ("MARIANNE", [3, 2]),
        ("marn", [2, 3]),
        ("María", [3]),
        ("marx", [1]),
        ("xyz", [1]),
        ("", [1]),
        ("---", [4]),
        ("m" * 500, [1]),
    ],
)
def test_words_split_greedily_into_the_longest_pieces(word: str, expected: list[int]) -> None:
    """First and continued pieces are numbered apart; what cannot be split whole is the unknown piece."""
    assert expected == PIECES.pieces(word)


def test_sizes_count_the_row_of_no_piece() -> None:
    """A table has one row more than there are pieces."""
    assert (5, 4) == PIECES.sizes


def test_plain_drops_accents_and_case() -> None:
    """The vocabulary is lower-case and without accents."""
    assert "nguyen zoe" == plain("NGUYỄN Zoë")
