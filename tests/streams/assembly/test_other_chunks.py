"""Pieces of less common shapes, one a record: plain text completions, rows of an event hub, steps of a response."""

import json
from pathlib import Path
from typing import Any

import pytest

from schemas.topics import REDACTED
from tests.schemas.sources.streamed.streams import Tree, cut, responses
from tests.streams.embedded_rig import EmbeddedRig, rig_at

TEXT = "Write to maria.quintana@example.org, SSN 521-44-9180, or jo@example.org"
PARTS = cut(TEXT, [12, 22, 30, 44, 52, 60])


@pytest.fixture
def rig(tmp_path: Path) -> EmbeddedRig:
    """Return an embedded deployment."""
    return rig_at(tmp_path / "state")


def text_chunks(*, id_: str = "cmpl-1") -> list[Tree]:
    """Return the chunks of a completion of plain text; the last says text too."""
    head = {"id": id_, "object": "text_completion", "created": 1_772_619_780, "model": "gpt-3.5-turbo-instruct"}
    reasons = [None] * (len(PARTS) - 1) + ["stop"]
    return [
        {**head, "choices": [{"text": part, "index": 0, "logprobs": None, "finish_reason": reason}]}
        for part, reason in zip(PARTS, reasons, strict=True)
    ]


def hub_rows(call: str) -> list[Tree]:
    """Return the rows of one call as an event hub writes them, its messages cut without regard to anything."""
    written = json.dumps([{"role": "assistant", "content": TEXT}])
    cuts = [written[:40], written[40:66], written[66:]]
    return [
        {
            "time": "2026-03-04T10:23:00Z",
            "correlationId": call,
            "properties": {"sequenceNumber": n, "responseMessages": c},
        }
        for n, c in enumerate(cuts)
    ]


def steps() -> list[Tree]:
    """Return the events of a response that thinks and searches before it speaks, cut before its last."""
    events = responses(PARTS)
    summary = {"item_id": "rs_1", "output_index": 1, "summary_index": 0}
    part = {"type": "summary_text", "text": ""}
    events += [
        {
            "type": "response.output_item.added",
            "output_index": 1,
            "item": {"id": "rs_1", "type": "reasoning", "summary": []},
        },
        {"type": "response.reasoning_summary_part.added", **summary, "part": part},
        {"type": "response.reasoning_summary_text.delta", **summary, "delta": "Ask jo@exam"},
        {"type": "response.reasoning_summary_text.delta", **summary, "delta": "ple.org"},
        {"type": "response.web_search_call.searching", "item_id": "ws_1", "output_index": 2},
        {
            "type": "response.image_generation_call.partial_image",
            "item_id": "ig",
            "output_index": 3,
            "partial_image_b64": "aGk=",
        },
    ]
    return [{**event, "sequence_number": number} for number, event in enumerate(events)]


def test_each_shape_is_one_event(rig: EmbeddedRig) -> None:
    """What the pieces make is redacted whole, and nothing of a value that was cut is shown."""
    hub = hub_rows("c-2")
    shapes: dict[str, list[Any]] = {
        "text": text_chunks(),
        "rows": hub_rows("c-1"),
        "batches": [{"records": hub[:1]}, {"records": hub[1:]}],
        "steps": steps(),
    }
    for key, pieces in shapes.items():
        rig.feed(*(json.dumps(piece).encode() for piece in pieces), key=key.encode())
    rig.drain()
    events = {event["key"]: event for event in rig.trees(REDACTED)}

    assert [7, 3, 3, len(steps())] == [event["assembly"]["pieces"] for event in rig.trees(REDACTED)]
    assert 4 == len(events)
    assert not any(
        value in json.dumps(rig.trees(REDACTED)) for value in ("maria", "521-44", "44-9180", "jo@", "ple.org")
    )


def test_a_whole_completion_is_nobodys_piece(rig: EmbeddedRig) -> None:
    """One that has its end stands alone, also without the reason for it; a last chunk that comes again is sealed."""
    whole = {**text_chunks()[-1], "id": "cmpl-9"}
    bare = {"object": "text_completion", "choices": [{"text": TEXT}]}
    asked = {**text_chunks()[0], "prompt": "Whose?"}
    pieces = text_chunks()
    rig.feed(*(json.dumps(each).encode() for each in (whole, bare, asked, *pieces, pieces[-1])))
    rig.drain()
    found = [event.get("reason") or (event["assembly"] or {}).get("pieces") for event in rig.trees(REDACTED)]

    assert [None, None, None, len(pieces), "stream_piece"] == found
