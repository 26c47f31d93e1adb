"""The demo's reveal: refused without a second person, complete with one."""

from pathlib import Path

import pytest
from rich.console import Console

from schemas.topics import REDACTED
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
