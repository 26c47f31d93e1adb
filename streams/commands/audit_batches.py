"""`phistream audit batches`: the log of what the pipeline wrote, kept beside the topic and compared with it."""

import time
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import orjson
import typer

from schemas.errors import ConfigError
from schemas.topics import BATCHES, DAY_MS
from streams.commands.options import ConfigFile, StateFolder, service_settings

if TYPE_CHECKING:
    from streams.log.ports import Record

_PAGE = 2_000
_SIX_YEARS_DAYS = 2_192


def batches(
    state: StateFolder = None,
    config: ConfigFile = None,
    *,
    every: Annotated[float | None, typer.Option(min=1, help="Go on, so many seconds apart, until Ctrl-C.")] = None,
) -> None:
    """Log the batch records that are new, and compare the topic with those logged before; status 1 if it lost one.

    The log stands in `batches/` of the run folder, or `audit-batches/` of the state folder. Anchor it like the other.
    """
    if (state is None) == (config is None):
        raise ConfigError("name a state folder (--state) or a settings file (--config), and not both")
    try:
        sound = _once(state, config)
        while every is not None:
            time.sleep(every)
            sound = _once(state, config)
    except KeyboardInterrupt:
        typer.echo(err=True)
        return
    if not sound:
        raise typer.Exit(1)


def _once(state: Path | None, config: Path | None) -> bool:
    from streams.audit.batches import BatchLog
    from streams.audit.merkle_log import MerkleLog
    from streams.audit.signing import ensure_log_keys
    from streams.clock import SystemClock

    folder, keys, days = _places(state, config)
    now_ms = SystemClock().now_ms()
    records = list(_records(state, config))
    with MerkleLog(folder, ensure_log_keys(keys, now_ms, "batches")) as log:
        second = BatchLog(log)
        found = second.compare(records, days * DAY_MS, now_ms)
        taken = second.take(records)
    typer.echo(orjson.dumps({"new": taken, **asdict(found)}).decode())
    return found.sound


def _places(state: Path | None, config: Path | None) -> tuple[Path, Path, int]:
    """Return the folder of the log, the file of its keys, and for how many days the topic keeps records."""
    from streams.embedded.state import EmbeddedState

    if state is not None:
        embedded = EmbeddedState(state)
        return embedded.folder / "audit-batches", embedded.keys / "audit-batches.json", _SIX_YEARS_DAYS
    settings = service_settings(config)
    folder = settings.run_folder / "batches"
    return folder / "log", folder / "audit-log.json", settings.retention.audit_days


def _records(state: Path | None, config: Path | None) -> "Iterator[Record]":
    if state is None:
        from streams.log.kafka import read_whole_topic

        yield from read_whole_topic(service_settings(config), BATCHES)
        return
    from streams.siem.searching import open_state

    store = open_state(state)
    try:
        for place in store.places([BATCHES]):
            at = store.ends(place)[0]
            while found := store.fetch(place, at, _PAGE):
                yield from found
                at = found[-1].offset + 1
    finally:
        store.close()
