"""OTLP in protobuf: read into the OTLP/JSON document of the specification, or not read at all."""

import random
from typing import Any

import pytest

from schemas.errors import Malformed, QuarantineReason
from schemas.raw import Bounds, encode_raw
from schemas.sources.all import recognise
from schemas.sources.otlp import decode_otlp, decode_value
from tests.schemas.sources.wire import attribute, fixed32, fixed64, held, number, said

TRACE = bytes.fromhex("5b8efff798038103d269b633813fc60c")
SPAN = bytes.fromhex("eee19b7ec3c1b174")
BEGUN = 1_772_600_000_000_000_000
IDS = (held(1, TRACE), held(2, SPAN))
TIMES = (fixed64(7, BEGUN), fixed64(8, BEGUN + 500_000_000))


def spans(*fields: bytes) -> bytes:
    """Return an export request of one span with some fields."""
    return held(1, held(1, said(1, "service.name", "triage-bot")), held(2, held(1, held(1, "genai")), held(2, *fields)))


def logs(*fields: bytes) -> bytes:
    """Return an export request of one log record with some fields."""
    return held(1, held(2, held(2, *fields)))


def span_of(value: bytes) -> dict[str, Any]:
    """Return the one span of a request."""
    found: dict[str, Any] = decode_value(value)["resourceSpans"][0]["scopeSpans"][0]["spans"][0]
    return found


def test_a_span_is_written_as_the_specification_says() -> None:
    """Ids are hex, 64-bit integers strings, enumerations numbers; the record is recognised like its JSON."""
    value = spans(
        *IDS,
        *TIMES,
        held(5, "chat gpt-4o"),
        number(6, 3),
        fixed32(16, 257),
        said(9, "gen_ai.request.model", "gpt-4o"),
        attribute(9, "gen_ai.usage.input_tokens", number(3, 12)),
        attribute(9, "gen_ai.request.temperature", b"\x21" + bytes.fromhex("000000000000e03f")),
        attribute(9, "odd", number(3, -7)),
        attribute(9, "empty", held(1)),
        attribute(9, "stream", number(2, 1)),
        attribute(9, "raw", held(7, b"\x00\xff")),
        held(11, fixed64(1, BEGUN), held(2, "exception"), said(3, "exception.message", "no chart")),
        held(13, *IDS),
        held(15, held(2, "failed"), number(3, 2)),
    )

    document = decode_value(value)

    assert {
        "resourceSpans": [
            {
                "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "triage-bot"}}]},
                "scopeSpans": [
                    {
                        "scope": {"name": "genai"},
                        "spans": [
                            {
                                "traceId": TRACE.hex(),
                                "spanId": SPAN.hex(),
                                "name": "chat gpt-4o",
                                "kind": 3,
                                "startTimeUnixNano": str(BEGUN),
                                "endTimeUnixNano": str(BEGUN + 500_000_000),
                                "attributes": [
                                    {"key": "gen_ai.request.model", "value": {"stringValue": "gpt-4o"}},
                                    {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "12"}},
                                    {"key": "gen_ai.request.temperature", "value": {"doubleValue": 0.5}},
                                    {"key": "odd", "value": {"intValue": "-7"}},
                                    {"key": "empty", "value": {"stringValue": ""}},
                                    {"key": "stream", "value": {"boolValue": True}},
                                    {"key": "raw", "value": {"bytesValue": "AP8="}},
                                ],
                                "events": [
                                    {
                                        "timeUnixNano": str(BEGUN),
                                        "name": "exception",
                                        "attributes": [
                                            {"key": "exception.message", "value": {"stringValue": "no chart"}}
                                        ],
                                    }
                                ],
                                "links": [{"traceId": TRACE.hex(), "spanId": SPAN.hex()}],
                                "status": {"message": "failed", "code": 2},
                                "flags": 257,
                            }
                        ],
                    }
                ],
            }
        ]
    } == document
    assert "otel" == recognise(document).name
    assert ("gpt-4o", 500.0, "error") == tuple(
        getattr(recognise(document).describe(document), name) for name in ("model", "latency_ms", "status")
    )


def test_a_log_record_is_told_from_a_span() -> None:
    """Log records are read as such, also one whose body might be a span's name; nested values keep their structure."""
    body = held(6, held(1, held(1, "role"), held(2, held(1, "user"))), held(1, held(1, "n"), held(2, number(3, 5))))
    value = logs(fixed64(1, BEGUN), number(2, 9), held(5, body), held(12, "gen_ai.user.message"), held(9, TRACE))

    record = decode_value(value)["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0]

    pairs = [{"key": "role", "value": {"stringValue": "user"}}, {"key": "n", "value": {"intValue": "5"}}]
    assert {"kvlistValue": {"values": pairs}} == record["body"]
    assert (TRACE.hex(), 9, "gen_ai.user.message") == tuple(
        record[key] for key in ("traceId", "severityNumber", "eventName")
    )
    plain = decode_value(logs(held(5, held(1, "call"))))
    assert {"stringValue": "call"} == plain["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0]["body"]


def test_fields_come_in_any_order() -> None:
    """The order of fields on the wire changes nothing."""
    fields = [*IDS, *TIMES, held(5, "chat"), said(9, "gen_ai.system", "openai"), number(6, 3)]
    expected = span_of(spans(*fields))

    for seed in range(5):
        random.Random(seed).shuffle(fields)  # noqa: S311 - an order, no secret.
        assert expected == span_of(spans(*fields))


def test_several_resources_scopes_and_spans_are_one_document() -> None:
    """Everything of one record stands in one document."""
    scope = held(2, held(2, *IDS), held(2, *IDS))
    document = decode_value(held(1, scope, scope) + held(1, scope))

    assert [[2, 2], [2]] == [
        [len(scope["spans"]) for scope in resource["scopeSpans"]] for resource in document["resourceSpans"]
    ]


@pytest.mark.parametrize(
    "value",
    [
        spans(*IDS, held(99, "Maria Quintana")),
        spans(*IDS, number(1, 3)),
        spans(*IDS, said(9, "a", "b")) + b"\x12\x03abc",
        spans(*IDS)[:-1],
        spans(*IDS) + b"trailing",
        held(1, held(2, held(2, fixed64(1, BEGUN), held(4, "x")))),
        spans(*IDS, held(5, b"\xff\xfe")),
        b"\n\nnot json",
        b"\x00\x01\x02",
        held(1, held(2, held(2, held(1, "http.duration"), held(7, held(1, fixed64(3, BEGUN)))))),
    ],
    ids="unknown wrong-type after cut trailing unknown-log not-utf8 text bytes metrics".split(),
)
def test_what_is_not_wholly_known_is_no_otlp(value: bytes) -> None:
    """An unknown field, a wrong type, bytes left over, another signal: quarantined, never passed or dropped."""
    assert decode_otlp(value) is None
    with pytest.raises(Malformed) as caught:
        decode_value(value)

    assert caught.value.reason in (QuarantineReason.NOT_JSON, QuarantineReason.WRONG_ENCODING)


def test_bounds_hold_for_protobuf() -> None:
    """A record is as large and as deep as the bounds say, and no larger or deeper."""
    value = spans(*IDS, said(9, "a", "b"))
    depth = 10

    assert decode_value(value, Bounds(depth=depth, record_bytes=len(value)))
    with pytest.raises(Malformed) as caught:
        decode_value(value, Bounds(depth=depth - 1))
    assert QuarantineReason.TOO_DEEP is caught.value.reason
    with pytest.raises(Malformed) as caught:
        decode_value(value, Bounds(record_bytes=len(value) - 1))
    assert QuarantineReason.TOO_LARGE is caught.value.reason


def test_json_is_never_taken_for_protobuf() -> None:
    """What parses as JSON is JSON, whatever its first byte."""
    assert {"a": 1} == decode_value(b'\n{"a": 1}')


def test_not_a_number_is_a_word() -> None:
    """Doubles that JSON cannot write become the words of protobuf's JSON."""
    for double, word in (("000000000000f87f", "NaN"), ("000000000000f0ff", "-Infinity")):
        found = span_of(spans(*IDS, attribute(9, "a", b"\x21" + bytes.fromhex(double))))

        assert {"doubleValue": word} == found["attributes"][0]["value"]
        assert encode_raw(found)


def test_damaged_bytes_never_raise_anything_else() -> None:
    """Ten thousand damaged requests: read, or Malformed."""
    rng = random.Random(5)  # noqa: S311 - test bytes, no secret.
    whole = spans(*IDS, *TIMES, said(9, "gen_ai.prompt", "call"), held(11, held(2, "e"), said(3, "a", "b")))
    for _ in range(10_000):
        value = bytearray(whole)
        for _ in range(rng.randint(1, 4)):
            value[rng.randrange(len(value))] = rng.randrange(256)
        try:
            encode_raw(decode_value(bytes(value[: rng.randint(1, len(value))])))
        except Malformed:
            continue
