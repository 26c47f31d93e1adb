"""What goes on while break-glass is served: checkpoints, notifications, and time that passes for grants."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

log = structlog.get_logger(__name__)

_EVERY_SECONDS = 1.0


@contextmanager
def kept(*duties: Callable[[], object]) -> Iterator[None]:
    """Do each duty about every second, in a thread of its own, until the block ends.

    A duty that fails is told of and tried again: the rest goes on, since none of them stands for another.
    """
    ended = threading.Event()

    def keep() -> None:
        while not ended.wait(_EVERY_SECONDS):
            for duty in duties:
                try:
                    duty()
                except Exception as error:  # noqa: BLE001 - its words may be anybody's; its class is ours to tell.
                    log.error("A duty of break-glass failed.", error_class=type(error).__name__)

    thread = threading.Thread(target=keep, name="breakglass-keeping", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
