"""Sources: recognised by shape, not-text by exact path, mapped to one Call."""

import base64
from typing import Any

import pytest

from schemas.events import Side
from schemas.sources.all import SOURCES, recognise
from schemas.sources.pieces import holds_piece
from schemas.sources.shapes import Shape, fits
from schemas.sources.source import Source
from schemas.sources.streamed.sse import is_event_stream

REQUEST = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hello"}], "user": "u1"}
RESPONSE = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1_772_600_000,
    "model": "gpt-4o-2024-08-06",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3},
}
CLAUDE = {"model": "claude-x", "max_tokens": 5, "messages": [{"role": "user", "content": "hello"}]}
CLAUDE_ANSWER = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-x",
    "content": [{"type": "text", "text": "hi"}],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 4, "output_tokens": 5},
}


@pytest.mark.parametrize(
    ("tree", "name"),
    [
        (REQUEST, "openai"),
        (RESPONSE, "openai"),
        ({"request": REQUEST, "response": RESPONSE}, "openai"),
        (CLAUDE, "anthropic"),
        (CLAUDE_ANSWER, "anthropic"),
        ({"request": CLAUDE, "response": CLAUDE_ANSWER}, "anthropic"),
        ({"model": "m", "max_tokens": 1, "system": "s", "messages": []}, "anthropic"),
        ({"prompt": "hello"}, "generic"),
        ({"messages": "hello", "model": "gpt-4o"}, "generic"),
        ({"messages": [1, 2], "model": "gpt-4o"}, "generic"),
        ({"choices": []}, "generic"),
        ([REQUEST], "generic"),
        ("text", "generic"),
        (7, "generic"),
        (None, "generic"),
    ],
)
def test_formats_are_recognised_by_shape(tree: Any, name: str) -> None:
    """A record is what its shape says; what no source knows is generic."""
    assert name == recognise(tree).name


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: source.name)
@pytest.mark.parametrize(
    "tree",
    [
        {},
        [],
        None,
        "x",
        3,
        {"messages": None},
        {"request": 1, "response": []},
        {"usage": [], "choices": {"a": 1}},
        {"tools": 5, "messages": 3, "choices": 7},
        {"request": {"messages": 1}},
    ],
    ids=repr,
)
def test_describing_never_raises(source: Source, tree: Any) -> None:
    """Whatever a record holds where a field is expected, the call is described as far as it goes."""
    source.describe(tree)
    source.seed(tree)


def test_an_openai_call_is_mapped() -> None:
    """Model, usage, ids and finish reason come from where the API puts them."""
    call = recognise(RESPONSE).describe({"request": REQUEST, "response": RESPONSE, "latency_ms": 7})

    assert ("gpt-4o-2024-08-06", 3, "chatcmpl-1", ("stop",), "u1", 7.0) == (
        call.model,
        call.usage.total,
        call.response_id,
        call.finish_reasons,
        call.end_user,
        call.latency_ms,
    )


def test_an_anthropic_call_is_mapped() -> None:
    """The same fields of the other API."""
    call = recognise(CLAUDE_ANSWER).describe(CLAUDE_ANSWER)

    assert ("claude-x", 4, 5, "msg_1", ("end_turn",)) == (
        call.model,
        call.usage.input,
        call.usage.output,
        call.response_id,
        call.finish_reasons,
    )


def test_turn_one_and_later_turns_have_the_same_seed() -> None:
    """Turn one has its first answer as response, later turns have it in their history."""
    first = recognise(REQUEST).seed({"request": REQUEST, "response": RESPONSE})
    history = [*REQUEST["messages"], {"role": "assistant", "content": "hi"}, {"role": "user", "content": "and?"}]
    later = recognise(REQUEST).seed({**REQUEST, "messages": history})

    assert (first.first_message, first.first_answer) == (later.first_message, later.first_answer)
    assert "hello" not in repr(first)


@pytest.mark.parametrize(
    "tree",
    [
        {"object": "chat.completion.chunk", "choices": []},
        {"choices": [{"delta": {"content": "a"}}]},
        {"events": [{"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "a"}}]},
        {"type": "message_start", "message": {}},
        {"type": "response.output_text.delta", "delta": "a"},
        {"body": {"contentBlockDelta": {"delta": {"text": "a"}}}},
        {"SequenceNumber": 1, "RequestMessages": "a"},
        {"body": 'data: {"choices": [{"delta": {"content": "a"}}]}'},
        {"body": 'data: {"answer": "Mar"}\n\ndata: {"answer": "ia"}\n\n'},
        {"body": '{"index": 1, "token": {"text": "Mar"}, "generated_text": null}\n{"note": "another"}'},
        {"content": "Mar", "stop": False, "id_slot": 0},
        {"event_type": "text-generation", "is_finished": False, "text": "Mar"},
        {"object": "thread.message.delta", "delta": {}},
        {"chunk": {"bytes": base64.b64encode(b'{"type":"content_block_delta","index":0,"delta":{}}').decode()}},
    ],
    ids=repr,
)
def test_pieces_are_seen_anywhere(tree: Any) -> None:
    """A piece of a stream is never redacted piece by piece, wherever in a record it stands."""
    assert holds_piece(tree)


@pytest.mark.parametrize(
    "tree",
    [
        REQUEST,
        RESPONSE,
        CLAUDE,
        CLAUDE_ANSWER,
        {"delta": 3},
        {"type": "message"},
        {"type": "response.x"},
        {"prompt": 'data: {"name": "x"} is what I get, why?'},
        {"body": base64.b64encode(b'{"type":"message"}').decode(), "token": "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."},
    ],
    ids=repr,
)
def test_whole_records_are_no_pieces(tree: Any) -> None:
    """What is whole is not held back."""
    assert not holds_piece(tree)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b'data: {"a": 1}', True),
        (b"event: message\ndata: 1", True),
        (b": keep-alive\n\n", True),
        (b'{"data": 1}', False),
        (b'"data: text"', False),
        (b"", False),
    ],
)
def test_server_sent_events_are_recognised(value: bytes, *, expected: bool) -> None:
    """Raw SSE bytes are pieces, not broken JSON."""
    assert expected == is_event_stream(value)


@pytest.mark.parametrize(
    ("shape", "value", "expected"),
    [
        (Shape.NUMBER, 3, True),
        (Shape.NUMBER, True, False),
        (Shape.NUMBER, "3", False),
        (Shape.ENUMERATION, "assistant", True),
        (Shape.ENUMERATION, "Margaret", False),
        (Shape.TIME, "2026-01-02T03:04:05.123Z", True),
        (Shape.TIME, 1_772_600_000, True),
        (Shape.TIME, "2026-01-02 03:04:05.123 UTC", True),
        (Shape.TIME, "2026-01-02 03:04:05 by UTC", False),
        (Shape.TIME, 42, False),
        (Shape.TIME, "2026-01-02", False),
        (Shape.LABEL, "gpt-4o-2024-08-06", True),
        (Shape.LABEL, "two words", False),
        (Shape.LABEL, "a" * 129, False),
    ],
)
def test_only_closed_shapes_pass(shape: Shape, value: object, *, expected: bool) -> None:
    """A path that is not text still passes nothing but its closed shape."""
    assert expected == fits(shape, value)


@pytest.mark.parametrize(
    ("tree", "name", "passes"),
    [
        ({"run_type": "llm", "inputs": {}, "name": "ChatOpenAI"}, "langsmith", True),
        ({"run_type": "llm", "inputs": {}, "name": "Quintana"}, "langsmith", False),
        ({"type": "GENERATION", "traceId": "t", "input": 1, "name": "RunnableSequence"}, "langfuse", True),
        ({"type": "GENERATION", "traceId": "t", "input": 1, "name": "for Maria"}, "langfuse", False),
    ],
)
def test_names_that_libraries_give_pass(tree: Any, name: str, *, passes: bool) -> None:
    """What a run is called by the library that made it is no name of a person; what anybody calls it is text."""
    source = recognise(tree)

    assert name == source.name
    assert passes == fits(source.rules["name"], tree["name"])


@pytest.mark.parametrize(
    ("path", "side"),
    [
        (("messages", 0, "content"), Side.INPUT),
        (("choices", 0, "message", "content"), Side.OUTPUT),
        (("messages", 1, "tool_calls", 0, "function", "arguments"), Side.TOOL),
        (("user",), Side.ENVELOPE),
    ],
)
def test_every_text_has_a_side(path: tuple[str | int, ...], side: Side) -> None:
    """A reveal can tell who brought an identifier in."""
    assert side == recognise(REQUEST).side(path)
