"""`phistream ingest`: files into the raw topic, for those who have no Kafka producer."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from schemas.errors import ConfigError
from streams.commands.options import ConfigFile, StateFolder, service_settings

if TYPE_CHECKING:
    from streams.config import Settings
    from streams.log.inlet import Inlet
    from streams.log.ports import Headers


def ingest(
    files: Annotated[list[Path], typer.Argument(help="Files or folders of raw events.", exists=True, readable=True)],
    *,
    state: StateFolder = None,
    config: ConfigFile = None,
    topic: Annotated[str | None, typer.Option(help="The raw topic on Kafka, where there are several.")] = None,
    tenant: Annotated[str | None, typer.Option(help="The tenant, where the topic tells it by a header.")] = None,
    policy: Annotated[str, typer.Option(help="With --state: a policy that ships, or a file.")] = "default",
) -> None:
    """Take files of raw events in: lines, one JSON document, OTLP, gzip, or folders as Bedrock leaves them in S3.

    Into a state folder, where they are redacted and indexed at once, or into a raw topic on Kafka. How far each file is
    stands in the transaction that writes its records: the same command goes on after an interruption and takes nothing
    in twice, a file of the same bytes under another name neither.
    """
    from streams.inputs import files_of

    if (state is None) == (config is None):
        raise typer.BadParameter("give a state folder or a settings file", param_hint="--state / --config")
    found = files_of(files)
    if state is not None:
        _embedded(state, policy, found)
        return
    settings = service_settings(config)
    name, headers = _target(settings, topic, tenant)
    from streams.log.kafka_inlet import KafkaInlet

    with KafkaInlet(settings, name, headers) as inlet:
        _take_in(inlet, found, settings)


def _embedded(folder: Path, policy: str, files: tuple[Path, ...]) -> None:
    """Take files in, and redact and index them."""
    from streams.composition import embedded_settings
    from streams.embedded import UNPROTECTED, EmbeddedState
    from streams.indexing import index_embedded
    from streams.log.sqlite_inlet import SqliteInlet
    from streams.supervising import drain_embedded

    embedded = EmbeddedState(folder)
    console = Console(stderr=True)
    if embedded.prepare():
        console.print(UNPROTECTED.format(folder=embedded.keys), style="yellow", highlight=False)
    with embedded.exclusive():
        store = embedded.open_store()
        _take_in(SqliteInlet(store), files, embedded_settings(embedded, policy))
        drain_embedded(embedded, policy, store, lambda _: None)
        console.print(f"{index_embedded(store)} events redacted and indexed in {folder}.", highlight=False)
        store.close()


def _take_in(inlet: "Inlet", files: tuple[Path, ...], settings: "Settings") -> None:
    """Take each file in, with a bar over the bytes of all."""
    from streams.composition import build_bounds
    from streams.ingesting import ingest_file

    console = Console(stderr=True)
    bounds = build_bounds(settings)
    written = before = 0
    with _progress(console) as progress:
        task = progress.add_task("reading", total=sum(path.stat().st_size for path in files))
        done = 0
        for path in files:
            taken = ingest_file(inlet, path, bounds, partial(_show, progress, task, done))
            done += path.stat().st_size
            written, before = written + taken.written, before + taken.before
    again = f", {before} were there before" if before else ""
    console.print(f"{written} records of {len(files)} files taken in{again}.", highlight=False)


def _show(progress: Progress, task: TaskID, before: int, size: int) -> None:
    """Show how many bytes are done: those of the files before, and of this one."""
    progress.update(task, completed=before + size)


def _target(settings: "Settings", topic: str | None, tenant: str | None) -> "tuple[str, Headers]":
    """Return the raw topic, and the header that tells the tenant where the topic asks for one."""
    if topic is None and len(settings.topics) != 1:
        raise ConfigError("several raw topics, or none, are configured; name one", setting="--topic")
    name = next(iter(settings.topics)) if topic is None else topic
    declared = settings.topics.get(name)
    if declared is None:
        raise ConfigError("topic is not configured", setting="--topic")
    if declared.tenant_header is None:
        if tenant is not None and tenant != declared.tenant:
            raise ConfigError("topic belongs to another tenant", setting="--tenant")
        return name, ()
    if tenant is None or tenant not in settings.tenants:
        raise ConfigError("topic tells its tenant by a header; name a configured tenant", setting="--tenant")
    return name, ((declared.tenant_header, tenant.encode()),)


def _progress(console: Console) -> Progress:
    columns = (TextColumn("{task.description:>9}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    return Progress(*columns, console=console)
