"""Examples as arrays."""

import numpy as np
import pytest

from detectors.gazetteers.lookup import Gazetteers
from detectors.ner.encoding import piece_rows
from detectors.ner.labels import LABELS
from detectors.ner.splitting import split
from detectors.ner.training.datasets import MASK, windows
from detectors.ner.training.encode import IGNORED, WordTable, batches, encode, word_labels
from detectors.ner.training.generate.pieces import Example
from detectors.ner.wordpieces import WordPieces

PIECES = WordPieces(["[UNK]", "ann", "a", "##n", "##b", "##c", "##d"])


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        (((0, 7, "NAME"),), ["B-NAME", "L-NAME", "O", "O"]),
        (((0, 3, "NAME"), (4, 7, "GEO")), ["U-NAME", "U-GEO", "O", "O"]),
        (((1, 2, "NAME"),), ["U-NAME", "O", "O", "O"]),
        (((4, 11, "ID"),), ["O", "B-ID", "I-ID", "L-ID"]),
    ],
)
def test_a_word_that_a_span_touches_belongs_to_it(spans: tuple[tuple[int, int, str], ...], expected: list[str]) -> None:
    """Labels follow spans, whole words at a time."""
    assert expected == [LABELS[label] for label in word_labels(split("Ann Lee, 12"), spans)]


def test_what_is_masked_is_not_learnt_from() -> None:
    """MASK is no label but the absence of one."""
    assert [IGNORED, 0] == word_labels(split("Ann ate"), [(0, 3, MASK)]).tolist()


def test_pieces_have_places_for_first_middle_and_last() -> None:
    """The last piece stands last; of many middle ones four count."""
    rows = piece_rows(["ann", "anb", "anbcdbcd"], PIECES)

    assert [[2, 0, 0, 0, 0, 0], [3, 1, 0, 0, 0, 2], [3, 1, 2, 3, 4, 4]] == rows.tolist()


def test_equal_words_share_a_row_of_the_table() -> None:
    """The table holds each distinct word once; row 0 is no word."""
    table = WordTable(PIECES, Gazetteers.load())
    sequence = encode(Example("ann a Ann ann", (), ""), table)
    table.fill()

    assert sequence is not None
    assert [1, 2, 3, 1] == sequence.rows.tolist()
    assert len(table.pieces) == len(table.features) == 4
    assert encode(Example(" \n", (), ""), table) is None


def test_only_what_was_written_here_is_exact() -> None:
    """Public and filled texts may hold names that nobody labelled."""
    table = WordTable(PIECES, Gazetteers.load())
    kinds = {"negative": True, "portal": True, "filled": False, "crossner": False, "chat": False}
    found = {kind: encode(Example("ann", (), kind), table) for kind in kinds}

    assert kinds == {kind: sequence is not None and sequence.exact for kind, sequence in found.items()}


def test_batches_hold_every_sequence_once() -> None:
    """Grouping by length loses nothing."""
    table = WordTable(PIECES, Gazetteers.load())
    sequences = [encode(Example("ann " * length, (), ""), table) for length in range(1, 40)]
    whole = [sequence for sequence in sequences if sequence is not None]
    grouped = [sequence for group in batches(whole, 50, np.random.default_rng(1)) for sequence in group]

    assert sorted(map(id, whole)) == sorted(map(id, grouped))


def test_long_texts_are_cut_between_spans() -> None:
    """No window cuts a span, and every span is in one."""
    text = "word " * 20 + "Ann Lee Bo Kim " + "word " * 20
    spans = ((100, 114, "NAME"),)
    parts = list(windows(Example(text, spans, ""), 10))

    assert text == "".join(part.text for part in parts)
    assert ["Ann Lee Bo Kim"] == [part.text[a:b] for part in parts for a, b, _ in part.spans]
