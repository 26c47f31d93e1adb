"""`phistream redact`: every line has one outcome, an interrupted run goes on, and nothing is overwritten."""

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import orjson
import pytest

GOOD = {"model": "gpt-4o", "messages": [{"role": "user", "content": "Call 212-555-0143 or mail ada@example.org"}]}


def command(file: Path, out: Path, *more: str) -> list[str]:
    """Return the command line of one run."""
    return [sys.executable, "-m", "streams.cli", "redact", str(file), "-o", str(out), *more]


def run(file: Path, out: Path, *more: str) -> "subprocess.CompletedProcess[str]":
    """Run the command as a user would."""
    return subprocess.run(command(file, out, *more), capture_output=True, text=True, check=False)


def rows(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a JSON lines file."""
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def lines_file(folder: Path, lines: list[bytes]) -> Path:
    """Write raw events, one a line."""
    path = folder / "in.jsonl"
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    return path


def inputs_of(out: Path) -> list[int]:
    """Return the line numbers of every outcome, sorted."""
    found = [*rows(out / "redacted.jsonl"), *rows(out / "quarantined.jsonl")]
    return sorted(number for row in found for number in row["inputs"])


def test_every_line_has_one_outcome(tmp_path: Path) -> None:
    """Good lines are redacted, bad ones quarantined with a reason; the exit status tells of more than 1 %."""
    file = lines_file(tmp_path, [orjson.dumps(GOOD), b"{broken", b"", orjson.dumps({"note": "SSN 521-44-9180"})])

    done = run(file, tmp_path / "out")

    assert 3 == done.returncode
    assert [1, 2, 3, 4] == inputs_of(tmp_path / "out")
    assert {2: "not_json", 3: "empty"} == {
        row["inputs"][0]: row["reason"] for row in rows(tmp_path / "out" / "quarantined.jsonl")
    }
    written = (tmp_path / "out" / "redacted.jsonl").read_text(encoding="utf-8") + done.stdout + done.stderr
    assert not [value for value in ("212-555-0143", "ada@example.org", "521-44-9180") if value in written]
    assert {"redacted.jsonl", "quarantined.jsonl", "summary.json"} == {
        path.name for path in (tmp_path / "out").iterdir()
    }


def test_the_state_folder_is_private(tmp_path: Path) -> None:
    """The state folder is 0700 and its keys 0600; a second run appends new events under the same keys."""
    file = lines_file(tmp_path, [orjson.dumps(GOOD)])
    state = tmp_path / "out.state"

    assert 0 == run(file, tmp_path / "out").returncode
    assert 0 == run(file, tmp_path / "again", "--state", str(state)).returncode

    assert 0o700 == stat.S_IMODE(state.stat().st_mode)
    private = [path for path in (state / "keys").iterdir() if "public" not in path.name and path.suffix != ".lock"]
    assert {0o600} == {stat.S_IMODE(path.stat().st_mode) for path in private}
    first, second = (rows(tmp_path / name / "redacted.jsonl")[0] for name in ("out", "again"))
    assert first["event_id"] != second["event_id"]


@pytest.mark.parametrize("policy", ["safe-harbor", "joinable", "limited-data-set"])
def test_every_shipped_policy_runs(tmp_path: Path, policy: str) -> None:
    """A policy is chosen by name, and every event carries its fingerprint."""
    file = lines_file(tmp_path, [orjson.dumps(GOOD)])

    assert 0 == run(file, tmp_path / "out", "--policy", policy).returncode
    assert rows(tmp_path / "out" / "redacted.jsonl")[0]["value"]["policy"].startswith(policy)


def test_a_folder_with_something_in_it_is_refused(tmp_path: Path) -> None:
    """Results never overwrite anything."""
    out = tmp_path / "out"
    out.mkdir()
    (out / "kept.txt").write_text("kept", encoding="utf-8")

    done = run(lines_file(tmp_path, [orjson.dumps(GOOD)]), out)

    assert done.returncode not in (0, 3)
    assert "not empty" in done.stderr
    assert ["kept.txt"] == [path.name for path in out.iterdir()]


def test_a_line_that_is_no_envelope_is_named(tmp_path: Path) -> None:
    """With --records, a wrong line is named by number before anything is written, and not quoted."""
    file = lines_file(tmp_path, [b'{"key": null, "headers": {}, "value_base64": null}', b'{"value_base64": "!!"}'])

    done = run(file, tmp_path / "out", "--records")

    assert done.returncode not in (0, 3)
    assert "line=2" in done.stderr
    assert "!!" not in done.stderr


def test_a_killed_run_is_continued(tmp_path: Path) -> None:
    """Killed at any moment, the same command goes on: every line once, the same events for what was done."""
    events = [orjson.dumps({"note": f"Patient number {index}: call 212-555-{index:04d}"}) for index in range(3_000)]
    file, out = lines_file(tmp_path, events), tmp_path / "out"
    child = subprocess.Popen(command(file, out), stderr=subprocess.DEVNULL, start_new_session=True)
    _wait_until_redacting(tmp_path / "out.state", child)
    os.killpg(child.pid, signal.SIGKILL)
    child.wait()
    assert not (out / "redacted.jsonl").exists()

    done = run(file, out)

    assert 0 == done.returncode, done.stderr
    assert list(range(1, 3_001)) == inputs_of(out)
    assert 3_000 == len({row["event_id"] for row in rows(out / "redacted.jsonl")})


def _wait_until_redacting(state: Path, child: "subprocess.Popen[bytes]") -> None:
    """Wait until the worker has begun to work, or the run is over."""
    page, until = state / "run" / "slot-0.phase", time.monotonic() + 240
    while child.poll() is None and not (page.exists() and page.read_bytes()[8:9] in (b"\x02", b"\x03")):
        assert time.monotonic() < until, "the worker never began"
        time.sleep(0.02)
