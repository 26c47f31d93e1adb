"""Chunks of local servers, of Cohere and of Assistants, one a record: what names no stream is mixed with no other."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from schemas.topics import REDACTED
from tests.schemas.sources.streamed.streams import (
    Tree,
    assistants,
    cohere,
    cohere_1,
    cut,
    lines,
    messages,
    ollama,
    ollama_generate,
    tgi,
)
from tests.streams.embedded_rig import EmbeddedRig, rig_at

TEXT = "Write to maria.quintana@example.org, SSN 521-44-9180, or jo@example.org"
PARTS = cut(TEXT, [12, 22, 30, 44, 52, 60])
CALLS = [ollama, tgi, cohere, cohere_1]


@pytest.fixture
def rig(tmp_path: Path) -> EmbeddedRig:
    """Return an embedded deployment."""
    return rig_at(tmp_path / "state")


def values(pieces: Sequence[Tree]) -> list[bytes]:
    """Return one record a piece."""
    return [json.dumps(piece).encode() for piece in pieces]


def outcomes(rig: EmbeddedRig) -> list[str | int | None]:
    """Return the reason of each withheld record, and of how many pieces each event is."""
    return [tree.get("reason") or (tree["assembly"] or {}).get("pieces") for tree in rig.trees(REDACTED)]


def leaks(rig: EmbeddedRig) -> list[str]:
    """Return what of the text's identifiers is shown."""
    shown = json.dumps(rig.trees(REDACTED)).lower()
    return [value for value in ("maria", "quintana", "521-44", "44-9180", "jo@") if value in shown]


def counted(pieces: list[Tree]) -> list[Tree]:
    """Return chunks of Ollama whose last counts as many tokens as there are chunks."""
    return [*pieces[:-1], {**pieces[-1], "eval_count": len(pieces)}]


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call.__name__)
def test_two_answers_under_one_key_are_never_mixed(
    rig: EmbeddedRig, call: Callable[[Sequence[str]], list[Tree]]
) -> None:
    """Answers whose chunks go through each other without a name are sealed, and nothing that was cut is shown."""
    one, two = call(PARTS), call([part.upper() for part in PARTS])
    if call is cohere:
        two[0] |= {"id": "c-2"}
    one, two = (counted(one), counted(two)) if call is ollama else (one, two)
    rig.feed(*(value for pair in zip(values(one), values(two), strict=True) for value in pair), key=b"k")
    rig.drain()

    assert {"stream_piece"} >= {each for each in outcomes(rig) if each is not None}
    assert [] == leaks(rig)


def test_what_was_never_streamed_stands_alone(rig: EmbeddedRig) -> None:
    """A whole answer, that of a model which was only loaded, and a message that is asked for twice are read at once."""
    whole = {**ollama_generate([])[0], "response": TEXT, "eval_count": 9}
    odd = {**whole, "eval_count": 900}
    loaded = {**ollama([])[0], "done_reason": "load"}
    message = assistants(["Hello"])[-1]
    rig.feed(*values([whole, loaded, message, message, whole, odd]), key=b"k")
    rig.drain()

    assert [None] * 6 == outcomes(rig)
    assert [] == leaks(rig)


def test_a_chunk_that_is_missing_is_seen(rig: EmbeddedRig) -> None:
    """By its number, or by what the last one repeats; nothing of the others is shown."""
    for number, call in enumerate((tgi, cohere_1, assistants)):
        pieces = call(PARTS)
        rig.feed(*values([*pieces[:3], *pieces[4:]]), key=str(number).encode())
    rig.drain()

    assert {"stream_piece"} == set(outcomes(rig))
    assert [] == leaks(rig)


def test_an_answer_without_end_is_redacted_as_far_as_it_came(rig: EmbeddedRig) -> None:
    """What was cut off is one event that says so."""
    for number, call in enumerate((ollama, tgi, cohere, assistants)):
        rig.feed(*values(call(PARTS)[:-1]), key=str(number).encode())
    rig.drain()
    events = rig.trees(REDACTED)

    assert [True] * 4 == [event["incomplete"] for event in events]
    assert [{"EMAIL": 2, "SSN": 1}] * 4 == [event["phi"]["counts"] for event in events]
    assert [] == leaks(rig)


def test_lines_of_json_are_one_answer(rig: EmbeddedRig) -> None:
    """As one record, over two, and in a string; lines that are no pieces are no JSON."""
    body = lines(ollama(PARTS))
    half = body[: body.index("\n", len(body) // 2)]
    rig.feed(body.encode(), key=b"one")
    rig.feed(half.encode(), body[len(half) :].encode(), key=b"two")
    rig.feed(json.dumps({"model": "llama3.2", "response_body": body.replace("\n", "\r\n")}).encode())
    rig.feed(b'{"prompt": "a"}\n{"prompt": "b"}\n')
    rig.drain()

    assert sorted(["8", "8", "8", "not_json"]) == sorted(map(str, outcomes(rig)))
    assert [] == leaks(rig)


@pytest.mark.parametrize("written", [True, False])
def test_events_in_objects_of_their_fields_are_events(rig: EmbeddedRig, *, written: bool) -> None:
    """A client's {"event", "data"} is the event, its data as JSON or as a string of it; other names are nobody's."""
    for number, call in enumerate((messages, cohere, assistants)):
        for piece in call(PARTS):
            name = piece.get("type") or piece["object"] + (".completed" if "status" in piece else "")
            rig.feed(*values([{"event": name, "data": json.dumps(piece) if written else piece}]), key=b"%d" % number)
    rig.feed(b'{"event": "thread.run.created", "data": {"object": "thread.run", "status": "queued"}}')
    rig.feed(b'{"event": "done", "data": "[DONE]"}')
    rig.drain()

    assert [None, None, None, 8, 11, 12] == sorted(outcomes(rig), key=lambda each: each if isinstance(each, int) else 0)
    assert [] == leaks(rig)
