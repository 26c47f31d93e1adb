"""`phistream quarantine`: what lies sealed, by its metadata; the content needs a grant."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.table import Table

from schemas.audit import QuarantineRecord
from schemas.errors import ConfigError
from schemas.topics import QUARANTINE
from streams.commands.options import ConfigFile, StateFolder

quarantine_app = typer.Typer(help="Records that could not be redacted, sealed whole.", no_args_is_help=True)
_SEALED = ("sealed", "nonce", "wrapped_dek")


@quarantine_app.command("list")
def show_all(
    config: ConfigFile = None,
    state: StateFolder = None,
    *,
    reason: Annotated[str | None, typer.Option(help="Only this reason code.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """List what lies in quarantine: when, where from, why; never what."""
    found = [record for record in _records(config, state) if reason in (None, record.reason)]
    if json:
        for record in found:
            typer.echo(orjson.dumps(_metadata(record)).decode())
        return
    table = Table("event", "tenant", "reason", "from", "bytes", "since")
    for record in found:
        where = f"{record.topic}/{record.partition}/{record.offset}"
        table.add_row(record.event_id, record.tenant, record.reason, where, str(record.size), record.quarantined_at)
    Console().print(table)


@quarantine_app.command()
def show(event_id: str, config: ConfigFile = None, state: StateFolder = None) -> None:
    """Show the metadata of one sealed record."""
    for record in _records(config, state):
        if record.event_id == event_id:
            Console().print_json(orjson.dumps(_metadata(record)).decode())
            return
    raise ConfigError("no such event in quarantine", event_id=event_id)


def _metadata(record: QuarantineRecord) -> dict[str, Any]:
    return {name: value for name, value in asdict(record).items() if name not in _SEALED}


def _records(config: ConfigFile, state: StateFolder) -> Iterator[QuarantineRecord]:
    if state is not None:
        from streams.embedded.state import EmbeddedState
        from streams.log.sqlite import SqliteReader
        from streams.quarantine import work_list

        yield from work_list(SqliteReader(EmbeddedState(state).open_store(), "quarantine-list", [QUARANTINE]), 0.0)
        return
    from schemas.codec import QUARANTINE_RECORD
    from streams.commands.options import service_settings
    from streams.log.kafka import read_whole_topic
    from streams.log.our_records import read_own

    for record in read_whole_topic(service_settings(config), QUARANTINE):
        if record.value is not None:
            yield read_own(QUARANTINE_RECORD, record)
