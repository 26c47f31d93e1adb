"""`phistream redact` over streams: every line has one outcome, and the end of the file ends every wait."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.schemas.sources.streamed.streams import chat, cut, event_stream, messages

TEXT = "Call Maria Quintana at 212-555-0143, SSN 521-44-9180, maria.quintana@example.org"


def rows(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a JSON lines file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_lines_of_a_stream_are_one_event(tmp_path: Path) -> None:
    """Mixed streams, one that never ends, a body and a piece of nothing: lines belong to the event they make."""
    one = chat(cut(TEXT, [9, 14, 26, 44, 60]))
    two = [piece for piece in messages(cut(TEXT, [11, 33, 47])) if piece["type"] != "ping"]
    mixed = [piece for pair in zip(one, two, strict=False) for piece in pair]
    rest = [*one[len(two) :], *two[len(one) :], *chat(["Call Maria Quintana today"], id_="chatcmpl-3")[:2]]
    lines = [json.dumps(piece) for piece in (*mixed, *rest)]
    lines += [json.dumps({"body": event_stream(one)}), json.dumps(chat(["lost"], id_="chatcmpl-4")[1])]
    (tmp_path / "in.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")

    command = [sys.executable, "-m", "streams.cli", "redact", str(tmp_path / "in.jsonl"), "-o", str(tmp_path / "out")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    redacted, quarantined = (rows(tmp_path / "out" / f"{name}.jsonl") for name in ("redacted", "quarantined"))
    inputs = [number for row in (*redacted, *quarantined) for number in row["inputs"]]
    written = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "out").iterdir()) + done.stderr

    assert 3 == done.returncode
    assert list(range(1, len(lines) + 1)) == sorted(inputs)
    assert [{"inputs": [len(lines)], "reason": "stream_piece"}] == quarantined
    assert sorted([len(one), len(two), 2, 1]) == sorted(len(row["inputs"]) for row in redacted)
    assert [False, False, False, True] == sorted(row["value"]["incomplete"] for row in redacted)
    assert [] == [
        value for value in ("Maria", "Quintana", "212-555", "-0143", "521-44", "example.org") if value in written
    ]
