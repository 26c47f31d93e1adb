"""`phistream quarantine list`: a mistyped folder."""

from pathlib import Path

from typer.testing import CliRunner

from schemas.errors import ConfigError
from streams.cli import app


def test_a_folder_without_state_is_named(tmp_path: Path) -> None:
    """A mistyped folder is refused by name, and none is made."""
    missing = tmp_path / "nowhere"
    result = CliRunner().invoke(app, ["quarantine", "list", "--state", str(missing)])

    assert isinstance(result.exception, ConfigError)
    assert str(missing) in str(result.exception)
    assert not missing.exists()
