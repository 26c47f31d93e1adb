"""Chunks of Gemini, one a record: the answer that they make, though the last looks like a whole one."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from schemas.topics import REDACTED
from tests.schemas.sources.streamed.streams import Tree, cut
from tests.streams.embedded_rig import EmbeddedRig, rig_at
from tests.streams.intake_rig import intake_rig_at, raw

TEXT = "Write to maria.quintana@example.org, SSN 521-44-9180, or jo@example.org"
CUTS = [12, 22, 30, 44, 52, 60]
NOW = 1_772_619_780_000


@pytest.fixture
def rig(tmp_path: Path) -> EmbeddedRig:
    """Return an embedded deployment."""
    return rig_at(tmp_path / "state")


def chunks(parts: Sequence[str], *, id_: str | None = "resp-1") -> list[Tree]:
    """Return the chunks of an answer as the API sends them; the last says text too."""
    named = {} if id_ is None else {"responseId": id_}
    ends: list[Tree] = [{} for _ in parts[1:]] + [{"finishReason": "STOP"}]
    return [
        {
            "candidates": [{"content": {"role": "model", "parts": [{"text": part}]}, "index": 0, **end}],
            "usageMetadata": {"promptTokenCount": 4, "candidatesTokenCount": number, "totalTokenCount": 4 + number},
            "modelVersion": "gemini-2.5-flash",
            **named,
        }
        for number, (part, end) in enumerate(zip(parts, ends, strict=True))
    ]


def values(pieces: Sequence[Tree]) -> list[bytes]:
    """Return one record a chunk."""
    return [json.dumps(piece).encode() for piece in pieces]


def text_of(event: dict[str, Any]) -> str:
    """Return what the answer says."""
    return "".join(part["text"] for part in event["record"]["candidates"][0]["content"]["parts"])


def leaks(trees: Sequence[dict[str, Any]]) -> list[str]:
    """Return what of the text's identifiers is shown."""
    return [value for value in ("maria", "quintana", "521-44", "44-9180", "jo@", "org") if value in json.dumps(trees)]


def test_chunks_make_one_answer(rig: EmbeddedRig) -> None:
    """Two answers whose chunks go through each other are two events, whole, with nothing of a value that was cut."""
    one, two = chunks(cut(TEXT, CUTS)), chunks(cut(TEXT, CUTS), id_="resp-2")
    rig.feed(*(value for pair in zip(values(one), values(two), strict=True) for value in pair))
    rig.drain()
    events = rig.trees(REDACTED)

    assert [len(one)] * 2 == [event["assembly"]["pieces"] for event in events]
    assert [{"EMAIL": 2, "SSN": 1}] * 2 == [event["phi"]["counts"] for event in events]
    assert not any(event["incomplete"] for event in events)
    assert all(text_of(event).startswith("Write to phi_email_") for event in events)
    assert ["vertex"] * 2 == [event["source"] for event in events]
    assert leaks(events) == []


def test_server_sent_chunks_make_one_answer(rig: EmbeddedRig) -> None:
    """One event a record, or several; the records behind the first look like whole bodies."""
    lines = [b"data: " + value + b"\n\n" for value in values(chunks(cut(TEXT, CUTS)))]
    rig.feed(*lines[:2], b"".join(lines[2:4]), b"".join(lines[4:]))
    rig.drain()
    (event,) = rig.trees(REDACTED)

    assert len(lines) == event["assembly"]["pieces"]
    assert leaks([event]) == []


def test_chunks_outlive_a_worker(rig: EmbeddedRig) -> None:
    """A worker that comes between the first chunk and the last knows what the last one belongs to."""
    pieces = values(chunks(cut(TEXT, CUTS)))
    for value in pieces[:-1]:
        rig.feed(value)
        with (worker := rig.worker()).log:
            worker._step(until_drained=False)
    rig.feed(pieces[-1])
    rig.drain()
    (event,) = rig.trees(REDACTED)

    assert [[0, len(pieces) - 1]] == event["assembly"]["offsets"]
    assert leaks([event]) == []


def test_whole_answers_are_nobodys_pieces(rig: EmbeddedRig) -> None:
    """An answer that was never streamed is read where it stands, under an id that was there before too."""
    (whole,) = values(chunks([TEXT]))
    rig.feed(whole, whole)
    with (worker := rig.worker()).log:
        worker._step(until_drained=False)
    events = rig.trees(REDACTED)

    assert [None, None] == [event["assembly"] for event in events]
    assert leaks(events) == []


def test_a_last_chunk_that_comes_again_is_sealed(rig: EmbeddedRig) -> None:
    """It looks whole, and is the end of a text that was cut."""
    pieces = values(chunks(cut(TEXT, CUTS)))
    rig.feed(*pieces, pieces[-1])
    rig.drain()
    event, late = rig.trees(REDACTED)

    assert "stream_piece" == late["reason"]
    assert leaks([event]) == []


def test_chunks_without_a_name_go_by_their_record_key(rig: EmbeddedRig) -> None:
    """One answer under one key, its last chunk too; an answer of unknown make that merely lacks its end is read."""
    nameless = values(chunks(cut(TEXT, CUTS), id_=None))
    rig.feed(*nameless[:-1], b'{"candidates": [{"content": {"parts": [{"text": "as it is"}]}}]}', nameless[-1])
    rig.drain()
    other, event = sorted(rig.trees(REDACTED), key=lambda event: event["assembly"] is not None)

    assert "as it is" == text_of(other)
    assert len(nameless) == event["assembly"]["pieces"]
    assert leaks([event]) == []


def _asking(count: int) -> list[bytes]:
    """Return the chunks of an answer without an id to a request of some size."""
    trees = chunks(cut(TEXT, CUTS), id_=None)
    for number, tree in enumerate(trees, 1):
        tree["usageMetadata"] |= {"promptTokenCount": count, "candidatesTokenCount": 9 * number}
    return values(trees)


@pytest.mark.parametrize("counts", [(4, 5), (4, 4)])
def test_answers_without_a_name_are_never_mixed(rig: EmbeddedRig, counts: tuple[int, int]) -> None:
    """Two that go through each other under one key are sealed, though their requests are of one size."""
    rig.feed(*(value for pair in zip(*map(_asking, counts), strict=True) for value in pair))
    rig.drain()

    assert {"stream_piece"} == {tree["reason"] for tree in rig.trees(REDACTED)}


def test_chunks_in_envelopes_make_one_answer(rig: EmbeddedRig) -> None:
    """By the id of the envelope, else by their own, else by the record key; beside its request an answer is whole."""
    (lone,) = values([{"request": {"contents": []}, "response": chunks(["lone ", ""], id_=None)[0]}])
    nameless, named = chunks(cut(TEXT, CUTS), id_=None), chunks(cut(TEXT, CUTS))
    trees = [{"request_id": "r-1", "body": each} for each in nameless], [{"at": 1, "body": each} for each in named]
    for many in (*trees, [{"at": 1, "body": each} for each in nameless]):
        rig.feed(*values(many), key=b"k")
    rig.feed(lone, *values([{"at": 1, "body": chunks(["whole"], id_=None)[0]}]))
    rig.drain()
    events = rig.trees(REDACTED)
    told = [event["record"].get("body", {}).get("candidates", [{}])[0] for event in events]

    assert [7, 7, 7, None, None] == [event["assembly"] and event["assembly"]["pieces"] for event in events]
    assert told[4]["content"]["parts"][0]["text"] == "whole"
    assert leaks(events) == []


def test_an_answer_without_end_is_redacted_as_far_as_it_came(rig: EmbeddedRig) -> None:
    """What was cut off is one event that says so."""
    rig.feed(*values(chunks(cut(TEXT, CUTS))[:-1]))
    rig.drain()
    (event,) = rig.trees(REDACTED)

    assert event["incomplete"]
    assert {"EMAIL": 1, "SSN": 1} == event["phi"]["counts"]


def test_a_candidate_that_goes_on_after_its_end_is_sealed(rig: EmbeddedRig) -> None:
    """Its chunks have lost their order."""
    first, second, third = chunks(["Write to maria.", "quintana@example", ".org"])
    second["candidates"][0]["finishReason"] = "STOP"
    rig.feed(b"".join(b"data: " + value + b"\n\n" for value in values([first, second, third])))
    rig.drain()

    assert ["stream_piece"] == [tree["reason"] for tree in rig.trees(REDACTED)]


def test_a_whole_answer_that_comes_again_is_read_again(tmp_path: Path) -> None:
    """Through intake it waits for pieces of its own, and is none that came too late for another."""
    rig = intake_rig_at(tmp_path / "state")
    (whole,) = values(chunks([TEXT]))
    rig.feed(raw(whole, 0, NOW))
    rig.feed(*(raw(f'{{"note": "between {number}"}}'.encode(), 0, NOW + 10_000) for number in range(30)))
    rig.feed(raw(whole, 0, NOW + 20_000))
    rig.drain()

    assert [] == [tree["reason"] for tree in rig.trees() if "reason" in tree]
    assert 2 == sum(bool(tree["assembly"]) for tree in rig.trees())


def test_chunks_in_several_partitions_make_one_answer(tmp_path: Path) -> None:
    """Through intake, whichever is read first; a whole answer waits a moment and is read too."""
    rig = intake_rig_at(tmp_path / "state")
    pieces = values(chunks(cut(TEXT, CUTS)))
    rig.feed(*(raw(value, number % 3, NOW + number) for number, value in enumerate(pieces)))
    rig.feed(raw(values(chunks([TEXT], id_="resp-2"))[0], 1, NOW))
    rig.drain()
    events = rig.trees()

    assert [1, len(pieces)] == sorted(event["assembly"]["pieces"] for event in events)
    assert [{"EMAIL": 2, "SSN": 1}] * 2 == [event["phi"]["counts"] for event in events]
    assert leaks(events) == []
