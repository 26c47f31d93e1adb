"""Words, folding and snippets."""

import pytest

from streams.siem.words import fold, snippet, terms_of, words_of
from tests.contracts.siem_samples import NAME_TOKEN


@pytest.mark.parametrize(
    "around",
    [
        "{}'s",
        "{}’s",
        '"{}"',
        "“{}”",
        "({})",
        "[{} 2024]",
        "<{}>",
        "{},",
        "{}.",
        "{}: 5",
        "-{}-",
        "*{}*",
        "{}/{}",
        "x={}",
    ],
)
def test_a_token_stays_a_word(around: str) -> None:
    """Whatever punctuation stands beside it, a token is found by itself."""
    assert NAME_TOKEN in words_of(around.replace("{}", NAME_TOKEN))


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Café", "cafe"),
        ("Cafe\u0301", "cafe"),
        ("STRASSE Straße ẞ", "strasse strasse ss"),
        ("Ørsted Łódź œuvre Æsir Þór İstanbul ısı", "orsted lodz oeuvre aesir thor istanbul isi"),
        ("soft\u00adhyphen zero\u200dwidth", "softhyphen zerowidth"),
    ],
)
def test_accents_are_folded(text: str, folded: str) -> None:
    """Latin letters are found without their accents, however they were composed."""
    assert folded == fold(text)


def test_an_argument_of_several_words_is_a_phrase() -> None:
    """Arguments are terms; one without a word is none."""
    assert [["chest", "pain"], ["x"]] == terms_of(["chest pain", "X", "...", ""])


def test_a_snippet_shows_the_place() -> None:
    """The word that was asked for stands in the snippet, however long the text, on one line."""
    text = "before\n" * 2_000 + f"the {NAME_TOKEN}'s chart" + " after" * 2_000
    shown = snippet(text, (NAME_TOKEN.upper(),))

    assert NAME_TOKEN in shown
    assert len(shown) < 300
    assert "\n" not in shown
    assert (shown[0], shown[-1]) == ("…", "…")


@pytest.mark.parametrize("text", ["", "short", "x" * 100_000])
def test_a_snippet_without_the_word_is_the_beginning(text: str) -> None:
    """Without a place to show, the text begins at its beginning."""
    assert text[:50] == snippet(text, ("absent",))[:50]
