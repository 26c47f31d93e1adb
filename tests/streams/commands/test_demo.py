"""`phistream demo`: what it may delete."""

from pathlib import Path

import pytest

from schemas.errors import ConfigError
from streams.commands.demo import demo


def test_folders_of_somebody_else_are_not_deleted(tmp_path: Path) -> None:
    """A folder that no demo made keeps what is in it, whatever its name."""
    kept = tmp_path / "state" / "log.db"
    kept.parent.mkdir()
    kept.touch()

    with pytest.raises(ConfigError):
        demo(tmp_path)

    assert kept.exists()
