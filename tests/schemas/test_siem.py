"""From events to documents of the index."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest

import streams.siem
from schemas.events import Call, RedactedEvent, TokenUsage
from schemas.identifiers import IdentifierType
from schemas.siem import KEYWORD_LENGTH, document_of, stub_of, texts_of
from tests.contracts.siem_samples import NAME_TOKEN, SAMPLES, alert, chat, event, withheld

TEMPLATE = Path(streams.siem.__path__[0]) / "assets" / "index_template.json"

FULL = replace(
    chat(1, f"Seen by {NAME_TOKEN}.", counts={"NAME": 1}),
    processing_region="eu",
    key="key",
    headers={"h": "x"},
    calls=(Call(model="m-9", latency_ms=2.5),),
    call=Call(
        called_at="2026-01-02T12:00:00Z",
        provider="openai",
        endpoint="/v1/chat",
        operation="chat",
        model="m-1",
        usage=TokenUsage(1, 2, 3),
        status="200",
        finish_reasons=("stop",),
        latency_ms=1.5,
        application="triage",
        workforce="phi_id_da_bcdfghjklmnpqrstvwxz",
        end_user="u",
        session="s",
        conversation="c",
        trace_id="t",
        span_id="sp",
        request_id="rq",
        response_id="rs",
        previous_response_id="pr",
        data_sources=("kb",),
        region="eu",
        agreement="BAA-1",
    ),
)


def _paths(tree: Any, before: str = "") -> set[str]:
    if not isinstance(tree, dict):
        return {before}
    return {path for name, below in tree.items() for path in _paths(below, f"{before}.{name}" if before else name)}


def _mapped(properties: dict[str, Any], before: str = "") -> set[str]:
    found = set()
    for name, field in properties.items():
        path = f"{before}.{name}" if before else name
        found |= _mapped(field["properties"], path) if "properties" in field else {path}
    return found


def _written() -> set[str]:
    values = (FULL, withheld(2), alert(3), *SAMPLES)
    sources = [*(document_of(value).source for value in values), stub_of(document_of(FULL)).source]
    return {path for source in sources for path in _paths({**source, "record": None, "headers": None})}


def _mapping() -> set[str]:
    return _mapped(json.loads(TEMPLATE.read_bytes())["template"]["mappings"]["properties"])


def test_every_field_is_mapped() -> None:
    """The mapping is strict: a field that it does not name would turn every document into a stub."""
    assert json.loads(TEMPLATE.read_bytes())["template"]["mappings"]["dynamic"] == "strict"
    assert set() == _written() - _mapping()


def test_every_mapped_field_is_written() -> None:
    """The mapping names nothing that no document has."""
    counts = {f"phi_counts.{type_.value}" for type_ in IdentifierType}

    assert _mapping() == _written() | counts


def test_a_document_holds_what_an_auditor_asks() -> None:
    """Every known fact of a call is in the flat document, and the counts by identifier."""
    source = document_of(FULL).source

    assert ["m-1", "m-9"] == source["model"]
    assert [1.5, 2.5] == source["latency_ms"]
    assert (["NAME"], {"NAME": 1}, True) == (source["identifiers"], source["phi_counts"], source["phi_present"])
    assert ("BAA-1", "200", 1) == (source["agreement"], source["call_status"], source["status_id"])
    assert {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}.items() <= source["message_context"].items()
    assert (6003, 600399) == (source["class_uid"], source["type_uid"])


@pytest.mark.parametrize("value", [*SAMPLES, FULL])
def test_a_document_is_json(value: Any) -> None:
    """Every document can be written as JSON and prints only its id."""
    document = document_of(value)

    assert document.source == orjson.loads(orjson.dumps(document.source))
    assert "messages" not in repr(document)


@pytest.mark.parametrize(
    ("tree", "texts"),
    [
        ("plain", ["plain"]),
        ({"a": ["b", {"c": "d"}], "e": None, "f": 5}, ["b", "d"]),
        ({f"x {NAME_TOKEN}": "y"}, [f"x {NAME_TOKEN}", "y"]),
        ({"arguments": '{"note":"one\\ntwo"}'}, ["one\ntwo"]),
        ({"arguments": '"[1, {\\"deep\\": \\"x\\"}]"'}, ['"[1, {\\"deep\\": \\"x\\"}]"']),
        ('{"a": "[\\"inner\\\\n\\"]"}', ["inner\n"]),
        ("[not json", ["[not json"]),
        ("", []),
    ],
)
def test_texts_are_found_wherever_they_stand(tree: Any, texts: list[str]) -> None:
    """String leaves, JSON inside strings and keys with tokens are texts; nothing joins a word to an escape."""
    assert texts == list(texts_of(event(1, tree)))


def test_deep_records_have_texts() -> None:
    """A record as deep as records may be is walked."""
    tree: Any = "bottom"
    for _ in range(5_000):
        tree = [tree]

    assert list(texts_of(event(1, tree))) == ["bottom"]


def test_key_and_headers_are_texts() -> None:
    """Record keys and header values are searched too."""
    assert list(texts_of(event(1, "r", key="k", headers={"a": "h", "b": None}))) == ["k", "h", "r"]


@pytest.mark.parametrize(
    ("time", "redacted_at", "day"),
    [
        ("2026-01-02T23:59:59.999Z", "2026-01-03T00:00:01.000Z", "2026.01.02"),
        ("2026-01-03T00:00:00.000Z", "2026-01-03T00:00:01.000Z", "2026.01.03"),
        ("2026-01-04T00:00:00.000Z", "2026-01-03T00:00:01.000Z", "2026.01.04"),
        ("2031-07-01T00:00:00.000Z", "2026-01-03T12:00:00.000Z", "2026.01.04"),
        ("1970-01-01T00:00:00.000Z", "2026-01-03T00:00:01.000Z", "2000.01.01"),
    ],
)
def test_the_date_follows_the_event(time: str, redacted_at: str, day: str) -> None:
    """The index's date is that of the event, whenever it is indexed; a clock far ahead is held back."""
    assert day == document_of(chat(1, "x", time=time, redacted_at=redacted_at)).day


def test_a_stub_holds_no_text() -> None:
    """A refused document is replaced under its id, on its day, below its revision, by metadata alone."""
    document = document_of(replace(FULL, revision=3))
    stub = stub_of(document)

    assert (document.id, document.day, 2) == (stub.id, stub.day, stub.revision)
    assert ("withheld", "index_refused", 2) == tuple(stub.source[name] for name in ("kind", "reason", "revision"))
    assert {"text", "record", "headers", "model", "end_user"} & set(stub.source) == set()


def test_long_values_are_cut() -> None:
    """An exact value is as long as an index takes; the record stays whole."""
    long: RedactedEvent = chat(1, "y" * 40_000, call=Call(model="é" * 40_000, data_sources=("z" * 40_000,)))
    source = document_of(long).source

    assert KEYWORD_LENGTH == len(source["model"]) == len(source["ai_model"]["name"]) == len(source["data_sources"])
    assert len(source["record"]["messages"][0]["content"]) == 40_000


def test_numbers_beyond_an_index_are_left_out() -> None:
    """A source may write any number as a count: one that the index cannot hold would cost the whole document."""
    usage = TokenUsage(2**64 - 1, -5, 2**63 - 1)
    context = document_of(chat(1, "x", call=Call(usage=usage))).source["message_context"]

    assert {"total_tokens": 2**63 - 1} == context
