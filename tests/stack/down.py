"""Stop whatever runs of the stack and remove its data: `python -m tests.stack.down`."""

import shutil
import sys
from pathlib import Path

from typer import echo

from tests.stack import daemon, kafka, opensearch
from tests.stack.running import forget
from tests.stack.settings import StackError, StackSettings

_DATA_FILE = "data.path"


def stop_all(settings: StackSettings) -> tuple[str, ...]:
    """Stop every server, of whichever kind they are, and return the names of those that ran."""
    forget(settings.state)
    stopped = tuple(name for name in (opensearch.NAME, *kafka.NAMES) if daemon.stop(settings.state, name))
    note = settings.state / _DATA_FILE
    if note.is_file():
        shutil.rmtree(Path(note.read_text(encoding="utf-8")), ignore_errors=True)
        note.unlink()
    shutil.rmtree(settings.state / "certificates", ignore_errors=True)
    for pattern in ("*.launch.json", "*.pid"):
        for file in settings.state.glob(pattern):
            file.unlink()
    return stopped


def note_data(settings: StackSettings, data: Path) -> None:
    """Remember the data folder, so that it is removed even after a start that failed."""
    (settings.state / _DATA_FILE).write_text(str(data), encoding="utf-8")


def main() -> int:
    """Stop the stack; stopping one that is down is no error."""
    try:
        stopped = stop_all(StackSettings.from_environment(secure=False))
    except StackError as error:
        echo(f"stack-down: {error}", err=True)
        return 1
    echo(f"Stopped {', '.join(stopped)}." if stopped else "No stack was up.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
