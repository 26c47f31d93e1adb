"""`phistream search` and `phistream tail` over a state folder."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from schemas.codec import encode
from schemas.errors import ConfigError
from schemas.topics import ALERTS, REDACTED
from streams.cli import app
from streams.embedded.state import EmbeddedState
from streams.log.ports import Publication
from streams.siem.indexing import index_embedded
from streams.siem.searching import read_cursor, read_time
from tests.contracts.siem_samples import MINUTE, NAME_TOKEN, NOON, SAMPLES, chat


@pytest.fixture
def state(tmp_path: Path) -> EmbeddedState:
    """Return a state folder that holds the samples, indexed."""
    made = EmbeddedState(tmp_path / "state")
    made.prepare()
    publish(made, *SAMPLES)
    return made


def publish(state: EmbeddedState, *values: object) -> None:
    """Put records on the embedded log, and index them."""
    store = state.open_store()
    with store.transaction():
        store.append(
            [Publication(ALERTS if hasattr(value, "alert_id") else REDACTED, b"k", encode(value)) for value in values]
        )
    index_embedded(store)
    store.close()


def run(*arguments: str) -> str:
    """Run a command that succeeds; return what it printed."""
    result = CliRunner().invoke(app, list(arguments), catch_exceptions=False, env={"COLUMNS": "200"})
    assert result.exit_code == 0
    return result.stdout


def hits(*arguments: str) -> list[dict[str, Any]]:
    """Return the hits that a command prints as JSON."""
    return [json.loads(line) for line in run(*arguments, "--json").splitlines()]


def numbers(found: list[dict[str, Any]]) -> list[int]:
    """Return the numbers of samples."""
    return [int(hit["event_id"].rpartition("-")[2]) for hit in found]


def test_a_token_is_followed(state: EmbeddedState) -> None:
    """A token finds its events in order of time, with the redacted record and without the joined text."""
    found = hits("search", NAME_TOKEN, "--state", str(state.folder))

    assert [1, 2, 3, 7, 11, 12] == numbers(found)
    assert [found[0]["record"]["messages"][0]["content"]] == [f"Patient {NAME_TOKEN} has chest pain."]
    assert "text" not in found[0]


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (("--tenant", "clinic-b"), [3]),
        (("--model", "m-2"), [4]),
        (("--application", "scribe"), [9]),
        (("--conversation", "conv-1"), [9, 10]),
        (("--type", "MRN"), [2, 8]),
        (("--kind", "withheld"), [13]),
        (("--since", "2026-01-02T12:14:00Z"), [14, 15]),
        (("--until", "2026-01-02T12:02:00+00:00"), [1]),
        (("--since", "2026-01-02T12:03", "--until", "2026-01-02T12:04:00"), [3]),
        (("--newest-first", "--limit", "2"), [15, 14]),
        (("--limit", "4", "--page", "2"), [5, 6, 7, 8]),
        (("--limit", "4", "--page", "9"), []),
        (("nowhere",), []),
    ],
)
def test_filters(state: EmbeddedState, filters: tuple[str, ...], expected: list[int]) -> None:
    """Each filter leaves the events that it names."""
    assert expected == numbers(hits("search", *filters, "--state", str(state.folder)))


def test_a_page_names_the_next(state: EmbeddedState) -> None:
    """What a page says at its end leads to the hits after it."""
    first = run("search", "--limit", "6", "--state", str(state.folder))
    after = first.split("--after ")[1].split()[0]

    assert "15 hits, 6 shown" in first
    assert [7, 8, 9] == numbers(hits("search", "--limit", "3", "--after", after, "--state", str(state.folder)))


def test_what_is_shown(state: EmbeddedState) -> None:
    """Time, tenant, model and the place in the text are shown; withheld events and alerts say why."""
    text = run("search", "--state", str(state.folder))

    assert "2026-01-02T12:01:00.000Z  clinic-a  m-1  triage" in text
    assert f"Patient {NAME_TOKEN} has chest pain." in text
    assert "withheld: not_json" in text
    assert "alert quarantine_rate: 50% of 600 events of raw" in text


def test_text_is_no_markup(state: EmbeddedState) -> None:
    """What an event says is printed as it is, whatever it looks like."""
    publish(state, chat(20, "look [bold red]here[/] [/nothing] \\[x] \x1b[31mred\x07 :smile:"))
    text = run("search", "look", "--state", str(state.folder))

    assert "look [bold red]here[/] [/nothing] \\[x]" in text
    assert ":smile:" in text
    assert "\x1b" not in text
    assert "\x07" not in text


@pytest.mark.parametrize(
    "arguments",
    [
        ("search", "x"),
        ("search", "x", "--state", "absent"),
        ("search", "--since", "yesterday", "--state", "absent"),
        ("search", "--after", "nonsense", "--state", "absent"),
        ("search", "--state", "absent", "--config", "absent.toml"),
        ("tail", "--no-follow"),
        ("tail", "--no-follow", "--state", "absent"),
    ],
)
def test_mistakes_are_named(tmp_path: Path, arguments: tuple[str, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    """A mistyped folder, time or page is an error that names it, and makes no folder."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "absent.toml").touch()
    with pytest.raises(ConfigError):
        CliRunner().invoke(app, list(arguments), catch_exceptions=False)

    assert [tmp_path / "absent.toml"] == list(tmp_path.iterdir())


def test_times() -> None:
    """A time is RFC 3339 or an age; without a zone it is UTC."""
    now = NOON + 7 * 24 * 60 * MINUTE

    assert NOON == read_time("7d", now, "--since") == read_time("1w", now, "--since")
    assert NOON == read_time("2026-01-02T13:00:00+01:00", now, "--since")
    assert NOON - 12 * 60 * MINUTE == read_time("2026-01-02", now, "--since")
    assert read_time(None, now, "--since") is None
    assert read_cursor(None) is None


def test_tail_shows_what_search_finds(state: EmbeddedState) -> None:
    """The last events are shown in order of time, filtered as search filters."""
    folder = str(state.folder)

    last = hits("tail", NAME_TOKEN, "-n", "5", "--no-follow", "--state", folder)
    everything = hits("tail", "-n", "99", "--no-follow", "--state", folder)

    assert [11, 12] == numbers(last)
    assert numbers(hits("search", "--state", folder)) == numbers(everything)
    assert hits("tail", "-n", "0", "--no-follow", "--state", folder) == []


@pytest.fixture
def following(state: EmbeddedState) -> Iterator[subprocess.Popen[str]]:
    """Return a tail that has shown the last event and waits for more."""
    command = [sys.executable, "-u", "-m", "streams.cli", "tail", "-n", "1", "--json", "--state", str(state.folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert numbers([json.loads(process.stdout.readline())]) == [15]
        yield process
        process.kill()


def test_tail_follows(state: EmbeddedState, following: subprocess.Popen[str]) -> None:
    """Events that come later are shown as they come, and leave nothing behind in the log."""
    publish(state, chat(21, "one more"))
    assert following.stdout is not None
    shown = json.loads(following.stdout.readline())
    store = state.open_store()
    groups = store.connection.execute("SELECT DISTINCT consumers FROM log_offsets").fetchall()
    store.close()

    assert numbers([shown]) == [21]
    assert groups == [("indexer",)]
