"""Words as the tagger sees them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.ner.splitting import Gap, Words, split, split_all


@given(st.text())
def test_every_character_but_blanks_is_in_one_word(text: str) -> None:
    """Words stand in order at their offsets, and only white space lies between them."""
    words = split(text)
    spans = list(zip(words.starts.tolist(), words.ends.tolist(), strict=True))

    assert [text[start:end] for start, end in spans] == words.texts
    assert [end for _, end in spans] == sorted(end for _, end in spans)
    assert "".join(words.texts) == "".join(char for char in text if not char.isspace())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dr. O'Neil", ["Dr", ".", "O", "'", "Neil"]),
        ("b12 4.5mg", ["b12", "4", ".", "5mg"]),
        ("MRN:A-001", ["MRN", ":", "A", "-", "001"]),
        ("-----", ["-----"]),
        ("José Núñez", ["José", "Núñez"]),
        ("李小龍", ["李", "小", "龍"]),
        ("a_b", ["a", "_", "b"]),
    ],
)
def test_letters_and_digits_run_together_and_marks_stand_alone(text: str, expected: list[str]) -> None:
    """A word is a run of letters and digits, a mark of punctuation, an ideograph or a rule."""
    assert expected == split(text).texts


def test_gaps_tell_blanks_columns_lines_and_paragraphs_apart() -> None:
    """What stands before a word is told by kind, the first word's is START."""
    words = split(" a b\tc  d\ne\n\nf.g")

    expected = [Gap.START, Gap.SPACE, Gap.WIDE, Gap.WIDE, Gap.LINE, Gap.PARAGRAPH, Gap.NONE, Gap.NONE]
    assert expected == words.gaps.tolist()


@given(st.text(st.characters(max_codepoint=0xFF)))
def test_a_letter_beyond_latin_1_changes_no_word_before_it(text: str) -> None:
    """The fast way over bytes and the one over any text give the same words, offsets and gaps."""
    alone, followed = _rows(split(text)), _rows(split(text + " 李"))

    assert alone == followed[:-1]


@given(st.lists(st.text(), max_size=6))
def test_texts_split_together_are_split_as_alone(texts: list[str]) -> None:
    """No text sees what stands before or behind it."""
    assert [_rows(split(text)) for text in texts] == [_rows(words) for words in split_all(texts)]


def _rows(words: Words) -> list[tuple[str, int, int, int]]:
    return list(zip(words.texts, words.starts.tolist(), words.ends.tolist(), words.gaps.tolist(), strict=True))
