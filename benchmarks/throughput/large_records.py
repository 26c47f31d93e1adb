"""Records of about one megabyte with ten thousand leaves, in four formats, and small ones as gateways write them."""

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from benchmarks.throughput.detector_texts import short_texts
from tests.schemas.sources.wire import attribute, fixed64, held, number, said

LEAVES = 10_000
_BYTES = 1_000_000
_BEGUN = 1_772_600_000_000_000_000
_TRACE, _SPAN = "5b8efff798038103d269b633813fc60c", "eee19b7ec3c1b174"
_ATTRIBUTES = 19
#: How long a text of a span is, so that the record has its megabyte.
_JSON_TEXT, _PROTOBUF_TEXT = 225, 287
_ROW = ("id", "status", "created_at", "author", "subject", "note", "answer", "room")


def large_records() -> dict[str, bytes]:
    """Return one record of each format, by the format's name."""
    trees = {"chat, JSON": _chat(), "unknown JSON": _rows(), "OTLP, JSON": _otlp()}
    return {name: json.dumps(tree).encode() for name, tree in trees.items()} | {"OTLP, protobuf": _protobuf()}


def small_records(count: int, seed: int = 3) -> Iterator[bytes]:
    """Yield chat requests of four messages, no two alike."""
    texts = short_texts(4 * count, seed)
    for _ in range(count):
        messages = [{"role": role, "content": next(texts)} for role in ("system", "user", "assistant", "user")]
        yield json.dumps({"model": "gpt-4o", "messages": messages, "temperature": 0.2, "user": "triage"}).encode()


def leaves_of(tree: Any) -> int:
    """Return how many scalars a tree holds.

    >>> leaves_of({"a": [1, None], "b": "c"})
    3
    """
    if isinstance(tree, dict):
        return sum(map(leaves_of, tree.values()))
    return sum(map(leaves_of, tree)) if isinstance(tree, list) else 1


def _texts(count: int, size: int) -> Iterator[str]:
    """Yield texts of about *size* characters, each made of unique prompts."""
    prompts = short_texts(count * (size // 40 + 1))
    for _ in range(count):
        text = ""
        while len(text) < size:
            text += next(prompts) + " "
        yield text[:size]


def _chat() -> Any:
    turns = (LEAVES - 2) // 2
    roles = ("user", "assistant")
    texts = enumerate(_texts(turns, _BYTES // turns - 40))
    messages = [{"role": roles[turn % 2], "content": text} for turn, text in texts]
    return {"model": "gpt-4o", "messages": messages, "user": "triage"}


def _rows() -> Any:
    rows = LEAVES // len(_ROW)
    texts = _texts(rows * 2, _BYTES // rows // 2 - 90)
    return {"results": [dict(zip(_ROW, _row(place, next(texts), next(texts)), strict=True)) for place in range(rows)]}


def _row(place: int, note: str, answer: str) -> Sequence[Any]:
    return (500_000 + place, "open", "2026-03-04T09:15:00Z", f"clerk {place}", f"case {place}", note, answer, place)


def _spans(size: int) -> Iterator[list[tuple[str, str | int]]]:
    """Yield the attributes of each span: names, and counts or strings, those that tell something of a given size."""
    count = LEAVES // (2 * _ATTRIBUTES + 6)
    texts = _texts(count * (_ATTRIBUTES - 6), size)
    for _ in range(count):
        known: list[tuple[str, str | int]] = [
            ("gen_ai.operation.name", "chat"),
            ("gen_ai.provider.name", "openai"),
            ("gen_ai.request.model", "gpt-4o"),
            ("gen_ai.usage.input_tokens", 128),
            ("gen_ai.usage.output_tokens", 256),
            ("session.id", "visit-notes"),
        ]
        told = list(islice(texts, _ATTRIBUTES - len(known)))
        yield known + [(f"gen_ai.prompt.{turn}.content", text) for turn, text in enumerate(told)]


def _otlp() -> Any:
    spans = [
        {
            "traceId": _TRACE,
            "spanId": _SPAN,
            "name": "chat gpt-4o",
            "kind": 3,
            "startTimeUnixNano": str(_BEGUN),
            "endTimeUnixNano": str(_BEGUN + 500_000_000),
            "attributes": [{"key": name, "value": _json_value(value)} for name, value in held_],
        }
        for held_ in _spans(_JSON_TEXT)
    ]
    return {"resourceSpans": [{"resource": {"attributes": []}, "scopeSpans": [{"spans": spans}]}]}


def _json_value(value: str | int) -> dict[str, str]:
    return {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value}


def _protobuf() -> bytes:
    spans = [
        held(
            2,
            held(1, bytes.fromhex(_TRACE)),
            held(2, bytes.fromhex(_SPAN)),
            held(5, "chat gpt-4o"),
            number(6, 3),
            fixed64(7, _BEGUN),
            fixed64(8, _BEGUN + 500_000_000),
            *(
                attribute(9, name, number(3, value)) if isinstance(value, int) else said(9, name, value)
                for name, value in held_
            ),
        )
        for held_ in _spans(_PROTOBUF_TEXT)
    ]
    return held(1, held(2, *spans))
