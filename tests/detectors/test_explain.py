"""Test that explanations are true: of what the analyzer says, and of what decided it."""

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import pytest

from detectors.analyzer import Analyzer
from detectors.explain import Candidate, Explained, Explanation, Fate, explain
from detectors.layers import Layers
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span
from tests.contracts.recognizer import SAMPLES
from tests.detectors.marked_lines import read_lines, vector_files


@pytest.fixture(scope="module")
def analyzer() -> Analyzer:
    """Return the shipped analyzer."""
    return Analyzer.default()


class Says:
    """Reports a word wherever it stands."""

    def __init__(self, name: str, word: str, type_: IdentifierType, score: float) -> None:
        self.name, self._word, self._type, self._score = name, word, type_, score

    def recognize(self, passage: Passage) -> list[Span]:
        """Return the first place of the word."""
        at = passage.text.find(self._word)
        return [Span(at, at + len(self._word), self._type, self._score, self.name)] if at >= 0 else []

    def recognize_many(self, passages: Sequence[Passage]) -> list[list[Span]]:
        """Return the first place of the word in each passage."""
        return [self.recognize(passage) for passage in passages]


class Vetoes:
    """Vetoes every span that holds a word."""

    def __init__(self, word: str) -> None:
        self._word = word

    def vetoes_all(self, asked: Sequence[tuple[Passage, Span]]) -> list[bool]:
        """Tell whether the word stands in each span."""
        return [self._word in passage.text[span.start : span.end] for passage, span in asked]


def one(explanation: Explanation) -> Explained:
    """Return the only span."""
    (explained,) = explanation.spans
    return explained


def words(text: str, explained: Explained) -> list[str]:
    """Return the words that decided."""
    return [text[start:end] for start, end in explained.words]


@pytest.mark.parametrize("path", vector_files(), ids=lambda path: path.stem)
def test_the_spans_are_those_of_the_analyzer(analyzer: Analyzer, path: Path) -> None:
    """What is explained is what detection says, and each span has exactly one reason that decided."""
    for line in [*read_lines(path, "+")[:10], *read_lines(path, "-")[:4]]:
        explanation = explain(analyzer, line.text)

        assert analyzer.analyze(line.text) == tuple(explained.span for explained in explanation.spans)
        for explained in explanation.spans:
            assert 1 == sum(candidate.fate is Fate.DECIDED for candidate in explained.made_of)


@pytest.mark.parametrize("number", range(len(SAMPLES)))
def test_odd_texts_are_explained(analyzer: Analyzer, number: int) -> None:
    """Torn formats, odd Unicode and disguises have their explanation too."""
    text = SAMPLES[number]

    assert analyzer.analyze(text) == tuple(explained.span for explained in explain(analyzer, text).spans)


def test_a_long_text_is_explained_in_its_own_offsets(analyzer: Analyzer) -> None:
    """Parts of a long text are put back where they stand."""
    text = "The wound is clean and dry. " * 400 + "MRN: 00482917 " + "No fever today. " * 400
    explained = one(explain(analyzer, text))

    assert "00482917" == text[explained.span.start : explained.span.end]
    assert ["MRN"] == words(text, explained)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("chart 482917", "chart"),
        ("MRN: 00482917 was seen", "MRN"),
        ("Dr. Kowalczyk will see her.", "Dr"),
        ("Patient: Adaeze Okonkwo", "Patient"),
    ],
)
def test_the_word_that_decided_is_named(analyzer: Analyzer, text: str, word: str) -> None:
    """A caption or title without which nothing would be found."""
    assert word in words(text, one(explain(analyzer, text)))


@pytest.mark.parametrize(
    ("text", "check"),
    [
        ("| NPI |\n|---|\n| 1993999998 |", "npi"),
        ("card 4111 1111 1111 1111", "luhn"),
        ("MRN 482917", None),
    ],
)
def test_the_check_that_decided_is_named(analyzer: Analyzer, text: str, check: str | None) -> None:
    """A check digit is named only where another one would not do."""
    assert check == one(explain(analyzer, text)).validator


def test_disguised_text_is_explained_as_it_is_written(analyzer: Analyzer) -> None:
    """Offsets are those of the text that was given."""
    text = "M&#82;N: 00482917"
    explained = one(explain(analyzer, text))

    assert ["M&#82;N"] == words(text, explained)


def test_what_memory_found_is_traced_to_where_it_was_told(analyzer: Analyzer) -> None:
    """A surname alone is explained by the full name before it."""
    text = "Patient: Adaeze Quillfeather. plan: quillfeather to return"
    explanation = explain(analyzer, text)
    remembered = [explained for explained in explanation.spans if explained.layer == "memory"]

    assert [((9, 28),)] == [explained.remembered_from for explained in remembered]


def test_who_lost_an_overlap_and_why() -> None:
    """The lower score loses, and of equal ones the shorter."""
    layers = Layers(
        patterns=(
            Says("low", "00482917", IdentifierType.OTHER_ID, 0.5),
            Says("short", "482917", IdentifierType.ACCOUNT, 0.9),
            Says("best", "00482917", IdentifierType.MRN, 0.9),
            Says("same", "0482917", IdentifierType.MRN, 0.7),
        )
    )
    explained = one(explain(Analyzer(layers), "seen 00482917 today"))
    fates = {item.span.recognizer: (item.fate, item.by, item.why) for item in explained.made_of}

    assert {
        "low": (Fate.OUTRANKED, "best", "lower_score"),
        "short": (Fate.OUTRANKED, "best", "shorter"),
        "best": (Fate.DECIDED, None, None),
        "same": (Fate.AGREED, "best", None),
    } == fates


def test_what_was_vetoed_is_told_with_its_judge() -> None:
    """The shipped safe list, the customer's, and the second net each answer for themselves."""
    guesses = tuple(Says(f"guess.{word.lower()}", word, IdentifierType.NAME, 0.7) for word in ("Lily", "Mercy", "Ann"))
    doubted = Says("tagger", "12", IdentifierType.OTHER_ID, 0.9)
    layers = Layers(gazetteers=guesses, taggers=(doubted,), veto=Vetoes("Lily"), safe=Vetoes("Mercy"))
    explanation = explain(Analyzer(layers), "Lily, Mercy or Ann, 12 mg")

    assert "guess.ann" == one(explanation).span.recognizer
    assert [
        ("guess.lily", Fate.VETOED, "safe_list"),
        ("guess.mercy", Fate.VETOED, "customer_safe_list"),
        ("tagger", Fate.IMPLAUSIBLE, "second_net"),
    ] == [(item.span.recognizer, item.fate, item.by) for item in explanation.dropped]


def test_an_explanation_holds_no_text() -> None:
    """Offsets, codes and names of recognizers only."""
    kinds = {field.type for cls in (Candidate, Explained, Explanation) for field in fields(cls)}

    assert not kinds - {
        Span,
        str,
        Fate,
        str | None,
        tuple[tuple[int, int], ...],
        tuple[Candidate, ...],
        tuple[Explained, ...],
    }
