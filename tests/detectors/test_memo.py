"""Test the memory of what was read before."""

import re
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from detectors.analyzer import Analyzer
from detectors.layers import Layers
from detectors.memo import Memo
from detectors.recognizer import Passage
from schemas.identifiers import IdentifierType
from schemas.spans import Span

SPANS = (Span(0, 3, IdentifierType.NAME, 0.5, "test"),)


class Words:
    """Finds words with a capital, and counts how often it was asked."""

    name = "words"

    def __init__(self) -> None:
        self.asked = 0

    def recognize(self, passage: Passage) -> Sequence[Span]:
        """Return the words with a capital."""
        self.asked += 1
        found = re.finditer(r"[A-Z]\w*", passage.text)
        return [Span(word.start(), word.end(), IdentifierType.NAME, 0.9, self.name) for word in found]


def test_facts_do_not_run_into_one_another() -> None:
    """What belongs to one fact never counts for the next."""
    memo = Memo()

    assert memo.digest("ab", "c") != memo.digest("a", "bc")
    assert memo.digest("ab", "c") == memo.digest("ab", "c")


def test_two_processes_share_no_digests() -> None:
    """The key is the process's own, so a digest says nothing elsewhere."""
    assert Memo().digest("a") != Memo().digest("a")


def test_the_oldest_goes_when_the_room_is_used_up() -> None:
    """The memory is bounded, and what was used lately stays."""
    memo = Memo(limit=1000)
    digests = [memo.digest(str(number)) for number in range(3)]
    memo.put(digests[0], SPANS)
    memo.put(digests[1], SPANS)
    memo.get(digests[0])
    memo.put(digests[2], SPANS)

    assert [memo.get(digest) for digest in digests] == [SPANS, None, SPANS]


def test_putting_again_counts_once() -> None:
    """The size follows what is held."""
    memo = Memo(limit=1000)
    for _ in range(100):
        memo.put(memo.digest("a"), SPANS)

    assert len(memo) == 1


def test_a_memo_holds_no_text() -> None:
    """Only digests and spans are kept."""
    memo = Memo()
    Analyzer(Layers(patterns=(Words(),)), memo).analyze("Adaeze was here")

    assert "Adaeze" not in repr(vars(memo))


def test_a_text_is_read_once() -> None:
    """The second look at a text asks no recognizer, in the same event too."""
    words = Words()
    analyzer = Analyzer(Layers(patterns=(words,)))
    analyzer.analyze_all([("Ann", ""), ("Ann", "")])
    analyzer.analyze("Ann")

    assert words.asked == 1


def test_scopes_and_hints_are_kept_apart() -> None:
    """Another tenant, policy or key is another question."""
    words = Words()
    analyzer = Analyzer(Layers(patterns=(words,)))
    analyzer.analyze_all([("Ann", ""), ("Ann", "name")])
    analyzer.analyze_all([("Ann", "")], scope="tenant b")

    assert words.asked == 3


@given(st.lists(st.lists(st.sampled_from(["Ann", "ann Lee", "", "a\n\nB", "x" * 50]), max_size=4), max_size=6))
def test_the_memo_changes_no_result(events: list[list[str]]) -> None:
    """What is remembered is what would be found, also when the memory is tiny."""
    remembering = Analyzer(Layers(patterns=(Words(),)), Memo(limit=600))
    for event in events:
        texts = [(text, "") for text in event]

        assert Analyzer(Layers(patterns=(Words(),))).analyze_all(texts) == remembering.analyze_all(texts)
