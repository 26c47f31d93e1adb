"""`phistream detect`, with and without an explanation."""

import json
from pathlib import Path
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner, Result

from schemas.errors import ConfigError
from streams.cli import app

LINES = (
    orjson.dumps({"id": "a", "text": "Patient: Adaeze Okonkwo, MRN: 00482917. Lily vs Medtronic."}),
    b"not json",
    b'{"id": 1}',
    orjson.dumps({"id": 2, "text": ""}),
)


@pytest.fixture
def file(tmp_path: Path) -> str:
    """Return a file of texts, two of them bad lines."""
    path = tmp_path / "texts.jsonl"
    path.write_bytes(b"\n".join(LINES) + b"\n")
    return str(path)


def run(*arguments: str, stdin: bytes = b"") -> Result:
    """Run the command as a user does."""
    return CliRunner().invoke(app, ["detect", *arguments], input=stdin)


def rows(result: Result) -> list[dict[str, Any]]:
    """Return the lines of JSON that were written."""
    return [json.loads(line) for line in result.stdout.splitlines()]


def test_bad_lines_are_answered_in_their_place(file: str) -> None:
    """Order and ids stay, and the status says that some were bad."""
    for arguments in ((file,), (file, "--explain", "--json")):
        result = run(*arguments)

        assert 2 == result.exit_code
        assert ["a", None, None, 2] == [row["id"] for row in rows(result)]
        assert [(2, "not_json"), (3, "no_text")] == [(row["line"], row["error"]) for row in rows(result)[1:3]]


def test_an_explanation_holds_what_detect_says_and_more(file: str) -> None:
    """Both find the same; the explanation names layer, reasons and losers."""
    plain, explained = (rows(run(file, *more))[0]["spans"] for more in ((), ("--explain", "--json")))

    assert plain == [{key: span[key] for key in plain[0]} for span in explained]
    assert {"layer", "validator", "words", "remembered_from", "made_of"} <= set(explained[0])


def test_standard_input_is_read() -> None:
    """Without a file, or with a dash."""
    line = LINES[0] + b"\n"

    assert run("-", "--explain", "--json", stdin=line).stdout == run("--explain", "--json", stdin=line).stdout


def test_json_explanations_hold_no_text(file: str) -> None:
    """As `detect` itself: offsets into the text, never the text."""
    assert not any(word in run(file, "--explain", "--json").stdout for word in ("Adaeze", "00482917", "Lily"))


def test_an_explanation_for_eyes_quotes_the_text(file: str) -> None:
    """What was found, by whom, because of what, and what was left."""
    result = run(file, "--explain")

    assert 2 == result.exit_code
    assert "'00482917'  by patterns/record, because of word 'MRN'" in result.stdout
    assert "'Lily'  dropped: gazetteers/gazetteer.names was vetoed by safe_list" in result.stdout
    assert "not_json" in result.stdout


def test_json_alone_is_refused(file: str) -> None:
    """`detect` writes JSON as it is; the option would say nothing."""
    assert 2 == run(file, "--json").exit_code


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A missing file ends with an error of ours that names it, not with an exception of the library's."""
    result = run(str(tmp_path / "missing.jsonl"))

    assert isinstance(result.exception, ConfigError)
    assert str(tmp_path / "missing.jsonl") in str(result.exception)
