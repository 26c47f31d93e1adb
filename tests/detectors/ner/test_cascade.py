"""The tagger with its second stage, as it is shipped."""

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.gazetteers.lookup import Gazetteers
from detectors.ner import cascade, manifest
from detectors.ner.cascade import AROUND, FILE, LONGEST, Cascade, stretches
from detectors.ner.tagger import Tagged, Tagger
from detectors.profile import Profile
from schemas.errors import ModelUnavailable

TEXTS = [
    "pls call gus or his aunt winsome back re the rash, they live out by kettle falls",
    "",
    "Seen with Mercy from the mission; Hope is worse. Rose (her roommate) drove in from Early.",
    "metformin 500 mg BID, A1c 8.2",
    "grandma lives w will and faith near big stone",
] * 3


@pytest.fixture(scope="module")
def both() -> Cascade:
    """Load the shipped model with its second stage."""
    loaded = cascade.load()
    assert isinstance(loaded, Cascade)
    return loaded


def chances(tagged: Tagged) -> list[list[list[float]]]:
    """Return the probabilities of each text's words."""
    pairs = zip(tagged.firsts, tagged.words, strict=True)
    return [tagged.chances[first : first + len(words)].tolist() for first, words in pairs]


@given(st.integers(1, 400).flatmap(lambda count: st.tuples(st.just(count), st.sets(st.integers(0, count - 1)))))
def test_every_doubtful_word_is_read_once_with_those_around(drawn: tuple[int, set[int]]) -> None:
    """Stretches follow one another, are as short as training had them, and hold every doubtful word."""
    count, doubtful = drawn
    found = list(stretches(sorted(doubtful), count))
    read = [place for start, end in found for place in range(start, end)]

    assert read == sorted(set(read))
    assert doubtful <= set(read)
    assert all(0 <= start < end <= count and end - start <= LONGEST for start, end in found)
    assert all(any(abs(place - other) <= AROUND for other in doubtful) for place in read)


def test_a_text_gets_the_same_answer_alone_and_among_others(both: Cascade) -> None:
    """What stands in a batch does not change a text's result."""
    assert chances(both.tag(TEXTS)) == [chances(both.tag([text]))[0] for text in TEXTS]


def test_only_what_stands_by_a_doubtful_word_is_read_again() -> None:
    """The answer changes near doubtful words, and nowhere else."""
    model = replace(manifest.load(manifest.MODEL), doubt=(0.01, 0.99))
    text = TEXTS[0] + ". " + "the wound is clean and dry and the dressing was changed. " * 12
    first, second = Tagger(model, Gazetteers.load()), Cascade(Tagger(model, Gazetteers.load()))
    before, after = first.tag([text]).chances, second.tag([text]).chances
    chance = before[:, :4].sum(1)
    doubtful = np.flatnonzero((chance > 0.01) & (chance < 0.99))
    changed = np.flatnonzero((before != after).any(1))

    assert len(changed)
    assert all(np.abs(doubtful - place).min() <= AROUND for place in changed)


def test_the_fast_profile_is_the_tagger_alone(both: Cascade) -> None:
    """Both profiles read with one tagger, and what one remembers is never taken for the other's."""
    fast = cascade.load(Profile.FAST)

    assert isinstance(fast, Tagger)
    assert fast.digest != both.digest
    assert fast.manifest == both.manifest


def test_an_altered_second_stage_is_refused(tmp_path: Path) -> None:
    """One changed byte is enough; the tagger alone does not ask for the file."""
    copied = Path(shutil.copytree(manifest.MODEL, tmp_path / "model"))
    content = bytearray((copied / FILE).read_bytes())
    content[len(content) // 2] ^= 1
    (copied / FILE).write_bytes(content)

    with pytest.raises(ModelUnavailable):
        cascade.load(Profile.ACCURATE, copied)
    cascade.load(Profile.FAST, copied)
