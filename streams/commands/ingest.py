"""`phistream ingest`: raw events from files or over HTTP, for those who have no Kafka producer."""

import signal
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from schemas.errors import ConfigError
from streams.commands.options import ConfigFile, StateFolder, service_settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from streams.config import Settings
    from streams.ingest.serving import Address, Service
    from streams.log.inlet import Inlet
    from streams.log.ports import Headers
    from streams.log.sqlite_store import SqliteStore


def ingest(
    files: Annotated[
        list[Path] | None, typer.Argument(help="Files or folders of raw events.", exists=True, readable=True)
    ] = None,
    *,
    state: StateFolder = None,
    config: ConfigFile = None,
    topic: Annotated[str | None, typer.Option(help="With --config: the raw topic, where there are several.")] = None,
    tenant: Annotated[str | None, typer.Option(help="With --config: the tenant, where a header names it.")] = None,
    policy: Annotated[str, typer.Option(help="With --state: a shipped policy, or a TOML file.")] = "default",
    listen: Annotated[str | None, typer.Option(metavar="HOST:PORT", help="Serve OTLP/HTTP and JSON lines.")] = None,
    token_file: Annotated[
        Path | None, typer.Option(help="With --listen: file of the bearer token; made if missing.")
    ] = None,
    certificate: Annotated[Path | None, typer.Option(help="With --listen: TLS certificate chain, PEM.")] = None,
    key: Annotated[Path | None, typer.Option(help="With --listen: the certificate's private key, PEM.")] = None,
) -> None:
    """Take raw events in: from files, or over HTTP.

    With --state events go into a state folder, and are redacted and indexed at once; with --config into a raw topic on
    Kafka.

    FILES hold JSON lines, one JSON document, or OTLP, also gzipped; folders are read as Bedrock leaves them in S3. The
    position in each file is part of the transaction that writes its records: after an interruption the same command
    goes on, and no record is taken in twice, nor is a copy of a file under another name.

    With --listen: POST /v1/traces and /v1/logs (OTLP, protobuf or JSON) or /v1/events (JSON lines), with the bearer
    token. 200 means that the records are durable, 429 that the log is behind: try again later. A request that is sent
    twice is stored twice. TLS is required beyond loopback.
    """
    if (state is None) == (config is None):
        raise typer.BadParameter("name a state folder or a settings file", param_hint="--state / --config")
    if bool(files) == (listen is not None):
        raise typer.BadParameter("name files, or --listen, and not both", param_hint="FILES / --listen")
    source = _Files(tuple(files or ())) if listen is None else _door(listen, token_file, certificate, key)
    if state is not None:
        _embedded(state, policy, source)
    else:
        _kafka(service_settings(config), topic, tenant, source)


@dataclass(frozen=True, slots=True)
class _Files:
    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class _Listening:
    address: "Address"
    token_file: Path | None


def _door(listen: str, token_file: Path | None, certificate: Path | None, key: Path | None) -> _Listening:
    from streams.ingest.serving import address_of

    return _Listening(address_of(listen, certificate, key), token_file)


def _embedded(folder: Path, policy: str, source: _Files | _Listening) -> None:
    """Take events into a state folder, and redact and index them."""
    from streams.composition import embedded_settings
    from streams.embedded.state import UNPROTECTED, EmbeddedState
    from streams.embedded.supervising import drain_embedded
    from streams.ingest.redacting_beside import RedactingBeside
    from streams.log.sqlite_inlet import SqliteInlet
    from streams.siem.indexing import index_embedded

    embedded = EmbeddedState(folder)
    console = Console(stderr=True)
    if embedded.prepare():
        console.print(UNPROTECTED.format(folder=embedded.keys), style="yellow", highlight=False)
    settings = embedded_settings(embedded, policy)
    with embedded.exclusive():
        if isinstance(source, _Listening):
            token = source.token_file or embedded.keys / "ingest-token"
            service = _service(source, token, settings, lambda: SqliteInlet(embedded.open_store(), owned=True))
            with RedactingBeside(embedded, policy, service.stop):
                service.run()
            return
        store = embedded.open_store()
        _take_in(SqliteInlet(store), source.paths, settings)
        before = _ends(store)
        drain_embedded(embedded, policy, store, lambda _: None)
        index_embedded(store)
        outcomes, sealed = (after - then for after, then in zip(_ends(store), before, strict=True))
        console.print(f"{_counted(outcomes - sealed, 'event')} redacted and indexed in {folder}.", highlight=False)
        if sealed:
            console.print(
                f"{_counted(sealed, 'record')} sealed in its quarantine: see `phistream quarantine list`.",
                highlight=False,
            )
        store.close()


def _kafka(settings: "Settings", topic: str | None, tenant: str | None, source: _Files | _Listening) -> None:
    """Take events into a raw topic on Kafka."""
    from streams.log.kafka_inlet import KafkaInlet

    name, headers = _target(settings, topic, tenant)
    if isinstance(source, _Files):
        with KafkaInlet(settings, name, headers) as inlet:
            _take_in(inlet, source.paths, settings)
        return
    if source.token_file is None:
        raise ConfigError("the door needs a token", setting="--token-file")
    _service(source, source.token_file, settings, lambda: KafkaInlet(settings, name, headers)).run()


def _service(
    source: _Listening, token_file: Path, settings: "Settings", open_inlet: "Callable[[], Inlet]"
) -> "Service":
    """Return the HTTP door; refuses one that others could reach in clear, and says where its token lies."""
    from streams.clock import SystemClock
    from streams.composition import build_bounds
    from streams.ingest.gate import GateLimits
    from streams.ingest.serving import Service, token_of
    from streams.telemetry.logs import configure
    from streams.telemetry.metrics import Metrics
    from streams.vault.key_ages import tell_certificates

    configure()
    source.address.check(allow_plaintext=settings.allow_plaintext)
    token, made = token_of(token_file)
    metrics, bounds = Metrics(), build_bounds(settings)
    if settings.metrics_port:
        metrics.serve(settings.metrics_port)
    tell_certificates(settings, source.address.certificate, metrics, SystemClock().now_ms())
    typer.echo(f"Bearer token {'written to' if made else 'read from'} {token_file}", err=True)
    limits = GateLimits(body_bytes=2 * bounds.record_bytes)
    service = Service(source.address, token, open_inlet, bounds, metrics, limits)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: service.stop())
    return service


def _take_in(inlet: "Inlet", paths: tuple[Path, ...], settings: "Settings") -> None:
    """Take each file in, with a bar over the bytes of all."""
    from streams.composition import build_bounds
    from streams.ingest.ingesting import ingest_file
    from streams.ingest.inputs import files_of

    console, files = Console(stderr=True), files_of(paths)
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
    console.print(f"{_counted(written, 'record')} of {_counted(len(files), 'file')} taken in{again}.", highlight=False)


def _ends(store: "SqliteStore") -> tuple[int, int]:
    """Return how many outcomes there were in a state folder, and how many of them lie in quarantine."""
    from schemas.topics import QUARANTINE, REDACTED

    outcomes, sealed = (
        sum(store.ends(place)[1] for place in store.places([topic])) for topic in (REDACTED, QUARANTINE)
    )
    return outcomes, sealed


def _counted(number: int, thing: str) -> str:
    return f"{number:,} {thing}{'' if number == 1 else 's'}"


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
