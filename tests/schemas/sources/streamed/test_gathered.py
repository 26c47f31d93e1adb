"""Streams that stand whole in one record: joined wherever they are, to what the provider would have sent at once."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.errors import Unjoinable
from schemas.raw import decode_raw
from schemas.sources.all import recognise
from schemas.sources.pieces import holds_piece
from schemas.sources.streamed.gathered import gather, join_events, may_hold_pieces
from tests.schemas.sources.streamed.damage import ODD, places_of, replaced
from tests.schemas.sources.streamed.streams import (
    STREAMED,
    Streamed,
    chat,
    cut,
    event_stream,
    lines,
    messages,
    responses,
)

EACH = pytest.mark.parametrize("streamed", STREAMED, ids=lambda each: each.name)
TEXT = 'Maria Quintana-Söderström, SSN 521-44-9180\nmail: maria@example.org \U0001f600 \\ "q"'


@EACH
@settings(max_examples=60, deadline=None)
@given(
    places=st.lists(st.integers(0, len(TEXT)), max_size=30),
    # A tool's input of nothing but blanks is no input.
    text=st.just(TEXT) | st.text(min_size=1, max_size=40).filter(str.strip),
)
def test_a_text_cut_anywhere_comes_together(streamed: Streamed, places: list[int], text: str) -> None:
    """Whatever the split, the joined event holds the whole text, and is recognised as the provider's own."""
    pieces = streamed.pieces(cut(text, places))

    gathered = gather(pieces)

    assert text == streamed.text(gathered.document)
    assert streamed.source == recognise(gathered.document).name
    assert not holds_piece(gathered.document)
    assert len(pieces) == gathered.pieces


@EACH
@pytest.mark.parametrize(
    "wrap", ["list", "body", "json", "strings", "events", "lines", "json lines", "wrapped", "wrapped strings"]
)
def test_a_stream_is_joined_wherever_it_stands(streamed: Streamed, wrap: str) -> None:
    """As an array, in a wrapper, as a string of JSON or of events, with each piece wrapped: one event."""
    pieces = streamed.pieces(cut(TEXT, [3, 11, 35]))
    body: Any = {
        "list": pieces,
        "body": {"chunks": pieces},
        "json": json.dumps(pieces),
        "strings": [json.dumps(piece) for piece in pieces],
        "events": event_stream(pieces),
        "json lines": lines(pieces),
        "lines": [event_stream([piece]) for piece in pieces],
        "wrapped strings": [{"event": "message", "data": json.dumps(piece)} for piece in pieces],
        "wrapped": [{"time": "2026-01-02T03:04:05Z", "data": piece} for piece in pieces],
    }[wrap]
    value = json.dumps({"at": 1, "response": body}).encode()
    tree = decode_raw(value)

    gathered = gather(tree)
    held = gathered.document["response"]
    held = held["chunks"] if wrap == "body" else held[0] if wrap in ("strings", "lines") else held
    held = json.loads(held) if isinstance(held, str) else held

    assert may_hold_pieces(value)
    assert TEXT == streamed.text(held)
    assert not holds_piece(gathered.document)


@pytest.mark.parametrize("done", [True, False])
def test_a_body_of_events_is_joined(*, done: bool) -> None:
    """Comments, times, line ends of any kind and the end mark change nothing."""
    text = event_stream(chat(["Mar", "ia"]), done=done).replace("\n", "\r\n")
    joined = join_events(": keep-alive\r\n\r\nretry: 3000\r\n\r\n" + text)

    assert "Maria" == joined.document["choices"][0]["message"]["content"]
    assert (5, True, True) == (joined.pieces, joined.begun, joined.ended)


@pytest.mark.parametrize(
    "text", ["data: {cut\n\n", "data: 3\n\n", "data: [DONE]\n\n", 'data: {"a": 1}\n\n', "bad line\n"]
)
def test_what_is_no_known_stream_is_not_joined(text: str) -> None:
    """Cut JSON, data of no known format and a lone end mark make no event."""
    with pytest.raises(Unjoinable):
        join_events(text)


def test_choices_that_come_mixed_are_kept_apart() -> None:
    """The pieces of each choice come together in its own order."""
    one, two = chat(["Ma", "ria"]), chat(["Jo", "nas"], index=1)
    mixed = [piece for pair in zip(one, two, strict=True) for piece in pair]

    choices = gather(mixed).document["choices"]

    assert ["Maria", "Jonas"] == [choice["message"]["content"] for choice in choices]
    assert [0, 1] == [choice["index"] for choice in choices]


def test_streams_that_come_mixed_are_kept_apart() -> None:
    """Chunks say whose they are: two streams in one array are two events."""
    one, two = chat(["Ma", "ria"]), chat(["Jo", "nas"], id_="chatcmpl-2")
    mixed = [piece for pair in zip(one, two, strict=True) for piece in pair]

    documents = gather(mixed).document

    assert ["Maria", "Jonas"] == [each["choices"][0]["message"]["content"] for each in documents]


def test_streams_that_cannot_be_kept_apart_stay_pieces() -> None:
    """Two messages in one array do not become one person's."""
    for stream, under in ((messages, "message"), (responses, "response")):
        other = stream(["Jo", "nas"])
        other[0] = {**other[0], under: {**other[0][under], "id": "another"}}

        assert holds_piece(gather([*stream(["Ma", "ria"]), *other]).document)


def test_pieces_that_come_twice_or_late_count_once() -> None:
    """Numbered events come in any order, and twice; the text is the same."""
    events = responses(["Ma", "ri", "a"])

    document = gather([*reversed(events), events[4]]).document

    assert "Maria" == document["output"][0]["content"][0]["text"]


def test_the_begin_of_a_block_that_comes_twice_counts_once() -> None:
    """A block's begin may bring text; delivered twice it brings it once."""
    events = messages(["ria"])
    events[1] = {**events[1], "content_block": {"type": "text", "text": "Ma"}}

    gathered = gather([events[0], events[0], events[1], *events[1:]])

    assert "Maria" == gathered.document["content"][0]["text"]
    assert gathered.whole


def test_an_event_id_that_comes_twice_counts_once() -> None:
    """What was delivered twice under one id is one piece."""
    pieces = [f"id: {number}\ndata: {json.dumps(piece)}\n\n" for number, piece in enumerate(chat(["ha", "ha"]))]

    assert "haha" == join_events("".join([*pieces, pieces[2]])).document["choices"][0]["message"]["content"]


def test_a_field_that_nobody_knows_is_joined_too() -> None:
    """An identifier cut in a vendor's own delta comes together, as does what stands beside the deltas."""
    chunks = chat([])
    for part in ("Mar", "ia"):
        delta = {"reasoning_content": part, "parts": [{"type": "thought", "said": part}]}
        chunks.insert(-2, {**chunks[0], "vendor": part, "choices": [{"index": 0, "delta": delta}]})

    document = gather(chunks).document
    message = document["choices"][0]["message"]

    assert ("Maria", [{"type": "thought", "said": "Maria"}]) == (message["reasoning_content"], message["parts"])
    assert "Maria" == document["vendor"]


@pytest.mark.parametrize("delta", [{}, {"tool_calls": None}])
def test_usage_that_was_promised_is_missed(delta: dict[str, Any]) -> None:
    """A wire that writes usage as null says that it will follow; a library that writes all that it knows does not."""
    *chunks, usage = chat(["a"])
    promising = [
        {**each, "usage": None, "choices": [{**each["choices"][0], "delta": {**each["choices"][0]["delta"], **delta}}]}
        for each in chunks
    ]

    assert bool(delta) is gather(promising).whole
    assert gather([*promising, usage]).whole
    assert gather(chunks).whole


@pytest.mark.parametrize("odd", [{"type": "error", "error": {"message": "Maria"}}, {"type": "new", "note": "Maria"}])
def test_events_of_other_types_are_kept(odd: dict[str, Any]) -> None:
    """An error or an event that nobody knows is part of the event: its strings are text."""
    for pieces in (messages(["a"]), responses(["a"]), chat(["a"])):
        document = gather([*pieces, odd]).document

        assert [odd] == document["other_events"]
        assert not holds_piece(document)


def test_usage_and_reasons_are_kept() -> None:
    """What the last pieces say of the call stands where the provider puts it."""
    completion, message = gather(chat(["a"])).document, gather(messages(["a"])).document

    assert ("stop", 3) == (completion["choices"][0]["finish_reason"], completion["usage"]["total_tokens"])
    assert ("end_turn", {"input_tokens": 4, "output_tokens": 5}) == (message["stop_reason"], message["usage"])
    assert "chat.completion" == completion["object"]


def test_a_stream_without_its_end_is_not_whole() -> None:
    """What somebody gathered is joined as far as it came, and says so."""
    assert gather(chat(["a"])).whole
    assert not gather(chat(["a"])[:-2]).whole
    assert not gather(messages(["a"])[1:]).whole


@pytest.mark.parametrize("tree", [chat(["a"])[1], [chat(["a"])[1]], {"response": messages(["a"])[3]}])
def test_a_single_piece_waits(tree: Any) -> None:
    """One piece alone is never an event."""
    gathered = gather(tree)

    assert (tree, 0) == (gathered.document, gathered.pieces)
    assert holds_piece(gathered.document)


@pytest.mark.parametrize(
    ("chunks", "expected"),
    [
        ([{"outputText": "Mar", "index": 0}, {"outputText": "ia", "completionReason": "FINISH"}], "outputText"),
        ([{"generation": "Mar", "stop_reason": None}, {"generation": "ia", "stop_reason": "stop"}], "generation"),
        ([{"text": "Mar", "is_finished": False}, {"text": "ia", "is_finished": True}], "text"),
    ],
)
def test_bodies_of_models_are_joined(chunks: list[dict[str, Any]], expected: str) -> None:
    """Bedrock logs a streamed body as an array, or as a string of one."""
    for body in (chunks, json.dumps(chunks)):
        output = gather({"output": {"outputBodyJson": body}}).document["output"]["outputBodyJson"]
        output = json.loads(output) if isinstance(output, str) else output

        assert "Maria" == output[expected]


def test_rows_of_one_call_are_joined() -> None:
    """Rows in one record come together by their numbers, in any order; those of other calls stay apart."""

    def row(call: str, number: int, messages: str) -> dict[str, Any]:
        return {"properties": {"correlationId": call, "sequenceNumber": number, "requestMessages": messages}}

    rows = [row("a", 2, 'tent": "Maria"}]'), row("b", 1, "[]"), row("a", 1, '[{"role": "user", "con')]
    found = gather({"records": [*rows, rows[0]]}).document["records"]

    assert ['[{"role": "user", "content": "Maria"}]', "[]"] == [each["properties"]["requestMessages"] for each in found]
    assert holds_piece(gather({"records": rows[:2]}).document)


@EACH
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_damaged_pieces_are_joined_or_stay(streamed: Streamed, data: st.DataObject) -> None:
    """Whatever stands where a field is expected: an event comes out, or pieces that are held, and nothing raises."""
    pieces: Any = streamed.pieces(["Mar", "ia"])
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.sampled_from(places_of(pieces)))
        pieces = replaced(pieces, place, data.draw(st.sampled_from(ODD)))
    pieces = data.draw(st.permutations(pieces)) if isinstance(pieces, list) and data.draw(st.booleans()) else pieces

    for tree in (pieces, {"outputBodyJson": pieces}, json.dumps(pieces)):
        document = gather(tree).document
        holds_piece(document)
        recognise(document)


@EACH
def test_every_piece_is_looked_at(streamed: Streamed) -> None:
    """The quick look before the walk overlooks no piece; a ping is none, and Gemini's alone look like answers."""
    overlooked = [piece for piece in streamed.pieces(["a"]) if not may_hold_pieces(json.dumps(piece).encode())]

    assert [] == [piece for piece in overlooked if piece != {"type": "ping"}]


def test_other_records_are_left_as_they_are() -> None:
    """What holds no stream is the same tree."""
    tree = {"delta": 3, "data": [{"type": "text"}, {"a": "data: x"}], "b": '{"delta": "c"}', "d": ["x", "y"]}

    assert tree == gather(tree).document
    assert not may_hold_pieces(b'{"messages": []}')
