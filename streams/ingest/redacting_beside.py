"""A redactor and an indexer beside a service that writes the embedded log, for as long as that service runs."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from schemas.errors import LogRefused
from streams.embedded.state import EmbeddedState
from streams.embedded.supervising import worker_command
from streams.siem.indexing import index_embedded
from streams.supervisor import RunFolder, Supervisor

_INDEX_SECONDS = 1.0


@dataclass(slots=True)
class RedactingBeside:
    """One supervised worker over a state folder, and its index kept up to date; `on_end` hears when either ends."""

    state: EmbeddedState
    policy: str
    on_end: Callable[[], None]
    _supervisor: Supervisor = field(init=False)
    _thread: threading.Thread = field(init=False)
    _status: int = 0
    _failed: BaseException | None = None

    def __enter__(self) -> Self:
        """Start the worker."""
        folder = RunFolder(self.state.run_folder)
        more = ("--embedded", str(self.state.folder), "--policy", self.policy)
        self._supervisor = Supervisor(folder, [0], lambda slot: worker_command(slot, folder, *more))
        self._thread = threading.Thread(target=self._run, name="redactor")
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let the worker finish its transaction; raises what ended it, where it did not end by itself."""
        self._supervisor.stop()
        self._thread.join()
        if kind is not None:
            return
        if self._failed is not None:
            raise self._failed
        if self._status != 0:
            raise LogRefused("worker ended", status=self._status)

    def _run(self) -> None:
        try:
            store = self.state.open_store()
            indexed = 0.0

            def tick() -> None:
                nonlocal indexed
                if time.monotonic() - indexed >= _INDEX_SECONDS:
                    index_embedded(store)
                    indexed = time.monotonic()

            self._supervisor.on_tick = tick
            self._status = self._supervisor.run()
            index_embedded(store)
            store.close()
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread.
            self._failed = error
        finally:
            self.on_end()
