"""`phistream redact FILE -o DIR`: the whole product over one file, embedded, no server."""

from pathlib import Path
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from schemas.errors import ConfigError
from streams.embedded import runs
from streams.embedded.export import export
from streams.embedded.state import UNPROTECTED, EmbeddedState
from streams.embedded.supervising import drain_embedded
from streams.log.sqlite_store import SqliteStore
from streams.siem.indexing import index_embedded

QUARANTINED_STATUS = 3
MOST_QUARANTINED = 0.01
_MARKER = ".phistream-run.json"


def redact(
    file: Annotated[Path, typer.Argument(help="Raw events, one a line.", exists=True, dir_okay=False, readable=True)],
    out: Annotated[
        Path, typer.Option("-o", "--out", help="Folder for the results: empty, or that of an interrupted run.")
    ],
    *,
    state: Annotated[
        Path | None, typer.Option(help="State folder (log, index, vault, keys); OUT.state by default.")
    ] = None,
    records: Annotated[bool, typer.Option(help='Lines are {"key","headers","value_base64"}.')] = False,
    policy: Annotated[
        str, typer.Option(help="default, safe-harbor, limited-data-set, joinable, or a TOML file.")
    ] = "default",
) -> None:
    """Redact a file of raw LLM events: events with tokens out, clear values sealed in the state folder.

    Exit status 0; 3 if more than 1 % of the lines were quarantined; any other is a failure. The same command again
    continues an interrupted run.
    """
    from streams.accepted_policy import refuse_weaker
    from streams.composition import embedded_settings
    from streams.policy import load_policy

    load_policy(policy)  # A mistyped name is refused before a folder is made.
    console = Console(stderr=True)
    embedded = EmbeddedState(state or out.with_name(f"{out.name}.state"))
    if records:
        runs.check_records(file)
    digest = runs.digest_of(file)
    if embedded.prepare():
        console.print(UNPROTECTED.format(folder=embedded.keys), style="yellow", highlight=False)
    refuse_weaker(embedded_settings(embedded, policy))
    with embedded.exclusive(), _progress(console) as progress:
        store = embedded.open_store()
        run = _continued(store, out, digest)
        reading = progress.add_task("reading", total=file.stat().st_size)
        run = runs.feed(store, run, file, records=records, on_bytes=lambda size: progress.advance(reading, size))
        progress.update(reading, completed=file.stat().st_size)
        redacting = progress.add_task("redacting", total=max(run.lines, 1))
        drain_embedded(embedded, policy, store, lambda left: progress.update(redacting, completed=run.lines - left))
        indexing = progress.add_task("indexing", total=None)
        index_embedded(store)
        progress.update(indexing, total=1, completed=1)
        summary = export(store, run, out)
        (out / _MARKER).unlink()
        store.close()
    console.print(
        f"{summary.inputs} events: {summary.redacted} redacted, {summary.quarantined} quarantined. "
        f"Results in {out}, state in {embedded.folder}.",
        highlight=False,
    )
    if summary.share > MOST_QUARANTINED:
        raise typer.Exit(QUARANTINED_STATUS)


def _continued(store: SqliteStore, out: Path, digest: str) -> runs.Run:
    """Return the interrupted run that *out* holds, or a new one in an empty folder."""
    out.mkdir(parents=True, exist_ok=True)
    marker = out / _MARKER
    if marker.exists():
        run = runs.find(store, orjson.loads(marker.read_bytes())["run"], digest)
        if run is None:
            raise ConfigError("folder holds an interrupted run of another file or state", path=str(out))
        return run
    if any(out.iterdir()):
        raise ConfigError("folder is not empty", path=str(out))
    run = runs.begin(store, digest)
    marker.write_bytes(orjson.dumps({"run": run.run}))
    return run


def _progress(console: Console) -> Progress:
    columns = (
        TextColumn("{task.description:>9}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%"),
        TimeElapsedColumn(),
    )
    return Progress(*columns, console=console)
