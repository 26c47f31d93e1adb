"""Chunks of models with bodies of their own: whatever the shape, a text that was cut comes together."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import Unjoinable
from schemas.sources.streamed.own import join_own
from tests.schemas.sources.streamed.streams import cut

TEXT = "ha ha, Maria Quintana, SSN 521-44-9180"


def _at(tree: Any, path: tuple[str | int, ...]) -> Any:
    for key in path:
        tree = tree[key]
    return tree


@pytest.mark.parametrize(
    ("shape", "path"),
    [
        (lambda part: {"outputText": part, "index": 0, "completionReason": None}, ("outputText",)),
        (lambda part: {"outputs": [{"text": part, "stop_reason": None}]}, ("outputs", 0, "text")),
        (lambda part: {"choices": [{"text": part, "stop_reason": None}]}, ("choices", 0, "text")),
        (lambda part: {"message": part, "finishReason": None}, ("message",)),
        (lambda part: {"model": "m", "answer": {"said": part}}, ("answer", "said")),
        (
            lambda part: {"type": "content-delta", "delta": {"message": {"content": {"text": part}}}},
            ("delta", "message", "content~2", "text"),
        ),
    ],
)
@settings(max_examples=20, deadline=None)
@given(places=st.lists(st.integers(1, len(TEXT) - 1), min_size=2, max_size=12, unique=True))
def test_a_text_cut_anywhere_comes_together(shape: Any, path: tuple[str | int, ...], places: list[int]) -> None:
    """At its place in the body, whatever else the chunks say; what they repeat is said once."""
    chunks = [shape(part) for part in cut(TEXT, places)]
    if "content~2" in path:
        chunks = [{"type": "message-start", "delta": {"message": {"role": "assistant", "content": ["x"]}}}, *chunks]
    document = join_own(chunks).document

    assert TEXT == _at(document, path)
    assert document.get("model", "m") == "m"


def test_chunks_that_say_nothing_are_none() -> None:
    """Where nothing differs and nothing is said, nobody knows what the list is."""
    with pytest.raises(Unjoinable):
        join_own([{"model": "m", "n": 1}, {"model": "m", "n": 2}])


def test_what_differs_in_kind_is_kept() -> None:
    """Lists become longer, numbers take the last value, what is null changes nothing."""
    document = join_own(
        [{"text": "a", "n": 1, "l": [1], "e": None}, {"text": "a", "n": 2, "l": [2], "e": "x"}]
    ).document

    assert {"text": "aa", "n": 2, "l": [1, 2], "e": "x"} == document
