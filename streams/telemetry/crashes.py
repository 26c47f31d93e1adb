"""What is said when a command fails in a way that nobody foresaw: where and of what class, never what."""

import sys
import traceback
from pathlib import Path
from types import TracebackType


def hide_messages() -> None:
    """Let an unforeseen exception end the process with its class and place; its message may hold text."""
    sys.excepthook = _report


def place_of(trace: TracebackType | None) -> str:
    """Return the file and line where an exception was raised."""
    last = traceback.extract_tb(trace)[-1:]
    return "".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in last)


def _report(kind: type[BaseException], _: BaseException, trace: TracebackType | None) -> None:
    sys.stderr.write(f"phistream: failed unexpectedly ({kind.__name__} at {place_of(trace)})\n")
