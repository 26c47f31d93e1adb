"""Supervised workers: the command that a slot's child executes, embedded and over Kafka."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from schemas.errors import LogRefused
from schemas.topics import KEYED, RAW
from streams.embedded.state import REDACTORS, EmbeddedState
from streams.log.sqlite import SqliteReader
from streams.log.sqlite_store import SqliteStore
from streams.supervisor import RunFolder, Supervisor

#: How often in a row a slot is taken back: more than a broker's restart takes, few enough to settle a duel soon.
_FENCES = 4
#: How long a service that cannot read a record of ours waits before it looks whether somebody has mended it.
_PATIENCE_SECONDS = 30.0


def worker_command(slot: int, folder: RunFolder, *more: str) -> Sequence[str]:
    """Return the command of one worker process."""
    return (sys.executable, "-m", "streams.worker_main", "--slot", str(slot), "--run-folder", str(folder.path), *more)


def drain_embedded(state: EmbeddedState, policy: str, store: SqliteStore, on_left: Callable[[int], None]) -> None:
    """Redact everything that the embedded log holds, in one supervised worker; *on_left* hears what is left."""
    folder = RunFolder(state.run_folder)

    def tick() -> None:
        on_left(sum(SqliteReader(store, REDACTORS, [RAW, KEYED]).lag().values()))

    more = ("--embedded", str(state.folder), "--policy", policy, "--drain")
    supervisor = Supervisor(folder, [0], lambda slot: worker_command(slot, folder, *more), on_tick=tick)
    status = supervisor.run()
    tick()
    if status != 0:
        raise LogRefused("worker ended before everything was redacted", status=status)


def intake_supervisor(config: Path | None, run_folder: Path) -> Supervisor:
    """Return the supervisor of intake over Kafka; its folder is its own, beside those of the workers' slots."""
    folder = RunFolder(run_folder / "intake")
    folder.path.mkdir(parents=True, exist_ok=True)
    more = ("--config", str(config)) if config else ()
    command = (sys.executable, "-m", "streams.intake.main", "--run-folder", str(folder.path), *more)
    return Supervisor(folder, [0], lambda _: command, fences=_FENCES, patience=_PATIENCE_SECONDS)


def kafka_supervisor(config: Path | None, run_folder: Path, slots: Sequence[int]) -> Supervisor:
    """Return the supervisor of some slots over Kafka."""
    run_folder.mkdir(parents=True, exist_ok=True)
    folder = RunFolder(run_folder)
    more = ("--config", str(config)) if config else ()
    return Supervisor(
        folder,
        slots,
        lambda slot: worker_command(slot, folder, *more),
        fences=_FENCES,
        patience=_PATIENCE_SECONDS,
    )
