"""Programs that are built from their Go modules, once, into the stack's cache."""

import fcntl
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.stack.settings import StackSettings

#: How long one build may take, in seconds.
BUILD_SECONDS = 3_600


def built(name: str, build: Callable[[str, Path], Path]) -> Path:
    """Return a program, built by *build* (of Go and a folder) where it is not there yet.

    Skip, saying why, only where there is no Go to build it with.
    """
    go = shutil.which("go")
    if go is None:
        pytest.skip(f"no Go on this machine: the tests with a real {name} do not run")
    folder = StackSettings.from_environment(secure=False).cache / name
    folder.mkdir(parents=True, exist_ok=True)
    program = folder / "program"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not program.exists():
            build(go, folder).replace(program)
    return program
