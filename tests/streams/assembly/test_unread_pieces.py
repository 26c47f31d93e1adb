"""Records that killed two workers are never read again, and no stream is joined as if they had not been."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from schemas.sources.streamed.part import ids_of
from schemas.topics import ASSEMBLY, RAW, REDACTED
from streams.assembly.gaps import holds_ids, may_be_piece
from streams.assembly.pointers import open_pointers, standing_pointers
from streams.supervisor import DEATHS, RunFolder
from tests.schemas.sources.streamed.streams import STREAMED, Tree, chat, cut, messages
from tests.streams.embedded_rig import EmbeddedRig, rig_at

TEXT = "Write to maria.quintana@example.org, SSN 521-44-9180, or jo@example.org"
CUTS = [12, 22, 30, 44, 52, 60]
NOW = 1_772_619_780_000
GEMINI = [
    {"candidates": [{"content": {"parts": [{"text": part}]}, "index": 0}], "responseId": "resp-1"}
    for part in cut(TEXT, CUTS)
]
GEMINI[-1]["candidates"][0]["finishReason"] = "STOP"  # type: ignore[index]
UNNAMED = [{key: value for key, value in chunk.items() if key != "id"} for chunk in chat(cut(TEXT, CUTS))]
ENVELOPED = [{"request_id": "req-7", "body": piece} for piece in messages(cut(TEXT, CUTS)) if piece["type"] != "ping"]
#: One stream of each shape; a response that has its last event says everything there.
SHAPES = {
    each.name: [piece for piece in each.pieces(cut(TEXT, CUTS)) if piece.get("type") != "ping"]
    for each in STREAMED
    if each.name in ("chat", "messages", "responses", "converse")
} | {"gemini": GEMINI, "chunks without id": UNNAMED, "in envelopes": ENVELOPED}


@pytest.fixture
def rig(tmp_path: Path) -> EmbeddedRig:
    """Return an embedded deployment."""
    return rig_at(tmp_path / "state")


def values(pieces: Sequence[Tree]) -> list[bytes]:
    """Return one record a piece."""
    return [json.dumps(piece).encode() for piece in pieces]


def kill(rig: EmbeddedRig, offset: int) -> None:
    """Note that a record has killed two workers."""
    for _ in range(DEATHS):
        RunFolder(rig.state.run_folder).count_death(f"{RAW}/0/{offset}")


def outcomes(rig: EmbeddedRig) -> dict[int, Any]:
    """Return the reason why each offset is withheld, or the pieces of the event that begins there."""
    found = {}
    for tree in rig.trees(REDACTED):
        joined = (tree.get("assembly") or {}).get("pieces", 1)
        found[tree["coordinates"]["offset"]] = tree.get("reason") or joined
    return found


@pytest.mark.parametrize("place", [0, 3, -1], ids=["first", "middle", "last"])
def test_a_stream_with_an_unread_piece_is_sealed(rig: EmbeddedRig, place: int) -> None:
    """Whatever the format and wherever the piece: nothing of its stream is shown, and other streams are."""
    other = values(chat(["fine"], id_="chatcmpl-other"))
    rig.feed(*other[:2], key=b"other")
    first, expected = 2, dict[str, Any]()
    for name, pieces in SHAPES.items():
        rig.feed(*values(pieces), key=name.encode())
        unread = first + range(len(pieces))[place]
        kill(rig, unread)
        expected |= {f"{name} {offset - first}": "stream_piece" for offset in range(first, first + len(pieces))}
        expected[f"{name} {unread - first}"] = "killed_worker"
        first += len(pieces)
    rig.feed(*other[2:], key=b"other")
    rig.drain()
    places = [f"{name} {number}" for name, pieces in SHAPES.items() for number in range(len(pieces))]
    found = outcomes(rig)

    assert found.pop(0) == len(other)
    assert {places[offset - 2]: outcome for offset, outcome in found.items()} == expected
    assert not any(value in json.dumps(rig.trees(REDACTED)) for value in ("maria", "521-44", "jo@"))


@pytest.mark.parametrize("steps", [4, 5], ids=["before the piece", "after it"])
def test_a_gap_outlives_its_worker(rig: EmbeddedRig, steps: int) -> None:
    """A worker elsewhere, whose host counted no death, does not read the record either, and knows of the gap."""
    limits = rig.settings.limits.model_copy(update={"batch_records": 1})
    rig.settings = rig.settings.model_copy(update={"limits": limits})
    rig.feed(*values(chat(cut(TEXT, CUTS))), key=b"k")
    kill(rig, 4)
    with (worker := rig.worker()).log:
        for _ in range(steps):
            worker._step(until_drained=False)
    if steps > 4:
        (rig.state.run_folder / "deaths.json").unlink()
    rig.drain()

    assert outcomes(rig) == dict.fromkeys(range(10), "stream_piece") | {4: "killed_worker"}


def test_a_lost_begin_outlives_its_worker(rig: EmbeddedRig) -> None:
    """Though no stream was open when the worker ended, the next one knows that one has lost its begin."""
    limits = rig.settings.limits.model_copy(update={"batch_records": 1})
    rig.settings = rig.settings.model_copy(update={"limits": limits})
    rig.feed(*values(GEMINI), b'{"note": "between"}')
    kill(rig, 0)
    with (worker := rig.worker()).log:
        worker._step(until_drained=False)
    (rig.state.run_folder / "deaths.json").unlink()
    rig.drain()
    sealed = dict.fromkeys(range(1, len(GEMINI)), "stream_piece")

    assert outcomes(rig) == {0: "killed_worker", **sealed, len(GEMINI): 1}


def test_a_last_piece_alone_is_sealed(rig: EmbeddedRig) -> None:
    """It looks whole, and some servers write each chunk as if it were the first: what began them stays unread."""
    repeated = [
        {**chunk, "choices": [{**each, "delta": {"role": "assistant", **each["delta"]}} for each in chunk["choices"]]}
        for chunk in UNNAMED
    ]
    rig.feed(*values([GEMINI[0], GEMINI[-1]]), *values(repeated), key=b"k")
    for offset in (0, 2):
        kill(rig, offset)
    rig.drain()
    expected = dict.fromkeys(range(2 + len(repeated)), "stream_piece")

    assert outcomes(rig) == expected | dict.fromkeys((0, 2), "killed_worker")


def test_what_is_no_piece_tears_no_stream(rig: EmbeddedRig) -> None:
    """A record that is none, one of another stream, and one of another key leave the streams around them whole."""
    pieces, other = values(chat(cut(TEXT, CUTS))), values(chat(["fine"], id_="chatcmpl-2"))
    rig.feed(*pieces[:3], key=b"k")
    rig.feed(b'{"about": "chatcmpl-1"}', other[0], key=b"k")
    rig.feed(*values(messages(["a"]))[3:4], key=b"x")
    rig.feed(*pieces[3:], key=b"k")
    turn = values(SHAPES["converse"])
    rig.feed(*turn[:2], key=b"y")
    rig.feed(turn[2], key=b"x")
    rig.feed(*turn[2:], key=b"y")
    unread = (3, 4, 5, len(pieces) + 5)
    for offset in unread:
        kill(rig, offset)
    rig.drain()
    whole = {0: len(pieces), len(pieces) + 3: len(turn)}

    assert outcomes(rig) == whole | dict.fromkeys(unread, "killed_worker")


def test_a_later_stream_under_the_key_is_whole(rig: EmbeddedRig) -> None:
    """A gap in one turn of a conversation is none in the next, which shows its own begin."""
    turn = values(SHAPES["messages"])
    rig.feed(*turn, key=b"k", timestamp_ms=NOW)
    rig.feed(*turn, key=b"k", timestamp_ms=NOW + 120_000)
    kill(rig, 3)
    rig.drain()

    assert outcomes(rig)[len(turn)] == len(turn)
    assert {outcomes(rig)[number] for number in range(len(turn))} == {"stream_piece", "killed_worker"}


def test_a_gap_is_forgotten_in_time(rig: EmbeddedRig) -> None:
    """Once no stream around it can be open, nothing points at the record; the clock of records tells."""
    rig.feed(*values(chat(["a"]))[:3], timestamp_ms=NOW)
    kill(rig, 1)
    rig.drain()
    before = standing_pointers(rig.records(ASSEMBLY))
    rig.feed(b'{"note": "later"}', timestamp_ms=NOW + 2 * 900_000)
    rig.drain()

    assert 1 == len(before)
    assert {} == open_pointers(rig.records(ASSEMBLY)) == standing_pointers(rig.records(ASSEMBLY))


@pytest.mark.parametrize(
    ("value", "stream", "held"),
    [
        (b'{"id": "c-1", "delta": {}}', "c-1", True),
        (b'{"id": "c-2", "delta": {}}', "c-1", False),
        (b'{"id": "c-1"}', "c-1", False),
        (b'{"request_id": "r", "body": {"delta": {}}}', '[["body"], "r", null]', True),
        (b'{"request_id": "r", "body": {"delta": {}}}', '[["body"], "r", "m"]', False),
        (b'{"id": "\\u00e9", "delta": {}}', "é", True),
        ('data: {"id": "é"}'.encode(), "é", True),
    ],
)
def test_ids_are_found_in_bytes(value: bytes, stream: str, held: bool) -> None:
    """Every id that names a stream stands in what may be a piece of it, as it is or as JSON writes it."""
    assert held == holds_ids(value, stream)


def test_a_name_of_a_stream_is_read_back() -> None:
    """What looks like the name of an envelope and is none is an id like another."""
    assert [("[1]",), ("7",), ("r", "m")] == [ids_of("[1]"), ids_of("7"), ids_of('[["a"], "r", "m"]')]
    assert not may_be_piece(b'{"prompt": "hello"}')
