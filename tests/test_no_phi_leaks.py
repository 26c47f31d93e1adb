"""A canary goes in by every door, in every failure mode, and lies nowhere in clear but in the raw record."""

import base64
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from tests.canary import CANARIES, Planted, forms, found_in, planted_records


@pytest.fixture(scope="module")
def embedded_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, "subprocess.CompletedProcess[bytes]"]:
    """Redact every planted record once, embedded, and list and search what came of it."""
    folder = tmp_path_factory.mktemp("canary")
    source = folder.parent / f"{folder.name}.jsonl"
    source.write_bytes(b"".join(_line(planted) for planted in planted_records()))
    temporary = folder / "tmp"
    temporary.mkdir()
    command = [sys.executable, "-m", "streams.cli", "redact", str(source), "--records"]
    done = subprocess.run(
        [*command, "-o", str(folder / "out"), "--state", str(folder / "state")],
        capture_output=True,
        check=False,
        env={"PATH": "/usr/bin:/bin", "TMPDIR": str(temporary)},
    )
    return folder, done


def test_the_run_settles_every_record(embedded_run: tuple[Path, "subprocess.CompletedProcess[bytes]"]) -> None:
    """Each planted record has an outcome: the test below would prove nothing otherwise."""
    folder, done = embedded_run
    outcomes = [
        number
        for name in ("redacted.jsonl", "quarantined.jsonl")
        for line in (folder / "out" / name).read_bytes().splitlines()
        for number in orjson.loads(line)["inputs"]
    ]

    assert 3 == done.returncode
    assert list(range(1, len(list(planted_records())) + 1)) == sorted(outcomes)


def test_no_byte_of_the_state_folder_is_clear(
    embedded_run: tuple[Path, "subprocess.CompletedProcess[bytes]"],
) -> None:
    """Log, index, key store, WAL and temporary files: nothing in clear, in no form."""
    folder, _ = embedded_run
    leaks = {
        path.relative_to(folder).as_posix(): found
        for path in folder.rglob("*")
        if path.is_file() and (found := found_in(path.read_bytes()))
    }

    assert {} == leaks


def test_nothing_is_printed(embedded_run: tuple[Path, "subprocess.CompletedProcess[bytes]"]) -> None:
    """Standard output and error name where, never what."""
    _, done = embedded_run

    assert [] == found_in(done.stdout + done.stderr)


def test_each_redacted_record_is_free_of_its_canary(
    embedded_run: tuple[Path, "subprocess.CompletedProcess[bytes]"],
) -> None:
    """The same by record, so that a leak is named by the place where the canary was planted."""
    folder, _ = embedded_run
    names = [planted.name for planted in planted_records()]
    leaks = [
        names[row["inputs"][0] - 1]
        for line in (folder / "out" / "redacted.jsonl").read_bytes().splitlines()
        if (row := orjson.loads(line)) and found_in(_decoded(row))
    ]

    assert [] == leaks


@pytest.mark.parametrize("canary", CANARIES)
def test_the_check_itself_sees_a_leak(canary: str) -> None:
    """A canary left in any of its forms is found: a check that cannot fail protects nothing."""
    assert all(found_in(b"x" + form + b"y") for form in forms(canary))


def _line(planted: Planted) -> bytes:
    headers = {name: base64.b64encode(value).decode() for name, value in planted.headers}
    key = None if planted.key is None else planted.key.decode()
    value = base64.b64encode(planted.value).decode()
    return orjson.dumps({"key": key, "headers": headers, "value_base64": value}) + b"\n"


def _decoded(row: dict[str, object]) -> bytes:
    """Return an output row with its header values decoded."""
    headers = row["headers"]
    assert isinstance(headers, dict)
    values = [base64.b64decode(value) for value in headers.values() if value is not None]
    return orjson.dumps(row) + b"\n".join(values)
