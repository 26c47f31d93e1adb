"""Start, watch and stop the stack's servers, by process ids that a reused id cannot fool."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.stack.settings import StackError

_POLL_SECONDS = 0.1
_STOP_SECONDS = 20.0
#: How long the kernel may take to end what was killed, where the machine has much else to do.
_KILL_SECONDS = 60.0
_LOG_LINES = 30
_children: dict[int, subprocess.Popen[bytes]] = {}


@dataclass(frozen=True, slots=True)
class Launch:
    """How one server is started; kept, so that it can be started again over the same data."""

    name: str
    command: tuple[str, ...]
    folder: str
    environment: Mapping[str, str]
    user: int | None = None


def start(state: Path, launch: Launch) -> None:
    """Start the server in a session of its own, so that it outlives the shell that asked for it."""
    state.mkdir(parents=True, exist_ok=True, mode=0o700)
    _launch_file(state, launch.name).write_text(json.dumps(asdict(launch)), encoding="utf-8")
    account: dict[str, int | list[int]] = {}
    if launch.user is not None:
        account = {"user": launch.user, "group": launch.user, "extra_groups": []}
    with log_file(state, launch.name).open("ab") as log:
        server = subprocess.Popen(
            launch.command, cwd=launch.folder, env=dict(launch.environment),
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, **account,  # type: ignore[call-overload]
        )  # fmt: skip
    # Kept, so that its exit status is taken and it never stays behind as a zombie.
    _children[server.pid] = server
    identity = {"pid": server.pid, "started": _started(server.pid)}
    _pid_file(state, launch.name).write_text(json.dumps(identity), encoding="utf-8")


def start_again(state: Path, name: str) -> None:
    """Start a stopped server over its old data."""
    if running_pid(state, name) is not None:
        raise StackError(f"{name} is running")
    text = _launch_file(state, name).read_text(encoding="utf-8")
    start(state, Launch(**json.loads(text)))


def running_pid(state: Path, name: str) -> int | None:
    """Return the server's process id, or nothing when it has ended."""
    try:
        identity = json.loads(_pid_file(state, name).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    pid = int(identity["pid"])
    if pid in _children:
        _children[pid].poll()
    return pid if _started(pid) == identity["started"] is not None else None


def stop(state: Path, name: str, *, kill: bool = False) -> bool:
    """End the server, asking first unless *kill*; say whether it was running."""
    pid = running_pid(state, name)
    if pid is None:
        _pid_file(state, name).unlink(missing_ok=True)
        return False
    ends = ((signal.SIGTERM, _STOP_SECONDS), (signal.SIGKILL, _KILL_SECONDS))
    for sign, seconds in ends[1:] if kill else ends:
        try:
            # A stopped process (SIGSTOP) receives nothing but SIGKILL until it is continued.
            os.kill(pid, signal.SIGCONT)
            os.kill(pid, sign)
        except ProcessLookupError:
            break
        deadline = time.monotonic() + seconds
        while running_pid(state, name) is not None and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
        if running_pid(state, name) is None:
            break
    else:
        raise StackError(f"{name} (process {pid}) does not end")
    _pid_file(state, name).unlink(missing_ok=True)
    return True


def wait_ready(state: Path, name: str, ready: Callable[[], bool], seconds: float) -> None:
    """Return when the server answers; show the end of its log when it dies or takes too long."""
    deadline = time.monotonic() + seconds
    trouble = f"was not ready within {seconds:.0f} seconds"
    while time.monotonic() < deadline:
        if running_pid(state, name) is None:
            trouble = "ended while starting"
            break
        if ready():
            return
        time.sleep(_POLL_SECONDS)
    raise StackError(f"{name} {trouble}; the end of {log_file(state, name)}:\n{last_lines(state, name)}")


def last_lines(state: Path, name: str) -> str:
    """Return the end of a server's log."""
    try:
        lines = log_file(state, name).read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return "(no log)"
    return "\n".join(lines[-_LOG_LINES:])


def log_file(state: Path, name: str) -> Path:
    """Return where a server's output goes."""
    return state / f"{name}.log"


def _pid_file(state: Path, name: str) -> Path:
    return state / f"{name}.pid"


def _launch_file(state: Path, name: str) -> Path:
    return state / f"{name}.launch.json"


def _started(pid: int) -> str | None:
    """Return the moment a live process started, which tells it from a later one with the same id."""
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            fields = stat.read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        except OSError:
            return None
        return None if fields[0] in "ZX" else fields[19]
    answer = subprocess.run(["ps", "-o", "state=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    state, _, moment = answer.stdout.strip().partition(" ")
    return moment.strip() if answer.returncode == 0 and not state.startswith("Z") else None
