"""`phistream explain`: what is recognised and read, and why, without a value."""

import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from schemas.events import FieldKind, TextField
from schemas.raw import DEFAULT_BOUNDS
from streams.cli import app
from streams.record.novelty import Novelty
from streams.record.reading import read_record
from tests.canary import CANARIES, planted_records
from tests.schemas.sources.streamed.streams import chat
from tests.schemas.sources.wire import held, said

GOLDEN = sorted((Path(__file__).parents[2] / "schemas" / "sources" / "golden").glob("*.json"))
RECORD = {
    "model": "gpt-4o",
    "messages": [{"role": "Maria Quintana", "content": "call"}, {"role": "user", "content": '{"a": 1}'}],
    "logprobs": {"content": [{"token": "call"}]},
    "favourite": True,
    "Maria Quintana": 3,
}


def run(*arguments: str) -> str:
    """Run the command and return what it prints."""
    done = CliRunner().invoke(app, ["explain", *arguments])
    assert 0 == done.exit_code, done.output
    return done.output


def file_of(folder: Path, *values: bytes) -> str:
    """Write records, one a line."""
    path = folder / "in.jsonl"
    path.write_bytes(b"\n".join(values))
    return str(path)


def test_each_leaf_says_how_it_is_read_and_why(tmp_path: Path) -> None:
    """Path, class and reason stand for every leaf; an unknown key is an asterisk."""
    (row,) = [json.loads(line) for line in run(file_of(tmp_path, orjson.dumps(RECORD)), "--json").splitlines()]

    assert "openai" == row["format"]
    assert [
        ("/model", "passes", "label"),
        ("/messages/0/role", "text", "not in the shape of its path"),
        ("/messages/0/content", "text", "no rule"),
        ("/messages/1/role", "passes", "enumeration"),
        ("/messages/1/content", "opened", "JSON in a string"),
        ("/messages/1/content/*", "key", "unknown key"),
        ("/messages/1/content/*", "number", "no rule"),
        ("/logprobs", "dropped", "repeats the completion token by token"),
        ("/*", "key", "unknown key"),
        ("/*", "constant", "true, false or null"),
        ("/*", "key", "unknown key"),
        ("/*", "number", "no rule"),
    ] == [(leaf["path"], leaf["reading"], leaf["why"]) for leaf in row["leaves"]]


def test_a_record_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    """What would go to quarantine is named by its reason, and the next record is read."""
    rows = run(file_of(tmp_path, b"{broken", b"{}"), "--json").splitlines()

    assert [("not_json", None), (None, "generic")] == [
        (json.loads(row).get("reason"), json.loads(row)["format"]) for row in rows
    ]


def test_a_piece_of_a_stream_waits(tmp_path: Path) -> None:
    """A piece is not said to go to quarantine: the worker holds it until its stream is whole."""
    shown = run(file_of(tmp_path, orjson.dumps(chat(["Hello"])[1]), b"{broken"))

    assert "stream_piece: it waits" in shown
    assert "not_json: it would go sealed into quarantine" in shown


@pytest.mark.parametrize("arguments", [(), ("--json",), ("--summary",), ("--summary", "--json")], ids=" ".join)
def test_no_value_is_shown(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """Canaries in every place of a record, keys and attribute names too, are nowhere in what is printed."""
    shown = run(file_of(tmp_path, *(planted.value.replace(b"\n", b" ") for planted in planted_records())), *arguments)

    assert [] == [canary for canary in CANARIES if canary in shown]


def test_attributes_are_named_where_they_are_known(tmp_path: Path) -> None:
    """OTLP in protobuf is read too; an attribute shows by name only where a convention has it."""
    span = held(2, held(1, bytes(16)), held(2, bytes(8)), said(9, "gen_ai.prompt", "x"), said(9, "of Maria", "x"))
    path = tmp_path / "spans.bin"
    path.write_bytes(held(1, held(2, span)))

    shown = run(str(path))

    assert "[gen_ai.prompt]" in shown
    assert "Maria" not in shown


def test_the_summary_counts_formats_and_new_fields(tmp_path: Path) -> None:
    """Formats, reasons, and fields that no format knows by the record in which each was first seen."""
    shown = json.loads(run(file_of(tmp_path, orjson.dumps(RECORD), b"{", orjson.dumps(RECORD)), "--summary", "--json"))

    assert (3, {"openai": 2}, {"not_json": 1}) == (shown["records"], shown["formats"], shown["reasons"])
    fields = {(field["parent"], field["name"]): (field["first"], field["records"]) for field in shown["unknown"]}
    assert (1, 2) == fields["/", "favourite"]
    assert (1, 2) == fields["/", None]


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_what_is_said_is_what_is_done(path: Path) -> None:
    """As many leaves are said to be read as texts are analysed."""
    golden: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))

    reading = read_record(1, orjson.dumps(golden["input"]), DEFAULT_BOUNDS)

    assert golden["source"] == reading.source
    assert len(golden["texts"]) == sum(reading.counts.get(name, 0) for name in ("text", "number", "key"))


def test_a_field_is_new_once() -> None:
    """A process counts each unknown field of a format once, wherever in a list it stands."""
    records: list[str] = []
    fields: list[tuple[str, int]] = []
    novelty = Novelty(records.append, lambda source, number: fields.append((source, number)))
    texts = [TextField(f"/messages/{index}", "odd", kind=FieldKind.KEY) for index in range(3)]

    for source in ("openai", "openai", "generic"):
        novelty.saw(source, [*texts, TextField("/messages/0/content", "call")])

    assert ["openai", "openai", "generic"] == records
    assert [("openai", 1), ("generic", 1)] == fields


def test_a_folder_names_its_files(tmp_path: Path) -> None:
    """Of several files each is named before its first record, beside the output; one file is not."""
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_bytes(b"{}\n{}")
    folder, file = (CliRunner().invoke(app, ["explain", str(path)]) for path in (tmp_path, tmp_path / "a.jsonl"))

    assert 4 == len(folder.stdout.splitlines())
    assert [f"{tmp_path / 'a.jsonl'}, from record 1:", f"{tmp_path / 'b.jsonl'}, from record 3:"] == (
        folder.stderr.splitlines()
    )
    assert "" == file.stderr


def test_an_empty_file_says_so(tmp_path: Path) -> None:
    """Nothing to show is said, not shown as nothing."""
    assert "no record" in run(file_of(tmp_path))


def test_an_unknown_shape_says_what_that_means(tmp_path: Path) -> None:
    """Only of what no format knows everything is text."""
    unknown, known = run(file_of(tmp_path, b'{"x": 1}', orjson.dumps(RECORD))).split("record 2")

    assert "everything is text" in unknown
    assert "everything is text" not in known
