"""Pieces written twice count once where their producer says so; elsewhere nothing that was said is lost."""

import json
from pathlib import Path
from typing import Any

import pytest

from schemas.topics import QUARANTINE, REDACTED
from tests.schemas.sources.streamed.streams import chat, messages
from tests.streams.embedded_rig import EmbeddedRig, rig_at

PARTS = ["ha", "ha", " Write to jo@exa", "mple.org"]
SOURCE = ("ce_source", b"gateway")
Headers = tuple[tuple[str, bytes], ...]


@pytest.fixture
def rig(tmp_path: Path) -> EmbeddedRig:
    """Return an embedded deployment."""
    return rig_at(tmp_path / "state")


def event(rig: EmbeddedRig) -> dict[str, Any]:
    """Redact everything and return the one event that came of it."""
    rig.drain()
    (tree,) = rig.trees(REDACTED)
    return tree


def text(tree: dict[str, Any]) -> str:
    """Return what the model said, without the token."""
    content: str = tree["record"]["choices"][0]["message"]["content"]
    return content.split("phi_", maxsplit=1)[0]


def feed(rig: EmbeddedRig, pieces: list[dict[str, Any]], *headers: Headers) -> None:
    """Write each piece under its headers."""
    for piece, each in zip(pieces, headers, strict=True):
        rig.feed(json.dumps(piece).encode(), headers=each, key=b"k")


def numbered(count: int, *again: int) -> list[Headers]:
    """Return headers with an id for each piece, some of them twice."""
    order = sorted([*range(count), *again])
    return [(("ce_id", b"%d" % number), SOURCE) for number in order]


def test_copies_with_the_producers_id_count_once(rig: EmbeddedRig) -> None:
    """A chunk under an id and source that were there before, and of the same bytes, adds nothing but its offset."""
    pieces = chat(PARTS)
    doubled = [pieces[number] for number in sorted([*range(len(pieces)), 1, 3, 5])]
    feed(rig, doubled, *numbered(len(pieces), 1, 3, 5))
    tree = event(rig)

    assert text(tree) == "haha Write to "
    assert tree["assembly"]["pieces"] == len(pieces)
    assert tree["assembly"]["offsets"] == [[0, len(doubled) - 1]]
    assert tree["phi"]["counts"] == {"EMAIL": 1}


def test_a_block_begun_twice_is_begun_once(rig: EmbeddedRig) -> None:
    """What says by itself that it begins would be a gap the second time, were it not for its id."""
    pieces = [piece for piece in messages(PARTS) if piece["type"] != "ping"]
    doubled = [pieces[number] for number in sorted([*range(len(pieces)), 0, 1, 2])]
    feed(rig, doubled, *numbered(len(pieces), 0, 1, 2))
    content = event(rig)["record"]["content"][0]["text"]

    assert content.startswith("haha Write to phi_")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ((), ()),
        ((SOURCE,), (SOURCE,)),
        ((("ce_id", b"1"),), (("ce_id", b"1"),)),
        ((("ce_id", b""), SOURCE), (("ce_id", b""), SOURCE)),
        ((("ce_id", b"1"), SOURCE), (("ce_id", b"2"), SOURCE)),
        ((("ce_id", b"1"), SOURCE), (("ce_id", b"1"), ("ce_source", b"other"))),
        ((("ce_id", b"1"), ("ce_id", b"2"), SOURCE), (("ce_id", b"1"), ("ce_id", b"2"), SOURCE)),
    ],
)
def test_what_nobody_calls_a_copy_is_said_twice(rig: EmbeddedRig, first: Headers, second: Headers) -> None:
    """Equal bytes in the same millisecond are no proof: a model says "ha" twice, and its server sends both at once."""
    pieces = chat(PARTS)
    feed(rig, pieces, (), first, second, *[()] * (len(pieces) - 3))

    assert text(event(rig)) == "haha Write to "
    assert not rig.records(QUARANTINE)


def test_other_bytes_under_one_id_are_no_copy(rig: EmbeddedRig) -> None:
    """A producer that uses an id again loses nothing of what it says."""
    pieces = chat(PARTS)
    same: Headers = (("ce_id", b"1"), SOURCE)
    feed(rig, pieces, *[same] * len(pieces))

    assert text(event(rig)).startswith("ha")
    assert "Write to" in text(event(rig))
