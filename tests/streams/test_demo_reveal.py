"""The demo's reveal: refused without a second person, complete with one."""

import io
from pathlib import Path

import pytest
import structlog
from rich.console import Console

from schemas.topics import REDACTED
from streams.breakglass import unusual
from streams.demo.reveal import show_reveal
from streams.vault import passphrase as passphrases
from tests.streams.breakglass.rig import VALUES, redacted_state


def test_one_refused_and_one_complete_reveal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing clear is printed before the refusal; after the approval every value of the event is."""
    monkeypatch.setattr(passphrases, "_COST", 2**10)
    rig = redacted_state(tmp_path / "state")
    console = Console(record=True, width=200, quiet=False, file=(tmp_path / "out").open("w", encoding="utf-8"))
    show_reveal(console, rig.state.folder, rig.trees(REDACTED)[0])
    before, refusal, after = console.export_text().partition("not allowed (code=grant_state)")
    console.file.close()

    assert refusal
    assert not [value for value in VALUES if value in before]
    assert not [value for value in VALUES if value not in after]
    assert f"user: Write to {VALUES[0]}, SSN {VALUES[1]}." in after


@pytest.mark.parametrize("night", [True, False])
def test_an_alert_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, night: bool) -> None:
    """At whatever hour the demo runs it prints no log line; at an unusual one it says what an alert is."""
    monkeypatch.setattr(passphrases, "_COST", 2**10)
    monkeypatch.setattr(unusual, "_WEEKEND", 7)
    monkeypatch.setattr(unusual, "FIRST_HOUR", 24 if night else 0)
    monkeypatch.setattr(unusual, "LAST_HOUR", 24)
    rig, lines = redacted_state(tmp_path / "state"), io.StringIO()
    config = structlog.get_config()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(lines))
    console = Console(record=True, width=200, file=io.StringIO())
    show_reveal(console, rig.state.folder, rig.trees(REDACTED)[0])
    structlog.configure(**config)

    assert night == ("an alert is on record" in console.export_text())
    assert "" == lines.getvalue()
