"""`phistream demo`: sample traffic through the embedded product, and a look at what came of it."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console

from schemas.errors import ConfigError
from streams.commands.redact import QUARANTINED_STATUS
from streams.demo import show
from streams.demo.traffic import sample_lines


def demo(
    folder: Annotated[
        Path, typer.Option("--folder", help="Where to put the sample; an earlier demo there is replaced.")
    ] = Path(".demo"),
) -> None:
    """Redact 200 sample events (10 of them bad) on this machine, without a server, and show what came of it."""
    console = Console()
    raw, out, state = folder / "raw.jsonl", folder / "redacted", folder / "state"
    _clear(raw, out, state)
    folder.mkdir(parents=True, exist_ok=True)
    lines = list(sample_lines())
    raw.write_bytes(b"\n".join(lines) + b"\n")
    console.print(f"Sample traffic: {len(lines)} raw LLM events in {raw}", highlight=False)
    status = _run("redact", str(raw), "-o", str(out), "--state", str(state))
    if status != QUARANTINED_STATUS:
        raise typer.Exit(status or 1)
    _look(console, raw, out, state)


def _clear(raw: Path, out: Path, state: Path) -> None:
    """Remove an earlier demo, and nothing else of the folder; folders of somebody else's are refused."""
    if not raw.exists() and (out.exists() or state.exists()):
        raise ConfigError("folder is in use by something that is no demo", path=str(raw.parent))
    shutil.rmtree(out, ignore_errors=True)
    shutil.rmtree(state, ignore_errors=True)
    raw.unlink(missing_ok=True)


def _look(console: Console, raw: Path, out: Path, state: Path) -> None:
    inputs = raw.read_bytes().split(b"\n")
    events = show.read_lines(out / "redacted.jsonl")
    chosen = next(event for event in events if event["value"]["source"] == "openai" and _talks(event))
    show.before_and_after(console, orjson.loads(inputs[chosen["inputs"][0] - 1]), chosen["value"]["record"])
    show.counts(console, orjson.loads((out / "summary.json").read_bytes()))
    token = show.first_token(events)
    console.print(f"\n$ phistream search {token} --state {state} --limit 2", style="bold", highlight=False)
    _run("search", token, "--state", str(state), "--limit", "2")
    show.quarantined(console, _quarantined(state))
    from streams.demo.reveal import show_reveal

    show_reveal(console, state, chosen["value"])
    show.next_commands(console, _command(), state, token)


def _command() -> str:
    """Return how this command line is called from here."""
    script = Path(sys.argv[0])
    if script.name != "phistream":
        return f"{sys.executable} -m streams.cli"
    inside = script.is_absolute() and script.is_relative_to(Path.cwd())
    return str(script.relative_to(Path.cwd())) if inside else str(script)


def _talks(event: dict[str, object]) -> bool:
    value = event["value"]
    return isinstance(value, dict) and "request" in value["record"] and value["phi"]["counts"].get("NAME", 0) > 1


def _quarantined(state: Path) -> dict[str, object]:
    command = [sys.executable, "-m", "streams.cli", "quarantine", "list", "--state", str(state), "--json"]
    listed = subprocess.run(command, capture_output=True, check=True)  # noqa: S603 - our own command line.
    record: dict[str, object] = orjson.loads(listed.stdout.splitlines()[0])
    return record


def _run(*arguments: str) -> int:
    """Run a command of ours as a user would."""
    return subprocess.run([sys.executable, "-m", "streams.cli", *arguments], check=False).returncode  # noqa: S603
