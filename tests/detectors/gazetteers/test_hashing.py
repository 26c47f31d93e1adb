"""Words and their hashes."""

from hypothesis import given
from hypothesis import strategies as st

from detectors.gazetteers.hashing import extend_one, extend_phrase, fold, hash_phrase, hash_word, hash_words


@given(st.lists(st.text(max_size=80)))
def test_list_hashes_as_its_words_do(words: list[str]) -> None:
    """A word has one hash, alone or in a list, whatever characters it holds."""
    expected = [hash_word(word.replace("\n", " ")) for word in words]

    assert hash_words(words).tolist() == expected


@given(st.text(max_size=30))
def test_folding_twice_is_folding_once(word: str) -> None:
    """The folded form is a fixed point for the hash."""
    assert hash_word(fold(word)) == hash_word(word)


def test_case_accents_and_apostrophes_do_not_count() -> None:
    """The same name hashes alike however it is written."""
    assert hash_word("NÚÑEZ") == hash_word("Nunez")
    assert hash_word("O’Brien") == hash_word("o'brien")
    assert hash_word("Łukasz") == hash_word("lukasz")


def test_phrases_extend_word_by_word() -> None:
    """A phrase's hash can be built from its words' hashes, one at a time or all at once."""
    words = ["Cedar", "Rapids", "Clinic"]
    hashes = hash_words(words)
    grown = extend_phrase(extend_phrase(hashes[:1], hashes[1:2]), hashes[2:3])

    assert hash_phrase(words) == int(grown[0])
    assert hash_phrase(words) == extend_one(hash_phrase(words[:2]), hash_word(words[2]))
