"""What the documentation says is there is there."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import typer.main

from benchmarks.accuracy.tables import PAGES as PAGES_WITH_FIGURES
from benchmarks.accuracy.tables import filled
from schemas.topics import TOPICS
from streams.cli import app

ROOT = Path(__file__).parents[1]
PAGES = (
    "README.md",
    "ARCHITECTURE.md",
    "SECURITY.md",
    "CONTRIBUTING.md",
    "CONFIGURATION.md",
    "OPERATING.md",
    "detectors/CUSTOMIZING.md",
)


def _commands() -> set[str]:
    """Return every command and subcommand of the command line."""
    group = typer.main.get_command(app)
    names = set()
    for name, command in getattr(group, "commands", {}).items():
        names.add(name)
        names |= {f"{name} {inner}" for inner in getattr(command, "commands", {})}
    return names


@pytest.mark.parametrize("page", PAGES)
def test_commands_in_the_documentation_exist(page: str) -> None:
    """Every `phistream X` that a page shows can be run."""
    text = (ROOT / page).read_text(encoding="utf-8")
    code = "\n".join(_code(text))
    shown = set(re.findall(r"^phistream (?:-[a-z-]+ )*([a-z]+)", code, re.MULTILINE))

    assert set() == shown - _commands()


def _code(text: str) -> list[str]:
    """Return the lines of console blocks and of code in the text."""
    blocks = re.findall(r"```console\n(.*?)```", text, re.DOTALL)
    return [line.split("| ")[-1] for block in blocks for line in block.splitlines()] + re.findall(
        r"`(phistream[^`]*)`", text
    )


def test_every_command_is_in_the_readme() -> None:
    """No command is left for the user to find out."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")

    assert [] == [name for name in sorted(_commands()) if not re.search(rf"\b{name.split()[0]}\b", text)]


@pytest.mark.parametrize("page", PAGES)
def test_make_targets_in_the_documentation_exist(page: str) -> None:
    """Every `make X` that a page shows is a target."""
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    shown = set(re.findall(r"(?:^|`)make ([a-z][a-z-]+)", (ROOT / page).read_text(encoding="utf-8"), re.MULTILINE))

    assert set() == shown - targets


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    """Every relative link of a page is a file or folder."""
    text = (ROOT / page).read_text(encoding="utf-8")
    links = [link for link in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in link]

    assert [] == [link for link in links if not ((ROOT / page).parent / link).exists()]


def test_topics_in_the_architecture_exist() -> None:
    """Every topic that the architecture names is in the table."""
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"\b(?:phi|llm)\.[a-z.]+\.v\d\b", text))

    assert shown <= {topic.name for topic in TOPICS}


def test_settings_of_the_readme_are_read(tmp_path: Path) -> None:
    """The README's settings file is one that loads."""
    from streams.config import load_settings, refuse_undeclared  # noqa: PLC0415

    text = (ROOT / "README.md").read_text(encoding="utf-8")
    block = re.search(r"```toml\n(.*?)```", text, re.DOTALL)
    assert block is not None
    path = tmp_path / "phistream.toml"
    path.write_text(block.group(1), encoding="utf-8")

    refuse_undeclared(load_settings(path))


@pytest.mark.parametrize(("path", "marker", "table"), PAGES_WITH_FIGURES, ids=["readme", "identifiers", "looks"])
def test_figures_are_those_of_the_results(path: Path, marker: str, table: Callable[[], str]) -> None:
    """The figures in the pages come from the committed results; `make tables` writes them."""
    page = path.read_text(encoding="utf-8")

    assert filled(page, marker, table()) == page
