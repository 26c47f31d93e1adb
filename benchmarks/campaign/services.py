"""The services under attack: supervised workers and an indexer, started as an operator starts them."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

import psutil

from benchmarks.campaign import mutant
from streams.supervisor import RunFolder
from tests.e2e.deployment import Deployment

_CLI = (sys.executable, "-m", "streams.cli")
_END_SECONDS = 120.0
_POLL_SECONDS = 0.05


class ServiceLost(Exception):
    """A service ended by itself and nobody starts it again."""


@dataclass(slots=True)
class Services:
    """The supervisor of all slots, the indexer and, where pieces of streams come, intake, of one deployment."""

    deployment: Deployment
    workers: int
    wrong: bool = False
    has_intake: bool = False
    _supervisor: subprocess.Popen[bytes] | None = None
    _indexer: subprocess.Popen[bytes] | None = None
    _intake: subprocess.Popen[bytes] | None = None
    _log: IO[bytes] | None = field(default=None, repr=False)

    @property
    def folder(self) -> RunFolder:
        """Return where the phase maps lie."""
        return RunFolder(self.deployment.run_folder)

    @property
    def intake_folder(self) -> RunFolder:
        """Return where the phase map of intake lies."""
        return RunFolder(self.deployment.run_folder / "intake")

    @property
    def log_file(self) -> Path:
        """Return what the services printed."""
        return self.deployment.worker_log

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run the services; they are asked to end at the end, and killed if they do not."""
        with self.log_file.open("ab") as self._log:
            self._supervisor = self._start(self._worker_command())
            self.start_indexer()
            if self.has_intake:
                self._intake = self._start((*_CLI, "intake", "--config", str(self.deployment.config)))
            try:
                yield
            finally:
                for child in (self._intake, self._supervisor, self._indexer):
                    if child is not None:
                        _end(child)

    def worker(self, slot: int, wait: Callable[[], bool]) -> int | None:
        """Return the process of a slot, waiting while *wait* says so for one that is being started."""
        return self._awaited(wait, lambda: [child for child in _children(self._supervisor) if _slot_of(child) == slot])

    def intake(self, wait: Callable[[], bool]) -> int | None:
        """Return the process of intake, waiting as for a worker."""
        return self._awaited(wait, lambda: _children(self._intake))

    def kill_indexer(self) -> None:
        """Kill the indexer and start another."""
        if self._indexer is not None:
            self._indexer.kill()
            self._indexer.wait()
        self.start_indexer()

    def start_indexer(self) -> None:
        """Start an indexer."""
        self._indexer = self._start((*_CLI, "indexer", "--config", str(self.deployment.config)))

    def refuse_lost(self) -> None:
        """Raise ServiceLost where a supervisor or the indexer ended by itself."""
        children = ("supervisor", self._supervisor), ("indexer", self._indexer), ("intake", self._intake)
        for name, child in children:
            if child is not None and child.poll() is not None:
                raise ServiceLost(f"{name} ended with status {child.returncode}")

    def _worker_command(self) -> Sequence[str]:
        config = str(self.deployment.config)
        if self.wrong:
            return (sys.executable, "-m", mutant.__name__, "supervise", config, str(self.workers))
        return (*_CLI, "worker", "--slots", f"0-{self.workers - 1}", "--config", config)

    def _awaited(self, wait: Callable[[], bool], find: Callable[[], list[psutil.Process]]) -> int | None:
        while not (found := find()):
            self.refuse_lost()
            if not wait():
                return None
            time.sleep(_POLL_SECONDS)
        return found[0].pid

    def _start(self, command: Sequence[str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(command, stdout=self._log, stderr=self._log)


def _children(parent: subprocess.Popen[bytes] | None) -> list[psutil.Process]:
    try:
        return [] if parent is None else psutil.Process(parent.pid).children()
    except psutil.Error:
        return []


def _slot_of(child: psutil.Process) -> int | None:
    """Return the slot that a worker process was started for."""
    try:
        words = child.cmdline()
        return int(words[words.index("--slot") + 1])
    except (psutil.Error, ValueError, IndexError):
        return None


def _end(child: subprocess.Popen[bytes]) -> None:
    """Ask a service to end; after a while kill it and its children."""
    child.terminate()
    try:
        child.wait(_END_SECONDS)
    except subprocess.TimeoutExpired:
        with suppress(psutil.Error):
            for process in psutil.Process(child.pid).children():
                process.kill()
        child.kill()
        child.wait()
