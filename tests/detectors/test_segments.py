"""Test the cutting of long texts."""

import re

from hypothesis import given
from hypothesis import strategies as st

from detectors.analyzer import Analyzer
from detectors.layers import Layers
from detectors.recognizer import Passage
from detectors.segments import CONTEXT, CORE, Reach, parts
from schemas.identifiers import IdentifierType
from schemas.spans import Span

WORDS = st.lists(
    st.sampled_from(["a", "bcd", "12-34", "Ann Lee", "\n", "\n\n", ". ", "x" * 40, "9" * 90]), min_size=1, max_size=12
)


class Numbers:
    """Finds runs of digits and dashes, and names after a caption far before."""

    name = "numbers"

    def recognize(self, passage: Passage) -> list[Span]:
        """Return the runs."""
        found = [*re.finditer(r"\d[\d-]*\d", passage.text), *re.finditer(r"(?<=bcd )Ann Lee", passage.text)]
        return [Span(at.start(), at.end(), IdentifierType.MRN, 1.0, self.name) for at in found]


@given(WORDS, st.integers(1, 900))
def test_cutting_changes_no_result(words: list[str], times: int) -> None:
    """What a pattern finds within its context is found alike in one piece and in many."""
    text = " ".join(words * times)[: 6 * CORE]
    whole = Analyzer(Layers(structured=(Numbers(),))).analyze(text)

    assert whole == Analyzer(Layers(patterns=(Numbers(),))).analyze(text)


@given(WORDS, st.integers(1, 900))
def test_cores_tile_the_text(words: list[str], times: int) -> None:
    """Every code point belongs to one core, and stands in the passage where it stands in the text."""
    text = "".join(words * times)[: 6 * CORE]
    at = 0
    for part in parts(Passage(text)):
        if Reach.SEGMENT in part.reach:
            assert at == part.offset + part.core_start
            at = part.offset + part.core_end
            assert part.passage.text == text[part.offset : part.offset + len(part.passage.text)]
            assert len(part.passage.text) <= CORE + 5 * CONTEXT
    assert at == len(text)


def test_a_growing_text_keeps_its_parts() -> None:
    """What is appended changes the last parts only, so that the others are remembered."""
    text = "".join(f"Line {number} of a conversation.\n" for number in range(2000))
    before, after = (
        [part.passage.text for part in parts(Passage(grown))] for grown in (text, text + "One more.\n" * 50)
    )

    assert len(set(before) - set(after)) <= 3


def test_an_empty_text_has_one_part() -> None:
    """Nothing is a text too."""
    (part,) = parts(Passage(""))

    assert (part.core_start, part.core_end) == (0, 0)
