"""`phistream sources`: what is recognised is listed."""

import json

from typer.testing import CliRunner

from schemas.sources.all import SOURCES
from streams.cli import app


def test_every_format_is_listed_in_one_line() -> None:
    """Each format has a name and a line about it, in the order in which formats are asked."""
    result = CliRunner().invoke(app, ["sources"])

    lines = result.stdout.splitlines()
    assert 0 == result.exit_code
    assert [source.name for source in SOURCES] == [line.split()[0] for line in lines]
    assert all(len(line.split()) > 1 for line in lines)


def test_formats_are_listed_for_programs() -> None:
    """One JSON object a line holds the same."""
    result = CliRunner().invoke(app, ["sources", "--json"])

    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [(source.name, source.about) for source in SOURCES] == [(row["name"], row["about"]) for row in rows]
