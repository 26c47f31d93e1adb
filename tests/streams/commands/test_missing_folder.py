"""A mistyped state folder, asked of the commands about people and policies."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from schemas.errors import ConfigError
from streams.cli import app


@pytest.mark.parametrize(
    "command",
    ["breakglass person list", "breakglass role list", "breakglass access review", "policy list", "policy check"],
)
def test_a_mistyped_folder_is_refused_and_not_made(command: str, tmp_path: Path) -> None:
    """An empty list of people, out of a folder that was made by asking, would look like a review."""
    missing = tmp_path / "nowhere"
    result = CliRunner().invoke(app, [*command.split(), "--state", str(missing)])

    assert isinstance(result.exception, ConfigError)
    assert str(missing) in str(result.exception)
    assert not missing.exists()
