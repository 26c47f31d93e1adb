"""Records from files: each once, whatever the file holds and however it is packed."""

import gzip
from pathlib import Path

import pytest

from schemas.errors import ConfigError
from schemas.raw import DEFAULT_BOUNDS
from streams.ingest.inputs import files_of, inputs_of
from tests.schemas.sources.wire import held, said

LINES = b'{"a": 1}\r\n\n{broken\n[1,\n {"b": 2}'


def values(path: Path, limit: int = 1_000_000) -> list[bytes]:
    """Return the records of a file."""
    return [item.value for item in inputs_of(path, limit, DEFAULT_BOUNDS)]


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize(
    ("held_in_file", "expected"),
    [
        (LINES, [b'{"a": 1}', b"{broken", b"[1,", b' {"b": 2}']),
        (b'{\n "a": 1\n}\n', [b'{\n "a": 1\n}\n']),
        (b'[\n {"a": 1},\n {"b": [2]}\n]', [b'{"a":1}', b'{"b":[2]}']),
        (b"[\n 1,\n 2\n]", [b"[\n 1,\n 2\n]"]),
        (b'[{"a": 1}]\n', [b'[{"a": 1}]']),
        (b"\n \n", []),
        (b"", []),
        (held(1, held(1, said(1, "a\nb", "c\nd"))), [held(1, held(1, said(1, "a\nb", "c\nd")))]),
    ],
    ids="lines document array numbers one-line blank empty protobuf".split(),
)
def test_what_a_file_holds(tmp_path: Path, held_in_file: bytes, expected: list[bytes], *, packed: bool) -> None:
    """Lines are records, what does not parse among them; a document over several lines is one, an array one each."""
    path = tmp_path / "file"
    path.write_bytes(gzip.compress(held_in_file) if packed else held_in_file)

    assert expected == values(path)


def test_positions_count_records(tmp_path: Path) -> None:
    """Blank lines are no records, so the n-th record has the position n."""
    path = tmp_path / "file"
    path.write_bytes(LINES)

    assert [1, 2, 3, 4] == [item.position for item in inputs_of(path, 100, DEFAULT_BOUNDS)]


def test_a_line_is_as_long_as_a_record_may_be(tmp_path: Path) -> None:
    """A longer one is named by its number, and never cut."""
    path = tmp_path / "file"
    path.write_bytes(b'{"a":1}\n' + b"x" * 20 + b"\n")

    assert [b'{"a":1}', b"x" * 20] == values(path, 20)
    with pytest.raises(ConfigError, match="line=2"):
        values(path, 19)


def test_cut_gzip_is_an_error(tmp_path: Path) -> None:
    """A file whose end is missing is not taken for a shorter one."""
    path = tmp_path / "file"
    path.write_bytes(gzip.compress(LINES * 100)[:-12])

    with pytest.raises(ConfigError, match="gzip"):
        values(path)


def test_damaged_gzip_is_an_error(tmp_path: Path) -> None:
    """A file whose packed bytes were altered is told as one that is cut."""
    path = tmp_path / "file"
    packed = bytearray(gzip.compress(LINES * 100, mtime=0))
    packed[10] = 0xFF
    path.write_bytes(packed)

    with pytest.raises(ConfigError, match="gzip"):
        values(path)


def test_a_folder_as_bedrock_leaves_it(tmp_path: Path) -> None:
    """Every log below is found in order, the file that only proves the right to write is not one."""
    below = tmp_path / "AWSLogs" / "111122223333" / "BedrockModelInvocationLogs"
    hour = below / "us-east-1" / "2026" / "03" / "04" / "05"
    (hour / "data").mkdir(parents=True)
    for name in ("20260304T051000Z_b.json.gz", "20260304T050000Z_a.json.gz", "data/r1_input.json.gz", ".hidden"):
        (hour / name).write_bytes(gzip.compress(b"{}\n"))
    (below / "amazon-bedrock-logs-permission-check").write_bytes(b"")

    assert ["20260304T050000Z_a.json.gz", "20260304T051000Z_b.json.gz", "r1_input.json.gz"] == [
        path.name for path in files_of([tmp_path])
    ]
