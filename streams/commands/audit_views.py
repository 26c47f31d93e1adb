"""How entries of the audit log and reviews look on a terminal."""

from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from schemas.audit import AuditRecord
    from streams.audit.reviewing import Review


def print_record(index: int, record: "AuditRecord", *, json: bool) -> None:
    """Print one entry of the log in a line, or as it is."""
    from streams.audit.audit_log import leaf_bytes

    if json:
        typer.echo(leaf_bytes(record).decode())
        return
    end = [each.value for each in (record.result, record.reason) if each is not None]
    who = f"{record.actor.issuer}|{record.actor.subject}"
    what = f"{record.resource.count} {record.resource.kind.value}"
    of = "" if record.intent is None else f"of {record.intent}"
    parts = (str(index), record.ts, record.action.value, record.phase.value, of, who, what, *end)
    typer.echo("  ".join(part for part in parts if part))


def print_review(summary: "Review") -> None:
    """Print a review as a table, with the digest that a sign-off records."""
    table = Table("person", "grant", "action", "mode", "purpose", "requests", "shown", "denied", "last")
    for line in summary.lines:
        mode, purpose = line.mode or "", line.purpose or ""
        numbers = (str(line.requests), str(line.revealed), str(line.denied))
        who = f"{line.issuer}|{line.subject}"
        table.add_row(who, line.grant_id or "", line.action.value, mode, purpose, *numbers, line.last)
    console = Console()
    console.print(table)
    console.print(f"entries {summary.start} up to {summary.end}, digest {summary.digest}", style="dim")
