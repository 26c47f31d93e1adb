"""Records of ours: bytes and values, versions, and what a reader refuses."""

from dataclasses import replace
from typing import Any

import jsonschema
import orjson
import pytest

from schemas.codec import REDACTED_EVENT, SCHEMAS, Schema, decode, decode_redacted, encode, from_tree, json_schema
from schemas.errors import Malformed, UnknownVersion
from schemas.events import Call, Coordinates, PayloadDigest, PhiSummary, RedactedEvent, Withheld
from tests.write_schemas import path_of, written

COORDINATES = Coordinates("llm.events.raw.v1", 3, 41, 1_795_000_000_000)
EVENT = RedactedEvent(
    v=1,
    kind="redacted_event",
    event_id="5cbaaef2-a4e3-58af-9ebb-02ace73b1137",
    tenant="a",
    revision=1,
    source="openai",
    time="2026-11-18T10:26:40.000Z",
    redacted_at="2026-11-18T10:26:41.000Z",
    coordinates=COORDINATES,
    call=Call(model="gpt-4o", finish_reasons=("stop",)),
    phi=PhiSummary(present=True, counts={"NAME": 2}),
    payload_digest=PayloadDigest("hmac-sha256", "dg_1", "00"),
    processing_region=None,
    policy="default-1",
    detector="d1",
    batch_id="b1",
    incomplete=False,
    key=None,
    headers={"traceparent": "00-1"},
    record={"messages": [{"role": "user", "content": "phi_name_ca_bcdfghjklmnpqrstvwxz"}]},
)
WITHHELD = Withheld(1, "withheld", "e1", "a", "2026-11-18T10:26:40.000Z", "not_json", COORDINATES, "b1")


@pytest.mark.parametrize("value", [EVENT, WITHHELD], ids=["event", "withheld"])
def test_decode_reverses_encode(value: RedactedEvent | Withheld) -> None:
    """Decode after encode is identity."""
    assert value == decode_redacted(encode(value))


@pytest.mark.parametrize("version", [0, 2, None, "1", True])
def test_an_unknown_version_stops(version: Any) -> None:
    """A version that is neither N nor N-1 stops the reader; it is never quarantined."""
    tree = orjson.loads(encode(EVENT)) | {"v": version}

    if version is True:  # JSON true equals 1 in Python, so only the schema can tell.
        with pytest.raises((UnknownVersion, Malformed)):
            from_tree(REDACTED_EVENT, {**tree, "v": "true"})
        return
    with pytest.raises(UnknownVersion):
        from_tree(REDACTED_EVENT, tree)


def test_a_reader_accepts_the_version_before() -> None:
    """N-1 is read through its upgrade, so that readers can change before writers."""
    newer = Schema("redacted_event", RedactedEvent, 2, lambda tree: {**tree, "v": 2})

    assert replace(EVENT, v=2) == decode(newer, encode(EVENT))
    assert replace(EVENT, v=2) == decode(newer, encode(replace(EVENT, v=2)))
    with pytest.raises(UnknownVersion):
        decode(newer, encode(replace(EVENT, v=3)))


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"tenant": 7}, "tenant"),
        ({"coordinates": {"topic": "t"}}, "coordinates/partition"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_what_breaks_the_schema_is_named_by_path(change: dict[str, Any], path: str) -> None:
    """A record of ours that breaks its schema is refused by path, without the value."""
    with pytest.raises(Malformed) as caught:
        from_tree(REDACTED_EVENT, orjson.loads(encode(EVENT)) | change)

    assert path == caught.value.facts["path"]
    assert caught.value.__cause__ is None


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda schema: schema.name)
def test_checked_in_schemas_are_current(schema: Schema) -> None:
    """schemas/json holds what the types say; `make schemas` writes it."""
    assert written(schema) == path_of(schema).read_text(encoding="utf-8")


def test_an_encoded_event_follows_its_json_schema() -> None:
    """The JSON Schema that others validate with accepts what we write."""
    jsonschema.validate(orjson.loads(encode(EVENT)), json_schema(REDACTED_EVENT))


def test_text_does_not_print() -> None:
    """No repr of an event shows what the record holds."""
    shown = repr(EVENT)

    assert "content" not in shown
    assert "traceparent" not in shown
