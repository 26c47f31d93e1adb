"""Canary values, every place of an event that can carry text, and every form in which a value may lie around."""

import base64
import urllib.parse
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from tests.schemas.sources.wire import attribute, held, said

EMAIL = "thessaly.quorn@example.org"
PHONE = "212-555-0187"
SSN = "521-44-9183"
NAME = "Margaret Whitfield"
CANARIES = (EMAIL, PHONE, SSN, NAME)

#: How prose names each, so that a reader would know what it is.
PROSE = f"Patient {NAME}, phone {PHONE}, e-mail {EMAIL}, SSN {SSN}."


@dataclass(frozen=True, slots=True)
class Planted:
    """One raw record with canaries in it: value, record key and headers."""

    name: str
    value: bytes
    key: bytes | None = None
    headers: tuple[tuple[str, bytes], ...] = ()


def planted_records() -> Iterator[Planted]:
    """Yield records with a canary in every place that can carry text, and in every way to fail."""
    chat = {"model": "gpt-4o", "messages": [{"role": "user", "content": PROSE}]}
    for canary in CANARIES:
        yield from _in_every_place(canary)
    yield Planted("prose", orjson.dumps(chat))
    yield Planted("json in a string", orjson.dumps({"body": orjson.dumps(chat).decode()}))
    yield Planted("error text", orjson.dumps({"error": {"message": f"no such row: {PROSE}", "traceback": PROSE}}))
    yield Planted("log probabilities", orjson.dumps(_with_logprobs()))
    yield Planted("image", orjson.dumps(_with_image()))
    yield Planted("protobuf spans", _otlp())
    for reason, value in _broken(PROSE.encode()):
        yield Planted(reason, value, key=EMAIL.encode(), headers=(("x-note", PHONE.encode()),))


def forms(canary: str) -> tuple[bytes, ...]:
    """Return the forms in which a value may have been left: plain, cased, encoded, reversed."""
    plain = canary.encode()
    encoded = base64.b64encode(plain).rstrip(b"=")[:-2]
    return (
        plain,
        canary.upper().encode(),
        canary.lower().encode(),
        canary[::-1].encode(),
        urllib.parse.quote(canary).encode(),
        plain.hex().encode(),
        encoded,
    )


def found_in(data: bytes) -> list[str]:
    """Return which canaries lie in some bytes, by kind, never by value."""
    kinds = dict(zip(CANARIES, ("email", "phone", "ssn", "name"), strict=True))
    return [kinds[canary] for canary in CANARIES if any(form in data for form in forms(canary))]


def _in_every_place(canary: str) -> Iterator[Planted]:
    said = {EMAIL: "mail", PHONE: "call", SSN: "SSN", NAME: "Dear"}[canary]
    text = f"{said} {canary}"
    base: dict[str, Any] = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hello"}]}
    key = {EMAIL: "email", PHONE: "phone", SSN: "ssn", NAME: "patient_name"}[canary]
    arguments = orjson.dumps({key: canary, "nested": {"note": text}}).decode()
    call = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": arguments}}
    places: dict[str, Any] = {
        "content": {**base, "messages": [{"role": "user", "content": text}]},
        "model": {**base, "model": text},
        "role": {**base, "messages": [{"role": text, "content": "hello"}]},
        "user": {**base, "user": canary},
        "metadata": {**base, "metadata": {"note": text}},
        "tool arguments": {**base, "messages": [{"role": "assistant", "content": None, "tool_calls": [call]}]},
        "response id": {"id": text, "object": "chat.completion", "choices": [{"message": {"content": "hi"}}]},
        "finish reason": {"id": "r1", "choices": [{"message": {"content": "hi"}, "finish_reason": text}]},
        "object key": {"payload": {canary: "value"}},
        "generic value": {"deeply": {"nested": [{"note": text}]}},
        "generic key hint": {"patient": {key: canary}},
        "claude": {
            "model": "claude-x",
            "max_tokens": 1,
            "system": text,
            "messages": [{"role": "user", "content": text}],
        },
    }
    for place, tree in places.items():
        yield Planted(f"{key} in {place}", orjson.dumps(tree))
    yield Planted(f"{key} in record key", orjson.dumps(base), key=text.encode())
    yield Planted(f"{key} in header", orjson.dumps(base), headers=(("x-note", text.encode()),))
    yield Planted(f"{key} in header name", orjson.dumps(base), headers=((text, b"1"),))
    yield Planted(f"{key} in passing header", orjson.dumps(base), headers=(("content-type", text.encode()),))


def _with_logprobs() -> dict[str, Any]:
    pieces = [{"token": NAME, "bytes": list(NAME.encode())}, {"token": EMAIL}]
    return {"id": "r2", "choices": [{"message": {"content": PROSE}, "logprobs": {"content": pieces}}]}


def _with_image() -> dict[str, Any]:
    data = base64.b64encode(b"\x89PNG\r\n" + PROSE.encode()).decode()
    part = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}}
    return {"model": "gpt-4o", "messages": [{"role": "user", "content": [part]}]}


def _otlp() -> bytes:
    """Return an OTLP export request of two calls, with canaries in names, values, events and bytes."""
    ids = (held(1, bytes(range(16))), held(2, bytes(range(8))))
    prompt = said(9, "gen_ai.prompt.0.content", PROSE)
    span = held(2, *ids, held(5, f"ask {NAME}"), prompt, held(11, held(2, f"call {PHONE}"), said(3, EMAIL, PROSE)))
    other = held(2, *ids, said(9, "gen_ai.system", f"SSN {SSN}"), attribute(9, "raw", held(7, PROSE)))
    return held(1, held(1, said(1, "host.name", f"mail {EMAIL}")), held(2, span, other))


def _broken(text: bytes) -> Iterator[tuple[str, bytes]]:
    yield "truncated", b'{"note": "' + text
    yield "log line", b"2026-01-01 ERROR " + text
    yield "html", b"<html>" + text + b"</html>"
    yield "protobuf of a field unknown", held(1, held(2, held(99, text)))
    yield "wrong encoding", b'{"note": "\xff' + text + b'"}'
    yield "not finite", b'{"note": "' + text + b'", "x": NaN}'
    yield "too deep", b"[" * 200 + b'"' + text + b'"' + b"]" * 200
    yield "stream piece", orjson.dumps({"choices": [{"delta": {"content": text.decode()}}]})
    yield "server-sent events", b"data: " + orjson.dumps({"note": text.decode()})
