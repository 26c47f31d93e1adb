"""`phistream ingest`: each record of each file once, whatever happens in between."""

import gzip
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import orjson
import pytest

from schemas.errors import ConfigError, TransactionFailed
from schemas.ingest import FilePosition
from schemas.raw import DEFAULT_BOUNDS
from schemas.topics import RAW
from streams.embedded.state import EmbeddedState
from streams.ingest.ingesting import Ingested, ingest_file
from streams.log.inlet import Inlet
from streams.log.ports import TopicPartition
from streams.log.sqlite_inlet import SqliteInlet
from streams.log.sqlite_store import SqliteStore


class Failing(SqliteInlet):
    """An inlet that fails before or after a transaction of its choice, as a crash would."""

    def __init__(self, store: SqliteStore, at: int, *, after: bool) -> None:
        super().__init__(store)
        self._left = at
        self._after = after

    def append_file(self, values: Sequence[bytes], position: FilePosition) -> None:
        """Fail at the wanted transaction."""
        self._left -= 1
        if self._left == 0 and not self._after:
            raise TransactionFailed("crash before")
        super().append_file(values, position)
        if self._left == 0:
            raise TransactionFailed("crash after")


@pytest.fixture
def store(tmp_path: Path) -> SqliteStore:
    """Return the log of a new state folder."""
    state = EmbeddedState(tmp_path / "state")
    state.prepare()
    return state.open_store()


def values(store: SqliteStore) -> list[bytes]:
    """Return everything in the raw topic."""
    return [record.value or b"" for record in store.fetch(TopicPartition(RAW, 0), 0, 100_000)]


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the command line as a user would."""
    return subprocess.run([sys.executable, "-m", "streams.cli", *arguments], capture_output=True, text=True, check=True)


def ingest(inlet: Inlet, path: Path) -> Ingested:
    """Take one file in."""
    return ingest_file(inlet, path, DEFAULT_BOUNDS, lambda _: None)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_a_crash_at_any_transaction_loses_and_doubles_nothing(
    tmp_path: Path, store: SqliteStore, at: int, *, after: bool
) -> None:
    """Begun again, the file goes on where it stood."""
    lines = [b'{"n": %d}' % number for number in range(1_200)]
    path = tmp_path / "in.jsonl.gz"
    path.write_bytes(gzip.compress(b"\n".join(lines)))

    with pytest.raises(TransactionFailed):
        ingest(Failing(store, at, after=after), path)
    done = ingest(SqliteInlet(store), path)

    assert lines == values(store)
    assert 1_200 == done.written + done.before


def test_a_file_is_taken_in_once_under_any_name(tmp_path: Path, store: SqliteStore) -> None:
    """Its bytes tell a file, not its name; one more byte makes another one."""
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_bytes(b"{}\n{}\n")
    (tmp_path / "c.jsonl").write_bytes(b"{}\n{}\n{}\n")
    inlet = SqliteInlet(store)

    taken = [ingest(inlet, tmp_path / name) for name in ("a.jsonl", "b.jsonl", "c.jsonl")]

    assert [Ingested(2, 0), Ingested(0, 2), Ingested(3, 0)] == taken


def test_a_file_that_changes_is_not_called_complete(tmp_path: Path, store: SqliteStore) -> None:
    """What is written to while it is read is an error, not a whole file."""
    path, written = tmp_path / "in.jsonl", list[int]()
    path.write_bytes(b"{}\n")

    with pytest.raises(ConfigError, match="changed"):
        ingest_file(SqliteInlet(store), path, DEFAULT_BOUNDS, lambda _: written.append(path.write_bytes(b"{}\n{}\n")))


def test_files_are_redacted_and_found(tmp_path: Path) -> None:
    """The command takes a folder in, redacts and indexes it; a second run adds nothing; no value is printed."""
    hour = tmp_path / "AWSLogs" / "us-east-1" / "05"
    hour.mkdir(parents=True)
    body = {"messages": [{"role": "user", "content": [{"text": "mail ada@example.org zebra"}]}]}
    entry = {"schemaType": "ModelInvocationLog", "modelId": "m", "input": {"inputBodyJson": body}}
    (hour / "log.json.gz").write_bytes(gzip.compress(orjson.dumps(entry) + b"\n" + orjson.dumps(entry)))
    state = tmp_path / "state"

    (hour / "broken.jsonl").write_bytes(b"no JSON")
    first, second = (run("ingest", str(tmp_path / "AWSLogs"), "--state", str(state)) for _ in range(2))
    found = run("search", "zebra", "--json", "--state", str(state))

    assert "3 records of 2 files taken in" in first.stderr
    assert "2 events redacted and indexed" in first.stderr
    assert "1 record sealed in its quarantine" in first.stderr
    assert "0 records of 2 files taken in, 3 were there before" in second.stderr
    assert "sealed" not in second.stderr
    assert 2 == len(found.stdout.splitlines())
    assert "ada@example" not in first.stdout + first.stderr + second.stderr + found.stdout
