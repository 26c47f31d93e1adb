"""What the demo shows at its end: before and after, counts, hits by token, a quarantined record, what to try next."""

import re
from collections import Counter
from pathlib import Path
from typing import Any

import orjson
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from schemas.vault import TOKEN_PATTERN

_TOKEN = re.compile(TOKEN_PATTERN)


def tokens(text: str) -> Text:
    """Return a text with its tokens highlighted."""
    shown = Text(text)
    shown.highlight_regex(TOKEN_PATTERN, "bold green")
    return shown


def before_and_after(console: Console, raw: dict[str, Any], redacted: dict[str, Any]) -> None:
    """Show one event as it came in, and as it went out."""
    console.print(Panel(Text(user_text(raw)), title="before: in the raw topic, sealed at rest", border_style="red"))
    console.print(Panel(tokens(user_text(redacted)), title="after: what an analyst sees", border_style="green"))


def counts(console: Console, summary: dict[str, Any]) -> None:
    """Show how many of each identifier were found."""
    table = Table("identifier", "found", title="Identifiers", title_justify="left")
    for name, found in summary["identifiers"].items():
        table.add_row(name, str(found))
    console.print(table)
    console.print(
        f"{summary['inputs']} events: {summary['redacted']} redacted, {summary['quarantined']} quarantined "
        f"({', '.join(f'{reason} {count}' for reason, count in summary['reasons'].items())})",
        highlight=False,
    )


def quarantined(console: Console, record: dict[str, Any]) -> None:
    """Show one quarantined record: metadata and reason, never content."""
    where = f"{record['topic']}/{record['partition']}/{record['offset']}"
    text = f"event {record['event_id']}\nfrom {where}, {record['size']} bytes, sealed\nreason: {record['reason']}"
    console.print(Panel(text, title="quarantined", border_style="yellow"))


def next_commands(console: Console, command: str, state: Path, token: str) -> None:
    """Show what to try next."""
    lines = (
        f"{command} search {token} --state {state}",
        f"{command} search 'ejection fraction' --state {state}",
        f"{command} quarantine list --state {state}",
        f"{command} redact YOUR.jsonl -o redacted/",
    )
    console.print(Panel("\n".join(lines), title="try next", border_style="blue"))


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a JSON lines file."""
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def first_token(events: list[dict[str, Any]]) -> str:
    """Return a token that stands in more than one event, else the first there is."""
    seen: Counter[str] = Counter()
    for event in events:
        seen.update(set(_TOKEN.findall(orjson.dumps(event["value"]["record"]).decode())))
    return seen.most_common(1)[0][0]


def user_text(event: dict[str, Any]) -> str:
    """Return what was said in one chat, but for the system's message."""
    messages = event.get("request", event)["messages"]
    return "\n".join(f"{message['role']}: {message['content']}" for message in messages if message["role"] != "system")
