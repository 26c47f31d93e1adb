"""Pieces that a gateway logs one a record, each in an envelope: joined where that names the stream, else sealed."""

import json
from pathlib import Path
from typing import Any

import pytest

from schemas.topics import REDACTED
from tests.schemas.sources.streamed.streams import STREAMED, Streamed, Tree, chat, converse, cut, messages
from tests.streams.embedded_rig import EmbeddedRig, rig_at

TEXT = "Write to maria.quintana@example.org, SSN 521-44-9180, or jo@example.org"
CUTS = [12, 22, 30, 44, 52, 60]
JOINED = [each for each in STREAMED if each.name != "gemini"]


@pytest.fixture
def rig(tmp_path: Path) -> EmbeddedRig:
    """Return an embedded deployment."""
    return rig_at(tmp_path / "state")


def wrapped(pieces: list[Tree], **more: Any) -> list[Tree]:
    """Return the pieces as a gateway logs them, one a record."""
    told = [piece for piece in pieces if piece.get("type") != "ping"]
    return [
        {
            "request_id": "req-7",
            "timestamp": f"2026-03-04T10:23:{number:02}Z",
            "gateway": {"region": "north", "body": piece},
            **more,
        }
        for number, piece in enumerate(told)
    ]


def values(trees: list[Tree]) -> list[bytes]:
    """Return one record a tree."""
    return [json.dumps(tree).encode() for tree in trees]


def leaks(rig: EmbeddedRig) -> list[str]:
    """Return what of the text's identifiers is shown."""
    told = json.dumps(rig.trees(REDACTED))
    return [value for value in ("maria", "quintana", "521-44", "44-9180", "jo@", "example.org") if value in told]


@pytest.mark.parametrize("streamed", JOINED, ids=lambda each: each.name)
def test_pieces_in_envelopes_make_one_event(rig: EmbeddedRig, streamed: Streamed) -> None:
    """The first envelope stands around what the pieces make; what the others say otherwise is kept beside it."""
    trees = wrapped(streamed.pieces(cut(TEXT, CUTS)))
    rig.feed(*values(trees))
    rig.drain()
    (event,) = rig.trees(REDACTED)

    assert [[0, len(trees) - 1]] == event["assembly"]["offsets"]
    assert {"EMAIL": 2, "SSN": 1} == {key: event["phi"]["counts"][key] for key in ("EMAIL", "SSN")}
    assert streamed.text(event["record"]["gateway"]["body"]).startswith("Write to phi_email_")
    assert "north" == event["record"]["gateway"]["region"]
    assert len(trees) - 1 == len(event["record"]["other_envelopes"])
    assert leaks(rig) == []


def test_two_calls_are_kept_apart(rig: EmbeddedRig) -> None:
    """Envelopes of two calls go through each other, and pieces name none of them."""
    one, two = wrapped(converse(cut(TEXT, CUTS))), wrapped(converse(cut(TEXT, CUTS)), request_id="req-8")
    rig.feed(*(value for pair in zip(values(one), values(two), strict=True) for value in pair))
    rig.drain()

    assert [len(one)] * 2 == [event["assembly"]["pieces"] for event in rig.trees(REDACTED)]
    assert leaks(rig) == []


def test_numbers_of_envelopes_bring_pieces_in_order(rig: EmbeddedRig) -> None:
    """Pieces that come in another order, or twice, under the gateway's own numbers are what they were."""
    trees = [{**tree, "sequence": number} for number, tree in enumerate(wrapped(chat(cut(TEXT, CUTS))))]
    rig.feed(*values([trees[0], *trees[4:1:-1], trees[3], trees[1], *trees[5:]]))
    rig.drain()
    (event,) = rig.trees(REDACTED)

    assert {"EMAIL": 2, "SSN": 1} == {key: event["phi"]["counts"][key] for key in ("EMAIL", "SSN")}
    assert leaks(rig) == []


def test_an_envelope_that_says_the_piece_again_is_sealed(rig: EmbeddedRig) -> None:
    """A text beside the piece that differs from record to record may be cut like the piece."""
    trees = wrapped(chat(cut(TEXT, CUTS)))
    parts = ["", *cut(TEXT, CUTS), "", ""]
    rig.feed(*values([{**tree, "said": part} for tree, part in zip(trees, parts, strict=True)]))
    rig.drain()

    assert {"stream_piece"} == {tree["reason"] for tree in rig.trees(REDACTED)}
    assert leaks(rig) == []


def test_a_piece_whose_stream_nobody_names_is_sealed(rig: EmbeddedRig) -> None:
    """An envelope without an id around a piece without one, or around two pieces."""
    nameless = [{"gateway": {"body": piece}} for piece in messages(cut(TEXT, CUTS))[:2]]
    two = {"request_id": "r", "one": chat(["Mar"])[1], "two": chat(["ia"])[1]}
    rig.feed(*values([*nameless, two]))
    rig.drain()

    assert ["stream_piece"] * 3 == [tree["reason"] for tree in rig.trees(REDACTED)]
