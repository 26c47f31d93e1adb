"""Test the reader of hand-marked exam texts."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.accuracy.marked import MarkedSpan, MarkError, parse_marks, read_marked

EXAM = """=== x1 email,lower
call [[A_NAME|ann]], [[D_PHONE|555-0100]]

bye
=== x2
array [[1, 2]] stays

=== x3 split
id [[H_MRN|12
34]] 🙂 [[A_NAME|Zoë]]
"""


def write(folder: Path, content: str) -> Path:
    """Write an exam file and return its path."""
    path = folder / "exam.txt"
    path.write_text(content, encoding="utf-8")
    return path


def test_reads_texts_with_tags_and_spans(tmp_path: Path) -> None:
    """A text loses its marks, keeps its inner blank lines, and its spans point at the values."""
    first, second, third = read_marked(write(tmp_path, EXAM))
    assert (first.id, first.tags, first.text) == ("x1", ("email", "lower"), "call ann, 555-0100\n\nbye")
    assert [first.text[span.start : span.end] for span in first.spans] == ["ann", "555-0100"]
    assert (second.text, second.tags, second.spans) == ("array [[1, 2]] stays", (), ())
    assert [third.text[span.start : span.end] for span in third.spans] == ["12\n34", "Zoë"]


def test_offsets_count_code_points() -> None:
    """A character outside the basic plane counts once."""
    text, spans = parse_marks("🙂[[A_NAME|Ann]]")
    assert (text, spans) == ("🙂Ann", (MarkedSpan(1, 4, "A_NAME"),))


def test_brackets_beside_a_mark_stay() -> None:
    """Only the mark itself is taken away from nested brackets."""
    text, spans = parse_marks('[["a", "[[A_NAME|Ann]]"]]')
    assert text == '[["a", "Ann"]]'
    assert [text[span.start : span.end] for span in spans] == ["Ann"]


@pytest.mark.parametrize(
    "content",
    [
        "text before a header\n",
        "=== \nbody\n",
        "=== x1\nbody\n=== x1\nbody\n",
        "=== x1\n\n",
        "=== x1\n[[A_NOBODY|Ann]]\n",
        "=== x1\n[[A_NAME|Ann and [[D_PHONE|555-0100]]\n",
        "=== x1\n[[A_NAME|Ann]] and [[A_NAME|Ann\n",
    ],
)
def test_malformed_files_raise_without_text(tmp_path: Path, content: str) -> None:
    """A malformed file is an error that repeats nothing of the text."""
    with pytest.raises(MarkError) as caught:
        list(read_marked(write(tmp_path, content)))
    assert "Ann" not in str(caught.value)
    assert "body" not in str(caught.value)


def test_command_prints_gold_lines(tmp_path: Path) -> None:
    """The command prints one line of gold for each text."""
    command = [sys.executable, "-m", "benchmarks.accuracy.marked", str(write(tmp_path, EXAM))]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    lines = [json.loads(line) for line in printed]
    assert [line["id"] for line in lines] == ["x1", "x2", "x3"]
    assert lines[0]["spans"][0] == {"start": 5, "end": 8, "label": "A_NAME"}
