"""Streams in one record through the pipeline: redacted as the whole they make, never piece by piece."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.events import Assembly
from schemas.topics import RAW, REDACTED
from streams.log.ports import Record
from streams.pipeline import Pipeline, Redacted
from tests.schemas.sources.streamed.streams import STREAMED, Streamed, chat, cut, event_stream, messages
from tests.streams.embedded_rig import EmbeddedRig, by_offset, rig_at

TEXT = "Write to maria.quintana@example.org, SSN 521-44-9180, or jo@example.org"


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Pipeline:
    """Return the pipeline of an embedded deployment."""
    return rig_at(tmp_path_factory.mktemp("rig") / "state").worker().pipeline


@pytest.fixture
def rig(tmp_path: Path) -> EmbeddedRig:
    """Return an embedded deployment."""
    return rig_at(tmp_path / "state")


def redacted(pipeline: Pipeline, response: Any) -> Redacted:
    """Return what becomes of a response in a conversation, so that one value has one token in every record."""
    value = json.dumps({"conversation_id": "c-1", "model": "m", "response": response}).encode()
    found = pipeline.process(Record(RAW, 0, 7, 1_772_619_780_000, None, value), "batch")
    assert isinstance(found, tuple)
    (outcome,) = found
    assert isinstance(outcome, Redacted)
    return outcome


@pytest.mark.parametrize("streamed", STREAMED, ids=lambda each: each.name)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(places=st.lists(st.integers(0, len(TEXT)), max_size=30))
def test_any_split_gives_what_the_whole_gives(pipeline: Pipeline, streamed: Streamed, places: Sequence[int]) -> None:
    """For every identifier and any split: tokens, counts and all else equal those of the text in one piece."""
    whole = redacted(pipeline, streamed.pieces([TEXT]))
    split = redacted(pipeline, streamed.pieces(cut(TEXT, places)))

    assert whole.event.record == split.event.record
    assert whole.event.phi == split.event.phi
    assert {"EMAIL": 2, "SSN": 1} == whole.event.phi.counts
    assert not any(value in json.dumps(split.event.record) for value in ("maria", "521-44", "jo@"))


def test_a_body_of_events_is_one_event(rig: EmbeddedRig) -> None:
    """Raw server-sent events come out as the completion or message that they make, and say of how many pieces."""
    bodies = [
        event_stream(chat(cut(TEXT, [12, 40])), done=True),
        event_stream(messages(cut(TEXT, [30]))),
        ": hi\n\n" + event_stream(chat(["a", "b"])),
    ]
    rig.feed(*(body.encode() for body in bodies))
    rig.drain()
    outcomes = by_offset(rig.trees(REDACTED))

    assert ["openai", "anthropic", "openai"] == [outcomes[number]["source"] for number in range(3)]
    assert [6, 8, 5] == [outcomes[number]["assembly"]["pieces"] for number in range(3)]
    assert not any(outcomes[number]["incomplete"] for number in range(3))
    assert "maria" not in json.dumps(rig.trees(REDACTED))


def test_a_body_without_its_begin_is_held(rig: EmbeddedRig) -> None:
    """Events whose begin is in no record, and a lone end mark, are pieces: they are never read alone."""
    whole = chat(cut(TEXT, [12, 40]))
    rig.feed(event_stream(whole[1:], done=True).encode(), b"data: [DONE]\n\n")
    rig.drain()

    assert ["stream_piece"] * 2 == [tree["reason"] for tree in rig.trees(REDACTED)]


def test_a_body_over_two_records_is_one_event(rig: EmbeddedRig) -> None:
    """A body that was cut between two events comes together again."""
    whole = chat(cut(TEXT, [12, 40]))
    rig.feed(event_stream(whole[:3]).encode(), event_stream(whole[3:], done=True).encode())
    rig.drain()
    (event,) = rig.trees(REDACTED)

    assert {"pieces": 6, "whole": True, "offsets": [[0, 1]], "elsewhere": []} == event["assembly"]
    assert {"EMAIL": 2, "SSN": 1} == event["phi"]["counts"]


def test_a_stream_that_was_cut_is_incomplete(pipeline: Pipeline) -> None:
    """What a gateway gathered of a stream that broke is redacted as far as it came, and says that more is missing."""
    event = redacted(pipeline, chat(cut(TEXT, [12, 40]))[:-2]).event

    assert event.incomplete
    assert Assembly(4, whole=False) == event.assembly
    assert redacted(pipeline, {"choices": [{"message": {"content": "x"}}]}).event.assembly is None
