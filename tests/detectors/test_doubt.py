"""What a tagger is not sure of counts only beside something surer."""

from collections.abc import Sequence

import pytest

from detectors.analyzer import Analyzer
from detectors.doubt import Doubted, guesses, settled, sure_from
from detectors.layers import Layers
from detectors.recognizer import Passage
from detectors.resolve import resolve
from schemas.identifiers import IdentifierType
from schemas.spans import Span


class _Guess:
    """Reports "maybe" as a doubted name, "Ortiz" as a sure one."""

    @property
    def name(self) -> str:
        """The stable name that spans carry."""
        return "guess"

    def recognize_many(self, passages: Sequence[Passage]) -> Sequence[Sequence[Span]]:
        """Return the guesses of each passage."""
        return [
            [
                kind(start, start + len(word), IdentifierType.NAME, 0.5, self.name)
                for word, kind in (("maybe", Doubted), ("Ortiz", Span))
                if (start := passage.text.find(word)) >= 0
            ]
            for passage in passages
        ]


def _analyzer() -> Analyzer:
    return Analyzer(Layers(gazetteers=(_Guess(),)))


def test_a_doubted_span_alone_is_left_out() -> None:
    """A text in which nothing is sure holds near misses."""
    assert _analyzer().analyze("maybe so") == ()


def test_a_doubted_span_beside_a_sure_one_counts() -> None:
    """Identifiers stand together, in one text or in another of the same event."""
    alone = _analyzer().analyze_all([("maybe so", ""), ("Ortiz said", "")])
    together = _analyzer().analyze("maybe Ortiz")

    assert [[(span.start, span.end) for span in spans] for spans in alone] == [[(0, 5)], [(0, 5)]]
    assert len(together) == 1, "two parts of one name"


def test_another_event_says_nothing() -> None:
    """What is sure in one event makes nothing likelier in the next, read with it or not."""
    first, second = _analyzer().analyze_events([[("maybe so", "")], [("Ortiz said", "")]])

    assert first == ((),)
    assert [len(spans) for spans in second] == [1]


def test_nothing_that_leaves_is_marked_as_doubted() -> None:
    """Believed is believed: the rest of the system compares plain spans."""
    (spans,) = settled([(Doubted(0, 3, IdentifierType.NAME, 0.2, "a"), Span(5, 8, IdentifierType.DATE, 0.9, "b"))])

    assert [type(span) for span in spans] == [Span, Span]


@pytest.mark.parametrize("swapped", [False, True])
def test_a_sure_span_is_never_doubted_for_what_overlaps_it(*, swapped: bool) -> None:
    """A doubted guess of a higher score must not take a sure identifier with it when it is left out."""
    spans = [Doubted(0, 9, IdentifierType.NAME, 0.8, "tagger"), Span(4, 12, IdentifierType.MRN, 0.4, "rule")]

    (found,) = settled([resolve("abcdefghijkl", spans[::-1] if swapped else spans)])

    assert [(span.start, span.end, span.type) for span in found] == [(0, 12, IdentifierType.MRN)]


def test_a_listed_name_is_a_guess_in_a_long_text_and_none_in_a_short_one() -> None:
    """Lists hold eponyms and dishes, too: what nothing beside it bears out needs company, once there are many words."""
    spans = [Span(0, 5, IdentifierType.NAME, 0.8, "lists"), Span(6, 11, IdentifierType.NAME, 0.9, "lists")]
    long = "Aster Benno " + "word " * 40

    assert [isinstance(span, Doubted) for span in guesses(long, spans)] == [True, False]
    assert [isinstance(span, Doubted) for span in guesses("Aster Benno came", spans)] == [False, False]


def test_longer_texts_ask_for_more() -> None:
    """A short prompt keeps its lone name; a page has many words that may pass for one."""
    limits = [sure_from(words) for words in (1, 36, 37, 72, 73, 10_000)]

    assert limits == sorted(limits)
    assert limits[0] < limits[-1]
