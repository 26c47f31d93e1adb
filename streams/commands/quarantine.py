"""`phistream quarantine`: what lies sealed, by its metadata; putting it back and destroying it need a grant."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import orjson
import typer
from rich.console import Console
from rich.table import Table

from schemas.audit import QuarantineRecord
from schemas.errors import ConfigError
from schemas.topics import QUARANTINE
from streams.commands.options import ConfigFile, StateFolder
from streams.commands.signing_in import CredentialsSource

if TYPE_CHECKING:
    from streams.breakglass.asking import AskedService
    from streams.breakglass.replaying import Replayer, Settled
    from streams.commands.at_desk import Signed

quarantine_app = typer.Typer(help="Records that could not be redacted, sealed whole.", no_args_is_help=True)
GrantId = Annotated[str, typer.Argument(metavar="GRANT", help="The active grant that names the events.")]
Events = Annotated[
    list[str] | None, typer.Option("--event", help="Only this one of the grant's events; may be repeated.")
]
Service = Annotated[
    str | None, typer.Option(metavar="URL", help="Of a deployment: the service that `breakglass serve` is, https://…")
]
Token = Annotated[
    str | None, typer.Option(metavar="FILE", help="For --service: your bearer token, in a file of mode 0600 or fd:N.")
]
CaFile = Annotated[Path | None, typer.Option("--ca", help="For --service: who signed its certificate, PEM.")]
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


@quarantine_app.command()
def replay(
    grant: GrantId,
    state: StateFolder = None,
    *,
    event: Events = None,
    policy: Annotated[str, typer.Option(help="Of --state: the policy, one that ships or a file.")] = "default",
    credentials: CredentialsSource = None,
    service: Service = None,
    token: Token = None,
    ca: CaFile = None,
) -> None:
    """Put sealed records back under a grant of yours, and redact them with the worker of today.

    An event keeps its id, its time and where it once stood; each sealed record goes back once. Exit status 0 where all
    of them went back. Those of a state folder are redacted at once; those of a deployment, which its break-glass
    service puts back, by its workers.
    """
    if asked := _asked(state, service, token, ca):
        _tell(asked.replay(grant, event or ()), "put back")
        return
    from streams.accepted_policy import refuse_weaker
    from streams.composition import embedded_settings
    from streams.embedded.state import EmbeddedState
    from streams.embedded.supervising import drain_embedded
    from streams.siem.indexing import index_embedded

    state = _required(state)
    refuse_weaker(embedded_settings(EmbeddedState(state), policy))
    with _replayer(state, credentials, opens=True) as (signed, replayer):
        wanted = event or sorted(signed.desk.granting.settled(grant).terms.scope.replays)
        settled = replayer.replay(signed.identity, grant, wanted)
        store = signed.desk.state.open_store()
        drain_embedded(signed.desk.state, policy, store, lambda _: None)
        index_embedded(store)
        store.close()
    _tell(settled, "put back")


@quarantine_app.command()
def destroy(
    grant: GrantId,
    state: StateFolder = None,
    *,
    event: Events = None,
    credentials: CredentialsSource = None,
    service: Service = None,
    token: Token = None,
    ca: CaFile = None,
) -> None:
    """Destroy sealed records under a grant of yours: they never open again. There is no way back.

    What remains of them, and where, is said afterwards.
    """
    if asked := _asked(state, service, token, ca):
        destroyed = asked.destroy(grant, event or ())
    else:
        with _replayer(_required(state), credentials, opens=False) as (signed, replayer):
            wanted = event or sorted(signed.desk.granting.settled(grant).terms.scope.destructions)
            destroyed = replayer.destroy(signed.identity, grant, wanted)
    for sentence in destroyed.remains:
        typer.echo(sentence, err=True)
    _tell(destroyed.events, "destroyed")


def _asked(state: Path | None, service: str | None, token: str | None, ca: Path | None) -> "AskedService | None":
    """Return the service to be asked, None where a state folder is named instead."""
    from streams.breakglass.asking import AskedService, read_token

    if service is None:
        return None
    if state is not None or token is None:
        raise ConfigError("a service is asked with --token, and without --state", setting="--service")
    return AskedService(service, read_token(token), ca)


def _required(state: Path | None) -> Path:
    if state is None:
        raise ConfigError("name a state folder, or the service of a deployment", setting="--state")
    return state


@contextmanager
def _replayer(state: Path, credentials: str | None, *, opens: bool) -> "Iterator[tuple[Signed, Replayer]]":
    """Sign in and hold the folder alone for as long as the block lasts."""
    from streams.breakglass.replay_desk import embedded_replayer
    from streams.commands.at_desk import at_desk

    with at_desk(state, credentials, opens=opens) as signed, signed.desk.state.exclusive():
        yield signed, embedded_replayer(signed.desk, signed.passphrase)


def _tell(settled: "Sequence[Settled]", done: str) -> None:
    for each in settled:
        what = done if each.status == "ok" else f"{each.status.value} {each.code or ''}".strip()
        typer.echo(f"{each.event_id} {what}")
    if any(each.status != "ok" for each in settled):
        raise typer.Exit(1)


def _metadata(record: QuarantineRecord) -> dict[str, Any]:
    return {name: value for name, value in asdict(record).items() if name not in _SEALED}


def _records(config: ConfigFile, state: StateFolder) -> Iterator[QuarantineRecord]:
    if state is not None:
        from streams.log.sqlite import SqliteReader
        from streams.quarantine import work_list
        from streams.siem.searching import open_state

        yield from work_list(SqliteReader(open_state(state), "quarantine-list", [QUARANTINE]), 0.0)
        return
    from schemas.codec import QUARANTINE_RECORD
    from streams.commands.options import service_settings
    from streams.log.kafka import read_whole_topic
    from streams.log.our_records import read_own

    for record in read_whole_topic(service_settings(config), QUARANTINE):
        if record.value is not None:
            yield read_own(QUARANTINE_RECORD, record)
