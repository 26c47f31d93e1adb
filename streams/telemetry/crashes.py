"""What is said when a process fails in a way that nobody foresaw: where and of what class, never what."""

import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

#: Tells of an exception: its class, itself (not to be printed), and where it was raised.
Report = Callable[[type[BaseException], BaseException | None, TracebackType | None], None]


def hide_messages(report: Report | None = None) -> None:
    """Let *report* tell of exceptions that nobody caught, by class and place; their messages may hold text.

    This covers threads and finalisers too, whose exceptions Python would print with message and traceback.
    """
    told = report or _report
    sys.excepthook = told
    threading.excepthook = lambda crash: told(crash.exc_type, crash.exc_value, crash.exc_traceback)
    sys.unraisablehook = lambda crash: told(crash.exc_type, crash.exc_value, crash.exc_traceback)


def place_of(trace: TracebackType | None) -> str:
    """Return the file and line where an exception was raised."""
    last = traceback.extract_tb(trace)[-1:]
    return "".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in last)


def _report(kind: type[BaseException], _: BaseException | None, trace: TracebackType | None) -> None:
    sys.stderr.write(f"phistream: failed unexpectedly ({kind.__name__} at {place_of(trace)})\n")
