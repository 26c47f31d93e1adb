"""Blobs are described by what is known of their kind, never by words of their own."""

from typing import Any

import pytest

from streams.record.opaque import describe_blob, repeats_tokens


@pytest.mark.parametrize(
    "text", ["data:image/ada.lovelace;base64,AAAA", "ada-lovelace://bucket/file", "Data:ada/b;x,AAAA"]
)
def test_types_and_schemes_carry_no_words(text: str) -> None:
    """A subtype or scheme that nobody registered may be anybody's name: it is not told."""
    described = describe_blob("media", text, lambda _: "00")

    assert "ada" not in described
    assert "lovelace" not in described


def test_known_types_and_schemes_are_told() -> None:
    """What a picture is and where a pointer leads stays of use."""
    assert "type=image/png" in describe_blob("media", "data:image/png;base64,AAAA", lambda _: "00")
    assert "scheme=s3" in describe_blob("pointer", "s3://bucket/file", lambda _: "00")


@pytest.mark.parametrize(
    ("key", "node", "expected"),
    [
        ("logprobs", {"content": []}, True),
        ("prompt_logprobs", [None, {"44": {"logprob": -1, "decoded_token": "Mar"}}], True),
        ("tokens", [{"id": 7, "text": "Mar", "logprob": -1}, {"id": 8, "text": "ia", "logprob": None}], True),
        ("top_tokens", [[{"text": "Mar", "logprob": -1}]], True),
        ("context", [128006, 882], True),
        ("input", [[1000, 2], [3, 4000]], True),
        ("tokens", {"in": 99213}, False),
        ("tokens", ["Mar", "ia"], False),
        ("input", [1, 2, 255], False),
        ("input", [0.5, 1000], False),
        ("input", [True, 1000], False),
        ("scores", [1000, 2000], False),
        ("messages", [{"text": "Mar", "logprob": -1}, {"text": "ia"}], False),
        ("tokens", [], False),
    ],
    ids=repr,
)
def test_a_text_told_by_its_tokens_is_known(key: str, node: Any, *, expected: bool) -> None:
    """Tokens by their words beside a probability, or by their numbers where those stand; no other list."""
    assert expected == repeats_tokens(key, node)
