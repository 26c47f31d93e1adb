"""Blobs are described by what is known of their kind, never by words of their own."""

import pytest

from streams.record.opaque import describe_blob


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
