"""What every supervised process has in common: how it is asked to end, what it may not print, and how it ends."""

import faulthandler
import os
import resource
import signal
import sys
from collections.abc import Callable
from types import FrameType, TracebackType
from typing import NoReturn

import structlog

from schemas.errors import ConfigError, Fenced, LogRefused, ModelUnavailable, PhistreamError, UnknownVersion
from streams.supervisor import FENCED_STATUS, STOPPED_STATUS, UNREADABLE_STATUS
from streams.telemetry.crashes import hide_messages, place_of

log = structlog.get_logger(__name__)

#: Pure Python frames for a record at the depth bound, in JSON strings at the decoding bound, with room to spare.
_RECURSION = 6_000


class Stop:
    """Notes that the process was asked to end; it ends between transactions."""

    def __init__(self) -> None:
        self.asked = False
        signal.signal(signal.SIGTERM, self._ask)
        signal.signal(signal.SIGINT, signal.SIG_IGN)

    def __call__(self) -> bool:
        """Tell whether it was asked."""
        return self.asked

    def _ask(self, _signal: int, _frame: FrameType | None) -> None:
        self.asked = True


def guarded(run: Callable[[], None], slot: int) -> int:
    """Run a slot and return the exit status; an error is logged by its class, or by what settings and log refuse."""
    try:
        run()
    except Fenced:
        log.error("Slot was taken over, ending.", slot=slot)
        return FENCED_STATUS
    except UnknownVersion as error:
        log.error("Record of ours cannot be read.", slot=slot, reason=str(error))
        return UNREADABLE_STATUS
    except (ConfigError, LogRefused, ModelUnavailable) as error:
        log.error("Worker cannot run.", slot=slot, reason=str(error))
        return STOPPED_STATUS
    except PhistreamError as error:
        log.error("Worker stopped.", slot=slot, error_class=type(error).__name__)
        return 1
    return 0


def harden() -> None:
    """Keep clear text out of core dumps and tracebacks, and give deep records the frames they need."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    faulthandler.disable()
    hide_messages(_report)
    sys.setrecursionlimit(_RECURSION)


def end(status: int) -> NoReturn:
    """End the process at once: nothing of it is needed any more, and the client's threads may not end by themselves."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


def _report(kind: type[BaseException], _: BaseException | None, trace: TracebackType | None) -> None:
    """Log an unknown exception's class and place; its message may hold text, so it is not printed."""
    log.error("Worker failed.", error_class=kind.__name__, where=place_of(trace))
